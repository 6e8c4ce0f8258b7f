"""What a database would answer of what an engine wrote since its rows were read."""

from collections.abc import Iterable
from typing import TypeVar

from services.router.domain.rows import Known, Needs, RouterWrites

__all__ = ["Memory"]

Key = TypeVar("Key")
Row = TypeVar("Row")


class Memory:
    """An engine's writes, laid over what was known before; an engine that is replayed commits nothing."""

    def __init__(self) -> None:
        self._inputs: set[str] = set()
        self._episodes: dict[str, int] = {}
        self._ended: dict[str, tuple[str, str]] = {}
        self._past: dict[str, tuple[str, str]] = {}
        self._recents: dict[tuple[str, str], str] = {}
        self._served: dict[tuple[str, str], tuple[str, int]] = {}

    def keep(self, writes: RouterWrites) -> None:
        """Remember one step."""
        self._inputs.update(writes.inputs)
        for outcome in writes.outcomes:
            self._episodes[outcome.conversation_key] = outcome.episode
            self._ended[outcome.contact_id] = (outcome.outcome, outcome.workspace)
        self._past.update((row.id, (row.state, row.agent_id)) for row in writes.past)
        self._recents.update(((name, customer), text) for name, customer, text in writes.recents)
        self._served.update(((name, customer), (agent, at_ms)) for name, customer, agent, at_ms in writes.served)

    def over(self, needs: Needs | None, known: Known | None) -> Known | None:
        """The answer to the needs: what was known before, and what was written since."""
        if needs is None:
            return None
        before = known or Known()
        return Known(
            event_ids=before.event_ids | self._inputs.intersection(needs.event_ids),
            episodes=before.episodes | _found(self._episodes, needs.conversations),
            contacts=before.contacts | _found(self._ended, needs.contacts),
            past=before.past | _found(self._past, (*needs.offers, *needs.assignments)),
            recents=before.recents | _found(self._recents, needs.customers),
            served=before.served | _found(self._served, needs.customers),
            articles=before.articles,
        )


def _found(rows: dict[Key, Row], keys: Iterable[Key]) -> dict[Key, Row]:
    return {key: rows[key] for key in keys if key in rows}
