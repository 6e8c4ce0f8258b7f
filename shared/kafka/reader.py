"""What commands read from Kafka: bounds of partitions, records at an offset or since a time, records as they come."""

import logging
from collections.abc import AsyncIterator, Sequence
from types import TracebackType

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from aiokafka.structs import ConsumerRecord

from shared.errors import Retryable
from shared.kafka.security import connection
from shared.process.settings import CommonSettings

__all__ = ["ConsumerRecord", "LogFollower", "LogReader", "silence_retries"]

REQUEST_MS_MAX = 10_000  # an operator who waits longer than this wants to know why
RECORDS_MAX = 500  # of one fetch; a command looks at the beginning of what is there


def silence_retries() -> None:
    """aiokafka calls every retry an error; failures that stay are raised, and said by who catches them."""
    logging.getLogger("aiokafka").setLevel("CRITICAL")


class LogReader:
    """Reads partitions from wherever it is asked to, in no group; topics are named without the deployment's prefix.

    Every method raises Retryable when no broker answers.
    """

    def __init__(self, settings: CommonSettings) -> None:
        self._prefix = settings.topic_prefix
        self._consumer = AIOKafkaConsumer(
            **connection(settings),
            enable_auto_commit=False,
            auto_offset_reset="none",
            request_timeout_ms=REQUEST_MS_MAX,
            fetch_max_wait_ms=50,
        )

    async def __aenter__(self) -> "LogReader":
        try:
            await self._consumer.start()
        except BaseException as error:  # a time limit that ends the start leaves no half-open client either
            await self._consumer.stop()
            if isinstance(error, KafkaError | OSError):
                raise Retryable(f"Kafka: {error!r}") from error
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def topics(self) -> set[str]:
        """The topics of this deployment that exist."""
        try:
            names: set[str] = await self._consumer.topics()
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error
        return {name.removeprefix(self._prefix) for name in names if name.startswith(self._prefix)}

    async def partitions(self, topic: str) -> list[int]:
        """The partitions of a topic that exists."""
        await self.bounds(topic, [0])  # the client learns of a topic when it is asked for a partition of it
        return sorted(self._consumer.partitions_for_topic(self._prefix + topic) or ())

    async def bounds(self, topic: str, partitions: Sequence[int]) -> dict[int, tuple[int, int]]:
        """(first offset that is still there, offset of the next record) of partitions of a topic that exists."""
        places = [self._at(topic, partition) for partition in partitions]
        try:
            begins = await self._consumer.beginning_offsets(places)
            ends = await self._consumer.end_offsets(places)
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error
        return {place.partition: (begins[place], ends[place]) for place in places}

    async def read(self, topic: str, partition: int, offset: int) -> list[ConsumerRecord]:
        """Records from ``offset`` on, which lies below the end of the log; at most RECORDS_MAX, at least one."""
        place = self._at(topic, partition)
        self._consumer.assign([place])
        self._consumer.seek(place, offset)
        try:
            polled = await self._consumer.getmany(place, timeout_ms=REQUEST_MS_MAX, max_records=RECORDS_MAX)
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error
        if not polled.get(place):
            raise Retryable(f"Kafka: {place.topic}-{partition} could not be read at offset {offset}")
        return list(polled[place])

    async def offset_at(self, topic: str, partition: int, at_ms: int) -> int:
        """Offset of the first record that the log took at that time or later; the log's end when there is none."""
        place = self._at(topic, partition)
        try:
            found = (await self._consumer.offsets_for_times({place: at_ms}))[place]
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error
        _, end = (await self.bounds(topic, [partition]))[partition]
        return end if found is None else int(found.offset)

    async def at_time(self, topic: str, partition: int, at_ms: int) -> AsyncIterator[ConsumerRecord]:
        """The records that the log took at this very millisecond, in order; none where they are gone."""
        offset = await self.offset_at(topic, partition, at_ms)
        _, end = (await self.bounds(topic, [partition]))[partition]
        while offset < end:
            for record in await self.read(topic, partition, offset):
                if record.timestamp != at_ms:
                    return
                yield record
                offset = record.offset + 1

    def follow(self, topic: str, partition: int, offset: int) -> "LogFollower":
        """The partition from there on; the reader itself reads nothing else meanwhile."""
        return LogFollower(self._consumer, self._at(topic, partition), offset)

    def _at(self, topic: str, partition: int) -> TopicPartition:
        return TopicPartition(self._prefix + topic, partition)


class LogFollower:
    """Reads one partition from an offset on, in no group, for as long as it is asked.

    Every method raises Retryable when no broker answers, or when the records are no longer there.
    """

    def __init__(self, consumer: AIOKafkaConsumer, place: TopicPartition, offset: int) -> None:
        self._consumer = consumer
        self._place = place
        consumer.assign([place])
        self.go_to(offset)

    def go_to(self, offset: int) -> None:
        """Read on from there."""
        self.next_offset = offset
        self._consumer.seek(self._place, offset)

    async def more(self, wait_ms: int) -> list[ConsumerRecord]:
        """The next records, at most RECORDS_MAX; none when nothing comes within the time."""
        try:
            polled = await self._consumer.getmany(self._place, timeout_ms=wait_ms, max_records=RECORDS_MAX)
        except KafkaError as error:
            raise Retryable(f"Kafka: {self._place.topic}-{self._place.partition}: {error!r}") from error
        records = list(polled.get(self._place, ()))
        if records:
            self.next_offset = records[-1].offset + 1
        return records

    @property
    def caught_up(self) -> bool:
        """Whether everything is read that the broker spoke of in its last answer."""
        end = self._consumer.highwater(self._place)
        return end is not None and self.next_offset >= end
