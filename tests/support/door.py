"""The door at the level of sockets: a real server over a log in memory, and what it answers to bytes."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import orjson
import uvicorn

from services.ingest.settings import IngestSettings, http_limits
from shared.process.requests import HttpLimits
from shared.process.service import listen, serve_http
from tests.support.ingest_http import PATIENT, Log, api_of

SECONDS_MAX = 0.3  # of header and body where a client must hurry
HURRIED = {"http_header_seconds_max": SECONDS_MAX, "http_body_seconds_max": SECONDS_MAX}
CUT_SECONDS_MAX = 60.0  # on a machine that is slow and busy; a connection that is still open then will never be cut

JSON = b'{"channel": "web", "conversation_id": "c", "message_id": "m", "from": {"handle": "ana"}}'
HEAD = b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nContent-Type: application/json\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
GOOD = HEAD + b"Content-Length: %d\r\n\r\n" % len(JSON) + JSON


class Door:
    """A real server over a log in memory."""

    def __init__(self, port: int, refused: list[int]) -> None:
        self.port = port
        self.refused = refused

    async def until_cut(self, *parts: bytes) -> bytes:
        """Everything that is answered until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(until_closed(reader), CUT_SECONDS_MAX)
        finally:
            writer.close()

    async def until_answered(self, *parts: bytes) -> bytes:
        """The beginning of the first answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            for part in parts:
                writer.write(part)
            return await asyncio.wait_for(reader.readline(), CUT_SECONDS_MAX)
        finally:
            writer.close()

    async def trickled(self, head: bytes, drop: bytes, every_seconds: float) -> bytes:
        """The answer to a sender who sends a drop now and then, for as long as the connection stands."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(head)
        reading = asyncio.ensure_future(until_closed(reader))
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=every_seconds)
                writer.write(drop)
            return await asyncio.wait_for(reading, CUT_SECONDS_MAX)
        finally:
            writer.close()


async def until_closed(reader: asyncio.StreamReader) -> bytes:
    """All that comes; who still sends when the server closes is reset by TCP, and has read the answer before."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while block := await reader.read(65_536):
            answer += block
    return answer


@contextlib.asynccontextmanager
async def opened(
    log: Log | None = None, idle_seconds: float | None = None, entries: Any = None, **changes: Any
) -> AsyncIterator[Door]:
    """A door whose clients have time, also those of a machine that stands still for a moment, unless ``changes`` of the
    settings are ``HURRIED``."""
    given = {**PATIENT, **changes}
    refused: list[int] = []
    settings = IngestSettings(**given)
    limits = http_limits(settings)
    if idle_seconds is not None:
        limits = replace(limits, idle_seconds_max=idle_seconds)
    async with served(api_of(log or Log(), entries, **given).app, limits, refused.append) as (_, port):
        yield Door(port, refused)


@contextlib.asynccontextmanager
async def served(
    application: Any, limits: HttpLimits, refused: Callable[[int], None] = lambda _: None
) -> AsyncIterator[tuple[uvicorn.Server, int]]:
    """A server of an application, and its port."""
    sock = listen("127.0.0.1", 0)
    server = serve_http(application, sock, limits, refused)
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        yield server, sock.getsockname()[1]
    finally:
        server.should_exit = True
        await serving


def problem(answer: bytes, status: int) -> str:
    """The detail of the only answer, a problem document that says that the connection ends."""
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    assert lines[0].startswith(b"http/1.1 %d " % status), answer
    assert b"content-type: application/problem+json" in lines
    assert b"connection: close" in lines
    document = orjson.loads(body)
    assert document["status"] == status
    assert document["errors"]
    return str(document["detail"])


def statuses(answers: bytes) -> list[bytes]:
    """Of all answers, in their order."""
    return re.findall(rb"HTTP/1.1 (\d+)", answers)
