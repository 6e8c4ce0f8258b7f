"""The input log of one member of a consumer group, and the end of a log."""

from collections.abc import Awaitable, Callable, Iterable, Mapping

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import (
    CorruptRecordException,
    KafkaError,
    NoOffsetForPartitionError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    UnsupportedCodecError,
)
from aiokafka.structs import OffsetAndMetadata

from shared.clock import now_ms
from shared.contract.records import Record
from shared.errors import Fatal, PartitionClosed, Retryable
from shared.kafka.client import METADATA_AGE_MS_MAX, REQUEST_MS_MAX, bounded_stop
from shared.kafka.lean import as_records
from shared.kafka.security import connection
from shared.process.settings import CommonSettings, LaneSettings

__all__ = ["InputLog", "read_tail"]

POLL_AGE_MS_MAX = 1_500  # an older fetch reply says nothing about the end of the log (a reply comes every 500 ms)
# Records are taken from aiokafka so many at a time: a full batch in one go does not fit a processor's cache
# (measured: a tenth of the time that reading takes).
SLICE_RECORDS_MAX = 100
# Of one reply and partition, twice in memory until it is taken. One record that is larger comes all the same.
FETCH_BYTES_MAX = 2 * 1024 * 1024
POLL_INTERVAL_MS_MAX = 24 * 3600 * 1000  # the lane has a watchdog of its own; aiokafka's is lost after one error
# A batch that this process cannot read: its bytes, or its length (aiokafka: too large), are not what was written.
UNREADABLE = (CorruptRecordException, RecordTooLargeError, UnsupportedCodecError)
CURE = (
    "make a replica the leader whose log is sound, then it opens by itself; where none is, delete the records up to"
    " behind that batch (kafka-delete-records) and usher lane accept"
)
TAIL_RECORDS_MAX = 1_000  # read at a claim: a paused former owner may have repeated this many at the end of the log

Assigned = Callable[[list[int]], None]  # synchronous: nothing may be delivered before it returns
Revoked = Callable[[list[int]], Awaitable[None]]
Polled = Mapping[TopicPartition, list[Record]]


async def read_tail(settings: CommonSettings, topic: str, partition: int) -> list[Record]:
    """The last records of a partition, oldest first (at most TAIL_RECORDS_MAX); empty for an empty log."""
    where = TopicPartition(settings.topic_prefix + topic, partition)
    consumer = AIOKafkaConsumer(
        **connection(settings),
        enable_auto_commit=False,
        auto_offset_reset="none",
        value_deserializer=as_records,
        request_timeout_ms=REQUEST_MS_MAX,
        fetch_max_wait_ms=50,
    )
    consumer.assign([where])
    try:
        await consumer.start()
        begin = (await consumer.beginning_offsets([where]))[where]
        end = (await consumer.end_offsets([where]))[where]
        first = max(begin, end - TAIL_RECORDS_MAX)
        if first >= end:
            return []
        consumer.seek(where, first)
        records: list[Record] = []
        while not records or records[-1].offset < end - 1:
            polled: Polled = await consumer.getmany(where, timeout_ms=REQUEST_MS_MAX, max_records=TAIL_RECORDS_MAX)
            if not polled:
                raise Retryable(f"Kafka: the tail of {where.topic}-{partition} could not be read")
            records += polled[where]
        return records
    except KafkaError as error:
        raise Retryable(f"Kafka: {error!r}") from error
    finally:
        await bounded_stop(consumer)


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Hands the group's decisions on as partition numbers."""

    def __init__(self, assigned: Assigned, revoked: Revoked) -> None:
        self._assigned = assigned
        self._revoked = revoked

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        await self._revoked(sorted(where.partition for where in revoked))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        self._assigned(sorted(where.partition for where in assigned))


class InputLog:
    """One member of a consumer group on one topic, polled partition by partition.

    Records arrive only from partitions that were opened (``seek`` then ``resume``): a partition is paused in the first
    line of the assignment callback, because aiokafka delivers records before that callback returns. ``make`` makes the
    client.
    """

    def __init__(
        self,
        settings: LaneSettings,
        topic: str,
        group: str,
        make: Callable[..., AIOKafkaConsumer] = AIOKafkaConsumer,
    ) -> None:
        self.topic = settings.topic_prefix + topic
        self._consumer = make(
            **connection(settings),
            group_id=group,
            client_id=settings.instance or None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            value_deserializer=as_records,
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            rebalance_timeout_ms=settings.rebalance_timeout_ms,
            max_poll_interval_ms=POLL_INTERVAL_MS_MAX,
            request_timeout_ms=REQUEST_MS_MAX,
            metadata_max_age_ms=METADATA_AGE_MS_MAX,
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
        )

    async def start(self, assigned: Assigned, revoked: Revoked) -> None:
        """Join the group; the callbacks hear of partitions. Retryable when no broker answers."""
        self._consumer.subscribe([self.topic], listener=_Listener(assigned, revoked))
        try:
            await self._consumer.start()
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error

    async def stop(self) -> None:
        """Leave the group; bounded."""
        await bounded_stop(self._consumer)

    def _at(self, partition: int) -> TopicPartition:
        return TopicPartition(self.topic, partition)

    def close(self, partitions: Iterable[int]) -> None:
        """Deliver nothing from these partitions until ``open``. The seek keeps aiokafka from asking the group for a
        position, which a new group does not have."""
        for where in map(self._at, partitions):
            self._consumer.pause(where)
            self._consumer.seek(where, 0)

    def owned(self) -> list[int]:
        """Partitions that the group has given to this member."""
        return sorted(where.partition for where in self._consumer.assignment())

    def owns(self, partition: int) -> bool:
        """Whether the group still sees this member as the owner."""
        return self._at(partition) in self._consumer.assignment()

    async def bounds(self, partition: int) -> tuple[int, int]:
        """(first offset that is still there, offset of the next record)."""
        where = self._at(partition)
        try:
            begin = (await self._consumer.beginning_offsets([where]))[where]
            end = (await self._consumer.end_offsets([where]))[where]
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error
        return begin, end

    def open(self, partition: int, offset: int) -> None:
        """Deliver from ``offset`` on. Fenced when the group took the partition away meanwhile."""
        where = self._at(partition)
        if where not in self._consumer.assignment():
            return
        self._consumer.seek(where, offset)
        self._consumer.resume(where)

    async def poll(self, partition: int, *, wait_ms: int, records_max: int) -> list[Record]:
        """The next records of one partition, in order; empty after ``wait_ms``. Never to be cancelled.

        Retryable: a passing fault. PartitionClosed: the wanted offset is gone, or what stands there cannot be read.
        Fatal: the client is not authorised.
        """
        records: list[Record] = []
        while len(records) < records_max:
            slice_max = min(records_max - len(records), SLICE_RECORDS_MAX)
            try:
                taken = await self._take(partition, 0 if records else wait_ms, slice_max)
            except (Retryable, Fatal):
                if records:
                    break  # they will not be delivered again; a fault that stays is met by the next poll
                raise
            if not taken:
                break
            records += taken
        return records

    async def _take(self, partition: int, wait_ms: int, records_max: int) -> list[Record]:
        where = self._at(partition)
        try:
            polled: Polled = await self._consumer.getmany(where, timeout_ms=wait_ms, max_records=records_max)
        except NoOffsetForPartitionError:
            return []  # an answer to a question from before the partition was opened at its stored offset
        except OffsetOutOfRangeError as error:
            raise PartitionClosed(
                partition,
                "the input log holds no record at the next offset any more: records expired"
                " unread, or the topic was re-created",
            ) from error
        except UNREADABLE as error:
            raise PartitionClosed(partition, f"the input log has a batch that cannot be read: {error}", CURE) from error
        except KafkaError as error:
            if error.retriable:
                raise Retryable(f"Kafka: {error!r}") from error
            raise Fatal(f"Kafka: {error!r}") from error
        return polled.get(where, [])

    def caught_up(self, partition: int, next_offset: int) -> bool:
        """Whether a fresh reply of the broker says that nothing lies beyond ``next_offset``."""
        where = self._at(partition)
        if where not in self._consumer.assignment():
            return False
        end = self._consumer.highwater(where)
        polled_at = self._consumer.last_poll_timestamp(where)
        fresh = polled_at is not None and now_ms() - polled_at <= POLL_AGE_MS_MAX
        return fresh and end is not None and end <= next_offset

    def lag(self, partition: int, next_offset: int) -> int:
        """Records not yet applied, by the broker's last reply."""
        where = self._at(partition)
        end = self._consumer.highwater(where) if where in self._consumer.assignment() else None
        return max(0, end - next_offset) if end is not None else 0

    async def note_offsets(self, notes: Mapping[int, tuple[int, str]]) -> None:
        """Tell the group how far the outputs of each partition are published, and a note: for lag tools and for whoever
        waits for this service."""
        owned = {number: noted for number, noted in notes.items() if self.owns(number)}
        if not owned:
            return
        try:
            await self._consumer.commit(
                {self._at(number): OffsetAndMetadata(*noted) for number, noted in owned.items()}
            )
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error
