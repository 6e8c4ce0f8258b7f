"""The edge to Kafka: topics, the input log of a group member, the output log of a publisher."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, NoOffsetForPartitionError, TopicAlreadyExistsError
from aiokafka.partitioner import murmur2
from aiokafka.structs import ConsumerRecord, OffsetAndMetadata

from shared.clock import now_ms
from shared.engine import Record
from shared.envelope import Message, to_record
from shared.errors import Fatal, Retryable
from shared.settings import CommonSettings, LaneSettings
from shared.topics import TopicSpec

__all__ = ["InputLog", "OutputLog", "ensure_topics", "partition_of", "read_tail"]

REQUEST_MS_MAX = 10_000  # an unanswered request is given up after this; the outbox then repeats it
STOP_SECONDS_MAX = 5.0  # aiokafka's stop() waits for a broker without bound
METADATA_AGE_MS_MAX = 30_000  # a moved partition leader is noticed at the latest after this
BATCH_BYTES_MAX = 512 * 1024  # of one produce request and partition: half of the broker's default record limit
REQUEST_BYTES_MAX = 4 * 1024 * 1024  # a single hand-off event may be larger than a batch: text is up to 256 KiB
POLL_AGE_MS_MAX = 1_500  # an older fetch reply says nothing about the end of the log (a reply comes every 500 ms)
POLL_INTERVAL_MS_MAX = 24 * 3600 * 1000  # the lane has a watchdog of its own; aiokafka's is lost after one error
TAIL_RECORDS_MAX = 1_000  # read at a claim: a paused former owner may have repeated this many at the end of the log
TOPIC_SECONDS_MAX = 30.0  # until every new partition has a leader

Assigned = Callable[[list[int]], None]  # synchronous: nothing may be delivered before it returns
Revoked = Callable[[list[int]], Awaitable[None]]


def partition_of(key: bytes, partitions: int) -> int:
    """The partition of a key by Kafka's own rule (murmur2), the same in every official client."""
    return int((murmur2(key) & 0x7FFFFFFF) % partitions)


async def ensure_topics(settings: CommonSettings, specs: Sequence[TopicSpec], *, check: bool = False) -> list[str]:
    """Create missing topics and wait for their leaders; returns what is wrong: missing ones, odd partition counts,
    compaction.

    With ``check`` nothing is created. Idempotent. Retryable when no broker answers.
    """
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers, request_timeout_ms=REQUEST_MS_MAX)
    try:
        await admin.start()
        present = set(await admin.list_topics())
        names = [settings.topic_prefix + spec.name for spec in specs]
        missing = [spec for spec in specs if settings.topic_prefix + spec.name not in present]
        if check:
            there = [name for name in names if name in present]
            return [
                *(f"{settings.topic_prefix}{spec.name}: missing; run `usher topics`" for spec in missing),
                *await _odd_partitions(admin, there, settings.partitions),
                *await _compacted(admin, there),
            ]
        if missing:
            await _create(admin, settings, missing)
        await _wait_for_leaders(admin, names)
        return [*await _odd_partitions(admin, names, settings.partitions), *await _compacted(admin, names)]
    except KafkaError as error:
        raise Retryable(f"Kafka at {settings.kafka_bootstrap_servers}: {error!r}") from error
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, settings: CommonSettings, missing: Sequence[TopicSpec]) -> None:
    topics = [
        NewTopic(
            settings.topic_prefix + spec.name,
            settings.partitions,
            settings.replication_factor,
            topic_configs={
                "retention.ms": str(spec.retention_ms),
                "cleanup.policy": "delete",
                "max.message.bytes": str(REQUEST_BYTES_MAX),
                **({"message.timestamp.type": "LogAppendTime"} if spec.append_time else {}),
            },
        )
        for spec in missing
    ]
    try:
        await admin.create_topics(topics, timeout_ms=REQUEST_MS_MAX)
    except TopicAlreadyExistsError:
        return  # another process was quicker: the same specification


async def _wait_for_leaders(admin: AIOKafkaAdminClient, names: Sequence[str]) -> None:
    async with asyncio.timeout(TOPIC_SECONDS_MAX):
        while True:
            found = await admin.describe_topics(list(names))
            if all(
                topic["error_code"] == 0 and all(p["leader"] >= 0 and p["error_code"] == 0 for p in topic["partitions"])
                for topic in found
            ):
                return
            await asyncio.sleep(0.05)


async def _odd_partitions(admin: AIOKafkaAdminClient, names: Sequence[str], expected: int) -> list[str]:
    if not names:
        return []
    return [
        f"{topic['topic']}: {len(topic['partitions'])} partitions, expected {expected}: the count is frozen, because"
        " it decides which partition owns a workspace; set USHER_PARTITIONS to what the topics have"
        for topic in await admin.describe_topics(list(names))
        if len(topic["partitions"]) != expected
    ]


async def _compacted(admin: AIOKafkaAdminClient, names: Sequence[str]) -> list[str]:
    """Topics that are compacted: there, only the last event of each workspace would stay, and that one for ever."""
    if not names:
        return []
    asked = [ConfigResource(ConfigResourceType.TOPIC, name, configs={"cleanup.policy": None}) for name in names]
    return [
        f"{name}: cleanup.policy is {value}, which loses events and keeps personal data; set it to delete"
        for reply in await admin.describe_configs(asked)
        for _, _, _, name, entries in reply.resources
        for _, value, *_ in entries
        if "compact" in value
    ]


async def read_tail(settings: CommonSettings, topic: str, partition: int) -> list[Record]:
    """The last records of a partition, oldest first (at most TAIL_RECORDS_MAX); empty for an empty log."""
    where = TopicPartition(settings.topic_prefix + topic, partition)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        enable_auto_commit=False,
        auto_offset_reset="none",
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
            polled = await consumer.getmany(where, timeout_ms=REQUEST_MS_MAX, max_records=TAIL_RECORDS_MAX)
            if not polled:
                raise Retryable(f"Kafka: the tail of {where.topic}-{partition} could not be read")
            records += [_record(raw) for raw in polled[where]]
        return records
    except KafkaError as error:
        raise Retryable(f"Kafka: {error!r}") from error
    finally:
        await _bounded_stop(consumer)


def _record(raw: ConsumerRecord) -> Record:
    return to_record(raw.offset, raw.timestamp, raw.value, raw.headers)


async def _bounded_stop(client: AIOKafkaConsumer | AIOKafkaProducer) -> None:
    stopping = asyncio.ensure_future(client.stop())
    await asyncio.wait({stopping}, timeout=STOP_SECONDS_MAX)
    if not stopping.done():
        stopping.cancel()
    elif not stopping.cancelled():  # aiokafka's stop may end with the cancellation of one of its own tasks
        stopping.exception()


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
    line of the assignment callback, because aiokafka delivers records before that callback returns.
    """

    def __init__(self, settings: LaneSettings, topic: str, group: str) -> None:
        self.topic = settings.topic_prefix + topic
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=settings.kafka_bootstrap_servers,
            group_id=group,
            client_id=settings.instance or None,
            enable_auto_commit=False,
            auto_offset_reset="none",
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            rebalance_timeout_ms=settings.rebalance_timeout_ms,
            max_poll_interval_ms=POLL_INTERVAL_MS_MAX,
            request_timeout_ms=REQUEST_MS_MAX,
            metadata_max_age_ms=METADATA_AGE_MS_MAX,
            max_partition_fetch_bytes=REQUEST_BYTES_MAX,
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
        await _bounded_stop(self._consumer)

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

        Retryable: a passing fault. Fatal: the wanted offset is gone, or the client is not authorised.
        """
        where = self._at(partition)
        try:
            polled = await self._consumer.getmany(where, timeout_ms=wait_ms, max_records=records_max)
        except NoOffsetForPartitionError:
            return []  # an answer to a question from before the partition was opened at its stored offset
        except KafkaError as error:
            if error.retriable:
                raise Retryable(f"Kafka: {error!r}") from error
            raise Fatal(f"Kafka: {error!r}") from error
        return [_record(raw) for raw in polled.get(where, ())]

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

    async def note_offset(self, partition: int, offset: int) -> None:
        """Tell the group how far its outputs are published: for lag tools and for whoever waits for this service."""
        try:
            await self._consumer.commit({self._at(partition): OffsetAndMetadata(offset, "")})
        except KafkaError as error:
            raise Retryable(f"Kafka: {error!r}") from error


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
                    await _bounded_stop(producer)
                    raise Retryable(f"Kafka: {error!r}") from error
                self._producer = producer
            return self._producer

    async def _drop(self, producer: AIOKafkaProducer) -> None:
        async with self._renewal:
            if self._producer is producer:
                self._producer = None
                await _bounded_stop(producer)

    async def stop(self) -> None:
        """Close the producer; bounded."""
        if self._producer is not None:
            await _bounded_stop(self._producer)


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
