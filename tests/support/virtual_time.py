"""An event loop whose time passes only when everybody waits: hours of waiting take no time, and nothing is flaky."""

import asyncio
from collections.abc import Callable, Coroutine
from heapq import heappop
from typing import Any, TypeVar

from shared.clock import Clock

START_MS = 1_800_000_000_000  # the wall clock of the virtual day begins here
RESOLUTION_SECONDS = 1e-9  # timers that are due within so much of each other are due together, as in asyncio

T = TypeVar("T")


class VirtualLoop(asyncio.BaseEventLoop):
    """asyncio on virtual time. It has no selector and no pipe: nobody reads a file here, or comes from another thread.

    ``_run_once`` is the one method of the base class that looks at files; ``_ready``, ``_scheduled`` and the two flags
    of a handle are what it works on, in every Python from 3.11 to 3.14.
    """

    _ready: Any
    _scheduled: Any

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        """Virtual seconds since the loop was made."""
        return self._now

    def _run_once(self) -> None:
        """One round: the timers that are due, then everything that was ready when the round began."""
        ready, scheduled = self._ready, self._scheduled
        while scheduled and scheduled[0]._cancelled:
            heappop(scheduled)._scheduled = False
        if not ready:
            if not scheduled:
                raise RuntimeError("everybody waits, and nothing is to come")
            self._now = max(self._now, scheduled[0].when())
        until = self._now + RESOLUTION_SECONDS
        while scheduled and scheduled[0].when() < until:
            handle = heappop(scheduled)
            handle._scheduled = False
            ready.append(handle)
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle._cancelled:
                handle._run()

    def _timer_handle_cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Cancelled timers leave when their time comes; a world has few of them."""


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
