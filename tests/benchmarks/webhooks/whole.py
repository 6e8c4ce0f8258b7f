"""The whole way of a webhook within one process: bytes of a connection in, bytes of its answer out, and no I/O.

Everything is the service's own but the transport and the log, which are memory.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import yaml
from prometheus_client import CollectorRegistry
from uvicorn.config import Config
from uvicorn.server import ServerState

from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Normaliser
from services.ingest.domain.sources_file import read_sources
from services.ingest.gather import Gatherer, Publisher
from services.ingest.http import Api
from services.ingest.metrics import IngestMetrics
from services.ingest.settings import IngestSettings, http_limits
from services.ingest.wire import RecordWriter
from shared.contract.envelope import Message
from shared.process.connection import Connection
from shared.process.forwarded import Forwarded
from tests.benchmarks.webhooks.signed import SECRETS, sources

__all__ = ["CONNECTIONS", "KEY", "Whole"]

KEY = b"a key of thirty-two bytes, or so"
CONNECTIONS = 16  # whose requests wait for the log together, as they do under load
UNBOUNDED = 1_000_000  # requests a second of a source: its allowance is not what is measured
PATIENT_SECONDS = (
    600.0  # nor is the patience of the door, where a collection stops a busy machine's process for seconds
)


class _Transport(asyncio.Transport):
    """Takes what is written."""

    def __init__(self) -> None:
        super().__init__({"sockname": ("127.0.0.1", 80), "peername": ("127.0.0.1", 4711)})
        self.written: list[bytes] = []

    def write(self, data: Any) -> None:
        self.written.append(data)

    def is_closing(self) -> bool:
        return False

    def get_write_buffer_size(self) -> int:
        return 0


class _Log:
    """A log that has what it is given at the loop's next turn."""

    def __init__(self) -> None:
        self.records: list[Message] = []

    async def publish(self, _: str, __: int, messages: Sequence[Message]) -> None:
        await asyncio.sleep(0)
        self.records += messages


class Whole:
    """The service behind some connections; made and used within a running loop."""

    def __init__(self) -> None:
        document = yaml.safe_load(sources())
        read = read_sources(document, lambda name: SECRETS[name.removeprefix("env:")], with_channels=False)
        self.log = _Log()
        settings = IngestSettings(
            http_rate_per_second=UNBOUNDED,
            http_burst=UNBOUNDED,
            http_ack_seconds_max=PATIENT_SECONDS,
            http_header_seconds_max=PATIENT_SECONDS,
            http_body_seconds_max=PATIENT_SECONDS,
        )
        publisher = Publisher(Gatherer(self.log, RecordWriter(lambda _: 0)), _never, _never)
        api = Api(settings, read, Normaliser(Pseudonyms(KEY)), publisher, IngestMetrics(CollectorRegistry()))
        application = Forwarded(api.app, "127.0.0.1")
        config = Config(application, interface="asgi3", proxy_headers=False, lifespan="off", log_config=None)
        config.load()
        state, limits = ServerState(), http_limits(settings)
        self._connections = [
            Connection(config, state, {}, limits=limits, refused=lambda _: None) for _ in range(CONNECTIONS)
        ]
        self._transports = [_Transport() for _ in self._connections]
        for connection, transport in zip(self._connections, self._transports, strict=True):
            connection.connection_made(transport)

    async def answers(self, requests: Sequence[bytes]) -> list[bytes]:
        """What each is answered with: they come as many together as there are connections, each on its own."""
        return [
            one
            for begin in range(0, len(requests), CONNECTIONS)
            for one in await self._round(requests[begin : begin + CONNECTIONS])
        ]

    async def _round(self, requests: Sequence[bytes]) -> list[bytes]:
        for connection, request in zip(self._connections, requests, strict=False):
            connection.data_received(request)
        asked = self._transports[: len(requests)]
        while not all(transport.written for transport in asked):
            await asyncio.sleep(0)
        return [transport.written.pop() for transport in asked]


async def _never(*_: Any) -> Any:
    raise AssertionError("nothing of these requests is refused or has a token")
