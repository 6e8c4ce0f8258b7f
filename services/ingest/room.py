"""Whether there is room for a request now: of its sender's allowance, of bodies under way, of waiting for Kafka."""

import asyncio
import math
from collections.abc import Awaitable, Callable, Set
from http import HTTPStatus
from typing import TypeVar

from starlette.requests import Request

from services.ingest.domain.limits import TokenBuckets
from services.ingest.problem import Problem, Unknown
from services.ingest.request import read_body, too_slow, whole_body
from services.ingest.settings import IngestSettings
from shared.clock import monotonic

__all__ = ["Room", "unavailable"]

RETRY_AFTER_SECONDS = 1  # a broker's short trouble is over by then; a longer one answers 503 again
KNOWN_MAX = 100_000  # credentials and sources: more than a sources file has
ADDRESSES_MAX = 10_000  # of senders who are not known, some 3 MB

_Result = TypeVar("_Result")


class Room:
    """The bounds of the HTTP door. Nobody who is not known uses up what belongs to those who are.

    A source and a key have an allowance each, taken once a request is known to be theirs; who is not known uses up that
    of their own address, and hears 429 in place of 401 then. A proxy's address is that of all its clients, so an
    address without allowance is never in the way of what is signed.

    A place among those that wait for Kafka is taken when the body is whole. Of bodies that are still under way
    ``http_reading_max`` may be slow; of more, the one that began first is cut. So whoever holds many connections and
    sends slowly cuts their own.
    """

    def __init__(self, settings: IngestSettings) -> None:
        rate, burst = settings.http_rate_per_second, settings.http_burst
        self._known = TokenBuckets(rate, burst, KNOWN_MAX)
        self._unknown = TokenBuckets(rate, burst, ADDRESSES_MAX)
        self._inflight_max = settings.http_inflight_max
        self._inflight = 0
        self._reading_max = settings.http_reading_max
        self._body_seconds_max = settings.http_body_seconds_max
        self._reading: dict[asyncio.Timeout, None] = {}  # in the order in which they began

    def keep(self, known: Set[str | bytes]) -> None:
        """Forget the allowances of sources and keys that are gone."""
        self._known.keep(known)

    def look(self, key: str | bytes) -> None:
        """Problem 429 where a source or key has no allowance left; nothing is taken of it."""
        _slow_down(self._known.wait(key, monotonic()))

    def take(self, key: str | bytes) -> None:
        """Take one of the allowance of a source or key. Problem 429."""
        _slow_down(self._known.take(key, monotonic()))

    def refuse(self, request: Request, unknown: Unknown) -> Problem:
        """What somebody who is not known hears, and 429 where they have come too often."""
        client = request.scope.get("client")
        try:
            _slow_down(self._unknown.take(client[0] if client else "", monotonic()))
        except Problem as too_often:
            return too_often
        return unknown

    async def work(self, request: Request, work: Callable[[bytes], Awaitable[_Result]]) -> _Result:
        """Do the work of a request with its body. Problem 408, 413, 503."""
        body = whole_body(request)
        if body is None:
            body = await self._read(request)
        if self._inflight >= self._inflight_max:
            raise unavailable("too many requests are waiting for Kafka")
        self._inflight += 1
        try:
            return await work(body)
        finally:
            self._inflight -= 1

    async def _read(self, request: Request) -> bytes:
        """A body that comes in parts."""
        while len(self._reading) >= self._reading_max:
            self._cut(next(iter(self._reading)))
        limit = asyncio.timeout(self._body_seconds_max)
        self._reading[limit] = None
        try:
            async with limit:
                return await read_body(request)
        except TimeoutError:
            raise too_slow() if limit in self._reading else unavailable("too many slow bodies", cut=True) from None
        finally:
            self._reading.pop(limit, None)

    def _cut(self, limit: asyncio.Timeout) -> None:
        del self._reading[limit]
        if not limit.expired():
            limit.reschedule(asyncio.get_running_loop().time())


def unavailable(detail: str, *, cut: bool = False) -> Problem:
    """The answer to what is right, and comes at the wrong time; ``cut``: the connection ends."""
    headers = {"Retry-After": str(RETRY_AFTER_SECONDS)} | ({"Connection": "close"} if cut else {})
    return Problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers=headers)


def _slow_down(seconds: float) -> None:
    if seconds:
        after = str(max(1, math.ceil(seconds)))
        raise Problem(HTTPStatus.TOO_MANY_REQUESTS, "slow down", headers={"Retry-After": after})
