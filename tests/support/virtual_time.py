"""An event loop whose time passes only when everybody waits: hours of waiting take no time, and nothing is flaky."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from shared.clock import Clock

START_MS = 1_800_000_000_000  # the wall clock of the virtual day begins here

T = TypeVar("T")


class _Patient(selectors.SelectSelector):
    """Instead of waiting for a file it moves the loop's time on. No file is looked at: nobody reads one here."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits, and nothing is to come")
        self.now += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """asyncio on virtual time."""

    def __init__(self) -> None:
        self._patient = _Patient()
        super().__init__(self._patient)

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._patient.now


class VirtualClock(Clock):
    """The clocks of a process on that loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def now_ms(self) -> int:
        return START_MS + int(self._loop.time() * 1000)

    def monotonic(self) -> float:
        return self._loop.time()


def run(main: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> T:
    """The result of ``main`` on a loop and a clock of its own."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main(VirtualClock(loop)))
    finally:
        loop.close()
