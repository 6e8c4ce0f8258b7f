"""HTTP load on loopback: as fast as some connections go, or at a rate; each answer must be 200."""

import asyncio
import statistics
from collections.abc import Sequence
from urllib.parse import urlsplit

from shared.clock import monotonic

__all__ = ["Load"]

CONNECTIONS = 64  # providers keep some tens open
ANSWER_SECONDS_MAX = 30.0


class Load:
    """Some connections that are kept. ``close`` ends them."""

    def __init__(self) -> None:
        # First in, first out: none idles until the server ends it.
        self._free: asyncio.Queue[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = asyncio.Queue()
        self._writers: list[asyncio.StreamWriter] = []

    async def open(self, url: str) -> None:
        """Connect."""
        parts = urlsplit(url)
        for _ in range(CONNECTIONS):
            reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
            self._writers.append(writer)
            self._free.put_nowait((reader, writer))

    async def flood(self, requests: Sequence[bytes]) -> float:
        """All of them as fast as the connections go; the seconds it took."""
        began = monotonic()
        async with asyncio.TaskGroup() as group:
            for one in range(CONNECTIONS):
                group.create_task(self._one_by_one(requests[one::CONNECTIONS]))
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
        for writer in self._writers:
            writer.close()

    async def _one_by_one(self, requests: Sequence[bytes]) -> None:
        for request in requests:
            await self._ask(request)

    async def _timed(self, request: bytes, due: float, waits: list[float]) -> None:
        await self._ask(request)
        waits.append(monotonic() - due)

    async def _ask(self, request: bytes) -> None:
        reader, writer = await self._free.get()
        writer.write(request)
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.partition(b":")[2])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length:")
            )
            body = await reader.readexactly(length)
        if not head.startswith(b"HTTP/1.1 200"):
            raise SystemExit(f"answered {head[:40]!r} {body[:200]!r} to {request[:60]!r}")
        self._free.put_nowait((reader, writer))
