"""The sources file is looked at from time to time: what changed is in force without a restart, what is broken never."""

import asyncio
from collections.abc import Awaitable, Callable

from services.ingest.domain.sources import Sources
from services.ingest.domain.sources_file import SourcesError
from services.ingest.sense import Sense
from shared.lane.patience import wait_for

__all__ = ["SourcesWatch"]

Load = Callable[[], Sources]
Use = Callable[[Sources], Awaitable[list[str]]]


SETTLED_SECONDS = 0.2  # a change is looked at again after so long: who writes into a file is done with a small one


class SourcesWatch:
    """Compares contents, secrets included, so that a file that is replaced, edited or mounted anew is noticed alike.

    Another content is used when two looks saw it: whoever writes into the file in place leaves it empty for a moment,
    or cut off between two entries, and each is a valid file without the keys of those who are connected.

    ``use(sources)`` puts them in force and returns what of them is not in force yet; it is asked again until nothing is
    left.
    """

    def __init__(self, load: Load, use: Use, current: Sources, sense: Sense) -> None:
        self._load = load
        self._use = use
        self._current = current
        self._log = sense.log
        self._metrics = sense.metrics
        self._metrics.sources_valid(valid=True)
        self._problem = ""
        self._pending: list[str] = []
        self._changed: Sources | None = None  # seen by one look

    def notes(self) -> list[str]:
        """What an operator should know, although the service works: a file that is not in force, a missing topic."""
        return ([f"the sources file is not in force: {self._problem}"] if self._problem else []) + self._pending

    async def run(self, every_seconds: float, stopping: asyncio.Event) -> None:
        """Look until ``stopping``."""
        while True:
            await wait_for(stopping, every_seconds if self._changed is None else min(every_seconds, SETTLED_SECONDS))
            if stopping.is_set():
                return
            await self.look()

    async def look(self) -> None:
        """Read the file once, and put it in force if it is valid, not the same, and as the look before this saw it."""
        before, self._changed = self._changed, None
        try:
            found = await asyncio.to_thread(self._load)
        except SourcesError as error:
            if str(error) != self._problem:
                self._problem = str(error)
                self._log.error("sources file is not valid, the former one holds", problem=self._problem)
            self._metrics.sources_valid(valid=False)
            return
        self._problem = ""
        self._metrics.sources_valid(valid=True)
        if found == self._current and not self._pending:
            return
        if found != self._current and found != before:
            self._changed = found
            return
        if found != self._current:
            self._log.info("sources read anew", sources=len(found.by_name), keys=len(found.credentials))
        self._current = found
        pending = await self._use(found)
        if pending and pending != self._pending:
            self._log.warning("waiting", what="topics of sources", problem="; ".join(pending))
        self._pending = pending
