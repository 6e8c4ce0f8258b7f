"""Requests over one connection: read ahead, answered in turn, and nothing of one is taken for another."""

import asyncio
import re

import pytest

from tests.support.door import CHUNKED, CUT_SECONDS_MAX, GOOD, HEAD, JSON, SECONDS_MAX, opened, statuses, until_closed
from tests.support.ingest_http import Log

BAD = b"GET / HTTP/1.1\r\nHost : x\r\n\r\n"
LAST = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


async def test_requests_over_one_connection_are_answered_in_order() -> None:
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(GOOD * 3 + b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answers = await asyncio.wait_for(reader.read(), CUT_SECONDS_MAX)
        writer.close()
    assert re.findall(rb"HTTP/1.1 (\d+)", answers) == [b"202"] * 3 + [b"404"]


async def test_requests_with_a_length_and_in_chunks_take_turns_over_one_connection() -> None:
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n" % (len(JSON), JSON)
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
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
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
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
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
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
            _, writer = await asyncio.open_connection("127.0.0.1", door.port)
            writer.write(GOOD[:cut])
            await writer.drain()
            writer.close()
        log.open.set()
        assert (await door.until_answered(GOOD)).startswith(b"HTTP/1.1 202")


async def test_what_is_no_request_is_refused_once_what_came_before_it_is_answered() -> None:
    log = Log()
    log.open.clear()
    async with opened(log) as door:
        answering = asyncio.ensure_future(door.until_cut(GOOD + GOOD + BAD + GOOD))
        while not log.batches:
            await asyncio.sleep(0)
        log.open.set()
        assert statuses(await answering) == [b"202", b"202", b"400"]
    assert door.refused == [400]


async def test_a_thousand_requests_in_one_piece_are_answered_one_by_one() -> None:
    async with opened() as door:
        answers = await door.until_cut(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n" * 1_000 + LAST)
    assert statuses(answers) == [b"404"] * 1_001


@pytest.mark.parametrize("behind", [BAD, GOOD, b"\x16\x03"], ids=["broken", "good", "no HTTP"])
async def test_nothing_behind_a_last_request_is_read(behind: bytes) -> None:
    log = Log()
    async with opened(log) as door:
        assert statuses(await door.until_cut(GOOD.replace(b"Host", b"Connection: close\r\nHost") + behind)) == [b"202"]
        old = HEAD.replace(b"HTTP/1.1", b"HTTP/1.0") + GOOD[len(HEAD) :]
        assert statuses(await door.until_cut(old + behind)) == [b"202"]
    assert len([one for batch in log.batches for one in batch]) == 2
    assert door.refused == []


async def test_a_body_behind_an_offer_to_change_the_protocol_is_read() -> None:
    """As Java's client sends its requests, unless it is told to speak HTTP/1.1."""
    offer = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAA\r\n"
    log = Log()
    async with opened(log) as door:
        answers = await door.until_cut(GOOD.replace(b"Host: x\r\n", b"Host: x\r\n" + offer) + GOOD + LAST)
    assert statuses(answers) == [b"202", b"202", b"404"]


async def test_who_ends_sending_hears_the_answers_to_what_was_sent_whole() -> None:
    log = Log()
    log.open.clear()
    async with opened(log) as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(GOOD + GOOD)
        writer.write_eof()
        while not log.batches:
            await asyncio.sleep(0)
        log.open.set()
        answers = await asyncio.wait_for(reader.read(), CUT_SECONDS_MAX)
        writer.close()
    assert statuses(answers) == [b"202", b"202"]


@pytest.mark.parametrize("before", [b"http://x", b"HTTPS://shop.example.net:8080"])
async def test_a_whole_url_asks_for_its_path(before: bytes) -> None:
    async with opened() as door:
        assert (await door.until_answered(GOOD.replace(b" /v1", b" " + before + b"/v1"))).startswith(b"HTTP/1.1 202")
        assert (await door.until_answered(GOOD.replace(b" /v1/contacts", b" " + before))).startswith(b"HTTP/1.1 404")


async def test_trailers_add_nothing_to_the_header() -> None:
    no_key = CHUNKED.replace(b"Authorization: Bearer secret\r\n", b"")
    body = b"%x\r\n%s\r\n0\r\nAuthorization: Bearer secret\r\n\r\n" % (len(JSON), JSON)
    async with opened() as door:
        assert statuses(await door.until_cut(no_key + body + LAST)) == [b"401", b"404"]


async def test_a_client_that_asks_first_is_told_to_send_or_hears_why_not() -> None:
    asking = HEAD + b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(JSON)
    async with opened() as door:
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(asking)
        assert await asyncio.wait_for(reader.readline(), CUT_SECONDS_MAX) == b"HTTP/1.1 100 Continue\r\n"
        writer.write(JSON + LAST)
        assert statuses(await asyncio.wait_for(reader.read(), CUT_SECONDS_MAX)) == [b"202", b"404"]
        writer.close()
        at_once = await door.until_cut(asking + JSON + LAST)  # who does not wait needs not be told
        assert [one for one in statuses(at_once) if one != b"100"] == [b"202", b"404"]
        refused = await door.until_cut(asking.replace(b"Bearer secret", b"Bearer wrong"))
    assert statuses(refused) == [b"401"]  # and it is cut: what it sends next could be the body or another request
    assert b"connection: close" in refused


async def test_an_answer_to_head_has_no_body_even_where_it_is_refused() -> None:
    async with opened() as door:
        routed = await door.until_cut(LAST.replace(b"GET /nowhere", b"HEAD /openapi.json"))
        refused = await door.until_cut(b"HEAD / HTTP/1.1\r\nX: y\r\n\r\n")
    assert statuses(routed) == [b"200"]
    assert statuses(refused) == [b"400"]
    assert routed.endswith(b"\r\n\r\n")
    assert refused.endswith(b"\r\n\r\n")


async def test_an_idle_connection_is_closed_also_after_a_body_that_nobody_read() -> None:
    early = HEAD.replace(b"Bearer secret", b"Bearer wrong") + b"Content-Length: 4\r\n\r\n"
    async with opened(idle_seconds=SECONDS_MAX) as door:
        assert statuses(await door.until_cut(GOOD)) == [b"202"]
        reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
        writer.write(early)
        assert (await reader.readline()).startswith(b"HTTP/1.1 401")
        writer.write(b"body")
        rest = await asyncio.wait_for(until_closed(reader), CUT_SECONDS_MAX)
        writer.close()
    assert b"408" not in rest
    assert door.refused == []
