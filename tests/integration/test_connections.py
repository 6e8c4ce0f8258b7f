"""The door at the level of sockets: what is no HTTP, what never ends and what is too large is answered and cut."""

import asyncio
import re
import socket
from collections.abc import Callable

import pytest
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.process.requests import HttpLimits
from tests.support.door import (
    CHUNKED,
    CUT_SECONDS_MAX,
    GOOD,
    HEAD,
    HURRIED,
    JSON,
    SECONDS_MAX,
    Door,
    opened,
    problem,
    served,
)


@pytest.mark.parametrize(
    ("status", "parts"),
    [
        (400, [b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"]),
        (400, [b"\x00\x00\x00\x25\x00\x12\x00\x04"]),
        (400, [b"SSH-2.0-OpenSSH_9.6\r\n\r\n"]),
        (408, [b"POST /v1/contacts HTTP/1.1\r\n"]),
        (400, [b"GET / HTTP/1.1\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost : x\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nX: a\x00b\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n"]),
        (400, [b"POST /v1/contacts HTTP/1.1\nHost: x\n\n"]),
        (400, [b"GET /\xff HTTP/1.1\r\nHost: x\r\n\r\n"]),
        (400, [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]),
        (501, [b"CONNECT example.com:443 HTTP/1.1\r\nHost: x\r\n\r\n"]),
        (501, [b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"]),
        (501, [HEAD + b"Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GOOD]),
        (501, [HEAD + b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GOOD]),
        (505, [b"GET / HTTP/2.0\r\nHost: x\r\n\r\n"]),
        (505, [b"GET /\r\n\r\n"]),
        (400, [HEAD + b"Transfer-Encoding: chunked\r\n\r\nno number\r\n"]),
        (408, [HEAD + b"Transfer-Encoding: chunked\r\n", b"\r\n", b"5\r\nabc"]),
        (400, [HEAD + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + GOOD]),
    ],
    ids=str,
)
async def test_what_is_no_proper_request_is_answered_with_one_problem_and_cut(status: int, parts: list[bytes]) -> None:
    async with opened(**(HURRIED if status == 408 else {})) as door:
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
    assert problem(answer, 431)


async def test_a_target_that_is_too_long_is_431() -> None:
    async with opened() as door:
        answer = await door.until_cut(b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n")
    assert problem(answer, 431)


@pytest.mark.parametrize(
    "endless",
    [b"X: " + b"y" * 400_000, b"0\r\nX: " + b"y" * 400_000, b"5;" + b"x" * 400_000],
    ids=["header", "trailer", "extension of a chunk"],
)
async def test_a_line_without_end_is_431_wherever_it_stands_however_it_is_cut(endless: bytes) -> None:
    head = b"POST /v1/contacts HTTP/1.1\r\nHost: x\r\n" if endless[:1] == b"X" else CHUNKED
    parts = [endless[at : at + 20_000] for at in range(0, len(endless), 20_000)]
    async with opened() as door:
        assert problem(await door.until_cut(head, *parts), 431)


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
    async with opened(**HURRIED) as door:
        answer = await door.trickled(head, drop, SECONDS_MAX / 10)
    *_, last = answer.partition(b"HTTP/1.1 408") if head == GOOD else (answer,)
    assert b"too slowly" in last or b"HTTP/1.1 400" in answer


async def test_who_says_nothing_is_let_go_without_an_answer() -> None:
    async with opened(**HURRIED) as door:
        assert await door.until_cut() == b""


@pytest.mark.parametrize(
    "credentials", [b"Bearer secret", b"Bearer wrong"], ids=["awaited by the door", "answered already"]
)
async def test_a_body_that_trickles_is_cut(credentials: bytes) -> None:
    head = HEAD.replace(b"Bearer secret", credentials) + b"Content-Length: 200000\r\n\r\n"
    async with opened(**HURRIED) as door:
        answer = await door.trickled(head, b"x", SECONDS_MAX / 10)
    assert answer.startswith(b"HTTP/1.1 408" if credentials.endswith(b"secret") else b"HTTP/1.1 401")


async def test_chunks_without_end_behind_an_early_answer_are_cut() -> None:
    head = HEAD.replace(b"Bearer secret", b"Bearer wrong") + b"Transfer-Encoding: chunked\r\n\r\n"
    async with opened(**HURRIED) as door:
        answer = await door.trickled(head, b"1\r\nx\r\n", SECONDS_MAX / 10)
    assert answer.startswith(b"HTTP/1.1 401")


async def test_more_connections_than_the_limit_hear_503_and_the_others_are_served() -> None:
    async with opened(http_connections_max=2) as door:
        first = await asyncio.open_connection("127.0.0.1", door.port)
        second = await asyncio.open_connection("127.0.0.1", door.port)
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
    async with opened(**HURRIED) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port, limit=1024)
        reader._transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(pipelined)
        with pytest.raises(ConnectionError):
            while True:
                writer.write(b" " * 65536)
                await asyncio.wait_for(writer.drain(), CUT_SECONDS_MAX)
        assert (await door.until_answered(GOOD)).startswith(b"HTTP/1.1 202")
        writer.close()


async def test_who_never_takes_the_last_answers_is_let_go() -> None:
    """So few of them wait that they hold no application up, and closing waits for them."""
    limits = HttpLimits(idle_seconds_max=CUT_SECONDS_MAX, body_seconds_max=SECONDS_MAX)
    asks = b"GET / HTTP/1.1\r\nHost: x\r\n"
    async with served(answering([], b"x" * 20_000), limits) as (server, port):
        with socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.connect(("127.0.0.1", port))
            await until(lambda: server.server_state.connections)
            (connection,) = server.server_state.connections
            while not connection._transport.get_write_buffer_size():  # type: ignore[union-attr]
                asked = server.server_state.total_requests
                client.sendall(asks + b"\r\n")
                await until(lambda asked=asked: server.server_state.total_requests > asked)
            client.sendall(asks + b"Connection: close\r\n\r\n")
            await until(lambda: not server.server_state.connections)


async def test_an_answer_that_cannot_be_written_is_500_and_not_an_endless_wait() -> None:
    async with served(answering([(b"x", b"a\nb")], b""), HttpLimits()) as (_, port):
        answer = await Door(port, []).until_cut(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 500 ")


def answering(headers: list[tuple[bytes, bytes]], body: bytes) -> ASGIApp:
    """An application that has one answer."""

    async def application(_: Scope, __: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return application


async def until(holds: Callable[[], object]) -> None:
    async with asyncio.timeout(CUT_SECONDS_MAX):
        while not holds():
            await asyncio.sleep(0.001)
