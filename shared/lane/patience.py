"""Patience with passing faults: the same work again, with back-off, until it succeeds or waiting makes no sense."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from shared.errors import Fenced, Retryable
from shared.lane.sense import Sense

__all__ = ["BACK_OFF_SECONDS", "Patience", "wait_for"]

T = TypeVar("T")

BACK_OFF_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)  # the last one repeats: a broker restart takes about 15 s


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait until the event is set, at most so long."""
    waiting = asyncio.ensure_future(event.wait())
    await asyncio.wait({waiting}, timeout=seconds)
    waiting.cancel()


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
        failures = 0
        while True:
            try:
                return await work()
            except Retryable as error:
                if self.ended:
                    self.broken = True
                    raise
                await self.pause(during, error, failures)
                failures += 1
            except Fenced:
                self._sense.metrics.fenced_commits.inc()
                self.broken = True
                raise

    async def pause(self, during: str, error: Retryable, failures: int) -> None:
        """Wait before the next try, and say why."""
        self._sense.metrics.retry(during)
        self.excuse()
        seconds = BACK_OFF_SECONDS[min(failures, len(BACK_OFF_SECONDS) - 1)]
        self._log.warning("a passing fault", during=during, error=str(error), pause_seconds=seconds)
        await asyncio.sleep(seconds)
