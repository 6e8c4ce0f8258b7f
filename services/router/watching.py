"""The look at who is at risk: every second, between the lanes' own work."""

import asyncio
from collections.abc import Callable, Iterable

from services.router.domain.engine import RouterEngine
from shared.clock import Clock
from shared.process.logs import Log

__all__ = ["keep_looking"]

LOOK_SECONDS = 1.0  # between two looks: a time to answer is counted in seconds, and nobody acts on it any faster
SHARE_MAX = 0.02  # of a core: where a look takes longer than this share of a second, the next one is later


async def keep_looking(engines: Callable[[], Iterable[RouterEngine]], clock: Clock, log: Log) -> None:
    """Look at every engine until cancelled; after each piece the lanes have their turn."""
    spent = 0.0
    while True:
        await asyncio.sleep(max(LOOK_SECONDS, spent / SHARE_MAX))
        spent = 0.0
        for engine in engines():
            try:
                spent += await _look(engine, clock)
            except Exception as error:  # noqa: BLE001 - a forecast must not stop those who decide
                log.error("the look at who is at risk failed", partition=engine.partition, exc_info=error)


async def _look(engine: RouterEngine, clock: Clock) -> float:
    """One look; returns the seconds that it kept the process from other work."""
    spent = 0.0
    started = clock.monotonic()
    for _ in engine.look(clock.now_ms()):
        spent += clock.monotonic() - started
        await asyncio.sleep(0)
        started = clock.monotonic()
    return spent + clock.monotonic() - started
