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

BATCH_RECORDS_MAX = 500  # of one produce request; what comes meanwhile waits for the next


class _Waiting(NamedTuple):
    message: Message
    answer: "asyncio.Future[Retryable | None]"


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

    async def publish(self, events: Sequence[Admitted], seconds_max: float) -> None:
        """Return once Kafka has the events, in their order. Retryable: no answer in time, and some may still arrive.

        What waits for its turn when the caller gives up is not sent: the next try brings all of it in its order."""
        begun = [self._traces.begin(event) for event in events] if self._traces is not None else []
        answers = [self._enqueue(event) for event in ([event for event, _ in begun] or events)]
        giving_up = asyncio.get_running_loop().call_later(seconds_max, _give_up, answers)
        failed: Retryable | None = None
        try:
            for answer in answers:
                failed = await answer or failed
        finally:
            giving_up.cancel()
            _give_up(answers)  # of a caller who is cancelled; else all are there
        if failed is not None:
            raise failed
        for _, span in begun:
            span.end()

    def _enqueue(self, event: Admitted) -> "asyncio.Future[Retryable | None]":
        partition, message = self._writer.write(event)
        answer: asyncio.Future[Retryable | None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(partition, deque()).append(_Waiting(message, answer))
        if partition not in self._sending:
            self._sending[partition] = asyncio.ensure_future(self._send(partition))
        return answer

    async def _send(self, partition: int) -> None:
        waiting = self._waiting[partition]
        try:
            while waiting:
                batch = [waiting.popleft() for _ in range(min(len(waiting), BATCH_RECORDS_MAX))]
                await self._send_batch(partition, [one for one in batch if not one.answer.done()])
        finally:
            del self._sending[partition]

    async def _send_batch(self, partition: int, batch: list[_Waiting]) -> None:
        if not batch:
            return
        failure: Retryable | None = None
        try:
            await self._appender.publish(ROUTER_INPUT, partition, [one.message for one in batch])
        except Retryable as error:
            failure = error
        for one in batch:
            if not one.answer.done():
                one.answer.set_result(failure)


def _give_up(answers: Sequence["asyncio.Future[Retryable | None]"]) -> None:
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
