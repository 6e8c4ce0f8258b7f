"""What the engine and classification exchange: messages that open contacts, what is foreseen of them, the verdict."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

import msgspec

from services.router.domain.classification.policy import KnownIntent
from services.router.domain.classification.record import (
    Classification,
    IntentModel,
    Journey,
    ModelLimits,
    ModelRef,
    Prediction,
)
from shared.contract.inputs import MessageReceived
from shared.policy import Intent, Policy

__all__ = ["Classify", "Foreseen", "KnownModel", "LanguageReader", "Models", "NoModels", "Opener", "Verdict"]


class KnownModel(IntentModel, Protocol):
    """A model that also says who serves its intents, for those that the policy does not describe."""

    def intents(self) -> Mapping[str, Intent]:
        """Intents with the tiers of the training data."""

    def limits(self) -> ModelLimits | None:
        """Where its word is good enough, None where training could not prove it."""


class LanguageReader(Protocol):
    """Tells in which of some languages a text is."""

    def read(self, text: str) -> str | None:
        """The language's tag, None when the text says too little."""


class Models(Protocol):
    """The port for the models in memory."""

    def get(self, name: str, version: str = "") -> KnownModel | None:
        """The model that policies call so, in that version ("": as its directory last held it); None without it."""

    def problem(self, name: str) -> str:
        """Why the model of that name could not be had in a version that was asked for."""

    def reader(self, languages: tuple[str, ...]) -> LanguageReader | None:
        """What tells these languages apart; None where nothing does."""


class NoModels:
    """Where nothing is loaded."""

    def get(self, name: str, version: str = "") -> KnownModel | None:
        """None, whatever the name."""
        return None

    def problem(self, name: str) -> str:
        """The same for every name."""
        return f"this router has no model {name!r}"

    def reader(self, languages: tuple[str, ...]) -> LanguageReader | None:
        """None, whatever the languages."""
        return None


class Opener(msgspec.Struct, frozen=True, gc=False):
    """A message that opens a contact, under the policy and the version of its text model that are in force.

    ``answers``: it is a first message together with the answer to the question about it, or one of those that come
    later; nobody is asked twice.
    """

    message: MessageReceived
    policy: Policy
    model_version: str | None
    answers: bool = False


class Foreseen(NamedTuple):
    """What could be told of a message before its turn: valid under the policy and models that ``key`` names.

    ``language``: of the text, where the message does not say it. ``candidate``: what the policy's shadow says.
    ``articles_in``: it may go to self-service with no article known, and articles in this language ("" unknown) would
    help. ``seconds``: what it cost, 0 if unmeasured.
    """

    key: str
    prediction: Prediction | None
    language: str | None = None
    candidate: Prediction | None = None
    articles_in: str | None = None
    seconds: float = 0.0


class Verdict(msgspec.Struct, frozen=True, gc=False):
    """What decides, with what it came from: the model's word, and the language that the message or its text says.

    ``candidate`` is what the policy's shadow would have decided; ``limits`` are those in force.
    """

    decided: Classification
    prediction: Prediction | None = None
    language: str | None = None
    candidate: Classification | None = None
    limits: ModelLimits = ModelLimits()


class Classify(Protocol):
    """The port of the engine. Deterministic: the same message, policy, journey and model give the same verdict."""

    def foresee(self, openers: Sequence[Opener]) -> list[Foreseen]:
        """Ask the models about all messages at once; one answer per message, in order."""

    def __call__(self, opener: Opener, journey: Journey | None = None, foreseen: Foreseen | None = None) -> Verdict:
        """The classification of a contact's first message; what was foreseen is used where it still holds."""

    def usable(self, model: ModelRef) -> str | None:
        """The version that would decide; None where it cannot be used."""

    def problem(self, name: str) -> str:
        """Why a model cannot be used."""

    def knows(self, policy: Policy, model_version: str | None, intent: str) -> bool:
        """Whether that is an intent of the policy or of its model."""

    def described(self, policy: Policy, model_version: str | None, intent: str) -> KnownIntent | None:
        """An intent of the policy or of its model, with what follows from it."""
