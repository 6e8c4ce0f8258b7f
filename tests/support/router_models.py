"""Text models in a router engine's test: they know an intent by one word."""

from collections.abc import Mapping, Sequence
from typing import Any

from services.router.domain.classification.classifying import KnownModel
from services.router.domain.classification.record import ModelLimits, Prediction
from services.router.domain.classification.triage import Triage
from shared.policy import Intent
from tests.support.router_builders import Router, policy_with

WORDS = {"parcel": "order_status", "card": "stolen_card", "weather": "weather", "shop": "opening_hours"}


class WordModel:
    """Knows an intent by one word; counts how often it is asked. ``???`` without such a word is out of scope.

    ``perhaps`` are intents with probabilities that it names beside the likeliest.
    """

    def __init__(
        self,
        version: str = "v1",
        confidence: float = 0.95,
        words: Mapping[str, str] = WORDS,
        perhaps: tuple[tuple[str, float], ...] = (),
    ) -> None:
        self.version = version
        self.asked: list[int] = []
        self.texts: list[str] = []
        self._perhaps = perhaps
        self._confidence = confidence
        self._words = words

    def predict(self, texts: Sequence[str], agent_intents: frozenset[str]) -> Sequence[Prediction]:
        self.asked.append(len(texts))
        self.texts += texts
        return [self._prediction(text, agent_intents) for text in texts]

    def intents(self) -> Mapping[str, Intent]:
        return {
            "stolen_card": Intent(moment_of_truth=True, base=95, skills={"cards": 5, "magic": 2}),
            "order_status": Intent(tier="self_service", base=5, articles=("model-article",)),
            "opening_hours": Intent(tier="self_service", base=5),
            "weather": Intent(tier="bot", base=25, skills={"magic": 4}),
        }

    def limits(self) -> ModelLimits | None:
        return None

    def _prediction(self, text: str, agent_intents: frozenset[str]) -> Prediction:
        found = next((name for word, name in self._words.items() if word in text), None)
        intent = found or "weather"
        at_risk = self._confidence if intent in agent_intents else 0.0
        top3 = ((intent, self._confidence), *self._perhaps)
        return Prediction(intent, self._confidence, top3, at_risk, found is None and "???" in text, 0.25)


class SpanishByOla:
    """Tells Spanish by one word, and nothing of short texts."""

    def read(self, text: str) -> str | None:
        return None if len(text) < 10 else "es" if "hola" in text else "en"


class Shelf:
    """Holds the models that a test gives it: by name the newest, and every version that was ever put there."""

    def __init__(self, **models: KnownModel) -> None:
        self._newest: dict[str, KnownModel] = {}
        self._all: dict[tuple[str, str], KnownModel] = {}
        for name, model in models.items():
            self.put(name, model)

    def put(self, name: str, model: KnownModel, *, instead: bool = False) -> None:
        """Another version; ``instead``: of all earlier ones, which are forgotten."""
        if instead:
            self._all.clear()
        self._newest[name] = model
        self._all[name, model.version] = model

    def get(self, name: str, version: str = "") -> KnownModel | None:
        return self._all.get((name, version)) if version else self._newest.get(name)

    def problem(self, name: str) -> str:
        return "weights.npz: was changed after training"

    def reader(self, languages: tuple[str, ...]) -> SpanishByOla:
        return SpanishByOla()


def router_on(shelf: Shelf, **classification: Any) -> Router:
    """A router whose policy names the model ``words``."""
    router = Router(policy=None, triage=Triage(shelf))
    router.activate(policy_naming("words", **classification))
    return router


def policy_naming(model: str, **classification: Any) -> dict[str, Any]:
    """The sample policy with a text model."""
    return policy_with(classification={**policy_with()["classification"], "model": model, **classification})
