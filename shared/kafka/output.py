"""The output log: ordered, acknowledged appends."""

import asyncio
from collections.abc import Callable, Iterable
from itertools import chain
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.contract.envelope import Message
from shared.errors import Fatal, Retryable
from shared.kafka.client import METADATA_AGE_MS_MAX, REQUEST_BYTES_MAX, REQUEST_MS_MAX, bounded_stop
from shared.kafka.security import connection
from shared.process.settings import CommonSettings

__all__ = ["OutputLog"]

BATCH_BYTES_MAX = 512 * 1024  # of one produce request and partition: half of the broker's default record limit


class OutputLog:
    """An ordered, acknowledged (acks=all), not idempotent producer, rebuilt after any error.

    aiokafka's idempotent producer skips sequence numbers after a leaderless moment and then fails until restart; the
    outbox repeats from the first unacknowledged row instead, and consumers drop what they have seen. ``make`` makes the
    client.
    """

    def __init__(self, settings: CommonSettings, make: Callable[..., AIOKafkaProducer] = AIOKafkaProducer) -> None:
        self._settings = settings
        self._make = make
        self._producer: AIOKafkaProducer | None = None
        self._renewal = asyncio.Lock()

    async def publish(self, topic: str, partition: int, messages: Iterable[Message]) -> None:
        """``publish_all`` for one topic."""
        await self.publish_all(partition, ((topic, message) for message in messages))

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        """Append each (topic, message), those of a topic in order; returns when all replicas have them.

        Retryable: some may be on the logs.
        """
        producer = await self._current()
        packed = _packed(producer, records)
        sending = (self._append(producer, topic, partition, batches) for topic, batches in packed.items())
        for failure in filter(None, await asyncio.gather(*sending, return_exceptions=True)):
            raise failure

    async def _append(self, producer: AIOKafkaProducer, topic: str, partition: int, batches: list[Any]) -> None:
        try:
            futures = [
                await producer.send_batch(batch, self._settings.topic_prefix + topic, partition=partition)
                for batch in batches
            ]
            for future in futures:
                await future
        except (KafkaError, OSError) as error:
            await self._drop(producer)
            raise Retryable(f"Kafka: {error!r}") from error

    async def _current(self) -> AIOKafkaProducer:
        async with self._renewal:
            if self._producer is None:
                producer = self._make(
                    **connection(self._settings),
                    acks="all",
                    enable_idempotence=False,
                    max_batch_size=BATCH_BYTES_MAX,
                    max_request_size=REQUEST_BYTES_MAX,
                    request_timeout_ms=REQUEST_MS_MAX,
                    metadata_max_age_ms=METADATA_AGE_MS_MAX,
                )
                try:
                    await producer.start()
                except (KafkaError, OSError) as error:
                    await bounded_stop(producer)
                    raise Retryable(f"Kafka: {error!r}") from error
                self._producer = producer
            return self._producer

    async def _drop(self, producer: AIOKafkaProducer) -> None:
        async with self._renewal:
            if self._producer is producer:
                self._producer = None
                await bounded_stop(producer)

    async def stop(self) -> None:
        """Close the producer; bounded."""
        if self._producer is not None:
            await bounded_stop(self._producer)


def _packed(producer: AIOKafkaProducer, records: Iterable[tuple[str, Message]]) -> dict[str, list[Any]]:
    """aiokafka's batches by topic, full but for the last of each."""
    packed: dict[str, list[Any]] = {}
    for topic, message in records:
        batches = packed.get(topic) or packed.setdefault(topic, [producer.create_batch()])
        if not _fits(batches[-1], message):
            batches.append(producer.create_batch())
            if not _fits(batches[-1], message):
                raise Fatal(f"a record of {len(message.value)} bytes does not fit a batch")
    for batch in chain.from_iterable(packed.values()):
        batch.close()
    return packed


def _fits(batch: Any, message: Message) -> bool:
    """Whether the message was appended."""
    appended = batch.append(key=message.key, value=message.value, timestamp=None, headers=message.headers)
    return appended is not None
