"""Posts while the broker dies: who is answered 202 has arrived, and who is not hears so at once."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import orjson

from deploy.local.broker import KafkaBroker
from shared.clock import monotonic
from tests.support import ingest
from tests.support.system import crowd

POSTS = 5000
CLIENTS = 32
KILL_AFTER = POSTS // 3  # acknowledged posts
BACK_AFTER = 200  # refused posts
ANSWER_SECONDS_MAX = 3.0  # with Kafka away; the contract's limit
BUSY_SECONDS = 2.0  # that a busy machine may take on top
PAUSE_SECONDS = 0.05  # of a client that was refused; far less than it was told, so that the door is never idle
FINISH_SECONDS_MAX = 120.0


class Client:
    """One connection that posts messages one after another, each until it is acknowledged."""

    def __init__(self, url: str, acknowledged: dict[str, str], refusals: list[float]) -> None:
        self._host, _, port = url.removeprefix("http://").partition(":")
        self._port = int(port)
        self._acknowledged = acknowledged
        self._refusals = refusals

    async def post(self, numbers: list[str]) -> None:
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            while numbers:
                number = numbers.pop()
                body = orjson.dumps(
                    {"channel": "web", "conversation_id": number, "message_id": number, "from": {"handle": number}}
                )
                while not await self._acknowledged_now(reader, writer, number, body):
                    await asyncio.sleep(PAUSE_SECONDS)
        finally:
            writer.close()

    async def _acknowledged_now(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, number: str, body: bytes
    ) -> bool:
        began = monotonic()
        head = f"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {ingest.API_KEY}\r\n"
        head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        writer.write(head.encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(answer.partition("content-length: ")[2].partition("\r\n")[0])
        document = orjson.loads(await reader.readexactly(length))
        if answer.startswith("http/1.1 202"):
            self._acknowledged[number] = document["event_id"]
            return True
        assert answer.startswith("http/1.1 503"), answer
        assert "\r\nretry-after: " in answer
        self._refusals.append(monotonic() - began)
        return False


async def test_5000_posts_while_the_broker_is_killed_arrive_as_they_were_acknowledged(
    kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path)
    acknowledged: dict[str, str] = {}
    refusals: list[float] = []
    numbers = [f"number-{index}" for index in range(POSTS)]
    async with ingest.running(settings) as service:
        url = service.endpoints()["ingest_url"]
        clients = [asyncio.ensure_future(Client(url, acknowledged, refusals).post(numbers)) for _ in range(CLIENTS)]
        async with asyncio.timeout(FINISH_SECONDS_MAX):
            await _until(lambda: len(acknowledged) >= KILL_AFTER)
            await kafka.kill()
            await _until(lambda: len(refusals) >= BACK_AFTER)
            await kafka.start()
            await asyncio.gather(*clients)
        topic = ingest.Topic(kafka.bootstrap, f"{topic_prefix}usher.router-input.v1")
        arrived = {body["message_id"]: body["event_id"] for body in await topic.bodies()}
    assert len(acknowledged) == POSTS
    assert arrived == acknowledged
    assert max(refusals) < ANSWER_SECONDS_MAX + BUSY_SECONDS * crowd()


async def _until(condition: Callable[[], bool]) -> None:
    while not condition():
        await asyncio.sleep(0.01)
