"""Single events gathered into batches: whoever waits for Kafka's acknowledgement shares it with the others who wait."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

from services.ingest.delivery import Appender
from services.ingest.domain.normalise import Admitted
from services.ingest.domain.rejection import Refusal
from services.ingest.domain.webhook import Forged, Outcome
from services.ingest.traces import DoorTraces
from services.ingest.wire import RecordWriter
from shared.clock import monotonic
from shared.contract.envelope import Message
from shared.contract.topics import ROUTER_INPUT
from shared.errors import Retryable

__all__ = ["Gatherer", "Publisher"]

LOOK_SECONDS = 0.05  # between looks for callers whose patience is over: one timer for all of them
BATCH_RECORDS_MAX = 500  # of one produce request; what comes meanwhile waits for the next


_Answer = asyncio.Future[Retryable | None]
_Answers = Sequence[_Answer]
_Waiting = tuple[Message, _Answer]


class Gatherer:
    """Publishes events one by one for the caller, many at a time for Kafka. Order is kept per workspace.

    While one request to a partition is under way, events for it gather; so the batches grow with the load, and an
    event that comes alone is sent at once.
    """

    def __init__(self, appender: Appender, writer: RecordWriter, traces: DoorTraces | None = None) -> None:
        self._appender = appender
        self._writer = writer
        self._traces = traces
        self._waiting: dict[int, deque[_Waiting]] = {}
        self._sending: dict[int, asyncio.Task[None]] = {}
        self._patience = Patience()

    async def publish(self, events: Sequence[Admitted], seconds_max: float) -> None:
        """Return once Kafka has the events, in their order. Retryable: no answer in time, and some may still arrive.

        What waits for its turn when the caller gives up is not sent: the next try brings all of it in its order."""
        begun = [self._traces.begin(event) for event in events] if self._traces is not None else []
        loop = asyncio.get_running_loop()
        answers = [self._enqueue(event, loop) for event in ([event for event, _ in begun] or events)]
        self._patience.begin(answers, seconds_max, loop)
        failed: Retryable | None = None
        try:
            for answer in answers:
                failed = await answer or failed
        except asyncio.CancelledError:
            _give_up(answers)
            raise
        finally:
            self._patience.end(answers)
        if failed is not None:
            raise failed
        for _, span in begun:
            span.end()

    def _enqueue(self, event: Admitted, loop: asyncio.AbstractEventLoop) -> _Answer:
        partition, message = self._writer.write(event)
        answer: _Answer = loop.create_future()
        waiting = self._waiting.get(partition)
        if waiting is None:
            waiting = self._waiting[partition] = deque()
        waiting.append((message, answer))
        if partition not in self._sending:
            self._sending[partition] = loop.create_task(self._send(partition))
        return answer

    async def _send(self, partition: int) -> None:
        waiting = self._waiting[partition]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_RECORDS_MAX))]
                await self._send_batch(partition, [one for one in batch if not one[1].done()])
        finally:
            del self._sending[partition]

    async def _send_batch(self, partition: int, batch: list[_Waiting]) -> None:
        if not batch:
            return
        failure: Retryable | None = None
        try:
            await self._appender.publish(ROUTER_INPUT, partition, [message for message, _ in batch])
        except Retryable as error:
            failure = error
        for _, answer in batch:
            if not answer.done():
                answer.set_result(failure)


class Patience:
    """Until when each caller waits. Hardly any has to be told that it is over, so none has a timer of its own."""

    def __init__(self) -> None:
        self._due: dict[int, tuple[float, _Answers]] = {}
        self._timer: asyncio.TimerHandle | None = None

    def begin(self, answers: _Answers, seconds: float, loop: asyncio.AbstractEventLoop) -> None:
        """Give up what is not answered then, or up to LOOK_SECONDS later."""
        self._due[id(answers)] = loop.time() + seconds, answers
        if self._timer is None:
            self._timer = loop.call_later(min(seconds, LOOK_SECONDS), self._look, loop)

    def end(self, answers: _Answers) -> None:
        """Nobody waits any more."""
        self._due.pop(id(answers), None)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._timer = loop.call_later(LOOK_SECONDS, self._look, loop) if self._due else None
        now = loop.time()
        for due, answers in self._due.values():
            if due <= now:
                _give_up(answers)


def _give_up(answers: _Answers) -> None:
    """What still waits for its turn is not sent any more, nothing of it: it would overtake what came before it."""
    for answer in answers:
        if not answer.done():
            answer.set_result(Retryable("Kafka did not acknowledge in time"))


class Publisher(NamedTuple):
    """Where events and refused parts go: each returns once they are acknowledged, or raises Retryable in time.

    ``take(token, content, seconds)``: whether no other content came with the token, to whichever replica.
    """

    gatherer: Gatherer
    keep: Callable[[Sequence[Refusal], float], Awaitable[None]]
    take: Callable[[str, bytes, float], Awaitable[bool]]

    async def publish(self, outcome: Outcome, seconds_max: float) -> None:
        """All that a payload came to, at once and in its order; Retryable if any of it is not acknowledged.

        Forged, before any of it: its token came with another content.
        """
        if outcome.token:
            began = monotonic()
            if not await self.take(outcome.token, outcome.digest, seconds_max):
                raise Forged
            seconds_max = max(seconds_max - (monotonic() - began), 0.0)
        if outcome.admitted:
            await self.gatherer.publish(outcome.admitted, seconds_max)
        if outcome.refused:
            await self.keep(outcome.refused, seconds_max)
