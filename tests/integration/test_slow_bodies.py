"""The door while many send their bodies slowly: who sends whole requests is served, and the slow cut each other."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from tests.support.door import CUT_SECONDS_MAX, GOOD, HEAD, JSON, Door, opened, problem, until_closed

SLOW_HEAD = HEAD + b"Content-Length: %d\r\n\r\n" % len(JSON)
WAITING_MAX = 20  # of bodies, and of requests that wait for Kafka, in these tests

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@contextlib.asynccontextmanager
async def slow(door: Door, count: int) -> AsyncIterator[list[Client]]:
    """Clients whose bodies are under way, in the order in which they began; the door has read of each."""
    clients: list[Client] = []
    try:
        for _ in range(count):
            reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
            clients.append((reader, writer))
            writer.write(SLOW_HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
            assert (
                await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
            )  # the door asks for the body: it waits for it
            assert await reader.readline() == b"\r\n"
            writer.write(JSON[:1])
        yield clients
    finally:
        for _, writer in clients:
            writer.close()


async def in_two_parts(door: Door) -> bytes:
    """The first line of the answer to a body that comes behind its head."""
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    try:
        writer.write(SLOW_HEAD.replace(b"\r\n\r\n", b"\r\nExpect: 100-continue\r\n\r\n"))
        await reader.readuntil(b"\r\n\r\n")
        writer.write(JSON)
        return await asyncio.wait_for(reader.readline(), CUT_SECONDS_MAX)
    finally:
        writer.close()


async def test_slow_bodies_take_no_place_from_requests_that_are_whole() -> None:
    async with (
        opened(http_inflight_max=WAITING_MAX, http_reading_max=10 * WAITING_MAX) as door,
        slow(door, 5 * WAITING_MAX) as clients,
    ):
        answers = [await door.until_answered(GOOD) for _ in range(5)]
        first_reader, first = clients[0]
        first.write(JSON[1:])
        late = await first_reader.readline()

    assert {answer.split()[1] for answer in answers} == {b"202"}
    assert late.split()[1] == b"202", "who is slow is served too, when their body is there"


async def test_of_more_slow_bodies_than_the_bound_those_that_began_first_are_cut() -> None:
    async with (
        opened(http_reading_max=WAITING_MAX) as door,
        slow(door, 3 * WAITING_MAX) as clients,
    ):
        cut = await asyncio.gather(*(until_closed(reader) for reader, _ in clients[: 2 * WAITING_MAX]))
        honest = [await in_two_parts(door) for _ in range(3)]
        last_reader, last = clients[-1]
        last.write(JSON[1:])
        late = await last_reader.readline()

    for answer in cut:
        assert b"retry-after: 1" in answer
        assert problem(answer, 503) == "too many slow bodies"
    assert {answer.split()[1] for answer in (*honest, late)} == {b"202"}


async def test_a_slow_body_that_is_larger_than_the_limit_makes_room_when_it_is_refused() -> None:
    async with opened(http_reading_max=1) as door:
        large = HEAD + b"Content-Length: 300000\r\n\r\n"
        assert problem(await door.until_cut(large, b"x" * 300_000), 413)
        assert (await in_two_parts(door)).split()[1] == b"202"
