"""What every client of Kafka has in common: bounds, and an end that does not wait for ever."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

__all__ = ["METADATA_AGE_MS_MAX", "REQUEST_BYTES_MAX", "REQUEST_MS_MAX", "bounded_stop"]

REQUEST_MS_MAX = 10_000  # an unanswered request is given up after this; the outbox then repeats it
STOP_SECONDS_MAX = 5.0  # aiokafka's stop() waits for a broker without bound
METADATA_AGE_MS_MAX = 30_000  # a moved partition leader is noticed at the latest after this
REQUEST_BYTES_MAX = 4 * 1024 * 1024  # a single hand-off event may be larger than a batch: text is up to 256 KiB


async def bounded_stop(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    """Close a client; after STOP_SECONDS_MAX it is left behind."""
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=STOP_SECONDS_MAX)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():  # aiokafka's stop may end with the cancellation of one of its own tasks
        stopping.exception()
