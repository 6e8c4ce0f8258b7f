"""The requests that nearly all are, read without a parser: a whole POST with nothing unusual in its header.

h11 looks at every line of a header again and again, which takes longer than all that is done with a short request. One
expression knows the plain ones: a strict part of what h11 accepts (tests/unit/test_plain_requests.py compares the two).
Whatever is not plain is read by h11, which decides what is HTTP and what is refused.
"""

import asyncio
import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from uvicorn.protocols.http.flow_control import CLOSE_HEADER
from uvicorn.protocols.http.h11_impl import STATUS_PHRASES, H11Protocol, RequestResponseCycle

__all__ = ["Plain", "PlainCycle", "read_plain", "run_plain"]

HEAD_BYTES_MAX = 8 * 1024  # of a plain request; providers send one or two
HEADERS_MAX = 64  # lines of it
BODY_BYTES_MAX = 64 * 1024  # of a plain request: what is longer takes h11 no longer than its reader

# One way to match a line, and nothing to try again: a hostile header costs one look at each byte.
_NAME = rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+"
_VALUE = rb"(?:[!-~](?:[ -~]*+(?<! ))?)?"
_HEAD = re.compile(rb"POST (/[!-~]*) HTTP/1\.1\r\n((?:%b: ?%b\r\n)+)" % (_NAME, _VALUE))
_LINES = re.compile(rb"(%b): ?(%b)\r\n" % (_NAME, _VALUE))
_LENGTH = re.compile(rb"[0-9]{1,5}")
# What changes how a request ends, or how its connection goes on, is for h11.
_UNUSUAL = frozenset({b"expect", b"te", b"trailer", b"transfer-encoding", b"upgrade"})


class Plain(NamedTuple):
    """One plain request; ``headers`` with names in lower case. ``missing``: bytes of its body that are not here yet."""

    target: bytes
    headers: list[tuple[bytes, bytes]]
    body: bytes
    missing: int


def read_plain(data: bytes) -> Plain | None:
    """The request that ``data`` is, or begins with a body still to come; None for all that is not plain."""
    end = data.find(b"\r\n\r\n", 0, HEAD_BYTES_MAX)
    head = _HEAD.fullmatch(data, 0, end + 2) if end > 0 else None
    if head is None:
        return None
    headers = [(name.lower(), value) for name, value in _LINES.findall(head[2])]
    named = dict(headers)
    length = named.get(b"content-length", b"")
    if len(named) < len(headers) or len(headers) > HEADERS_MAX or b"host" not in named:
        return None  # h11 joins or refuses what stands twice
    if not _LENGTH.fullmatch(length) or not _UNUSUAL.isdisjoint(named):
        return None
    if named.get(b"connection", b"keep-alive").lower() != b"keep-alive":
        return None
    body = data[end + 4 :]
    missing = int(length) - len(body)
    return Plain(head[1], headers, body, missing) if missing >= 0 and int(length) <= BODY_BYTES_MAX else None


class PlainCycle(RequestResponseCycle):
    """uvicorn's cycle of a plain request: the body is here, and the answer goes out in one piece."""

    _head: bytes = b""
    _closes: bool = False
    _is_read: bool = False

    async def receive(self) -> Any:
        if self._is_read or self.disconnected:
            return await super().receive()
        self._is_read, self.more_body = True, False
        return {"type": "http.request", "body": bytes(self.body), "more_body": False}

    async def send(self, message: Any) -> None:
        if self.flow.write_paused and not self.disconnected:
            await self.flow.drain()
        if self.disconnected:
            return
        if message["type"] == "http.response.start":
            self.response_started = True
            self._begin(message["status"], [*self.default_headers, *message.get("headers", ())])
            return
        self.transport.write(self._head + message.get("body", b""))
        self._head = b""
        if not message.get("more_body", False):
            self._end()

    def _begin(self, status: int, headers: list[tuple[bytes, bytes]]) -> None:
        """An answer that does not say its length ends with the connection."""
        self._closes = CLOSE_HEADER in headers or not any(name == b"content-length" for name, _ in headers)
        if self._closes and CLOSE_HEADER not in headers:
            headers.append(CLOSE_HEADER)
        lines = b"".join([b"%s: %s\r\n" % header for header in headers])
        self._head = b"HTTP/1.1 %d %s\r\n%s\r\n" % (status, STATUS_PHRASES[status], lines)

    def _end(self) -> None:
        self.response_complete = True
        self.message_event.set()
        if self._closes or not self.keep_alive:
            self.transport.close()
        self.on_response()


def run_plain(on: H11Protocol, plain: Plain) -> None:
    """Begin the cycle of a request on a connection, as uvicorn does with what h11 has read."""
    raw_path, _, query = plain.target.partition(b"?")
    on.headers = plain.headers
    on.scope = {
        "type": "http", "asgi": {"version": on.asgi_version, "spec_version": "2.3"}, "http_version": "1.1",
        "server": on.server, "client": on.client, "scheme": on.scheme or "http", "method": "POST", "root_path": "",
        "path": unquote(raw_path.decode("ascii")), "raw_path": raw_path, "query_string": query,
        "headers": plain.headers, "state": on.app_state.copy(),
    }  # fmt: skip
    on.cycle = PlainCycle(
        on.scope,
        on.conn,
        on.transport,
        on.flow,
        on.logger,
        on.access_logger,
        access_log=False,
        default_headers=on.server_state.default_headers,
        message_event=asyncio.Event(),
        on_response=on.on_response_complete,
    )
    on.cycle.body += plain.body
    task = on.loop.create_task(on.cycle.run_asgi(on.app))
    task.add_done_callback(on.tasks.discard)
    on.tasks.add(task)
