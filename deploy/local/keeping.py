"""Whatever ends is started again, with a pause that grows while it does not live long."""

import asyncio
from collections.abc import Awaitable, Callable

from deploy.local.units import Unit
from shared.clock import monotonic

__all__ = ["keep"]

RESTART_SECONDS_MIN = 0.2
RESTART_SECONDS_MAX = 5.0
STABLE_SECONDS = 30.0  # who lived this long starts again with the shortest pause


async def keep(unit: Unit, start: Callable[[Unit], Awaitable[None]], say: Callable[[str], None]) -> None:
    """``start`` it whenever it ends, until cancelled."""
    pause, started = RESTART_SECONDS_MIN, monotonic()
    while True:
        status = await unit.wait()
        if monotonic() - started > STABLE_SECONDS:
            pause = RESTART_SECONDS_MIN
        say(f"{unit.label} ended ({_how(status)}); it is started again in {pause:.1f} s (log: {unit.log})")
        await asyncio.sleep(pause)
        pause, started = min(2 * pause, RESTART_SECONDS_MAX), monotonic()
        await start(unit)


def _how(status: int) -> str:
    return f"signal {status - 128}" if status > 128 else f"exit {status}"
