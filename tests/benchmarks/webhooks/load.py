"""HTTP load on loopback: as fast as some connections go, or at a rate; each answer must be 200."""

import asyncio
import re
import statistics
from collections.abc import Sequence
from urllib.parse import urlsplit

from shared.clock import monotonic

__all__ = ["Load"]

CONNECTIONS = 64  # providers keep some tens open
ANSWER_SECONDS_MAX = 30.0
_LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


class _Connection(asyncio.Protocol):
    """One request at a time. The client shares its cores with the server: it costs some 10 microseconds a request."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport
        self._answer: asyncio.Future[bytes] | None = None
        self._came = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._came += data
        head, end, body = self._came.partition(b"\r\n\r\n")
        length = _LENGTH.search(head + b"\r\n")
        if end and length is not None and len(body) >= int(length[1]) and self._answer is not None:
            self._came = b""
            self._answer.set_result(head + end + body)
            self._answer = None

    def connection_lost(self, _: Exception | None) -> None:
        if self._answer is not None:
            self._answer.set_exception(ConnectionError(f"closed after {self._came[:200]!r}"))

    async def ask(self, request: bytes) -> None:
        """Send it and wait for the answer."""
        answer = self._answer = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        said = await answer
        if not said.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"answered {said[:240]!r} to {request[:60]!r}")

    def close(self) -> None:
        self._transport.close()


class Load:
    """Some connections that are kept. ``close`` ends them."""

    def __init__(self) -> None:
        self._free: asyncio.Queue[_Connection] = asyncio.Queue()  # first in, first out: none idles until it is ended
        self._all: list[_Connection] = []

    async def open(self, url: str) -> None:
        """Connect."""
        parts = urlsplit(url)
        for _ in range(CONNECTIONS):
            _, connection = await asyncio.get_running_loop().create_connection(_Connection, parts.hostname, parts.port)
            self._all.append(connection)
            self._free.put_nowait(connection)

    async def flood(self, requests: Sequence[bytes]) -> float:
        """All of them as fast as the connections go; the seconds it took."""
        began = monotonic()
        async with asyncio.timeout(ANSWER_SECONDS_MAX * 4), asyncio.TaskGroup() as group:
            for one, connection in enumerate(self._all):
                group.create_task(_one_by_one(connection, requests[one::CONNECTIONS]))
        return monotonic() - began

    async def steady(self, requests: Sequence[bytes], per_second: float) -> tuple[float, float]:
        """At a rate, whether or not the answers keep up: p50 and p99 in milliseconds, from when each was due."""
        waits: list[float] = []
        begin = monotonic()
        async with asyncio.TaskGroup() as group:
            for number, request in enumerate(requests):
                due = begin + number / per_second
                await asyncio.sleep(max(0.0, due - monotonic()))
                group.create_task(self._timed(request, due, waits))
        found = statistics.quantiles(waits, n=100)
        return found[49] * 1000, found[98] * 1000

    def close(self) -> None:
        """End the connections."""
        for connection in self._all:
            connection.close()

    async def _timed(self, request: bytes, due: float, waits: list[float]) -> None:
        connection = await self._free.get()
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            await connection.ask(request)
        self._free.put_nowait(connection)
        waits.append(monotonic() - due)


async def _one_by_one(connection: _Connection, requests: Sequence[bytes]) -> None:
    for request in requests:
        await connection.ask(request)
