"""Classification under both policies, and classification again from what was recorded."""

from collections.abc import Callable, Mapping, Sequence

from services.router.domain.classification import Classification, Journey
from services.router.domain.triage import Classify, Foreseen
from shared.inputs import MessageReceived
from shared.policy import Policy

__all__ = ["Recorded", "TwinTriage", "Verdicts"]

Verdicts = tuple[Classification, Classification]
"""The active policy's, then the candidate's."""
Classified = Callable[[MessageReceived, Verdicts], None]


class TwinTriage:
    """Answers as the active policy does; ``classified`` hears what both say of each new contact."""

    def __init__(self, classify: Classify, candidate: Policy, classified: Classified) -> None:
        self._classify = classify
        self._candidate = candidate
        self._classified = classified

    def foresee(self, messages: Sequence[tuple[MessageReceived, Policy]]) -> list[Foreseen]:
        """What the active policy's model says of all messages."""
        return self._classify.foresee(messages)

    def __call__(
        self, message: MessageReceived, policy: Policy, journey: Journey | None = None, foreseen: Foreseen | None = None
    ) -> Classification:
        """The active policy's classification."""
        verdict = self._classify(message, policy, journey, foreseen)
        # What was foreseen names policy and model, so it is used only where it holds for the candidate too.
        self._classified(message, (verdict, self._classify(message, self._candidate, journey, foreseen)))
        return verdict


class Recorded:
    """Gives each message the verdict that was recorded for it; others are classified."""

    def __init__(self, classify: Classify, verdicts: Mapping[str, Classification]) -> None:
        self._classify = classify
        self._verdicts = verdicts

    def foresee(self, messages: Sequence[tuple[MessageReceived, Policy]]) -> list[Foreseen]:
        """Nothing needs to be told early."""
        return [Foreseen("", None, None) for _ in messages]

    def __call__(
        self, message: MessageReceived, policy: Policy, journey: Journey | None = None, foreseen: Foreseen | None = None
    ) -> Classification:
        """The recorded classification."""
        found = self._verdicts.get(message.event_id)
        return found if found is not None else self._classify(message, policy, journey, foreseen)
