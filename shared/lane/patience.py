"""Patience with passing faults: the same work again, with back-off, until it succeeds or waiting makes no sense."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.errors import Fenced, Retryable
from shared.lane.sense import Sense
from shared.process.logs import Log

__all__ = ["BACK_OFF_SECONDS", "Patience", "again", "until_ready", "wait_for"]

T = TypeVar("T")

BACK_OFF_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # the last one repeats: a broker restart takes about 15 s
READY_SECONDS = 0.5  # between looks at a broker or database that is not there yet


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, at most so long."""
    waiting = asyncio.ensure_future(event.wait())
    try:
        await asyncio.wait({waiting}, timeout=seconds)
    finally:
        waiting.cancel()


async def again(
    work: Callable[[], Awaitable[T]],
    wait: Callable[[Exception, float], Awaitable[None]],
    passing: tuple[type[Exception], ...] = (Retryable,),
) -> T:
    """The result of ``work``, tried again after each ``passing`` fault.

    ``wait(fault, seconds)`` says what is the matter and waits for so long; whatever it raises ends the tries.
    """
    failures = 0
    while True:
        try:
            return await work()
        except passing as fault:
            await wait(fault, BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)])
            failures += 1


async def until_ready(
    what: str, problem: Callable[[], Awaitable[str | None]], stopping: asyncio.Event, log: Log
) -> None:
    """Look again and again, until there is no problem with it or the process stops; each problem is said once."""
    told = ""
    while not stopping.is_set():
        try:
            wrong = await problem()
        except Retryable as error:
            wrong = str(error)
        if wrong is None:
            return
        if wrong != told:
            log.warning("waiting", what=what, problem=wrong)
            told = wrong
        await wait_for(stopping, READY_SECONDS)


class Patience:
    """Repeats the work of one partition. ``ended``: the partition is given up. ``broken``: it ended inside a fault, so
    nothing may be assumed of memory."""

    def __init__(self, sense: Sense, partition: int) -> None:
        self._sense = sense
        self._log = sense.log.bind(partition=partition)
        self.ended = False
        self.broken = False
        self.excused_at = 0.0

    def end(self) -> None:
        """From now on a passing fault is final."""
        self.ended = True

    def excuse(self) -> None:
        """There is no progress now, and the reason is known (for the watchdog)."""
        self.excused_at = self._sense.clock.monotonic()

    async def repeat(self, during: str, work: Callable[[], Awaitable[T]]) -> T:
        """The result of ``work``. Repeating a commit whose outcome is unknown is safe: it recognises itself.

        Raises Fenced, Poison and Fatal at once; Retryable only after ``end``.
        """

        async def wait(fault: Exception, seconds: float) -> None:
            if self.ended:
                self.broken = True
                raise fault
            await self.pause(during, fault, seconds)

        try:
            return await again(work, wait)
        except Fenced:
            self._sense.metrics.fenced_commits.inc()
            self.broken = True
            raise

    async def pause(self, during: str, error: Exception, seconds: float = BACK_OFF_SECONDS[0]) -> None:
        """Wait before the next try, and say why."""
        self._sense.metrics.retry(during)
        self.excuse()
        self._log.warning("a passing fault", during=during, error=str(error), pause_seconds=seconds)
        await asyncio.sleep(seconds)
