"""What comes over a connection, read as HTTP/1.1 by llhttp (the parser of Node.js) in its strict mode, within bounds.

What llhttp leaves to its user is refused here: a request without one host, another version, codings that nobody here
decodes, and whatever has no end. An offer to change the protocol is passed over, as the standard allows.
"""

from dataclasses import dataclass
from typing import NamedTuple, Protocol

import httptools

__all__ = ["Head", "Header", "HttpLimits", "Refused", "RequestReader"]

Header = tuple[bytes, bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """What one connection may take; the defaults suit a port that only operators reach."""

    header_seconds_max: float = 10.0  # from the connection, or the first byte of a later request, to the header's end
    body_seconds_max: float = 10.0  # for the body behind it, and for a client that does not read its answers
    idle_seconds_max: float = 5.0  # from an answer to the next request, before the connection is closed
    headers_max: int = 100  # lines; a request through a chain of proxies has some thirty
    header_bytes_max: int = 64 * 1024  # of the header, request line included
    connections_max: int = 1000  # at once; each is an open file of the process


class Head(NamedTuple):
    """A request without its body; names of headers in lower case. ``continues``: the body comes when 100 is said."""

    method: str
    target: bytes
    version: str
    headers: list[Header]
    keep_alive: bool
    continues: bool


class Refused(Exception):
    """What is no request, or none for us: the status of the answer, and why. Nothing behind it can be read."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status = status


class Taker(Protocol):
    """Who is told of requests, in their order: a head, parts of its body, its end."""

    def on_head(self, head: Head) -> None:
        """A request begins."""

    def on_part(self, part: bytes) -> None:
        """More of its body."""

    def on_end(self) -> None:
        """It is complete."""


class RequestReader:
    """Feed it what comes. ``begun``: some bytes of a next request are here, and not all of its head."""

    def __init__(self, taker: Taker, limits: HttpLimits) -> None:
        self._taker = taker
        self._headers_max = limits.headers_max
        self._bytes_max = limits.header_bytes_max
        self._parser = httptools.HttpRequestParser(self)
        self.begun = False
        self._between = True  # one request and the next
        self._target = b""
        self._headers: list[Header] = []
        self._bytes = 0  # of the head so far
        self._came_to = 0  # heads, parts of bodies and ends so far
        self._unread = 0  # bytes since the last of them: of a head, or of a chunk's frame, that does not end
        self._offered = False  # an upgrade, so that llhttp stops behind the head

    @property
    def asks_for_head(self) -> bool:
        """Whether the last request is HEAD, as far as it was read: its answer has no body."""
        return bool(self._parser.get_method() == b"HEAD")

    def feed(self, data: bytes) -> None:
        """Read on. Refused: then nothing more can be read."""
        came_to = self._came_to
        self.begun = self.begun or self._between  # though it be an empty line
        try:
            self._feed(data)
        except httptools.HttpParserCallbackError as error:
            if isinstance(error.__context__, Refused):
                raise error.__context__ from None
            raise
        except httptools.HttpParserError as error:
            raise _refused(str(error)) from None
        self._unread = self._unread + len(data) if self._came_to == came_to else 0
        if self._unread > self._bytes_max:
            raise self._too_large()

    def _feed(self, data: bytes) -> None:
        while data:
            try:
                self._parser.feed_data(data)
                return
            except httptools.HttpParserUpgrade as upgrade:
                # llhttp would not read a body now. What it makes of the same head without the offer is what we want.
                data = self._without_offer() + data[upgrade.args[0] :]
                self._parser = httptools.HttpRequestParser(self)

    def _without_offer(self) -> bytes:
        lines = [b"%s: %s\r\n" % header for header in self._headers if header[0] != b"upgrade"]
        version = self._parser.get_http_version().encode()
        return b"%s %s HTTP/%s\r\n%s\r\n" % (self._parser.get_method(), self._target, version, b"".join(lines))

    # ---- what llhttp tells ----

    def on_message_begin(self) -> None:
        self.begun = True
        self._target = b""
        self._headers = []
        self._bytes = 0

    def on_url(self, url: bytes) -> None:
        self._target += url
        self._bytes += len(url)
        if self._bytes > self._bytes_max:
            raise self._too_large()

    def on_header(self, name: bytes, value: bytes) -> None:
        if not self.begun:
            return  # a trailer, behind a body in chunks: nobody asked for it
        headers = self._headers
        headers.append((name.lower(), value.rstrip(b" \t")))
        self._bytes += len(name) + len(value)
        if self._bytes > self._bytes_max:
            raise self._too_large()
        if len(headers) > self._headers_max:
            raise Refused(431, f"more than {self._headers_max} headers")

    def on_headers_complete(self) -> None:
        self._offered = self._parser.should_upgrade()
        method, version = self._parser.get_method().decode(), self._parser.get_http_version()
        if method == "CONNECT":
            raise Refused(501, "this is no proxy")
        if self._offered:
            return
        continues = _check(version, self._headers)
        self.begun = self._between = False
        self._came_to += 1
        keep_alive = version == "1.1" and self._parser.should_keep_alive()
        self._taker.on_head(Head(method, self._target, version, self._headers, keep_alive, continues))

    def on_body(self, part: bytes) -> None:
        self._came_to += 1
        self._taker.on_part(part)

    def on_chunk_header(self) -> None:
        self._came_to += 1

    def on_message_complete(self) -> None:
        if not self._offered:
            self.begun, self._between = False, True
            self._came_to += 1
            self._taker.on_end()

    def _too_large(self) -> Refused:
        return Refused(431, f"the header is over {self._bytes_max} bytes")


def _check(version: str, headers: list[Header]) -> bool:
    """Whether the client waits for 100 before it sends the body. Refused."""
    if version not in ("1.0", "1.1"):
        raise Refused(505, "HTTP/1.1 is spoken here")
    names = [name for name, _ in headers]
    hosts = names.count(b"host")
    if hosts > 1 or (not hosts and version == "1.1"):
        raise Refused(400, "a request names one Host")
    if b"transfer-encoding" in names and _values(headers, b"transfer-encoding") != [b"chunked"]:  # llhttp sees the last
        raise Refused(501, "of transfer codings only chunked is understood")
    return b"expect" in names and version == "1.1" and _values(headers, b"expect")[-1] == b"100-continue"


def _values(headers: list[Header], wanted: bytes) -> list[bytes]:
    return [value.lower() for name, value in headers if name == wanted]


def _refused(reason: str) -> Refused:
    if "Content-Length" in reason and "Transfer-Encoding" in reason:
        # Whoever stands between may believe the one and we the other: the rest would be read as a second request.
        return Refused(400, "Content-Length beside Transfer-Encoding: send one of them")
    return Refused(400, f"this is no HTTP/1.1 request: {reason}")
