"""The HTTP surface of ingest over a log that does as it is told, without any I/O."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import httpx
from prometheus_client import CollectorRegistry

from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Refusal
from services.ingest.domain.sources import Sources
from services.ingest.domain.sources_file import Resolve, read_sources
from services.ingest.domain.types import Right
from services.ingest.gather import Gatherer, Publisher
from services.ingest.http import Api
from services.ingest.metrics import IngestMetrics
from services.ingest.settings import IngestSettings
from services.ingest.traces import DoorTraces
from services.ingest.wire import RecordWriter
from shared.contract.envelope import Message
from shared.errors import Retryable
from tests.support.ingest_builders import KEY
from tests.support.serving import serving

# The door's own patience, of 2.5 s for one, is of the wall: a machine that stands still between hand-over and answer
# would change an answer.
PATIENT: dict[str, Any] = {
    "http_ack_seconds_max": 240.0, "http_header_seconds_max": 240.0, "http_body_seconds_max": 240.0
}  # fmt: skip
HEADERS = {"Authorization": "Bearer secret"}
ALL_RIGHTS = {"Authorization": "Bearer all"}
SOURCES = {
    "workspaces": {
        "acme": {
            "api_keys": [
                {"name": "test", "sha256": hashlib.sha256(b"secret").hexdigest(), "may": ["contacts"]},
                {"name": "other", "sha256": hashlib.sha256(b"other").hexdigest(), "may": ["contacts"]},
                {"name": "all", "sha256": hashlib.sha256(b"all").hexdigest(), "may": [str(right) for right in Right]},
            ]
        }
    }
}


class Log:
    """A log that acknowledges when told to, or not at all; remembers what it was given, dead letters and tokens too."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.failing = False
        self.batches: list[list[Message]] = []
        self.dead: list[Refusal] = []
        self.tokens: dict[str, bytes] = {}
        self.asked = 0

    async def keep(self, refused: Sequence[Refusal], _: float) -> None:
        if self.failing:
            raise Retryable("no database")
        self.dead += refused

    async def take(self, token: str, content: bytes, _: float) -> bool:
        return self.tokens.setdefault(token, content) == content

    async def publish(self, topic: str, partition: int, messages: Sequence[Message]) -> None:
        self.batches.append(list(messages))
        await self.open.wait()
        if self.failing:
            raise Retryable("no broker")


class Counting(RecordWriter):
    """Writes for the one partition of a log, which so knows of events that still wait for their turn."""

    def __init__(self, log: Log) -> None:
        super().__init__(lambda _: 0)
        self._log = log

    def write(self, event: Admitted) -> tuple[int, Message]:
        self._log.asked += 1
        return super().write(event)


def sources(entries: Any = None, resolve: Resolve = lambda reference: reference) -> Sources:
    """The eight channels and these sources; a secret is its own reference (``env:NAME``), unless resolved."""
    return read_sources({**SOURCES, "sources": entries or {}}, resolve, with_channels=True)


@asynccontextmanager
async def served(log: Log, entries: Any, resolve: Resolve) -> AsyncIterator[str]:
    """The address of a real server on loopback with these sources."""
    publisher = Publisher(Gatherer(log, Counting(log)), log.keep, log.take)
    normaliser, metrics = Normaliser(Pseudonyms(KEY)), IngestMetrics(CollectorRegistry())
    api = Api(IngestSettings(**PATIENT), sources(entries, resolve), normaliser, publisher, metrics)
    async with serving(api.app) as port:
        yield f"http://127.0.0.1:{port}"


def api_of(
    log: Log,
    entries: Any = None,
    registry: CollectorRegistry | None = None,
    traces: DoorTraces | None = None,
    resolve: Resolve = lambda reference: reference,
    **settings: Any,
) -> Api:
    """A door that is ``PATIENT``, unless ``settings`` say otherwise."""
    publisher = Publisher(Gatherer(log, Counting(log)), log.keep, log.take)
    metrics = IngestMetrics(registry or CollectorRegistry())
    given = IngestSettings(**{**PATIENT, **settings})
    return Api(given, sources(entries, resolve), Normaliser(Pseudonyms(KEY)), publisher, metrics, traces)


def client_of(log: Log, entries: Any = None, traces: DoorTraces | None = None, **settings: Any) -> httpx.AsyncClient:
    api = api_of(log, entries, None, traces, **settings)
    transport = httpx.ASGITransport(app=api.app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://ingest", headers=HEADERS)
