"""One HTTP request and its answer, as an ASGI application sees them; the answer goes out whole, in one write."""

import asyncio
import http
import logging
import re
from collections.abc import Iterable, Sequence
from typing import Protocol
from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

from shared.process.problem import PROBLEM_MEDIA_TYPE, problem_document
from shared.process.requests import Head, Header, Refused

__all__ = ["WHOLE_ANSWER", "WHOLE_BODY", "Exchange", "Peer", "answer", "refusal"]

WHOLE_BODY = "usher.whole_body"
"""Extension of the scope: () -> the body, if all of it is here and none of it was taken, else None. It spares most
requests the wait with its time limit, for which asyncio makes and drops a timer."""

WHOLE_ANSWER = "usher.whole_answer"
"""Extension of the scope: (status, headers, body) -> whether the answer is given; else it goes by ``send``, which waits
for a client who does not read."""

RETRY_AFTER_SECONDS = 1  # connections are given up within seconds

_BODILESS = (204, 304)
_BEFORE_PATH = re.compile(rb"\Ahttps?://[^/?]*", re.IGNORECASE)  # of a whole URL, as one asks a proxy (RFC 9112, 3.2.2)
_SLASH = re.compile(rb"%(2f)", re.IGNORECASE)  # is part of a name: /v1%2Fcontacts is no path that a proxy let through
_LINE_ENDS = re.compile(rb"[\x00\r\n]")
_log = logging.getLogger("uvicorn.error")


class Peer(Protocol):
    """The connection of an exchange, as far as the exchange needs it."""

    def write(self, data: bytes) -> None:
        """Send, now or as soon as the client reads."""

    def blocked(self) -> bool:
        """Whether the client does not read what was sent."""

    async def drained(self) -> None:
        """Wait while the client does not read what was sent."""

    def taken(self) -> None:
        """The application has taken what there was of the body."""

    def answered(self, exchange: "Exchange", status: int, headers: Sequence[Header], body: bytes) -> None:
        """Send this answer; the exchange is over. ValueError: it cannot be written, and the exchange is not over."""


class Exchange:
    """``receive`` and ``send`` of ASGI for one request. Answers are held until they are whole: ours are short."""

    __slots__ = (
        "_awaited", "_head", "_parts", "_peer", "_said", "_told",
        "body", "complete", "continues", "gone", "keep_alive", "over",
    )  # fmt: skip

    def __init__(self, peer: Peer, head: Head) -> None:
        self._peer = peer
        self._head = head
        self.keep_alive = head.keep_alive
        self.continues = head.continues  # the client sends the body when it hears 100
        self.body = bytearray()  # what the application has not taken yet
        self.complete = False  # nothing more of the body comes
        self.gone = False  # nobody waits for the answer any more
        self.over = False  # it is answered; said by the peer
        self._told = False  # that the body is complete
        self._awaited: asyncio.Future[None] | None = None
        self._said: Message | None = None  # the head of an answer whose body comes in parts
        self._parts: list[bytes] = []

    @property
    def is_head(self) -> bool:
        """Whether it was asked by HEAD, which is answered without a body."""
        return self._head.method == "HEAD"

    def scope(self, connected: Scope) -> Scope:
        """What ASGI says of it; ``connected``: what all requests of the connection have in common.

        It is the application's alone: it leads back to the exchange, so an exchange that kept it would be a cycle, and
        all of the request would lie about until the collector comes."""
        target = self._head.target
        path, _, query = (target if target[:1] == b"/" else _BEFORE_PATH.sub(b"", target)).partition(b"?")
        return {
            **connected,
            "http_version": self._head.version,
            "method": self._head.method,
            "path": _unquoted(path) if b"%" in path else path.decode("ascii"),
            "raw_path": path,
            "query_string": query,
            "headers": self._head.headers,
            "extensions": {WHOLE_BODY: self.whole, WHOLE_ANSWER: self.answer},
        }

    async def run(self, application: ASGIApp, connected: Scope) -> None:
        """Let the application answer; 500 where it does not."""
        try:
            await application(self.scope(connected), self.receive, self.send)
        except Exception:  # noqa: BLE001 - the edge: one request's fault is no other's
            _log.exception("the application failed")
        if not self.over and not self.gone:
            self.keep_alive = False
            self._answer(500, ((b"content-type", b"text/plain; charset=utf-8"),), b"Internal Server Error")

    def leave(self) -> None:
        """Nobody waits for the answer any more."""
        self.gone = True
        self.wake()

    def wake(self) -> None:
        """More of the body is here, or it is over."""
        if self._awaited is not None and not self._awaited.done():
            self._awaited.set_result(None)

    async def receive(self) -> Message:
        """What there is of the body; behind its end, that the client is gone or has its answer."""
        if self.continues and not self.gone:
            self.continues = False
            self._peer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        while not (self.gone or self.over or self.body or (self.complete and not self._told)):
            self._awaited = asyncio.get_running_loop().create_future()
            await self._awaited
        if self.gone or self.over:
            return {"type": "http.disconnect"}
        body, self.body, self._told = bytes(self.body), bytearray(), self.complete
        self._peer.taken()
        return {"type": "http.request", "body": body, "more_body": not self.complete}

    def whole(self) -> bytes | None:
        """The extension WHOLE_BODY."""
        if not self.complete or self._told or self.gone:
            return None
        body, self.body, self._told = bytes(self.body), bytearray(), True
        return body

    def answer(self, status: int, headers: Sequence[Header], body: bytes) -> bool:
        """The extension WHOLE_ANSWER."""
        if self.over or self._said is not None or self._peer.blocked():
            return False
        if not self.gone:
            self._answer(status, headers, body)
        return True

    async def send(self, message: Message) -> None:
        """The head of the answer, then its body."""
        if message["type"] == "http.response.start":
            self._said = message
            return
        if self._said is None or self.over:
            raise RuntimeError(f"{message['type']} before the head of an answer or behind its end")
        self._parts.append(message.get("body", b""))
        if message.get("more_body"):
            return
        await self._peer.drained()
        if not self.gone:
            self._answer(self._said["status"], self._said.get("headers", ()), b"".join(self._parts))

    def _answer(self, status: int, headers: Sequence[Header], body: bytes) -> None:
        if self.continues and not self.complete:
            self.keep_alive = False  # whether the body still comes is the client's choice: what follows may be either
        self._peer.answered(self, status, headers, body)


def _unquoted(path: bytes) -> str:
    return unquote(_SLASH.sub(rb"%25\1", path).decode("ascii"))


def answer(status: int, headers: Iterable[Header], body: bytes, *, head: bool = False, close: bool = False) -> bytes:
    """An answer as it goes over the wire; ``head``: without the body, to HEAD. ValueError: a header of two lines."""
    lines = [_STATUS_LINES[status]]
    sized = status in _BODILESS
    for name, value in headers:
        if _LINE_ENDS.search(value):
            raise ValueError(f"{name!r} of an answer holds the end of a line")
        name = name.lower()
        sized = sized or name == b"content-length"
        close = close and name != b"connection"
        lines += (name, b": ", value, b"\r\n")
    if not sized:
        lines += (b"content-length: ", str(len(body)).encode(), b"\r\n")
    lines.append(b"connection: close\r\n\r\n" if close else b"\r\n")
    if not head and status not in _BODILESS:
        lines.append(body)
    return b"".join(lines)


def refusal(refused: Refused, *, head: bool) -> bytes:
    """The last answer of a connection, which no application gives."""
    headers = [(b"content-type", PROBLEM_MEDIA_TYPE.encode())]
    if refused.status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        headers.append((b"retry-after", str(RETRY_AFTER_SECONDS).encode()))
    return answer(refused.status, headers, problem_document(refused.status, str(refused)), head=head, close=True)


_STATUS_LINES = {one.value: f"HTTP/1.1 {one.value} {one.phrase}\r\n".encode() for one in http.HTTPStatus}
