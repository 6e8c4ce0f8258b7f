"""What adapters make: a canonical message or the end of a conversation, cut to the contract's bounds."""

import re
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Literal, get_type_hints
from unicodedata import normalize

import msgspec

from services.ingest.domain.channels.adapter import Payload
from services.ingest.domain.cloudevents import OpenedEvent
from services.ingest.domain.fields import (
    ID_LENGTH_MAX,
    NOTE_LENGTH_MAX,
    URL_LENGTH_MAX,
    is_language,
    rfc3339_ms,
)
from services.ingest.domain.message import (
    ATTACHMENTS_MAX,
    ATTRIBUTE_LENGTH_MAX,
    ATTRIBUTES_MAX,
    SUBJECT_LENGTH_MAX,
    TEXT_LENGTH_MAX,
    BoundedMessage,
    SenderKind,
)
from services.ingest.domain.reading import INTEGER_MAX
from services.ingest.domain.rejection import Faulty, raised
from services.ingest.domain.types import ENDED, MESSAGE
from shared.contract.parts import Attachment as AttachmentPart
from shared.contract.parts import Party, ReplyTo
from shared.contract.topics import Channel
from shared.times import rfc3339

__all__ = ["Attachment", "Message", "ended", "language_of", "seconds_ms", "short_id", "time_ms"]

YEAR_10000_MS = 253_402_300_800_000  # no RFC 3339 time from here on
CONTENT_TYPE_UNKNOWN = "application/octet-stream"
_UNWRITABLE = re.compile(r"[\x00\ud800-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


class Attachment(msgspec.Struct, frozen=True, kw_only=True):
    """One attachment; ``size`` in bytes. A url is kept, never fetched."""

    content_type: str = CONTENT_TYPE_UNKNOWN
    url: str = ""
    name: str = ""
    size: int | None = None


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A customer's message; "" and None where the provider says nothing. ``at_ms`` since the epoch; of a fraction, as
    anybody's adapter may compute one, it is the whole part, for the router reads no other, nor of ``size``.

    ``event`` makes the canonical event of it. What is longer than the contract allows is cut, not refused, and the
    attribute ``cut`` names it: a long mail is a contact all the same. So is one whose ornaments cannot be read:
    ``unread`` has their paths (Node.optional), and goes on as an attribute of that name.
    """

    channel: Channel
    conversation: str
    message_id: str
    handle: str
    name: str = ""
    customer_id: str = ""
    to: str = ""
    at_ms: int | None = None
    subject: str = ""
    text: str = ""
    language: str = ""
    attachments: Sequence[Attachment] = ()
    reply_address: str = ""
    reply_thread: str = ""
    public: bool = False
    sender: SenderKind = "customer"
    attributes: Mapping[str, str] = {}
    unread: Sequence[str] | None = None

    def event(self, payload: Payload) -> OpenedEvent:
        """The canonical event. Faulty: a field is of a wrong type."""
        try:
            return self._event(payload)
        except (TypeError, AttributeError) as error:
            raise self._wrong(error) from error

    def _wrong(self, error: Exception) -> Faulty:
        """The rejection that names the first field that is not of its type, as an adapter may have filled it in."""
        for name, kind in _FIELDS.items():
            try:
                msgspec.convert(msgspec.to_builtins(getattr(self, name), builtin_types=(bytes,)), kind)
            except (msgspec.ValidationError, TypeError) as wrong:
                words, _, at = str(wrong).partition(" - at `$")
                return Faulty(name + at.rstrip("`"), f"the adapter's message is wrong: {words}", error)
        return raised(error)

    def _event(self, payload: Payload) -> OpenedEvent:
        at_ms, text = self.at_ms, self.text
        message = BoundedMessage(
            channel=self.channel,
            source=payload.source.name,
            conversation_id=short_id(self.conversation),
            message_id=short_id(self.message_id),
            from_=self._sender(),
            reply_to=self._reply_to(),
            sender=self.sender,
            attributes=self._attributes(),
            occurred_at=int(at_ms) if at_ms is not None and 0 <= at_ms < YEAR_10000_MS else None,
            to=_line(self.to, NOTE_LENGTH_MAX) or None,
            subject=_line(self.subject, SUBJECT_LENGTH_MAX).strip() or None,
            text=_writable(text[:TEXT_LENGTH_MAX]) if text else None,
            language=language_of(self.language) or None,
            attachments=[_attachment(one) for one in self.attachments[:ATTACHMENTS_MAX]],
            public=bool(self.public),
        )
        return OpenedEvent(MESSAGE, "", "", "", payload.attributes.traceparent, {}, message)

    def _reply_to(self) -> ReplyTo:
        """Where an answer goes; a thread only where the provider has one, or where nothing is said of either."""
        thread = self.reply_thread or ("" if self.reply_address else short_id(self.conversation))
        address = _line(self.reply_address or self.handle, NOTE_LENGTH_MAX)
        return ReplyTo(address, _line(thread, NOTE_LENGTH_MAX) if thread else None)

    def _sender(self) -> Party:
        name, customer_id = self.name, self.customer_id
        return Party(
            _line(self.handle, NOTE_LENGTH_MAX),
            _line(name, NOTE_LENGTH_MAX) if name else None,
            short_id(customer_id) if customer_id else None,
        )

    def _attributes(self) -> dict[str, str]:
        found: dict[str, str] = {}
        if cut := self._cut():
            found["cut"] = ",".join(cut)
        if self.unread:
            found["unread"] = _value(",".join(self.unread))
        for name, value in self.attributes.items():
            if value and len(found) < ATTRIBUTES_MAX:
                found.setdefault(_composed(name), _value(value))
        return found

    def _cut(self) -> list[str]:
        """What is longer than the contract allows."""
        cut = ["text"] if len(self.text) > TEXT_LENGTH_MAX else []
        cut += ["subject"] if len(self.subject) > SUBJECT_LENGTH_MAX else []
        return [*cut, "attachments"] if len(self.attachments) > ATTACHMENTS_MAX else cut


_FIELDS = get_type_hints(Message)

Ending = Literal["hang_up", "left", "closed"]


def ended(payload: Payload, conversation: str, reason: Ending, *, key: str, at_ms: int | None = None) -> OpenedEvent:
    """The end of a conversation; the same ``key`` again is the same end. Without a time it is its arrival."""
    at_ms = payload.received_ms if at_ms is None or not 0 <= at_ms < YEAR_10000_MS else at_ms
    body = {
        "source": payload.source.name,
        "conversation_id": short_id(conversation),
        "reason": reason,
        "occurred_at": rfc3339(at_ms),
    }
    return OpenedEvent(ENDED, short_id(f"ended:{key}"), f"/channel/{payload.source.name}", "", "", body)


def short_id(text: str) -> str:
    """The text as an id of the contract: itself, or its hash where it is too long or holds control characters."""
    if len(text) <= ID_LENGTH_MAX and (text.isprintable() or not _CONTROL.search(text)):
        return text
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def language_of(tag: str) -> str:
    """A language tag as BCP 47 writes it (``pt_BR`` is ``pt-BR``), "" for what is none."""
    tag = tag.strip().replace("_", "-")
    return tag if is_language(tag) else ""


def seconds_ms(seconds: float | None) -> int | None:
    """Seconds since the epoch as milliseconds; None for no time, or one beyond all calendars."""
    if seconds is None or not 0 <= seconds < YEAR_10000_MS / 1000:
        return None
    return int(seconds * 1000)


def time_ms(text: str) -> int | None:
    """An RFC 3339 time as milliseconds since the epoch; None for what is none."""
    try:
        return rfc3339_ms(text)
    except ValueError:
        return None


def _attachment(one: Attachment) -> AttachmentPart:
    url, name, size = one.url, one.name, one.size
    return AttachmentPart(
        _line(one.content_type, NOTE_LENGTH_MAX) or CONTENT_TYPE_UNKNOWN,
        _line(url, URL_LENGTH_MAX) if url and len(url) <= URL_LENGTH_MAX else None,
        _line(name, NOTE_LENGTH_MAX) if name else None,
        int(size) if size is not None and 0 <= size <= INTEGER_MAX else None,
    )


def _composed(name: str) -> str:
    """An attribute's name in Unicode's form NFC: the contract refuses two that differ in nothing else."""
    if not name.isascii():
        name = normalize("NFC", name[:ATTRIBUTE_LENGTH_MAX])
    return _line(name, ATTRIBUTE_LENGTH_MAX)


def _value(text: str) -> str:
    """An attribute's text, in form NFC so that a rule of the policy finds it."""
    cut = text[:ATTRIBUTE_LENGTH_MAX]
    return cut if cut.isascii() and cut.isprintable() else normalize("NFC", _writable(cut))


def _line(text: str, length_max: int) -> str:
    cut = text[:length_max]
    return cut if cut.isprintable() else _CONTROL.sub(" ", cut)


def _writable(text: str) -> str:
    """What is printable holds nothing to replace, and is known sooner than by an expression."""
    return text if text.isprintable() else _UNWRITABLE.sub("\ufffd", text)
