"""The output log: ordered, acknowledged appends."""

import asyncio
from collections.abc import Iterable, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.envelope import Message
from shared.errors import Fatal, Retryable
from shared.kafka.client import METADATA_AGE_MS_MAX, REQUEST_BYTES_MAX, REQUEST_MS_MAX, bounded_stop
from shared.settings import CommonSettings

__all__ = ["OutputLog"]

BATCH_BYTES_MAX = 512 * 1024  # of one produce request and partition: half of the broker's default record limit


class OutputLog:
    """An ordered, acknowledged (acks=all), not idempotent producer, rebuilt after any error.

    aiokafka's idempotent producer skips sequence numbers after a leaderless moment and then fails until restart; the
    outbox repeats from the first unacknowledged row instead, and consumers drop what they have seen.
    """

    def __init__(self, settings: CommonSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._renewal = asyncio.Lock()

    async def publish(self, topic: str, partition: int, messages: Sequence[Message]) -> None:
        """Append the messages in order; returns when all replicas have them. Retryable: some may be on the log."""
        producer = await self._current()
        try:
            futures = [
                await producer.send_batch(batch, self._settings.topic_prefix + topic, partition=partition)
                for batch in _batches(producer, messages)
            ]
            for future in futures:
                await future
        except (KafkaError, OSError) as error:
            await self._drop(producer)
            raise Retryable(f"Kafka: {error!r}") from error

    async def _current(self) -> AIOKafkaProducer:
        async with self._renewal:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=self._settings.kafka_bootstrap_servers,
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


def _batches(producer: AIOKafkaProducer, messages: Sequence[Message]) -> Iterable[object]:
    batch = producer.create_batch()
    for message in messages:
        appended = batch.append(key=message.key, value=message.value, timestamp=None, headers=message.headers)
        if appended is None:
            yield batch
            batch = producer.create_batch()
            if batch.append(key=message.key, value=message.value, timestamp=None, headers=message.headers) is None:
                raise Fatal(f"a record of {len(message.value)} bytes does not fit a batch")
    batch.close()
    yield batch
