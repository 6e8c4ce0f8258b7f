"""The ordered publisher of a partition: committed batches reach the log in seq order, acknowledged before the next."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Iterator
from typing import NamedTuple, Protocol

from shared.contract.envelope import EventWriter, Message, dead_letter_message, hand_off
from shared.contract.topics import DEAD_LETTERS
from shared.errors import Fenced
from shared.lane.patience import again
from shared.lane.phases import Phase
from shared.lane.sense import Sense
from shared.lane.store import OutboxBatch

__all__ = ["Outputs", "Publisher", "Told", "Wire"]

# Without a sign of ownership for this long (half a session timeout) the fence is asked before anything is sent: a
# process that was stopped and goes on finds out that it is a zombie before it speaks.
OWNERSHIP_SECONDS_MAX = 2.0
LATE_MS = 1000  # between a step and its acknowledgement on the log; below it nobody notices
GROUP_BATCHES_MAX = 16  # committed batches sent together when the publisher is behind


class Outputs(Protocol):
    """Where records go: appends to one partition of their topics, in order, acknowledged by all replicas."""

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        """Records are (topic, message). Retryable: some, all or none may be on the logs."""


class Told(NamedTuple):
    """How far a lane has come: inputs below ``offset`` are applied, with them what fell due up to ``at_ms`` has fired,
    and all that followed is on the log, up to the event ``seq``. They belong together: a later input may make something
    due at once."""

    offset: int
    at_ms: int
    seq: int


class Wire:
    """How a service's batches become records: its log's topic, hand-off copies and dead letters."""

    def __init__(self, service: str, log_topic: str) -> None:
        self.log_topic = log_topic
        self._service = service
        self._writer = EventWriter(service)

    def records(self, batches: Iterable[OutboxBatch]) -> Iterator[tuple[str, Message]]:
        """(topic, record) in seq order, each made when it is asked for: a thousand made beforehand are out of the
        processor's cache when they are packed (measured: a quarter of the time of making and packing them)."""
        write, log_topic = self._writer.write, self.log_topic
        for batch in batches:
            for seq, event in enumerate(batch.events, batch.first_seq):
                record = write(event, seq)
                yield log_topic, record
                for topic, more in event.copies:
                    yield topic, hand_off(record, more)
            for letter in batch.dead:
                yield DEAD_LETTERS, dead_letter_message(self._service, letter)


class Publisher:
    """Sends what was committed; ``published_*`` is the cursor that the next commit carries.

    At least once: after a fault it starts again at the first batch that was not acknowledged as a whole.
    """

    def __init__(
        self, partition: int, wire: Wire, outputs: Outputs, still_owner: Callable[[], Awaitable[bool]], sense: Sense
    ) -> None:
        self._partition = partition
        self._wire = wire
        self._outputs = outputs
        self._still_owner = still_owner
        self._failpoints = sense.failpoints
        self._clock = sense.clock
        self._metrics = sense.metrics
        self._log = sense.log
        self._waiting: deque[OutboxBatch] = deque()
        self._told: deque[tuple[int, int]] = deque()  # of each: the time of its step by the wall, and by the log
        self._late_since: int | None = None
        self._changed = asyncio.Event()
        self._confirmed_at = self._clock.monotonic()
        self._stopping = False
        self.published_step = 0
        self.published_seq = 0
        self.told: Told | None = None  # not known before the lane first rests
        self._rests: deque[tuple[int, Told]] = deque()  # by the last step before each
        self.moved: Callable[[], None] = lambda: None  # called when more is told

    def start_from(self, step: int, seq: int) -> None:
        """Everything before this step, up to this seq, is on the log."""
        self.published_step, self.published_seq = step, seq

    def add(self, batch: OutboxBatch, stepped_ms: int, log_ms: int) -> None:
        """Queue a committed batch; batches come in step order. Its step was made at ``stepped_ms`` by the wall clock,
        for inputs from ``log_ms`` on."""
        self._waiting.append(batch)
        self._told.append((stepped_ms, log_ms))
        self._metrics.outbox_backlog.inc()
        self._tell_oldest()
        self._changed.set()

    def rest(self, reached: Told) -> None:
        """Nothing is under way: what was added so far tells of all up to there."""
        if not self._waiting:
            self.told = reached
            return
        step = self._waiting[-1].step
        if self._rests and self._rests[-1][0] == step:
            self._rests.pop()
        self._rests.append((step, reached))

    def confirm_ownership(self) -> None:
        """A commit succeeded just now, so the fence is ours."""
        self._confirmed_at = self._clock.monotonic()

    @property
    def backlog(self) -> int:
        """Committed batches that are not acknowledged yet."""
        return len(self._waiting)

    def late_since(self, wall_ms: int) -> int | None:
        """The earliest input whose events were, or still are, long under way; None when all were prompt. Asked once."""
        late, self._late_since = self._late_since, None
        if self._told and wall_ms - self._told[0][0] > LATE_MS:
            late = self._told[0][1] if late is None else min(late, self._told[0][1])
        return late

    def stop(self) -> None:
        """End ``run`` once everything queued is sent."""
        self._stopping = True
        self._changed.set()

    def discard(self) -> None:
        """Forget what is queued: the next owner publishes it from the outbox."""
        self._metrics.outbox_backlog.dec(len(self._waiting))
        self._waiting.clear()
        self._told.clear()
        self._rests.clear()
        self._tell_oldest()

    def _tell_oldest(self) -> None:
        """Of what a former owner left, its commit is not known; what it tells happened hardly before."""
        stepped_ms, log_ms = self._told[0] if self._told else (0, 0)
        self._metrics.outbox_since(self._partition, stepped_ms or log_ms)

    async def run(self) -> None:
        """Publish until stopped. Fenced: somebody else owns the partition; nothing more was sent."""
        while self._waiting or not self._stopping:
            if self._waiting:
                await again(self._send, self._wait)
            else:
                self._changed.clear()
                await self._changed.wait()

    async def _wait(self, fault: Exception, seconds: float) -> None:
        self._metrics.retry("publish")
        self._log.warning("publishing is retried", partition=self._partition, error=str(fault), pause=seconds)
        await asyncio.sleep(seconds)

    async def _send(self) -> None:
        batches = [self._waiting[index] for index in range(min(len(self._waiting), GROUP_BATCHES_MAX))]
        if not batches:  # discarded while a try was waited for
            return
        if self._clock.monotonic() - self._confirmed_at > OWNERSHIP_SECONDS_MAX:
            if not await self._still_owner():
                raise Fenced(f"partition {self._partition} has another owner; {len(self._waiting)} batches are his")
            self.confirm_ownership()
        await self._failpoints.reach(Phase.SENDING)
        await self._outputs.publish_all(self._partition, self._wire.records(batches))
        await self._failpoints.reach(Phase.ACKNOWLEDGED)
        wall_ms = self._clock.now_ms()
        for batch in batches:
            self._waiting.popleft()
            stepped_ms, log_ms = self._told.popleft()
            if wall_ms - stepped_ms > LATE_MS:
                self._late_since = log_ms if self._late_since is None else min(log_ms, self._late_since)
            self._metrics.outbox_backlog.dec()
            self.published_step = batch.step + 1
            self.published_seq = batch.first_seq + len(batch.events) - 1
            while self._rests and self._rests[0][0] <= batch.step:
                self.told = self._rests.popleft()[1]
        self._tell_oldest()
        self.moved()
