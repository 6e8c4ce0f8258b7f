"""Where the CPU of one webhook goes: microseconds of each stage by itself, in one process and without any I/O.

    python -m tests.benchmarks.bench_door [--adapter slack]

Each figure is the least of many short runs with warm caches: together they are what a request takes at the very
least. The whole way (webhooks/whole.py) is from the bytes of a connection to those of its answer: the stages, and what
is between them. Beside each are the calls of functions, Python's own too, which are the same on every machine:
tests/unit/test_door_cost.py has the limits.
Not among them is what the kernel and the producer's batches take.
"""

import argparse
from collections.abc import Callable
from cProfile import Profile
from typing import Any

import uvloop
import yaml
from starlette.requests import Request

from services.ingest.domain.cloudevents import header_texts
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.sources import Source
from services.ingest.domain.sources_file import read_sources
from services.ingest.domain.types import MESSAGE
from services.ingest.domain.webhook import Request as WebhookRequest
from services.ingest.domain.webhook import WebhookDoor
from services.ingest.request import check_media_type, webhook_request
from services.ingest.wire import RecordWriter
from shared.clock import monotonic, now_ms
from shared.process.exchange import Exchange, answer
from shared.process.requests import Head, HttpLimits, RequestReader
from tests.benchmarks.pipeline.report import tell
from tests.benchmarks.webhooks.signed import SECRETS, request, sources
from tests.benchmarks.webhooks.whole import CONNECTIONS, KEY, Whole

COUNTED = 100  # requests whose calls are counted
WHOLE_RUNS, WHOLE_COUNTED = (
    100,
    10,
)  # of the whole way, with a request on each connection; of the last calls are counted
CALLS, RUNS = 15, 800  # a run is shorter than the time that a scheduler lets one process have


class _Request:
    """One whole request, as the reader told of it."""

    def __init__(self, adapter: str) -> None:
        self.raw = request(adapter, 1)
        self.head: Head
        self.body = b""
        RequestReader(self, HttpLimits()).feed(self.raw)

    def on_head(self, head: Head) -> None:
        self.head = head

    def on_part(self, part: bytes) -> None:
        self.body = part

    def on_end(self) -> None:
        pass


def _as_signed(source: Source, asked: Request, body: bytes) -> WebhookRequest:
    headers = header_texts(asked.scope["headers"])
    check_media_type(headers, source.adapter.media_types, needed=False)
    return webhook_request(source, asked, headers, body)


def stages(adapter: str) -> dict[str, Callable[[], Any]]:
    """What is done with a webhook, in its order."""
    document = yaml.safe_load(sources())
    read = read_sources(document, lambda name: SECRETS[name.removeprefix("env:")], with_channels=False)
    source = read.by_name[adapter]
    came = _Request(adapter)
    reader = RequestReader(came, HttpLimits())
    connected = {"type": "http", "scheme": "http", "server": ("127.0.0.1", 80)}
    scope = Exchange(None, came.head).scope(connected)  # type: ignore[arg-type]
    way, asked = source.way._replace(default_type=MESSAGE), Request(scope)
    normaliser, writer = Normaliser(Pseudonyms(KEY)), RecordWriter(lambda _: 0)
    door = WebhookDoor(normaliser)
    taken = _as_signed(source, asked, came.body)
    verified = door.verify(source, way, taken, now_ms())
    (event,) = door.admit(source, way, verified).admitted
    said = [(b"content-type", b"application/json"), (b"content-length", b"2")]
    return {
        "read by llhttp, one callback a header": lambda: reader.feed(came.raw),
        "scope, request": lambda: Request(Exchange(None, came.head).scope(connected)),  # type: ignore[arg-type]
        "media type, the request as signed": lambda: _as_signed(source, asked, came.body),
        "verified": lambda: door.verify(source, way, taken, now_ms()),
        "read and normalised": lambda: door.admit(source, way, verified),
        "record for the log": lambda: writer.write(event),
        "answer": lambda: answer(200, said, b"{}"),
    }


def least(stage: Callable[[], Any]) -> float:
    """Microseconds of one call."""
    best = float("inf")
    for _ in range(RUNS):
        began = monotonic()
        for _ in range(CALLS):
            stage()
        best = min(best, monotonic() - began)
    return best / CALLS * 1e6


def calls_of(stage: Callable[[], Any]) -> float:
    """Calls of functions for one call; what is made once in a process is left out."""
    stage()
    profile = Profile()
    profile.runcall(lambda: [stage() for _ in range(COUNTED)])
    return sum(entry.callcount for entry in profile.getstats()) / COUNTED


def whole_way(adapter: str) -> dict[str, float]:
    """Microseconds and calls of the whole way of one request, each a message of its own; loop and log included."""
    return uvloop.run(_whole_way(adapter))


async def _whole_way(adapter: str) -> dict[str, float]:
    made, best, profile = Whole(), float("inf"), Profile()
    for number in range(WHOLE_RUNS):
        asked = [request(adapter, number * CONNECTIONS + one) for one in range(CONNECTIONS)]
        if number >= WHOLE_RUNS - WHOLE_COUNTED:
            profile.enable()
        began = monotonic()
        answers = await made.answers(asked)
        best = min(best, monotonic() - began)
        profile.disable()
        assert [answer for answer in answers if not answer.startswith(b"HTTP/1.1 200")] == []
    calls = sum(entry.callcount for entry in profile.getstats()) / CONNECTIONS / WHOLE_COUNTED
    return {"us": best / CONNECTIONS * 1e6, "calls": calls}


def main() -> None:
    """Run and print the table."""
    parser = argparse.ArgumentParser(prog="bench_door")
    parser.add_argument("--adapter", default="slack")
    made = stages(parser.parse_args().adapter)
    found = {name: {"us": least(stage), "calls": calls_of(stage)} for name, stage in made.items()}
    found["together"] = {figure: sum(one[figure] for one in found.values()) for figure in ("us", "calls")}
    found["the whole way"] = whole_way(parser.parse_args().adapter)
    lines = [f"{name:<40}{one['us']:7.1f} us{one['calls']:7.0f} calls" for name, one in found.items()]
    tell("\n".join([*lines, ""]), found, None)


if __name__ == "__main__":
    main()
