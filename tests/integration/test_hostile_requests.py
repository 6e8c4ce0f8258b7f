"""Paths that play tricks, hundreds of hostile requests: an answer of the contract each time, and no more memory."""

import asyncio
import gc
import tracemalloc
from itertools import cycle, islice

import pytest

from tests.support.door import CUT_SECONDS_MAX, GOOD, HEAD, JSON, Door, opened, statuses
from tests.support.ingest_http import Log

ROUNDS, REQUESTS = 3, 100  # of a round; one more makes what is made once
GROWTH_BYTES_MAX = (
    300_000  # of all rounds, less than two of their bodies: caches of what was seen fill up to their bounds
)

NOWHERE = [
    "/v1/contacts/", "/v1//contacts", "//v1/contacts", "/v1/./contacts", "/v1/x/../contacts", "/v1/%2e%2e/metrics",
    "/v1/../v1/contacts", "/v1/contacts%00", "/v1/contacts%2f", "/v1%2fcontacts", "/v1/contacts;a=b", "/V1/CONTACTS",
    "/v1/contacts.json", "/v1/webhooks", "/v1/webhooks/", "/v1/webhooks/..%2fcontacts", "/v1/webhooks/../contacts",
    "/v1/webhooks/chat/x", "/v1/webhooks/chat%00", "/v1/webhooks/chat%20", "/v1/webhooks/CHAT", "/v1/webhooks/%ff%fe",
    "/v1/webhooks/" + "a" * 5000, "/metrics", "/livez", "/readyz", "/openapi.json/", "/../../etc/passwd",
    "/%c0%af/v1/contacts", "/v1/contacts%5c", "/%2e/v1/contacts", "/v1/contacts%0d%0aX:y",
]  # fmt: skip


@pytest.mark.parametrize("path", NOWHERE, ids=lambda path: path[:40])
async def test_a_path_that_only_looks_like_one_of_ours_leads_nowhere(path: str) -> None:
    log = Log()
    async with opened(log) as door:
        answer = await door.until_cut(
            GOOD.replace(b"/v1/contacts", path.encode()).replace(b"Host", b"Connection: close\r\nHost")
        )
    assert statuses(answer) == [b"404"]
    assert b"content-type: application/problem+json" in answer.lower()
    assert log.batches == []


def post(body: bytes, *, more: bytes = b"", path: bytes = b"/v1/contacts") -> bytes:
    head = HEAD.replace(b"/v1/contacts", path) + more
    return head + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(body) + body


HOSTILE = [
    post(b"[" * 200_000),
    post(b'{"a":' * 40_000),
    post(b'{"text": "' + b"\\u0000" * 30_000 + b'"}'),
    post(b"{" + b",".join(b'"%d":1' % number for number in range(20_000)) + b"}"),
    post(bytes(range(256)) * 1000),
    post(b"x" * 300_000),
    post(JSON).replace(b"Bearer secret", b"Bearer " + b"k" * 5000),
    post(JSON[:-1] + b', "workspace": "globex"}'),
    post(JSON, more=b"Content-Encoding: gzip\r\n"),
    post(JSON, path=b"/v1/webhooks/" + b"%ff" * 2000),
    post(b'{"type": "' + b"t" * 100_000 + b'"}'),
    post(b"--XX\r\n" * 30_000, path=b"/v1/webhooks/form"),
    post(b"From: a@b.c\r\n" * 15_000, path=b"/v1/webhooks/mail"),
    HEAD + b"Content-Length: 9\r\nContent-Length: 8\r\n\r\n",
    b"\x16\x03\x01\x02" * 100,
]


async def hostilities(door: Door, number: int) -> set[bytes]:
    """The answers to as many hostile requests, a few at once."""
    answers: set[bytes] = set()
    for start in range(0, number, 10):
        some = [door.until_cut(request) for request in islice(cycle(HOSTILE), start, start + 10)]
        for said in await asyncio.wait_for(asyncio.gather(*some), CUT_SECONDS_MAX * 3):
            answers.update(statuses(said))
    return answers


async def test_hostile_requests_without_end_take_no_more_memory_and_no_fault_of_ours_comes_of_them() -> None:
    entries = {
        "form": {"workspace": "acme", "adapter": "sendgrid"},
        "mail": {"workspace": "acme", "adapter": "email_mime"},
    }
    async with opened(Log(), entries=entries) as door:
        answers = await hostilities(door, REQUESTS)
        gc.collect()
        tracemalloc.start()
        try:
            answers |= await hostilities(door, REQUESTS)
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            for _ in range(ROUNDS):
                answers |= await hostilities(door, REQUESTS)
            gc.collect()
            grown = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
        assert (await door.until_answered(GOOD)).startswith(b"HTTP/1.1 202")
    assert not any(status.startswith((b"5", b"2")) for status in answers), answers
    assert {b"400", b"401", b"403", b"404", b"413", b"415", b"422"} <= answers
    print(f"grown by {grown} bytes")
    assert grown < GROWTH_BYTES_MAX
