"""What happens to a batch once it is read: published and kept, with patience, until nothing of it can be lost."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol

from services.ingest.domain.normalise import Admitted
from services.ingest.domain.rejection import Refusal
from services.ingest.metrics import SERVICE
from services.ingest.sense import Sense
from services.ingest.traces import DoorTraces
from services.ingest.wire import RecordWriter
from shared.contract.envelope import Message, dead_letter_message
from shared.contract.topics import DEAD_LETTERS, ROUTER_INPUT
from shared.errors import Fatal, Retryable
from shared.lane.patience import again, wait_for

__all__ = ["FAILPOINTS", "DeadLetters", "Delivery", "Appender", "Stopped"]

# Places where the fault tests kill the door: a batch is read and nothing of it delivered; its records are on the log.
ADMITTED, DELIVERED = FAILPOINTS = ("ingest.admitted", "ingest.delivered")

# Of dead letters of topics that wait for the database, over all subscriptions; then a batch waits for its own.
WAITING_BYTES_MAX = 16 * 1024 * 1024
LETTER_BYTES = 1024  # of a dead letter beside its payload
KEEPING_MAX = 100  # requests whose refused parts wait for the database: 25 MiB of bodies at the very worst


class Stopped(Exception):
    """The process ends before the batch could be delivered; whoever reads next starts with it again."""


class Appender(Protocol):
    """Where records go: appends to one partition of a topic, in order, acknowledged by all replicas."""

    async def publish(self, topic: str, partition: int, messages: Sequence[Message]) -> None:
        """Retryable: some, all or none may be on the log."""


class DeadLetters(Protocol):
    """Where refused inputs are kept."""

    async def store(self, refusals: Sequence[Refusal]) -> None:
        """Keep each once. Retryable: call again. Fatal: not before an operator acted."""


class Delivery:
    """Delivers batches: canonical events to the router's log, refused inputs to their table and topic.

    ``deliver`` returns when the events are acknowledged, however often Kafka fails meanwhile; only what failed is
    repeated, and events of one workspace keep their order. Refused inputs may still be on their way then: a database
    that is away holds back no later batch before WAITING_BYTES_MAX of them wait.
    """

    def __init__(
        self,
        appender: Appender,
        dead_letters: DeadLetters,
        writer: RecordWriter,
        sense: Sense,
        traces: DoorTraces | None = None,
    ) -> None:
        self._appender = appender
        self._traces = traces
        self._dead_letters = dead_letters
        self._writer = writer
        self._log = sense.log
        self._metrics = sense.metrics
        self._failpoints = sense.failpoints
        self._stopping = asyncio.Event()
        self._troubles: dict[str, str] = {}
        self._keeping: set[asyncio.Future[None]] = set()
        self._in_turn = asyncio.Lock()  # one batch's dead letters at a time ask a database that is away
        self._waiting_bytes = 0

    def stop(self) -> None:
        """Give up waiting for what does not answer."""
        self._stopping.set()

    def problems(self) -> list[str]:
        """Faults that hold up a batch now."""
        return [f"{what}: {trouble}" for what, trouble in self._troubles.items()]

    async def deliver(self, admitted: Sequence[Admitted], refused: Sequence[Refusal]) -> asyncio.Future[None] | None:
        """Deliver a batch, in order. Returns what is left to do, None for nothing: the batch is delivered after that.

        Stopped, raised here or by what is returned: the process ends and some of it may not be delivered.
        """
        await self._failpoints.reach(ADMITTED)
        traced = [self._traces.begin(event) for event in admitted] if self._traces is not None else []
        admitted = [event for event, _ in traced] or admitted
        work = [
            self._patiently(f"publishing to partition {partition}", self._publish(ROUTER_INPUT, partition, messages))
            for partition, messages in self._written(admitted).items()
        ]
        rest = self._keep_beside(refused) if refused else None
        await asyncio.gather(*work)
        for _, span in traced:
            span.end()
        self._metrics.accepted(admitted)
        if rest is None:
            await self._failpoints.reach(DELIVERED)
        elif self._waiting_bytes > WAITING_BYTES_MAX:
            await rest
        return rest

    def _keep_beside(self, refused: Sequence[Refusal]) -> asyncio.Future[None]:
        """Keep a batch's refused inputs beside those that follow it, and behind those before it."""
        size = sum(LETTER_BYTES + len(refusal.letter.payload) for refusal in refused)
        self._waiting_bytes += size

        async def work() -> None:
            try:
                async with self._in_turn:
                    await self._keep(refused)
            finally:
                self._waiting_bytes -= size
            await self._failpoints.reach(DELIVERED)
            for refusal in refused:
                self._metrics.dead_letter(refusal.letter.reason)

        rest = asyncio.ensure_future(work())
        rest.add_done_callback(_seen)
        return rest

    async def keep(self, refused: Sequence[Refusal], seconds_max: float) -> None:
        """Keep refused parts of a request. Retryable: not in time; it goes on, and a repeat keeps nothing twice."""
        if len(self._keeping) >= KEEPING_MAX:
            raise Retryable("dead letters cannot be stored")
        task = asyncio.ensure_future(self._keep(refused))
        self._keeping.add(task)
        task.add_done_callback(self._keeping.discard)
        await asyncio.wait({task}, timeout=seconds_max)
        if not task.done():
            raise Retryable("dead letters were not stored in time")
        try:
            task.result()
        except Stopped:
            raise Retryable("the process ends") from None

    def _written(self, admitted: Sequence[Admitted]) -> dict[int, list[Message]]:
        by_partition: dict[int, list[Message]] = defaultdict(list)
        for event in admitted:
            partition, message = self._writer.write(event)
            by_partition[partition].append(message)
        return by_partition

    async def _keep(self, refused: Sequence[Refusal]) -> None:
        """First the table, then the topic: whoever hears of a dead letter can look at it."""
        for refusal in refused:
            if refusal.fault:
                self._log.error("an adapter failed", dead_letter=refusal.letter.id, fault=refusal.fault)
        spans = self._traces.keep(refused) if self._traces is not None else ()
        await self._patiently("storing dead letters", lambda: self._dead_letters.store(refused))
        by_partition: dict[int, list[Message]] = defaultdict(list)
        for refusal in refused:
            message = dead_letter_message(SERVICE, refusal.letter)
            by_partition[self._writer.partition(message.key)].append(message)
        for partition, messages in by_partition.items():
            await self._patiently("publishing dead letters", self._publish(DEAD_LETTERS, partition, messages))
        for span in spans:
            span.end()

    def _publish(self, topic: str, partition: int, messages: Sequence[Message]) -> Callable[[], Awaitable[None]]:
        return lambda: self._appender.publish(topic, partition, messages)

    async def _patiently(self, what: str, work: Callable[[], Awaitable[None]]) -> None:
        async def wait(fault: Exception, seconds: float) -> None:
            if self._troubles.get(what) != str(fault):
                self._log.warning("waiting", what=what, problem=str(fault))
            self._troubles[what] = str(fault)
            self._metrics.retry(what.partition(" to ")[0])
            await wait_for(self._stopping, seconds)
            if self._stopping.is_set():
                raise Stopped(what)

        # Even what only an operator can cure is waited for: the batch is safe on its topic meanwhile.
        await again(work, wait, (Retryable, Fatal))
        self._troubles.pop(what, None)


def _seen(rest: asyncio.Future[None]) -> None:
    """Whoever waits for it is told of its error; with the process at its end nobody may."""
    if not rest.cancelled():
        rest.exception()
