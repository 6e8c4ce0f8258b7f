"""One HTTP connection with bounds: who sends slowly, too much or no HTTP at all hears why, and is cut.

uvicorn's protocol over h11 reads HTTP strictly, but waits without bound for a header that never ends and for a body
that nobody reads any more, takes a header of any size that comes in one piece, and answers what it cannot read in plain
text. httptools, its other parser, accepts more that is no HTTP; other servers answer malformed requests by themselves
too. So the bounds stand here, around uvicorn's own protocol.
"""

import asyncio
import contextlib
import http
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import h11
import orjson
from uvicorn.protocols.http.h11_impl import H11Protocol

__all__ = ["PROBLEM_MEDIA_TYPE", "Connection", "HttpLimits", "problem_document"]

REST_SECONDS = 1.0  # the application knows best why a body is late and answers first; then the connection goes
PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 1  # connections are given up within seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class HttpLimits:
    """What one connection may take; the defaults suit a port that only operators reach."""

    header_seconds_max: float = 10.0  # from the connection, or the first byte of a later request, to the header's end
    body_seconds_max: float = 10.0  # for the body behind it, and for a client that does not read its answers
    headers_max: int = 100  # lines; a request through a chain of proxies has some thirty
    header_bytes_max: int = 64 * 1024  # of the header, request line included
    connections_max: int = 1000  # at once; each is an open file of the process


class _Refused(h11.RemoteProtocolError):
    """A request that h11 can read and that is refused all the same."""


class _Parser(h11.Connection):
    """h11 with the bounds that it lacks; remembers why it refused."""

    def __init__(self, limits: HttpLimits) -> None:
        super().__init__(h11.SERVER, limits.header_bytes_max)
        self._limits = limits
        self.refusal: h11.RemoteProtocolError | None = None

    def next_event(self) -> Any:
        try:
            event = super().next_event()
            if isinstance(event, h11.Request):
                self._check(event)
            return event
        except h11.RemoteProtocolError as error:
            self.refusal = error
            raise

    def _check(self, request: h11.Request) -> None:
        names = {name for name, _ in request.headers}
        size = len(request.target) + sum(len(name) + len(value) for name, value in request.headers.raw_items())
        if len(request.headers) > self._limits.headers_max:
            raise _Refused(f"more than {self._limits.headers_max} headers", error_status_hint=431)
        if size > self._limits.header_bytes_max:
            raise _Refused(f"the header is over {self._limits.header_bytes_max} bytes", error_status_hint=431)
        if b"content-length" in names and b"transfer-encoding" in names:
            # Whoever stands between may believe the one and we the other: the rest would be read as a second request.
            raise _Refused("Content-Length beside Transfer-Encoding: send one of them", error_status_hint=400)


class Connection(H11Protocol):
    """uvicorn's protocol with the bounds of ``limits``; ``refused`` hears of each answer that no application gave."""

    def __init__(self, *args: Any, limits: HttpLimits, refused: Callable[[int], None], **options: Any) -> None:
        super().__init__(*args, **options)
        self.conn: _Parser = _Parser(limits)
        self._limits = limits
        self._refused = refused
        self._timer: asyncio.TimerHandle | None = None
        self._timed = ""  # what the timer waits for: header, body
        self._unread: asyncio.TimerHandle | None = None

    # ---- what the transport tells ----

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._wait_for("header")
        if len(self.connections) > self._limits.connections_max:
            self._answer(503, "too many connections; send the same again")

    def connection_lost(self, exc: Exception | None) -> None:
        self._wait_for("")
        self.resume_writing()
        self._unset_keepalive_if_required()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self.transport.is_closing():
            return
        super().data_received(data)
        self._watch(unfinished=True)

    def pause_writing(self) -> None:
        """The client does not read what it asked for."""
        super().pause_writing()
        self._unread = self.loop.call_later(self._limits.body_seconds_max, self.transport.abort)

    def resume_writing(self) -> None:
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None
        super().resume_writing()

    # ---- time ----

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch(unfinished=bool(self.conn.trailing_data[0]))

    def _watch(self, *, unfinished: bool) -> None:
        """Time what is awaited of the client now; ``unfinished``: of the next request some bytes are here."""
        state = self.conn.their_state
        if self.transport.is_closing() or (state is h11.IDLE and not unfinished):
            self._wait_for("")
        elif state is h11.IDLE:
            self._wait_for("header")
        else:
            self._wait_for("body" if state is h11.SEND_BODY else "")

    def _wait_for(self, what: str) -> None:
        if what == self._timed:
            return
        self._timed = what
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if what:
            seconds = (
                self._limits.header_seconds_max if what == "header" else self._limits.body_seconds_max + REST_SECONDS
            )
            self._timer = self.loop.call_later(seconds, self._late, what)

    def _late(self, what: str) -> None:
        self._timer = None
        if what == "header" and not self.conn.trailing_data[0]:
            self.transport.close()  # nobody asked anything
        else:
            self._answer(408, f"the {what} came too slowly")

    # ---- answers that no application gives ----

    def send_400_response(self, _: str) -> None:
        """Called by uvicorn for whatever h11 refuses."""
        error = self.conn.refusal
        status = error.error_status_hint if error is not None else 400
        reason = str(error) if isinstance(error, _Refused) else _WORDS.get(status, "this is no HTTP/1.1 request")
        self._answer(status, reason)

    def _should_upgrade(self) -> bool:
        return False  # nothing is spoken here but HTTP/1.1; an offer to change that may be passed over

    def _answer(self, status: int, detail: str) -> None:
        """Answer if that is still possible, and close the connection."""
        if self.transport.is_closing():
            return
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = problem_document(status, detail)
            headers = [
                ("content-type", PROBLEM_MEDIA_TYPE),
                ("content-length", str(len(body))),
                ("connection", "close"),
                *([("retry-after", str(RETRY_AFTER_SECONDS))] if status == http.HTTPStatus.SERVICE_UNAVAILABLE else []),
            ]
            answer = h11.Response(status_code=status, headers=headers, reason=_phrase(status))
            self.transport.write(self.conn.send(answer) or b"")
            with contextlib.suppress(h11.LocalProtocolError):  # the answer to HEAD has no body
                self.transport.write(self.conn.send(h11.Data(data=body)) or b"")
            self._refused(status)
        if self.cycle is not None:
            self.cycle.disconnected = True  # the application's answer, if it has one, comes too late
            self.cycle.message_event.set()
        self.transport.close()


_WORDS = {
    431: "the header is too large",
    501: "of transfer codings only chunked is understood",
}


def _phrase(status: int) -> str:
    return http.HTTPStatus(status).phrase


def problem_document(status: int, detail: str, errors: list[dict[str, str]] | None = None) -> bytes:
    """The body of an error (RFC 9457), with the wrong fields; without any, the one message."""
    return orjson.dumps(
        {
            "type": "about:blank",
            "title": _phrase(status),
            "status": status,
            "detail": detail,
            "errors": errors or [{"path": "", "message": detail}],
        }
    )
