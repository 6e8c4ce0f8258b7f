"""An event loop whose time passes only when everybody waits: hours of waiting take no time, and nothing is flaky."""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine
from contextvars import Context
from heapq import heappop, heappush
from itertools import count
from typing import Any, Never, TypeVar, TypeVarTuple

from shared.clock import Clock

__all__ = ["START_MS", "VirtualClock", "VirtualLoop", "run"]

START_MS = 1_800_000_000_000  # the wall clock of the virtual day begins here
RESOLUTION_SECONDS = 1e-9  # timers that are due within so much of each other are due together, as in asyncio
LONGEST_SECONDS = 21_600.0  # no world needs as long; one that never ends must fail, and not hang whoever tests it

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
ErrorHandler = Callable[[asyncio.AbstractEventLoop, dict[str, Any]], object]


class _Soon(asyncio.Handle):
    """One for all that is called soon: nothing on this loop calls it off again."""

    def __init__(self) -> None:
        """Nothing of a real handle."""

    def cancel(self) -> Never:
        raise NotImplementedError("what is called soon is called: wait for a time above zero instead")


class _Timer(asyncio.TimerHandle):
    """What is called at a time, unless it is cancelled before."""

    __slots__ = ("args", "callback", "live")

    def __init__(self, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        """Without the context and the trace that asyncio's own handles carry: they cost more than what is called."""
        self.callback = callback
        self.args = args
        self.live = True

    def cancel(self) -> None:
        self.live = False

    def cancelled(self) -> bool:
        return not self.live


_SOON = _Soon()


class VirtualClock(Clock):
    """The clocks of whatever runs on the loop: ``now`` is in seconds since the loop was made."""

    def __init__(self) -> None:
        self.now = 0.0
        self._now_ms = START_MS  # asked far more often than time passes

    def pass_until(self, now: float) -> None:
        """It is later, or as late as it was."""
        if now > self.now:
            self.now = now
            self._now_ms = START_MS + int(now * 1000)

    def now_ms(self) -> int:
        return self._now_ms

    def monotonic(self) -> float:
        return self.now


class VirtualLoop(asyncio.AbstractEventLoop):
    """The part of an event loop that tasks, futures and timers need: no files, no threads, no signals, one context.

    What is ready is called in the order in which it became so. Time passes when nothing is ready any more; timers of
    one moment are called in the order of their making.
    """

    def __init__(self) -> None:
        self.clock = VirtualClock()
        self._ready: deque[tuple[Callable[..., object], tuple[Any, ...]]] = deque()
        self._timers: list[tuple[float, int, _Timer]] = []
        self._numbers = count()
        self._on_error: ErrorHandler | None = None

    # ---- running ----

    def run_until_complete(self, future: Any) -> Any:
        """The result of a coroutine. RuntimeError: it waits and nothing is to come, or it goes on and on."""
        task = self.create_task(future)
        ready = self._ready
        asyncio._set_running_loop(self)
        try:
            while True:
                while ready:
                    callback, args = ready.popleft()
                    callback(*args)  # whatever it raises ends the run; a task keeps its errors to itself
                if task.done():
                    break
                self._pass_time()
        finally:
            task.cancel()
            while ready:  # whoever was cancelled, in the end or before, learns of it
                callback, args = ready.popleft()
                callback(*args)
            asyncio._set_running_loop(None)
            self._timers.clear()
        return task.result()

    def _pass_time(self) -> None:
        """Until a timer is due, and with it all of the same moment."""
        timers = self._timers
        while timers and not timers[0][2].live:
            heappop(timers)
        if not timers:
            raise RuntimeError("everybody waits, and nothing is to come")
        if timers[0][0] > LONGEST_SECONDS:
            raise RuntimeError(f"after {LONGEST_SECONDS:.0f} s there is no end to it")
        self.clock.pass_until(timers[0][0])
        until = self.clock.now + RESOLUTION_SECONDS
        due = []
        while timers and timers[0][0] < until:
            due.append(heappop(timers)[2])
        for timer in due:
            if timer.live:
                timer.callback(*timer.args)

    def is_running(self) -> bool:
        return asyncio._get_running_loop() is self

    def is_closed(self) -> bool:
        return False

    def get_debug(self) -> bool:
        return False

    # ---- what is to be called ----

    def time(self) -> float:
        return self.clock.now

    def call_soon(
        self, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        self._ready.append((callback, args))
        return _SOON

    def call_later(
        self, delay: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        return self.call_at(self.clock.now + delay, callback, *args)

    def call_at(
        self, when: float, callback: Callable[[*Ts], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        timer = _Timer(callback, args)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    # ---- tasks and futures ----

    def create_future(self) -> "asyncio.Future[Any]":
        return asyncio.Future(loop=self)

    def create_task(self, coro: Any, *, name: str | None = None, context: Context | None = None) -> "asyncio.Task[Any]":
        return asyncio.Task(coro, loop=self, name=name)

    def set_exception_handler(self, handler: ErrorHandler | None) -> None:
        self._on_error = handler

    def default_exception_handler(self, context: dict[str, Any]) -> None:
        """An error that nobody asked for is one all the same."""
        raise AssertionError(context["message"]) from context.get("exception")

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        if self._on_error is None:
            self.default_exception_handler(context)
        else:
            self._on_error(self, context)


def run(main: Callable[[VirtualClock], Coroutine[Any, Any, T]]) -> T:
    """The result of ``main`` on a loop and a clock of its own."""
    loop = VirtualLoop()  # type: ignore[abstract]
    result: T = loop.run_until_complete(main(loop.clock))
    return result
