"""The door at the level of sockets: what is no HTTP, what never ends and what is too large is answered and cut."""

import asyncio
import contextlib
import re
from collections.abc import AsyncIterator
from typing import Any

import orjson
import pytest

from services.ingest.settings import IngestSettings, http_limits
from shared.process.service import listen, serve_http
from tests.support.ingest_http import Log, api_of

SECONDS_MAX = 0.3  # of header and body in these tests
CUT_SECONDS_MAX = 20.0  # a connection that is still open then will never be cut

JSON = b'{"channel": "web", "conversation_id": "c", "message_id": "m", "from": {"handle": "ana"}}'
HEAD = b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer secret\r\nContent-Type: application/json\r\n"
GOOD = HEAD + b"Content-Length: %d\r\n\r\n" % len(JSON) + JSON


class Door:
    """A real server over a log in memory."""

    def __init__(self, port: int, refused: list[int]) -> None:
        self._port = port
        self.refused = refused

    async def until_cut(self, *parts: bytes) -> bytes:
        """Everything that is answered until the server closes the connection."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(_until_closed(reader), CUT_SECONDS_MAX)
        finally:
            writer.close()

    async def until_answered(self, *parts: bytes) -> bytes:
        """The beginning of the first answer."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            for part in parts:
                writer.write(part)
            return await asyncio.wait_for(reader.readline(), CUT_SECONDS_MAX)
        finally:
            writer.close()

    async def trickled(self, head: bytes, drop: bytes, every_seconds: float) -> bytes:
        """The answer to a sender who sends a drop now and then, for as long as the connection stands."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(head)
        reading = asyncio.ensure_future(_until_closed(reader))
        try:
            while not reading.done():
                await asyncio.wait({reading}, timeout=every_seconds)
                writer.write(drop)
            return await asyncio.wait_for(reading, CUT_SECONDS_MAX)
        finally:
            writer.close()


async def _until_closed(reader: asyncio.StreamReader) -> bytes:
    """All that comes; who still sends when the server closes is reset by TCP, and has read the answer before."""
    answer = b""
    with contextlib.suppress(ConnectionResetError):
        while block := await reader.read(65_536):
            answer += block
    return answer


@contextlib.asynccontextmanager
async def opened(log: Log | None = None, **changes: Any) -> AsyncIterator[Door]:
    given = {"http_header_seconds_max": SECONDS_MAX, "http_body_seconds_max": SECONDS_MAX, **changes}
    sock = listen("127.0.0.1", 0)
    refused: list[int] = []
    settings = IngestSettings(**given)
    server = serve_http(api_of(log or Log(), **given).app, sock, http_limits(settings), refused.append)
    serving = asyncio.ensure_future(server.serve(sockets=[sock]))
    try:
        yield Door(sock.getsockname()[1], refused)
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


@pytest.mark.parametrize(
    ("status", "parts"),
    [
        (400, [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]),
        (400, [b"\x00\x00\x00\x25\x00\x12\x00\x04"]),
        (400, [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"]),
        (408, [b"SSH-2.0-OpenSSH_9.6\r\n"]),
        (400, [b"GET / HTTP/1.1\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost : x\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n"]),
        (501, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"]),
        (400, [HEAD + b"Transfer-Encoding: chunked\r\n\r\nno number\r\n"]),
        (408, [HEAD + b"Transfer-Encoding: chunked\r\n", b"\r\n", b"5\r\nabc"]),
        (400, [HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GOOD]),
    ],
    ids=str,
)
async def test_what_is_no_proper_request_is_answered_with_one_problem_and_cut(status: int, parts: list[bytes]) -> None:
    async with opened() as door:
        answer = await door.until_cut(*parts)
    assert problem(answer, status)
    assert len(re.findall(rb"(?m)^HTTP/1.1 ", answer)) == 1


async def test_a_length_beside_a_transfer_coding_is_refused_by_name_and_nothing_behind_it_is_read() -> None:
    async with opened() as door:
        answer = await door.until_cut(HEAD + b"Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n0\r\n\r\n" + GOOD)
    assert "Content-Length beside Transfer-Encoding" in problem(answer, 400)
    assert door.refused == [400]


@pytest.mark.parametrize("whole", [True, False], ids=["in one piece", "without an end"])
@pytest.mark.parametrize(
    "lines", [b"X: y\r\n" * 101, b"X: " + b"y" * 70_000 + b"\r\n"], ids=["101 headers", "70 kB of header"]
)
async def test_too_many_and_too_large_headers_are_431(lines: bytes, whole: bool) -> None:
    end = b"\r\n" if whole else b""
    async with opened() as door:
        answer = await door.until_cut(b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\n" + lines + end)
    if not whole and lines.count(b"\r\n") == 101:
        assert problem(answer, 408)  # as long as it has no end, nobody counts its lines: its bytes and its time are
    else:
        assert problem(answer, 431)


async def test_a_target_that_is_too_long_is_431() -> None:
    async with opened() as door:
        answer = await door.until_cut(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert problem(answer, 431)


async def test_100_headers_are_taken() -> None:
    request = HEAD + b"X: y\r\n" * 96 + b"Content-Length: %d\r\n\r\n" % len(JSON) + JSON  # four lines stand in HEAD
    async with opened() as door:
        assert (await door.until_answered(request)).startswith(b"HTTP/1.1 202")


@pytest.mark.parametrize(
    ("head", "drop"),
    [
        (b"", b"A"),
        (b"", b"\r\n"),
        (b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\n", b"X: y\r\n"),
        (GOOD, b"G"),
    ],
    ids=["bytes without a line", "empty lines", "headers without end", "a second request"],
)
async def test_a_header_that_never_ends_is_cut_however_it_trickles(head: bytes, drop: bytes) -> None:
    async with opened() as door:
        answer = await door.trickled(head, drop, SECONDS_MAX / 10)
    *_, last = answer.partition(b"HTTP/1.1 408") if head == GOOD else (answer,)
    assert b"too slowly" in last or b"HTTP/1.1 400" in answer


async def test_who_says_nothing_is_let_go_without_an_answer() -> None:
    async with opened() as door:
        assert await door.until_cut() == b""


@pytest.mark.parametrize(
    "credentials", [b"Bearer secret", b"Bearer wrong"], ids=["awaited by the door", "answered already"]
)
async def test_a_body_that_trickles_is_cut(credentials: bytes) -> None:
    head = HEAD.replace(b"Bearer secret", credentials) + b"Content-Length: 200000\r\n\r\n"
    async with opened() as door:
        answer = await door.trickled(head, b"x", SECONDS_MAX / 10)
    assert answer.startswith(b"HTTP/1.1 408" if credentials.endswith(b"secret") else b"HTTP/1.1 401")


async def test_chunks_without_end_behind_an_early_answer_are_cut() -> None:
    head = HEAD.replace(b"Bearer secret", b"Bearer wrong") + b"Transfer-Encoding: chunked\r\n\r\n"
    async with opened() as door:
        answer = await door.trickled(head, b"1\r\nx\r\n", SECONDS_MAX / 10)
    assert answer.startswith(b"HTTP/1.1 401")


async def test_more_connections_than_the_limit_hear_503_and_the_others_are_served() -> None:
    async with opened(http_connections_max=2, http_header_seconds_max=CUT_SECONDS_MAX) as door:
        first = await asyncio.open_connection("127.0.0.1", door._port)
        second = await asyncio.open_connection("127.0.0.1", door._port)
        first[1].write(GOOD)
        assert (await first[0].readline()).startswith(b"HTTP/1.1 202")
        refused = await door.until_cut()
        second[1].write(GOOD)
        assert (await second[0].readline()).startswith(b"HTTP/1.1 202")
        for _, writer in (first, second):
            writer.close()
    assert b"retry-after: 1" in refused
    assert problem(refused, 503)


async def test_a_client_that_reads_no_answer_is_cut_and_holds_no_one_up() -> None:
    pipelined = b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 60_000  # more answers than the buffers of sockets hold
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door._port, limit=1024)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(pipelined)
        with pytest.raises(ConnectionError):
            while True:
                writer.write(b" " * 65536)
                await asyncio.wait_for(writer.drain(), CUT_SECONDS_MAX)
        assert (await door.until_answered(GOOD)).startswith(b"HTTP/1.1 202")
        writer.close()


async def test_requests_over_one_connection_are_answered_in_order() -> None:
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door._port)
        writer.write(GOOD * 3 + b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = await asyncio.wait_for(reader.read(), CUT_SECONDS_MAX)
        writer.close()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"202"] * 3 + [b"404"]


async def test_requests_with_a_length_and_in_chunks_take_turns_over_one_connection() -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(JSON), JSON)
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door._port)
        for request in (GOOD, chunked, GOOD, GOOD.replace(b"POST", b"PUT"), GOOD):
            writer.write(request)
            head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), CUT_SECONDS_MAX)
            assert head.startswith(b"HTTP/1.1 405" if request.startswith(b"PUT") else b"HTTP/1.1 202")
            length = re.search(rb"(?i)content-length: (\d+)", head)
            assert length is not None
            await reader.readexactly(int(length[1]))
        writer.close()


@pytest.mark.parametrize("at", [len(GOOD) - len(JSON), len(GOOD) - 1, len(HEAD)])
async def test_a_request_in_two_pieces_is_read_whole(at: int) -> None:
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door._port)
        writer.write(GOOD[:at])
        await writer.drain()
        writer.write(GOOD[at:] + GOOD[:at])
        assert (await asyncio.wait_for(reader.readline(), CUT_SECONDS_MAX)).startswith(b"HTTP/1.1 202")
        writer.write(GOOD[at:])
        answers = b""
        while b"HTTP/1.1 202" not in answers:
            answers += await asyncio.wait_for(reader.read(4096), CUT_SECONDS_MAX)
        writer.close()


async def test_what_comes_before_the_answer_waits_for_its_turn() -> None:
    log = Log()
    log.open.clear()
    async with opened(log) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door._port)
        writer.write(GOOD)
        while not log.batches:
            await asyncio.sleep(0)
        writer.write(GOOD + b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        log.open.set()
        answers = await asyncio.wait_for(reader.read(), CUT_SECONDS_MAX)
        writer.close()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"202"] * 2 + [b"404"]


async def test_a_client_that_goes_before_the_answer_leaves_the_others_served() -> None:
    log = Log()
    log.open.clear()
    async with opened(log) as door:
        for cut in (len(GOOD), len(GOOD) - 1):  # all of it sent, and all but a byte
            _, writer = await asyncio.open_connection("127.0.0.1", door._port)
            writer.write(GOOD[:cut])
            await writer.drain()
            writer.close()
        log.open.set()
        assert (await door.until_answered(GOOD)).startswith(b"HTTP/1.1 202")
