"""Classification under both policies, and classification again from what was recorded."""

from collections.abc import Callable, Mapping, Sequence

from services.router.domain.classification.classifying import Classify, Foreseen, Opener, Verdict
from services.router.domain.classification.policy import KnownIntent
from services.router.domain.classification.record import Journey, ModelRef
from shared.contract.inputs import MessageReceived
from shared.policy import Policy

__all__ = ["Recorded", "TwinTriage", "Verdicts"]

Verdicts = tuple[Verdict, Verdict]
"""The active policy's, then the candidate's."""


class _Forwarding:
    """What is asked about models is asked of the one behind it."""

    def __init__(self, classify: Classify) -> None:
        self.classify = classify

    def usable(self, model: ModelRef) -> str | None:
        """The version that would decide; None where it cannot be used."""
        return self.classify.usable(model)

    def problem(self, name: str) -> str:
        """Why a model cannot be used."""
        return self.classify.problem(name)

    def knows(self, policy: Policy, model_version: str | None, intent: str) -> bool:
        """Whether that is an intent of the policy or of its model."""
        return self.classify.knows(policy, model_version, intent)

    def described(self, policy: Policy, model_version: str | None, intent: str) -> KnownIntent | None:
        """An intent of the policy or of its model, with what follows from it."""
        return self.classify.described(policy, model_version, intent)


class TwinTriage(_Forwarding):
    """Answers as the active policy does; ``classified`` hears what both say of each new contact.

    The two policies have a triage each, because one keeps what it compiled for one policy of a workspace only.
    """

    def __init__(
        self,
        both: tuple[Classify, Classify],
        candidate: Policy,
        classified: Callable[[MessageReceived, Verdicts], None],
    ) -> None:
        super().__init__(both[0])
        self._other = both[1]
        self._candidate = candidate
        self._classified = classified

    def foresee(self, openers: Sequence[Opener]) -> list[Foreseen]:
        """What the active policy's model says of all messages."""
        return self.classify.foresee(openers)

    def __call__(self, opener: Opener, journey: Journey | None = None, foreseen: Foreseen | None = None) -> Verdict:
        """The active policy's classification."""
        verdict = self.classify(opener, journey, foreseen)
        same_model = self._candidate.classification.model == opener.policy.classification.model
        version = opener.model_version if same_model else None  # as it would be, were the candidate applied
        other = self._other(Opener(opener.message, self._candidate, version), journey)
        self._classified(opener.message, (verdict, other))
        return verdict


class Recorded(_Forwarding):
    """Gives each message the verdict that was recorded for it; others are classified."""

    def __init__(self, classify: Classify, verdicts: Mapping[str, Verdict]) -> None:
        super().__init__(classify)
        self._verdicts = verdicts

    def foresee(self, openers: Sequence[Opener]) -> list[Foreseen]:
        """Nothing needs to be told early."""
        return [Foreseen("", None) for _ in openers]

    def __call__(self, opener: Opener, journey: Journey | None = None, foreseen: Foreseen | None = None) -> Verdict:
        """The recorded classification."""
        found = self._verdicts.get(opener.message.event_id)
        return found if found is not None else self.classify(opener, journey)
