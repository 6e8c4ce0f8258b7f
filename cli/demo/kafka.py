"""The demo's connection to Kafka: it sends what people do and listens to the public topics, like any integrator."""

import asyncio
import heapq
import itertools
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from cli.demo.people import Answer
from shared.clock import monotonic, now_ms
from shared.times import MILLISECONDS_PER_SECOND, rfc3339

POLL_MS = 200
PAUSE_SECONDS_MAX = 0.1
PATIENT_SECONDS = 40.0  # the supervisor's restart of a broker takes far less
PENDING_MAX = 200_000  # answers that wait for their time; a demo that gets so far behind drops the newest


class Heard(NamedTuple):
    """One record of a public topic."""

    topic: str
    kind: str
    body: dict[str, Any]
    logged_ms: int


class Speaker:
    """Sends records at their time; ``occurred_at`` is that time."""

    def __init__(self, bootstrap: str, prefix: str = "", *, patient_seconds: float = PATIENT_SECONDS) -> None:
        """``patient_seconds``: for so long what is said waits for a broker that is away; then it is lost."""
        self._prefix = prefix
        self._producer = AIOKafkaProducer(
            bootstrap_servers=bootstrap,
            acks="all",
            linger_ms=5,
            request_timeout_ms=round(patient_seconds * MILLISECONDS_PER_SECOND),
        )
        self._pending: list[tuple[float, int, Answer]] = []
        self._numbers = itertools.count()

    async def start(self) -> None:
        """Connect."""
        await self._producer.start()

    async def stop(self) -> None:
        """Send what is under way and disconnect."""
        await self._producer.stop()

    def later(self, answers: list[Answer]) -> None:
        """Send each when its time comes, if it still makes sense then."""
        for answer in answers:
            if len(self._pending) < PENDING_MAX:
                heapq.heappush(self._pending, (monotonic() + answer.after_seconds, next(self._numbers), answer))

    async def run(self) -> None:
        """Send for ever; to be cancelled."""
        while True:
            while self._pending and self._pending[0][0] <= monotonic():
                _, _, answer = heapq.heappop(self._pending)
                if answer.still():
                    await self.say(answer.topic, {**answer.body, "occurred_at": rfc3339(now_ms())})
            wait = self._pending[0][0] - monotonic() if self._pending else PAUSE_SECONDS_MAX
            await asyncio.sleep(min(max(wait, 0.001), PAUSE_SECONDS_MAX))

    async def say(self, topic: str, body: dict[str, Any]) -> None:
        """Send one record now; returns when it is in the producer's buffer, which waits for a slow broker."""
        await self._producer.send(self._prefix + topic, orjson.dumps(body), key=body["workspace"].encode())

    async def flush(self) -> None:
        """Wait until everything that was said is acknowledged."""
        await self._producer.flush()


class Listener:
    """Reads public topics from now on."""

    def __init__(self, bootstrap: str, *topics: str, prefix: str = "") -> None:
        self._prefix = prefix
        names = [prefix + topic for topic in topics]
        self._consumer = AIOKafkaConsumer(*names, bootstrap_servers=bootstrap, enable_auto_commit=False)

    async def start(self) -> None:
        """Connect; what is sent after this returns is heard."""
        await self._consumer.start()
        await self._consumer.seek_to_end()
        for place in self._consumer.assignment():
            await self._consumer.position(place)

    async def stop(self) -> None:
        """Disconnect."""
        await self._consumer.stop()

    async def heard(self) -> AsyncIterator[Heard]:
        """Records for ever, in order within a partition."""
        while True:
            polled = await self._consumer.getmany(timeout_ms=POLL_MS)
            for place, records in polled.items():
                for raw in records:
                    kind = next((value.decode() for name, value in raw.headers if name == "ce_type"), "")
                    yield Heard(place.topic.removeprefix(self._prefix), kind, orjson.loads(raw.value), raw.timestamp)
