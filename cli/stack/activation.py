"""The policies of a start: published where they are wanted, and waited for until the router acts on them."""

from collections.abc import Sequence

from cli.output import say
from cli.policy.in_force import PolicyRefused, publish, wait_until_active
from deploy.local.errors import LocalStackError
from services.router.lookup.articles import Article, store_articles
from services.router.lookup.policies import active_versions
from shared.errors import Retryable
from shared.policy import Policy
from shared.process.settings import CommonSettings

__all__ = ["Activation"]

ACTIVE_SECONDS_MAX = 180.0  # a model of 100 MB is read in seconds; a machine that starts everything gets room


class Activation:
    """``replace``: the operator has named the policies; else they are samples, for workspaces that have none."""

    def __init__(self, policies: Sequence[Policy], articles: Sequence[Article], *, replace: bool) -> None:
        self._policies = list(policies)
        self._articles = list(articles)
        self._replace = replace
        self._published: list[Policy] = []
        self._ids: list[str] = []

    async def publish(self, settings: CommonSettings) -> None:
        """Articles and policies, before any service runs: the log keeps them."""
        await store_articles(settings, self._articles, None)
        self._published = self._policies if self._replace else await self._of_new_workspaces(settings)
        self._ids = await publish(settings, self._published) if self._published else []

    async def settled(self, settings: CommonSettings) -> None:
        """Return once the router has taken them, and the text models that they name. LocalStackError: it has not."""
        try:
            await wait_until_active(settings, self._published, ACTIVE_SECONDS_MAX, event_ids=self._ids)
        except TimeoutError as late:
            raise LocalStackError(f"policies of {late} are not in force after {ACTIVE_SECONDS_MAX:g} s") from None
        except Retryable as lost:
            raise LocalStackError(f"nobody can say whether the policies are in force: {lost}") from None
        except PolicyRefused as refused:
            raise LocalStackError(f"the router has refused a policy: {refused}") from None

    async def _of_new_workspaces(self, settings: CommonSettings) -> list[Policy]:
        """What an operator has applied is never replaced by a sample."""
        active = await active_versions(settings)
        for policy in self._policies:
            kept = active.get(policy.workspace)
            if kept is not None and kept.hash != policy.hash:
                say(f"workspace {policy.workspace} keeps its policy, version {kept.number}; --policy FILE replaces it")
        return [policy for policy in self._policies if policy.workspace not in active]
