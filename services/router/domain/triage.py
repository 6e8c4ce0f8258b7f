"""Classification as the engine calls it: a policy compiled once, a model asked once for all messages of a batch."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from services.router.domain.classification import Classification, IntentModel, Journey, Prediction
from services.router.domain.classification_policy import CompiledPolicy
from services.router.domain.classify import classify_predicted, compile_policy, facts_of, whole_text
from shared.inputs import MessageReceived
from shared.policy import Intent, Policy

__all__ = ["Classify", "Foreseen", "KnownModel", "Models", "NoModels", "Triage"]

POLICIES_MAX = 2000  # compiled policies kept; a partition serves at most some hundred workspaces


class KnownModel(IntentModel, Protocol):
    """A model that also says who serves its intents, for those that the policy does not describe."""

    def intents(self) -> Mapping[str, Intent]:
        """Intents with the tiers of the training data."""


class Models(Protocol):
    """The port for the models in memory."""

    def get(self, name: str) -> KnownModel | None:
        """The model that policies call so; None where it cannot be used."""


class NoModels:
    """Where nothing is loaded."""

    def get(self, name: str) -> KnownModel | None:
        """None, whatever the name."""
        return None


class Foreseen(NamedTuple):
    """What could be told of a message before its turn: valid under the policy and model that ``key`` names.

    ``articles_in``: it may go to self-service with no article known, and articles in this language ("" unknown) would
    help. ``seconds``: what it cost, 0 if unmeasured.
    """

    key: str
    prediction: Prediction | None
    articles_in: str | None
    seconds: float = 0.0


class Classify(Protocol):
    """The port of the engine. Deterministic: the same message, policy, journey and model give the same verdict."""

    def foresee(self, messages: Sequence[tuple[MessageReceived, Policy]]) -> list[Foreseen]:
        """Ask the models about all messages at once; one answer per message, in order."""

    def __call__(
        self, message: MessageReceived, policy: Policy, journey: Journey | None = None, foreseen: Foreseen | None = None
    ) -> Classification:
        """The classification of a contact's first message; what was foreseen is used where it still holds."""


class _Ready(NamedTuple):
    """A policy with the model that it names, in the version in use. ``nothing``: what is foreseen of a message of which
    nothing can be.
    """

    policy: Policy
    compiled: CompiledPolicy
    model: KnownModel | None
    version: str | None
    nothing: Foreseen


class Triage:
    """Rules, hints and, where the policy names one, a text model."""

    def __init__(self, models: Models | None = None) -> None:
        self._models = models or NoModels()
        self._latest: dict[str, _Ready] = {}  # of each workspace, while its policy and model stay the same

    def foresee(self, messages: Sequence[tuple[MessageReceived, Policy]]) -> list[Foreseen]:
        """One call of a model per policy; none for a message of which nothing can be told."""
        found: list[Foreseen] = []
        groups: dict[str, tuple[_Ready, list[int]]] = {}
        for at, (message, policy) in enumerate(messages):
            ready = self._ready(policy)
            found.append(ready.nothing)
            if ready.model is not None or ready.compiled.may_lack_articles or message.routing is not None:
                groups.setdefault(ready.nothing.key, (ready, []))[1].append(at)
        for ready, places in groups.values():
            said = _predictions(ready, [messages[at][0] for at in places])
            for at, prediction in zip(places, said, strict=True):
                articles_in = _articles_in(ready.compiled, messages[at][0], prediction)
                found[at] = Foreseen(ready.nothing.key, prediction, articles_in)
        return found

    def __call__(
        self, message: MessageReceived, policy: Policy, journey: Journey | None = None, foreseen: Foreseen | None = None
    ) -> Classification:
        """The classification of a contact's first message."""
        ready = self._ready(policy)
        if foreseen is not None and foreseen.key == ready.nothing.key:
            prediction = foreseen.prediction
        else:
            (prediction,) = _predictions(ready, [message])
        verdict = classify_predicted(facts_of(message), ready.compiled, prediction, journey, ready.version)
        name = policy.classification.model
        if name is None or ready.model is not None:
            return verdict
        reason = f"model: {name} cannot be used by this router, decided without it"
        return msgspec.structs.replace(verdict, reasons=(reason, *verdict.reasons))

    def _ready(self, policy: Policy) -> _Ready:
        name = policy.classification.model
        model = self._models.get(name) if name else None
        version = model.version if model else None
        latest = self._latest.get(policy.workspace)
        if latest is None or latest.policy is not policy or latest.version != version:
            if len(self._latest) >= POLICIES_MAX:
                self._latest.clear()
            latest = self._latest[policy.workspace] = _made_ready(policy, model, version)
        return latest


def _made_ready(policy: Policy, model: KnownModel | None, version: str | None) -> _Ready:
    compiled = compile_policy(policy, model.intents() if model else None)
    nothing = Foreseen(f"{policy.workspace}/{policy.hash}/{version or ''}", None, None)
    return _Ready(policy, compiled, model, version, nothing)


def _predictions(ready: _Ready, messages: Sequence[MessageReceived]) -> Sequence[Prediction | None]:
    if ready.model is None:
        return [None] * len(messages)
    return ready.model.predict([whole_text(facts_of(message)) for message in messages], ready.compiled.agent_intents)


def _articles_in(compiled: CompiledPolicy, message: MessageReceived, prediction: Prediction | None) -> str | None:
    """The language of a message that goes to self-service without an article, as far as can be told: a journey only
    raises tiers. Where each intent of self-service has its article, nothing has to be looked at.
    """
    asked = message.routing is not None and message.routing.tier == "self_service"
    if not asked and not compiled.may_lack_articles:
        return None
    verdict = classify_predicted(facts_of(message), compiled, prediction)
    lacks = verdict.tier == "self_service" and not verdict.article_ids
    return (verdict.language or "") if lacks else None
