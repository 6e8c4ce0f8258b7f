"""One deadline that is often moved and seldom reached: it costs a timer only when it comes nearer."""

import asyncio
from collections.abc import Callable

__all__ = ["Deadline"]


class Deadline:
    """``late`` hears what was awaited, once, when it was not there in time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, late: Callable[[str], None]) -> None:
        self._loop = loop
        self._late = late
        self._awaited = ""
        self._due = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def set(self, awaited: str, seconds: float = 0.0) -> None:
        """Wait so long for something else from now on, "" for nothing; the same again moves nothing."""
        if awaited == self._awaited:
            return
        self._awaited = awaited
        if not awaited:
            return
        self._due = self._loop.time() + seconds
        if self._timer is not None and self._timer.when() > self._due:
            self._timer.cancel()
            self._timer = None
        if self._timer is None:
            self._timer = self._loop.call_at(self._due, self._look)

    def stop(self) -> None:
        """Never again."""
        self._awaited = ""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look(self) -> None:
        self._timer = None
        if not self._awaited:
            return
        if self._loop.time() < self._due:
            self._timer = self._loop.call_at(self._due, self._look)
            return
        awaited, self._awaited = self._awaited, ""
        self._late(awaited)
