"""Classification as the engine calls it: one compiled policy per policy, kept as long as it decides."""

from typing import Protocol

from services.router.domain.classification import Classification, IntentModel, Journey
from services.router.domain.classification_policy import CompiledPolicy
from services.router.domain.classify import classify, compile_policy, facts_of
from shared.inputs import MessageReceived
from shared.policy import Policy

POLICIES_MAX = 2000  # compiled policies kept; a partition serves at most some hundred workspaces


class Classify(Protocol):
    """The port of the engine. Deterministic: the same message, policy and journey give the same classification."""

    def __call__(self, message: MessageReceived, policy: Policy, journey: Journey | None = None) -> Classification:
        """The classification of a contact's first message."""


class Triage:
    """Rules, hints and, where one is given, a text model."""

    def __init__(self, model: IntentModel | None = None) -> None:
        self._model = model
        self._compiled: dict[str, CompiledPolicy] = {}

    def __call__(self, message: MessageReceived, policy: Policy, journey: Journey | None = None) -> Classification:
        """The classification of a contact's first message."""
        key = f"{policy.workspace}/{policy.hash}"
        compiled = self._compiled.get(key)
        if compiled is None:
            if len(self._compiled) >= POLICIES_MAX:
                self._compiled.clear()
            compiled = self._compiled[key] = compile_policy(policy)
        return classify(facts_of(message), compiled, self._model, journey)
