"""Simulated agents and the customers that keep them busy: they accept, work, close and wrap up, over the topics.

The flow is closed: for each contact that is done a new one comes, so so many are always in flight and the backlog stays
as it is. It tells how many contacts a second everything together can take.
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from contextlib import suppress

import msgspec
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from shared.clock import now_ms
from shared.contract.topics import AGENT_ACTIVITY, AGENT_OFFERS
from shared.times import rfc3339
from tests.benchmarks.pipeline.big import CROWDED, OPEN, WORKSPACE, WRAP_UP_SECONDS, Customers

POLL_RECORDS_MAX = 4_000
BATCH_BYTES_MAX = 512 * 1024


class Told(msgspec.Struct):
    """What an agent's desktop reads of an event."""

    queue: str
    channel: str
    agent_id: str = ""
    offer_id: str = ""
    assignment_id: str | None = None


_told = msgspec.json.Decoder(Told).decode


class Crew:
    """All agents of the workspace at once; ``run`` until cancelled."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._prefix = prefix
        self._place = TopicPartition(prefix + AGENT_OFFERS, 0)
        self._consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
        self._producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=BATCH_BYTES_MAX)
        self._customers = Customers()
        self._out: dict[str, list[bytes]] = {}
        self._now = ""
        self.talking: deque[Told] = deque()
        self.flowing = False
        self.sent = 0
        self.closed = 0

    # ---- what the benchmark asks for ----

    async def start(self) -> None:
        """Open both connections; offers are read from the first on."""
        await asyncio.gather(self._consumer.start(), self._producer.start())
        self._consumer.assign([self._place])
        await self._consumer.seek_to_beginning(self._place)

    async def stop(self) -> None:
        """Close both connections."""
        with suppress(Exception):
            await self._producer.stop()
        await self._consumer.stop()

    async def crowd(self, contacts: int) -> None:
        """So many new contacts on the crowded side."""
        for _ in range(contacts):
            self._arrive(CROWDED)
        await self._flush()

    async def begin(self, in_flight: int) -> None:
        """From now on contacts flow, half of them on each side."""
        self.flowing = True
        self._now = rfc3339(now_ms())
        for _ in range(in_flight // 2):
            self._arrive(OPEN)
            self._end_one()
        await self._flush()

    async def run(self) -> None:
        """Answer whatever comes."""
        while True:
            polled = await self._consumer.getmany(self._place, timeout_ms=200, max_records=POLL_RECORDS_MAX)
            self._now = rfc3339(now_ms())
            for raw in polled.get(self._place, ()):
                self._hear(_type(raw.headers), raw.value)
            await self._flush()

    # ---- the agents ----

    def _hear(self, kind: str, value: bytes) -> None:
        if kind == "usher.contact.offered.v1":
            told = _told(value)
            self._say(told, "usher.offer.answered.v1", f'"offer_id":"{told.offer_id}","answer":"accepted"')
        elif kind == "usher.contact.assigned.v1":
            told = _told(value)
            if _is_crowded(told):
                self.talking.append(told)
            else:
                self._end(told)
        elif kind == "usher.contact.wrapping.v1":
            told = _told(value)
            self._say(told, "usher.assignment.wrapped_up.v1", f'"assignment_id":"{told.assignment_id}"')
        elif kind == "usher.contact.closed.v1":
            self._closed(_told(value))

    def _closed(self, told: Told) -> None:
        self.closed += 1
        if not self.flowing:
            return
        if _is_crowded(told):
            self._arrive(CROWDED)
            self._end_one()
        else:
            self._arrive(OPEN)

    def _end_one(self) -> None:
        """Of the crowded side's agents the one who has been talking longest comes to an end."""
        if self.talking:
            self._end(self.talking.popleft())

    def _end(self, told: Told) -> None:
        seconds = WRAP_UP_SECONDS[told.channel]
        self._say(
            told,
            "usher.assignment.ended.v1",
            f'"assignment_id":"{told.assignment_id}","outcome":"closed","wrap_up_seconds":{seconds}',
        )

    def _say(self, told: Told, kind: str, rest: str) -> None:
        text = (
            f'{{"type":"{kind}","workspace":"{WORKSPACE}","occurred_at":"{self._now}",'
            f'"agent_id":"{told.agent_id}",{rest}}}'
        )
        self._out.setdefault(AGENT_ACTIVITY, []).append(text.encode())

    # ---- the customers ----

    def _arrive(self, skills: tuple[str, ...]) -> None:
        topic, body = self._customers.contact(skills)
        self._out.setdefault(topic, []).append(body)
        self.sent += 1

    async def _flush(self) -> None:
        out, self._out = self._out, {}
        for topic, bodies in out.items():
            batch = self._producer.create_batch()
            for body in bodies:
                if batch.append(key=None, value=body, timestamp=None, headers=[]) is None:
                    await self._producer.send_batch(batch, self._prefix + topic, partition=0)
                    batch = self._producer.create_batch()
                    batch.append(key=None, value=body, timestamp=None, headers=[])
            await self._producer.send_batch(batch, self._prefix + topic, partition=0)


def _is_crowded(told: Told) -> bool:
    return told.queue.removeprefix("q-") in _CROWDED


_CROWDED = frozenset(CROWDED)


def _type(headers: Iterable[tuple[str, bytes]]) -> str:
    return next((value.decode() for name, value in headers if name == "ce_type"), "")
