"""The models of one router process: loaded off the event loop when a policy names them, kept by name and version."""

import asyncio
from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from services.router.domain.classification.record import ModelRef
from services.router.model.directory import read_manifest
from services.router.model.errors import ModelRefused
from services.router.model.folders import folder_of
from services.router.model.golden import open_model
from services.router.model.language import LanguageReader, LanguageTables
from services.router.model.seal import MANIFEST
from services.router.model.text_model import TextModel
from shared.process.logs import Log

__all__ = ["ModelShelf"]

MODELS_MAX = 4  # in one process: each takes up to 100 MB, and a router has 300 MB beside them


def _nothing() -> Collection[ModelRef]:
    return ()


class ModelShelf:
    """Models by the names that policies use; ``problems`` says of each that could not be had why. Never raises.

    A model that no policy needs any more stays until its room is needed, so that going back to it costs nothing.
    ``loaded`` and ``refused`` count since the start.
    """

    def __init__(self, models: Path | None, log: Log, in_use: Callable[[], Collection[ModelRef]] = _nothing) -> None:
        """``in_use``: what policies in force name; never given up for another model."""
        self.problems: dict[str, str] = {}
        self.loaded = 0
        self.refused = 0
        self._models = models
        self._log = log
        self._in_use = in_use
        self._kept: dict[ModelRef, TextModel] = {}
        self._newest: dict[str, str] = {}
        self._tables = LanguageTables()
        self._readers: dict[tuple[str, ...], LanguageReader] = {}
        self._fetching = asyncio.Lock()

    def get(self, name: str, version: str = "") -> TextModel | None:
        """The model in that version ("": as it was fetched last); None where it was not fetched or cannot be used."""
        return self._kept.get(ModelRef(name, version or self._newest.get(name, "")))

    def problem(self, name: str) -> str:
        """Why the model could not be had in a version that was asked for."""
        return self.problems.get(name, "is not in this router's memory")

    def reader(self, languages: tuple[str, ...]) -> LanguageReader | None:
        """What tells these languages apart, None before it was fetched."""
        return self._readers.get(languages)

    def kept(self) -> list[tuple[str, TextModel]]:
        """What is in memory, by name."""
        return [(ref.name, model) for ref, model in sorted(self._kept.items())]

    async def fetch(self, models: Iterable[ModelRef], languages: Iterable[tuple[str, ...]] = ()) -> None:
        """Have these in memory, as far as they can be used; the disk is read in a thread."""
        async with self._fetching:
            await self._fetch_readers(languages)
            for ref in dict.fromkeys(models):
                await self._fetch(ref)

    async def _fetch_readers(self, languages: Iterable[tuple[str, ...]]) -> None:
        new = [tags for tags in dict.fromkeys(languages) if tags not in self._readers]
        if new:
            readers = await asyncio.to_thread(self._tables.readers, new)
            self._readers.update(zip(new, readers, strict=True))

    async def _fetch(self, wanted: ModelRef) -> None:
        """What is kept in the version wanted is not read again; else what the directory holds is taken, whatever its
        version: a router that starts must have something to decide with.
        """
        if wanted in self._kept:
            self._kept[wanted] = self._kept.pop(wanted)  # the last to be given up
            self.problems.pop(wanted.name, None)
            return
        try:
            found = await self._from_disk(wanted.name)
        except ModelRefused as refused:
            self._refuse(wanted.name, str(refused))
            return
        self._newest[wanted.name] = found
        if wanted.version in ("", found):
            self.problems.pop(wanted.name, None)
        else:
            self._refuse(wanted.name, f"{MANIFEST}: is version {found}, and {wanted.version} is wanted; put that back")

    async def _from_disk(self, name: str) -> str:
        """The version that the directory holds, which is in memory now; raises ModelRefused."""
        folder = folder_of(name, self._models)
        version = (await asyncio.to_thread(read_manifest, folder)).version
        if ModelRef(name, version) not in self._kept:
            self._make_room()
            model = await asyncio.to_thread(open_model, folder)
            version = model.version
            self._kept[ModelRef(name, version)] = model
            self.loaded += 1
            self._log.info("model loaded", model=name, version=version)
        return version

    def _refuse(self, name: str, reason: str) -> None:
        self.problems[name] = reason
        self.refused += 1
        self._log.error("a model cannot be used", model=name, reason=reason)

    def _make_room(self) -> None:
        """Give up the model that was wanted longest ago and that no policy in force needs."""
        if len(self._kept) < MODELS_MAX:
            return
        needed = {ModelRef(name, version or self._newest.get(name, "")) for name, version in self._in_use()}
        idle = next((ref for ref in self._kept if ref not in needed), None)
        if idle is None:
            raise ModelRefused(MANIFEST, f"is the model number {MODELS_MAX + 1}; a router holds {MODELS_MAX}")
        del self._kept[idle]
