"""One HTTP connection with bounds: who sends slowly, too much or no HTTP at all hears why, and is cut.

uvicorn's server listens and ends, llhttp reads. uvicorn's own protocols wait without bound for a header that never ends
and for a body that nobody reads any more, take a header of any size, forget the keep-alive of a connection whose body
came behind its answer, and answer what they cannot read in plain text. So the bounds stand here.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from uvicorn.config import Config
from uvicorn.protocols.utils import get_local_addr, get_remote_addr
from uvicorn.server import ServerState

from shared.process.deadline import Deadline
from shared.process.exchange import Exchange, answer, refusal
from shared.process.requests import Head, Header, HttpLimits, Refused, RequestReader
from shared.process.turns import Turns

__all__ = ["Connection"]

READ_BYTES = 16 * 1024  # at once: some hundred of the smallest requests
BODY_BYTES_WAITING_MAX = 64 * 1024  # of a body, before its application takes it; until then the client is not read
REST_SECONDS = 1.0  # the application knows best why a body is late and answers first; then the connection goes
HEADER, BODY, IDLE, TAKEN = "header", "body", "next request", "taking of answers"  # what is awaited of a client
_CLOSE = (b"connection", b"close")


class Connection(asyncio.Protocol):
    """One client. Requests are read ahead and answered in turn; ``refused`` hears of answers that no application gave.

    Made by uvicorn's server, which knows it by ``shutdown`` and by the sets that it keeps of connections and tasks.
    """

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
        *,
        limits: HttpLimits,
        refused: Callable[[int], None],
    ) -> None:
        self._config = config
        self._server = server_state
        self._connections_max = limits.connections_max
        self._seconds_max = {
            HEADER: limits.header_seconds_max,
            BODY: limits.body_seconds_max + REST_SECONDS,
            IDLE: limits.idle_seconds_max,
            TAKEN: limits.body_seconds_max,
        }
        self._refused = refused
        self._loop = _loop or asyncio.get_running_loop()
        self._reader = RequestReader(self, limits)
        self._deadline = Deadline(self._loop, self._late)
        self._transport: asyncio.Transport  # from connection_made on
        self._scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": config.asgi_version, "spec_version": "2.3"},
            "scheme": "http",
            "root_path": config.root_path,
            "state": app_state,
        }
        self._queue: deque[Exchange] = deque()  # not answered yet; the application has the first
        self._turns = Turns(self._loop, self._queue, self._run, server_state.tasks)
        self._incoming: Exchange | None = None  # whose body is being read, even behind its answer
        self._deaf = self._paused = False  # nothing is read any more; nothing now
        self._refusal: Refused | None = None  # said once what came before it is answered
        self._ahead = b""  # what is not read yet
        self._blocked: asyncio.TimerHandle | None = None  # while the client reads no answers
        self._unblocked = asyncio.Event()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]
        self._server.connections.add(self)  # type: ignore[arg-type]
        self._scope |= {"server": get_local_addr(self._transport), "client": get_remote_addr(self._transport)}
        self._deadline.set(HEADER, self._seconds_max[HEADER])
        if len(self._server.connections) > self._connections_max:
            self._say(Refused(503, "too many connections; send the same again"))

    def data_received(self, data: bytes) -> None:
        self._ahead += data
        self._read()

    def eof_received(self) -> bool:
        """The client sends nothing more; it hears the answers to what was read whole."""
        self._deaf = True
        self._drop_incoming()
        self.shutdown()
        return bool(self._queue)

    def connection_lost(self, _: Exception | None) -> None:
        self._server.connections.discard(self)
        self._deadline.stop()
        self._turns.stop()
        self.resume_writing()
        for exchange in self._queue:
            exchange.leave()

    def pause_writing(self) -> None:
        """The client does not read what it asked for."""
        self._unblocked.clear()
        self._blocked = self._loop.call_later(self._seconds_max[TAKEN], self._transport.abort)

    def resume_writing(self) -> None:
        if self._blocked is not None:
            self._blocked.cancel()
            self._blocked = None
            self._unblocked.set()

    def shutdown(self) -> None:
        """The server ends: what has come is answered, and nothing more is read."""
        if self._queue:
            self._queue[-1].keep_alive = False
        else:
            self._end()

    def _read(self) -> None:
        """Go on with what has come, but for requests that would only wait: they are larger than their bytes."""
        while self._ahead and len(self._queue) <= 1 and not self._deaf and not self._transport.is_closing():
            data, self._ahead = self._ahead[:READ_BYTES], self._ahead[READ_BYTES:]
            try:
                self._reader.feed(data)
            except Refused as refused:
                self._refuse(refused)
        self._watch()

    def on_head(self, head: Head) -> None:
        """A request begins: it is the application's at once, or once those before it are answered."""
        if self._queue and not self._queue[-1].keep_alive:
            self._deaf = True
            return
        exchange = self._incoming = Exchange(self, head)
        self._queue.append(exchange)
        self._turns.wake()

    def on_part(self, part: bytes) -> None:
        """More of a body; behind an answer it is dropped."""
        if self._incoming is not None and not self._incoming.over:
            self._incoming.body += part
            self._incoming.wake()

    def on_end(self) -> None:
        """The request is complete."""
        if self._incoming is not None:
            self._incoming.complete = True
            self._incoming.wake()
            self._incoming = None

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def blocked(self) -> bool:
        return self._blocked is not None

    async def drained(self) -> None:
        if self._blocked is not None:
            await self._unblocked.wait()

    def taken(self) -> None:
        self._flow()

    def answered(self, exchange: Exchange, status: int, headers: Sequence[Header], body: bytes) -> None:
        """Send the answer of the first in the queue; the next is the application's now."""
        close = not exchange.keep_alive or _CLOSE in headers
        lines = [*self._server.default_headers, *headers]
        self._transport.write(answer(status, lines, body, head=exchange.is_head, close=close))
        exchange.over = True
        self._server.total_requests += 1
        self._queue.popleft()
        if close:
            self._end()
        elif not self._queue and self._refusal is not None:
            self._say(self._refusal)
        (self._read if self._ahead else self._watch)()

    def _run(self, exchange: Exchange) -> Coroutine[Any, Any, None]:
        """The application answers."""
        return exchange.run(self._config.loaded_app, self._scope)

    def _flow(self) -> None:
        """Read no more of a client who is ahead of us."""
        waiting = 0 if self._incoming is None else len(self._incoming.body)
        pause = bool(self._ahead) or len(self._queue) > 1 or waiting > BODY_BYTES_WAITING_MAX
        if pause == self._paused or self._transport.is_closing():
            return
        self._paused = pause
        (self._transport.pause_reading if pause else self._transport.resume_reading)()

    def _watch(self) -> None:
        """Time what is awaited of the client now."""
        self._flow()
        incoming = self._incoming
        if self._transport.is_closing():
            awaited = TAKEN if self._transport.get_write_buffer_size() else ""
        elif incoming is not None and not self._deaf:
            awaited = BODY if incoming.over or incoming is self._queue[0] else ""
        elif self._queue or self._deaf:
            awaited = ""
        else:
            awaited = HEADER if self._reader.begun else IDLE
        self._deadline.set(awaited, self._seconds_max.get(awaited, 0.0))

    def _late(self, what: str) -> None:
        if what == TAKEN:
            self._transport.abort()
        elif what == IDLE or (what == HEADER and not self._reader.begun):
            self._end()  # nobody asked anything
        else:
            self._refuse(Refused(408, f"the {what} came too slowly"))

    def _refuse(self, refused: Refused) -> None:
        """Read nothing more; say why, in its turn."""
        self._deaf = True
        if self._incoming is None and self._queue and not self._queue[-1].keep_alive:
            return  # what came behind a last request is nobody's
        if self._incoming is not None and self._incoming.over:
            self._end()
            return
        self._drop_incoming()
        if self._queue:
            self._refusal = refused
        else:
            self._say(refused)

    def _drop_incoming(self) -> None:
        """The rest of a body never comes; the application's answer, if it has one, comes too late."""
        incoming, self._incoming = self._incoming, None
        if incoming is not None and not incoming.over:
            self._queue.remove(incoming)
            incoming.leave()

    def _say(self, refused: Refused) -> None:
        """Answer if that is still possible, and close the connection."""
        if self._transport.is_closing():
            return
        self._transport.write(refusal(refused, head=self._reader.asks_for_head))
        self._refused(refused.status)
        self._end()

    def _end(self) -> None:
        """Close the connection once the client has taken its answers, for which it has some time."""
        self._deaf = True
        self._transport.close()
        self._watch()
