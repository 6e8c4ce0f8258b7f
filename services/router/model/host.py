"""The model in use: reloaded without a pause, rolled back in an instant, and compared with a candidate."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from services.router.domain.classification import Prediction
from services.router.model.directory import read_manifest, read_model
from services.router.model.errors import ModelRefused
from services.router.model.golden import self_test
from services.router.model.language import LanguageReader
from services.router.model.text_model import TextModel

__all__ = ["Answer", "HostCounts", "ModelHost", "open_model"]

_RANK = {"self_service": 0, "bot": 1, "agent": 2}


@dataclass(slots=True)
class HostCounts:
    """Totals since the start. ``tier_up`` and ``moment_gained``: the candidate would be more careful."""

    texts: int = 0
    out_of_scope: int = 0
    loaded: int = 0
    refused: int = 0
    rolled_back: int = 0
    shadow_texts: int = 0
    shadow_agreed: int = 0
    shadow_tier_up: int = 0
    shadow_tier_down: int = 0
    shadow_moment_gained: int = 0
    shadow_moment_lost: int = 0


@dataclass(frozen=True, slots=True)
class Answer:
    """Predictions in the order of the texts, all by the one model that ``version`` names."""

    version: str
    predictions: Sequence[Prediction]


def open_model(folder: Path) -> TextModel:
    """A model that has passed its self-test; blocks for up to a second. Raises ModelRefused."""
    model = read_model(folder)
    self_test(model)
    return model


class ModelHost:
    """Holds the current model, the previous one and perhaps a candidate; an IntentModel itself.

    ``predict`` and ``answer`` may run in one worker thread while the event loop reloads: each call reads one reference.
    """

    def __init__(self, model: TextModel, language: LanguageReader | None = None) -> None:
        self.counts = HostCounts()
        self._current = model
        self._previous: TextModel | None = None
        self._shadow: TextModel | None = None
        self._language = language
        self._reloading = asyncio.Lock()

    @property
    def model(self) -> TextModel:
        """The model in use."""
        return self._current

    @property
    def version(self) -> str:
        """The version of the model in use; an answer carries its own."""
        return self._current.version

    @property
    def shadow_version(self) -> str | None:
        """The version of the candidate."""
        return self._shadow.version if self._shadow else None

    def predict(self, texts: Sequence[str], agent_intents: frozenset[str]) -> Sequence[Prediction]:
        """The predictions of :meth:`answer`."""
        return self.answer(texts, agent_intents).predictions

    def answer(self, texts: Sequence[str], agent_intents: frozenset[str]) -> Answer:
        """What the current model says; the candidate is asked the same and only counted."""
        model, shadow = self._current, self._shadow
        predictions = model.predict(texts, agent_intents)
        self.counts.texts += len(texts)
        self.counts.out_of_scope += sum(prediction.out_of_scope for prediction in predictions)
        if shadow:
            for ours, theirs in zip(predictions, shadow.predict(texts, agent_intents), strict=True):
                self._compare((model, ours), (shadow, theirs), agent_intents)
        if self._language:
            read = self._language.read
            predictions = [said._replace(language=read(text)) for said, text in zip(predictions, texts, strict=True)]
        return Answer(model.version, predictions)

    async def reload(self, folder: Path) -> bool:
        """Load, test and swap; False when that model is in use already. On ModelRefused the current model stays."""
        async with self._reloading:
            model = await self._opened(folder, self._current)
            if model is None:
                return False
            self._previous, self._current = self._current, model
            self.counts.loaded += 1
            return True

    def rollback(self) -> bool:
        """Swap back to the previous model; False when there is none."""
        if self._previous is None:
            return False
        self._current, self._previous = self._previous, self._current
        self.counts.rolled_back += 1
        return True

    async def start_shadow(self, folder: Path) -> bool:
        """Let a candidate answer the same texts without acting; False when it is the current model."""
        async with self._reloading:
            model = await self._opened(folder, self._current)
            self._shadow = model
            return model is not None

    def stop_shadow(self) -> None:
        """Let the candidate go; the counts stay."""
        self._shadow = None

    def promote(self) -> bool:
        """Make the candidate the current model; False when there is none."""
        if self._shadow is None:
            return False
        self._previous, self._current, self._shadow = self._current, self._shadow, None
        self.counts.loaded += 1
        return True

    async def _opened(self, folder: Path, known: TextModel) -> TextModel | None:
        """Reading and testing happen off the event loop."""
        try:
            manifest = await asyncio.to_thread(read_manifest, folder)
            if manifest.version == known.version:
                return None
            return await asyncio.to_thread(open_model, folder)
        except ModelRefused:
            self.counts.refused += 1
            raise

    def _compare(
        self, ours: tuple[TextModel, Prediction], theirs: tuple[TextModel, Prediction], agent_intents: frozenset[str]
    ) -> None:
        counts = self.counts
        counts.shadow_texts += 1
        counts.shadow_agreed += ours[1].intent == theirs[1].intent
        before, after = (_RANK[model.tier_of(said, agent_intents)] for model, said in (ours, theirs))
        counts.shadow_tier_up += after > before
        counts.shadow_tier_down += after < before
        was, is_now = (model.is_moment(said.intent) for model, said in (ours, theirs))
        counts.shadow_moment_gained += is_now and not was
        counts.shadow_moment_lost += was and not is_now
