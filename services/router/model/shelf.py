"""The models of one router process: loaded off the event loop when a policy names them, and kept."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from services.router.domain.classification import Prediction
from services.router.model.errors import ModelRefused
from services.router.model.folders import folder_of
from services.router.model.host import ModelHost, open_model
from shared.logs import Log
from shared.policy import Intent

__all__ = ["ModelShelf", "ShelvedModel"]

MODELS_MAX = 4  # in one process: each takes up to 100 MB, and a router has 300 MB beside them


class ShelvedModel:
    """A model as classification sees it (triage.KnownModel)."""

    def __init__(self, host: ModelHost) -> None:
        self.host = host

    @property
    def version(self) -> str:
        """The version in use."""
        return self.host.version

    def predict(self, texts: Sequence[str], agent_intents: frozenset[str]) -> Sequence[Prediction]:
        """One prediction per text, in order."""
        return self.host.predict(texts, agent_intents)

    def intents(self) -> Mapping[str, Intent]:
        """The intents of the version in use, with the tiers of its training data."""
        return self.host.model.intents()


class ModelShelf:
    """Models by the names that policies use; ``problems`` says of each that cannot be used why. Never raises."""

    def __init__(self, models: Path | None, log: Log) -> None:
        self.problems: dict[str, str] = {}
        self._models = models
        self._log = log
        self._kept: dict[str, ShelvedModel] = {}
        self._fetching = asyncio.Lock()

    def get(self, name: str) -> ShelvedModel | None:
        """The model, None where it was not fetched or cannot be used."""
        return self._kept.get(name)

    def versions(self) -> dict[str, str]:
        """Version by name of what is in memory."""
        return {name: model.version for name, model in self._kept.items()}

    async def fetch(self, names: Iterable[str]) -> None:
        """Have these in memory, in their present version, as far as they can be used; the disk is read in a thread.

        A model that is refused after it was in use stays in its old version.
        """
        async with self._fetching:
            for name in dict.fromkeys(names):
                await self._fetch(name)

    async def _fetch(self, name: str) -> None:
        try:
            kept = self._kept.get(name)
            if kept is not None:
                await kept.host.reload(folder_of(name, self._models))
            else:
                self._kept[name] = await self._opened(name)
                self._log.info("model loaded", model=name, version=self._kept[name].version)
            self.problems.pop(name, None)
        except ModelRefused as refused:
            self.problems[name] = str(refused)
            self._log.error("a model cannot be used", model=name, reason=str(refused))

    async def _opened(self, name: str) -> ShelvedModel:
        if len(self._kept) >= MODELS_MAX:
            raise ModelRefused("manifest.json", f"is the model number {MODELS_MAX + 1}; a router holds {MODELS_MAX}")
        return ShelvedModel(ModelHost(await asyncio.to_thread(open_model, folder_of(name, self._models))))
