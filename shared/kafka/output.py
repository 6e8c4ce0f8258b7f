"""The output log: ordered, acknowledged appends."""

import asyncio
from collections.abc import Callable, Iterable
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


class _Filling:
    """A batch of aiokafka's, filled past its wrapper: three frames of Python for each record."""

    def __init__(self, batch: Any) -> None:
        self.append = batch._builder.append  # noqa: SLF001 - (number, time in ms or None, key, value, headers)
        self.count = 0
        self._batch = batch

    def closed(self) -> Any:
        """The batch, ready to be sent."""
        self._batch._relative_offset = self.count  # noqa: SLF001 - how many records it says that it holds
        self._batch.close()
        return self._batch


def _packed(producer: AIOKafkaProducer, records: Iterable[tuple[str, Message]]) -> dict[str, list[Any]]:
    """aiokafka's batches by topic, full but for the last of each."""
    packed: dict[str, list[_Filling]] = {}
    for topic, message in records:
        batches = packed.get(topic) or packed.setdefault(topic, [_Filling(producer.create_batch())])
        batch = batches[-1]
        if batch.append(batch.count, None, message.key, message.value, message.headers) is None:
            batch = _Filling(producer.create_batch())
            batches.append(batch)
            if batch.append(0, None, message.key, message.value, message.headers) is None:
                raise Fatal(f"a record of {len(message.value)} bytes does not fit a batch")
        batch.count += 1
    return {topic: [batch.closed() for batch in batches] for topic, batches in packed.items()}
