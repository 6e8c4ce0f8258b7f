"""The edge to Kafka: FastStream batch subscribers on the inbound topics, acknowledged only after delivery.

What FastStream does by itself and is not wanted here, and what stands in its place: it acknowledges before the handler
(AckPolicy.MANUAL, and offsets are committed by name), it decodes headers and fails on odd ones (a parser over the raw
records), it swallows the errors of a handler and goes on (the handler never raises: it delivers, or ends the process),
it creates topics with one partition (switched off), it commits without bound (a bounded call beside the loop).
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError
from faststream.kafka import KafkaBroker

from services.ingest.batch.kafka import Listener, options
from services.ingest.held import Held
from services.ingest.prefix import Looks, Prefix
from services.ingest.reader.kafka import Reader, position_of
from services.ingest.sense import Sense
from services.ingest.settings import IngestSettings
from shared.clock import monotonic, now_ms
from shared.errors import Fatal
from shared.lane.patience import wait_for
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Records", "Subscription"]

POLL_AGE_MS_MAX = 1_500  # of a reply of the broker; one comes every 500 ms
COMMIT_SECONDS_MAX = 5.0  # aiokafka's commit waits for a broker without bound

Records = Sequence[ConsumerRecord]
Handle = Callable[[Records], Awaitable[asyncio.Future[None] | None]]
"""Takes a batch; returns what is left to do before its offsets may be committed, None for nothing."""


class Subscription:
    """One consumer group member on some topics: a batch at a time, in the order of each partition."""

    def __init__(self, name: str, topics: Sequence[str], handle: Handle, sense: Sense) -> None:
        self.name = name
        self.topics = topics
        self._handle = handle
        self._metrics = sense.metrics
        self._log = sense.log
        self._subscriber: Any = None
        self._listener = Listener(self._revoked)
        self._prefix: Prefix[TopicPartition] = Prefix()
        self._done: dict[TopicPartition, int] = {}  # offsets to commit: everything before them is delivered
        self._next: dict[TopicPartition, int] = {}  # the same, kept after the commit, for the lag
        self._idle = asyncio.Event()
        self._idle.set()
        self._closing = False
        self._committing = asyncio.Lock()
        self._failed: Callable[[Exception], None] = lambda _: None
        self.delivered: Callable[[], None] = lambda: None  # called when there is something to commit
        self._refused = False  # the last commit was
        self._batch_records_max = 1
        self._gather_seconds = 0.0
        self._stuck_seconds_max = 0.0
        self._moved_at = monotonic()
        self._looks: Looks[TopicPartition] = Looks()
        self._held: Held[TopicPartition] = Held()

    def attach(self, broker: KafkaBroker, settings: IngestSettings, failed: Callable[[Exception], None]) -> None:
        """Register with the broker; ``failed`` hears of an error that must end the process."""
        self._failed = failed
        self._batch_records_max = settings.batch_records_max
        self._gather_seconds = settings.gather_ms / MILLISECONDS_PER_SECOND
        self._stuck_seconds_max = settings.stuck_seconds_max
        self._subscriber = broker.subscriber(
            *self.topics,
            listener=self._listener,
            **options(settings, self.name),
        )
        self._subscriber(self._receive)

    def use(self, topics: Sequence[str]) -> None:
        """Read other topics from now on: the group shares their partitions out anew, and nothing is restarted."""
        self.topics = topics
        consumer = self._subscriber.consumer
        if consumer is not None:
            consumer.subscribe(topics=list(topics), listener=self._listener)

    @property
    def running(self) -> bool:
        """Whether the consumer polls and the group has answered; a standby without partitions counts."""
        return bool(self._subscriber and self._subscriber.running and not self._closing)

    async def _receive(self, records: Any) -> None:
        """FastStream's handler. It never raises: an error here would be swallowed, and the batch with it."""
        if self._closing:
            return
        self._idle.clear()
        try:
            rest = await self._handle(records)
            if rest is not None:
                rest.add_done_callback(self._finished)
            self._prefix.add({TopicPartition(each.topic, each.partition): each.offset + 1 for each in records}, rest)
            if len(records) < self._batch_records_max:
                self.delivered()  # else there is more, and who is behind need not say at every moment how far
        except Exception as error:  # noqa: BLE001 - the edge: FastStream would go on with the next batch
            self._end(error)
        finally:
            self._moved_at = monotonic()
            self._idle.set()
        if len(records) < self._batch_records_max:
            await asyncio.sleep(self._gather_seconds)

    def _finished(self, rest: asyncio.Future[None]) -> None:
        error = None if rest.cancelled() else rest.exception()
        if isinstance(error, Exception):
            self._end(error)  # the batch is never passed, so nothing would be committed any more
        self.delivered()

    def _end(self, error: Exception) -> None:
        self._closing = True
        self._failed(error)

    async def close(self, seconds_max: float) -> None:
        """Take no further batch, give the one in hand ``seconds_max``, commit what is delivered."""
        self._closing = True
        await self._settle(seconds_max)
        await self.commit()

    async def _revoked(self) -> None:
        await self._settle(COMMIT_SECONDS_MAX)
        await self.commit()
        for where in self._next:
            self._metrics.disowned(_name(where))
        self._prefix.forget()
        self._done.clear()
        self._next.clear()
        self._held.forget()
        self._subscriber.consumer.forget()

    async def _settle(self, seconds_max: float) -> None:
        """Give the batch in hand, then what earlier ones still wait for, so long each."""
        await wait_for(self._idle, seconds_max)
        waiting = self._prefix.waiting
        if waiting:
            await asyncio.wait(waiting, timeout=seconds_max)

    async def commit(self, *, soon: bool = False) -> None:
        """Tell the group what is delivered; bounded. A failure is no loss: the same is read and dropped again.

        ``soon``: only what was handed out, and not after a failure; the reader is not asked about each partition."""
        if soon and self._refused:
            return
        async with self._committing:
            consumer = self._subscriber.consumer
            self._done.update(self._prefix.take())
            if not soon:
                await self._pass_marks(consumer)
            owned = consumer.assignment() if consumer is not None else ()
            offsets = self._done = {where: offset for where, offset in self._done.items() if where in owned}
            if not offsets:
                return
            self._next.update(offsets)
            committing = asyncio.ensure_future(consumer.commit(offsets))
            await asyncio.wait({committing}, timeout=COMMIT_SECONDS_MAX)  # cancelled: the last commit says it again
            self._refused = not committing.done() or not isinstance(committing.exception(), None | IllegalStateError)
            if not self._refused:
                self._done = {}
                return
            problem = repr(committing.exception()) if committing.done() else "no answer"
            committing.cancel()
            self._log.warning("offsets were not committed", group=self.name, problem=problem)

    async def _pass_marks(self, consumer: Reader | None) -> None:
        """Where all that was handed out is delivered, the offset is that of the reader: behind the marks that end
        transactions, which are never handed out. So it also says of a quiet partition that it is read."""
        if consumer is None:
            return
        for where in consumer.assignment():
            position = await position_of(consumer, where)
            if consumer.astray:
                return  # positions of a failed call count for nothing: records before them were not handed out
            delivered = self._done.get(where, self._next.get(where, -1))
            handed_out = consumer.handed_out(where)
            if position is not None and position > delivered and (handed_out is None or handed_out <= delivered):
                self._done[where] = position

    async def report(self) -> int:
        """Set the lag of each owned partition, with what an open transaction holds back; returns how many there are.

        Fatal: records wait and nothing moves."""
        consumer: Reader | None = self._subscriber.consumer
        owned = consumer.assignment() if consumer is not None else set()
        waiting = 0
        for where in owned:
            lag = await self._lag(where)
            self._metrics.lag(_name(where), lag + self._held_back(where))
            waiting += lag if where not in self._subscriber.consumer.failing else 0
        if not waiting or not self._idle.is_set() or self._prefix.waiting:
            self._moved_at = monotonic()
        if monotonic() - self._moved_at > self._stuck_seconds_max:
            raise Fatal(f"{self.name}: {waiting} records wait, nothing was read for {self._stuck_seconds_max:.0f} s")
        return len(owned)

    async def has_delivered(self) -> bool | None:
        """Whether all is delivered that our partitions held when this was last asked, not while the broker does not
        answer; None without partitions: they are others', or on their way."""
        consumer: Reader | None = self._subscriber.consumer if self.running else None
        owned = consumer.assignment() if consumer is not None else set()
        oldest_ms = min((consumer.last_poll_timestamp(where) or 0 for where in owned), default=0) if consumer else 0
        if consumer is None or now_ms() - oldest_ms > POLL_AGE_MS_MAX:
            self._looks.look({}, {})
            return None if consumer is not None and not owned else False
        taken = {where: await self._taken(where) or 0 for where in owned}
        return self._looks.look({where: consumer.last_stable_offset(where) or 0 for where in owned}, taken)

    def notes(self) -> list[str]:
        """Open transactions of others that hold records back: no fault of ours, and no reason to take less."""
        return self._held.notes(_name, monotonic())

    def _held_back(self, where: TopicPartition) -> int:
        """Records that may not be read before a transaction ends: between the last stable offset and the log's end."""
        consumer: Reader = self._subscriber.consumer
        known = where in consumer.assignment()
        end, stable = (consumer.highwater(where), consumer.last_stable_offset(where)) if known else (None, None)
        return self._held.look(where, end, stable, monotonic())

    async def _lag(self, where: TopicPartition) -> int:
        """Records behind the last delivered one, by the broker's last reply; 0 while nothing is known.

        Records of a transaction that is open do not count. The marks that end one are never delivered, but the reader's
        position passes them; without a batch in hand, all before the position is delivered.
        """
        consumer: Reader = self._subscriber.consumer
        end = consumer.last_stable_offset(where) if where in consumer.assignment() else None
        taken = await self._taken(where) if end is not None else None
        return max(0, end - taken) if end is not None and taken is not None else 0

    async def _taken(self, where: TopicPartition) -> int | None:
        """The offset before which all is delivered; None while that is not known."""
        consumer: Reader = self._subscriber.consumer
        end = consumer.last_stable_offset(where) or 0
        taken = self._done.get(where, self._next.get(where))
        if taken is None or (taken < end and self._idle.is_set() and self._prefix.is_complete):
            position = await position_of(consumer, where)
            taken = position if position is not None else taken
        return taken


def _name(where: TopicPartition) -> str:
    return f"{where.topic}:{where.partition}"
