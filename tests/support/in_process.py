"""A service that runs in the process of the test, and waiting for what it does."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Protocol, TypeVar

SETTLE_SECONDS_MAX = (
    240.0  # on a machine that is slow and busy, of the 300 of a test; nothing is slower for it where it goes well
)
Found = TypeVar("Found")


class Service(Protocol):
    """What can be run and stopped."""

    async def run(self) -> None:
        """Serve until ``stop``."""

    def stop(self) -> None:
        """Ask for the end."""


AnyService = TypeVar("AnyService", bound=Service)


@asynccontextmanager
async def running(service: AnyService) -> AsyncIterator[AnyService]:
    """The service, running inside the block and stopped after it; what it failed with is raised then."""
    task = asyncio.ensure_future(service.run())
    try:
        yield service
    finally:
        service.stop()
        await task


async def until(condition: Callable[[], Awaitable[Found]], seconds_max: float = SETTLE_SECONDS_MAX) -> Found:
    """The first true answer; TimeoutError when there is none in that time."""
    async with asyncio.timeout(seconds_max):
        while not (found := await condition()):
            await asyncio.sleep(0.05)
        return found
