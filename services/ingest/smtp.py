"""The edge to SMTP: mail for the addresses of the sources file; 250 only after Kafka's acknowledgement."""

import asyncio
import re
import socket
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException

from services.ingest.domain.cloudevents import NO_ATTRIBUTES
from services.ingest.domain.rejection import PAYLOAD_BYTES_MAX, Faulty, Rejected
from services.ingest.domain.sources import Source, Sources
from services.ingest.domain.types import MESSAGE
from services.ingest.domain.webhook import Outcome, Request, WebhookDoor
from services.ingest.gather import Publisher
from services.ingest.sense import Sense
from services.ingest.settings import IngestSettings
from shared.clock import now_ms
from shared.errors import Fatal, Retryable

__all__ = ["MailDoor"]

COMMANDS_MAX = 200  # of one kind on one connection; a mail server sends some ten messages before it leaves
LINE_BYTES_MAX = 64 * 1024  # RFC 5321 has 1,000; who writes HTML into one line sends more, and Postfix and Exim take it
CONNECTION_SECONDS_MAX = 600.0  # whoever still talks then comes again

TAKEN = "250 2.0.0 taken"
UNKNOWN = "550 5.1.1 no such address here"
TOO_MANY = "452 4.5.3 too many recipients"
BUSY = "451 4.3.2 too many messages are waiting; send the same again"
UNAVAILABLE = "451 4.3.0 not acknowledged; send the same again"
FAILED = "451 4.3.0 an error on our side; send the same again"
_RETURN_PATH = re.compile(rb"^return-path:.*\r\n(?:[ \t].*\r\n)*", re.IGNORECASE | re.MULTILINE)
CROWDED = b"421 4.7.0 too many connections\r\n"


class MailDoor:
    """Takes mail for sources with ``addresses``; a handler of aiosmtpd.

    A message is taken once for each source that it is for. Its reader is the source's adapter, so that what came by
    SMTP and what came by webhook are the same. There is one answer for all of its recipients (RFC 5321, 4.2.5): it is
    refused where no source can read it, before any has it; where some can, the others keep it as a dead letter, because
    a refusal would tell its author that nobody has it, and who sends it again would have it twice. One that is larger
    than what a dead letter keeps is refused for all.
    """

    def __init__(
        self,
        settings: IngestSettings,
        sources: Sources,
        door: WebhookDoor,
        publisher: Publisher,
        sense: Sense,
    ) -> None:
        self._settings = settings
        self._door = door
        self._publisher = publisher
        self._log = sense.log
        self._metrics = sense.metrics
        self._tls = _tls(settings)
        self._connections: set[Any] = set()
        self._inflight = 0
        self._by_address: Mapping[str, Source] = {}
        self.use(sources)

    def use(self, sources: Sources) -> None:
        """Other sources from now on."""
        self._by_address = {address: source for source in sources.by_name.values() for address in source.addresses}

    async def serve(self, sock: socket.socket, stopping: asyncio.Event) -> None:
        """Take mail until ``stopping``; then the connections end."""
        server = await asyncio.get_running_loop().create_server(self._connection, sock=sock)
        try:
            await stopping.wait()
        finally:
            server.close()
            for connection in list(self._connections):
                connection.end()

    # ---- what aiosmtpd calls ----

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Whether an address is one of ours."""
        if self._source_of(address) is None:
            self._metrics.mail("unknown_recipient")
            return UNKNOWN
        if len(envelope.rcpt_tos) >= self._settings.smtp_recipients_max:
            return TOO_MANY
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        """The message to each of its sources; all of them, or the sender keeps it."""
        if self._inflight >= self._settings.smtp_inflight_max:
            self._metrics.mail("unavailable")
            return BUSY
        self._inflight += 1
        try:
            answer, result = await self._take(envelope)
        finally:
            self._inflight -= 1
        self._metrics.mail(result)
        return answer

    async def handle_exception(self, error: Exception) -> str:
        """What nobody foresaw: the sender keeps its message."""
        if not isinstance(error, TLSSetupException):  # a client's own, who may try again as often as they like
            self._log.error("a message could not be taken", exc_info=error)
        self._metrics.mail("unavailable")
        return FAILED

    async def _take(self, envelope: Envelope) -> tuple[str, str]:
        """(answer, its name for the metric)."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        sender = (envelope.mail_from or "").strip("<>")
        letters: dict[str, tuple[Source, bytes]] = {}
        for address in envelope.rcpt_tos:
            source = self._source_of(address)
            if source is None:
                return UNAVAILABLE, "unavailable"  # the sources changed since RCPT, which will say so the next time
            if source.name not in letters:
                letters[source.name] = source, _delivered(content, sender, address.strip("<>"))
        try:
            for source, outcome in self._read(list(letters.values())):
                await self._publisher.publish(outcome, self._settings.http_ack_seconds_max)
                self._door.acknowledged(outcome)
                self._metrics.came(source.adapter.name, outcome)
        except Rejected as rejected:
            where = f"{rejected.path}: " if rejected.path else ""
            return f"554 5.6.0 {where}{rejected.detail}", "refused"
        except Retryable:
            return UNAVAILABLE, "unavailable"
        return TAKEN, "taken"

    def _read(self, letters: Sequence[tuple[Source, bytes]]) -> list[tuple[Source, Outcome]]:
        """What the message comes to for each source. Rejected: none can read it, or it is too large to keep. Whatever
        an adapter raised on it that none may: the sender keeps it."""
        read: list[tuple[Source, Outcome]] = []
        kept: list[tuple[Source, Outcome]] = []
        last: Rejected | None = None
        for source, letter in letters:
            request = Request(letter, {"content-type": "message/rfc822"}, (), "", NO_ATTRIBUTES)
            way, at_ms = source.way._replace(default_type=MESSAGE), now_ms()
            try:
                read.append((source, self._door.take(source, way, request, at_ms)))
            except Faulty as faulty:
                # Not what the adapter raised: it may end the connection without an answer, or quote the letter.
                raise RuntimeError(faulty.fault) from None
            except Rejected as rejected:
                last = rejected
                kept.append((source, self._door.refuse(source, way, request, rejected, at_ms)))
        if last is not None and (not read or any(len(letter) > PAYLOAD_BYTES_MAX for _, letter in letters)):
            raise last
        return [*kept, *read]

    def _source_of(self, address: str) -> Source | None:
        """Of an address, or of all of its domain (``@shop.example.net``)."""
        wanted = address.strip("<>").lower()
        return self._by_address.get(wanted) or self._by_address.get("@" + wanted.rpartition("@")[2])

    def _connection(self) -> SMTP:
        return _Connection(
            self._connections,
            self._settings.smtp_connections_max,
            handler=self,
            data_size_limit=self._settings.smtp_message_bytes_max,
            enable_SMTPUTF8=True,
            hostname=self._settings.smtp_hostname,
            ident="usher",
            tls_context=self._tls,
            timeout=self._settings.smtp_command_seconds_max,
            command_call_limit=COMMANDS_MAX,
            loop=asyncio.get_running_loop(),
        )


class _Connection(SMTP):
    """One connection: counted, and over after a bounded time."""

    line_length_limit = LINE_BYTES_MAX

    def __init__(self, others: set[Any], connections_max: int, **options: Any) -> None:
        super().__init__(**options)
        self._others = others
        self._connections_max = connections_max
        self._end: asyncio.TimerHandle | None = None

    def connection_made(self, transport: Any) -> None:
        """Also called after STARTTLS, for the same connection."""
        if self not in self._others:
            if len(self._others) >= self._connections_max:
                transport.write(CROWDED)
                transport.close()
                return
            self._others.add(self)
            self._end = self.loop.call_later(CONNECTION_SECONDS_MAX, self.end)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """It makes room for another one."""
        if self in self._others:
            self._others.discard(self)
            if self._end is not None:
                self._end.cancel()
            super().connection_lost(error)

    def end(self) -> None:
        """Close it; a message under way is not answered, so its sender keeps it."""
        if self.transport is not None:
            self.transport.close()


def _delivered(content: bytes, sender: str, recipient: str) -> bytes:
    """The letter with its return path, as the delivering server notes it in place of what came (RFC 5321, 4.4), and
    with its recipient: an empty path tells a bounce from a customer, and no other head need name whom it is for."""
    head, blank, body = content.partition(b"\r\n\r\n")
    noted = f"Return-Path: <{sender}>\r\nDelivered-To: {recipient}\r\n".encode("utf-8", "surrogatepass")
    return noted + _RETURN_PATH.sub(b"", head) + blank + body


def _tls(settings: IngestSettings) -> ssl.SSLContext | None:
    if not settings.smtp_tls_cert:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(settings.smtp_tls_cert, settings.smtp_tls_key or None)
    except OSError as error:
        raise Fatal(f"USHER_SMTP_TLS_CERT: {error}; name a certificate and its key (PEM)") from None
    return context
