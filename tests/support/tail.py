"""The end of a log, read as patiently as a lane reads it: a broker on a busy machine may not answer for a moment."""

import asyncio
from contextlib import suppress

from shared.contract.records import Record
from shared.errors import Retryable
from shared.kafka import read_tail
from shared.process.settings import CommonSettings

SECONDS_MAX = 240.0  # on a machine that is slow and busy, of the 300 of a test
AGAIN_SECONDS = 0.1


async def tail(settings: CommonSettings, topic: str, partition: int) -> list[Record]:
    """The last records of a partition, oldest first. TimeoutError where the broker stays away."""
    async with asyncio.timeout(SECONDS_MAX):
        while True:
            with suppress(Retryable):
                return await read_tail(settings, topic, partition)
            await asyncio.sleep(AGAIN_SECONDS)
