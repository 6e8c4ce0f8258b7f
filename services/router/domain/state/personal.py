"""Message text and handles of a contact: what only the hand-off topics and one table ever hold."""

import re
import zlib
from collections.abc import Callable

import msgspec

from shared.contract.inputs import Attachment, MessageReceived, Party, ReplyTo, RoutingHint

HEARD_CHARACTERS_MAX = 300  # of what was written before, beside which a later message is read: two or three sentences
PLAIN_BYTES_MAX = 1024  # longer texts are kept compressed: 50,000 long mails in a queue must not fill the memory
_FASTEST = 1  # of zlib's levels; text shrinks to a third even so


class Personal(msgspec.Struct, omit_defaults=True, gc=False):
    """The first message of a contact and how to answer it.

    ``attributes`` are part of that: a file's id in place of its address, a button's payload, what an answer must name.
    """

    from_: Party = msgspec.field(name="from")
    reply_to: ReplyTo
    text: str
    subject: str | None = None
    attachments: list[Attachment] = []
    to: str | None = None
    language: str | None = None
    public: bool = False
    attributes: dict[str, str] = {}


class Whole(Personal, omit_defaults=True, gc=False):
    """The same with all else that a classification looks at: kept while a question about the message is open."""

    routing: RoutingHint | None = None


class _Kept(Whole, omit_defaults=True, gc=False):
    """The same with the end of what the customer wrote since, which is handed to nobody: they got each message."""

    heard: str = ""


_encode = msgspec.json.Encoder().encode
_decode_whole = msgspec.json.Decoder(Whole).decode
_decode_kept = msgspec.json.Decoder(_Kept).decode
_SPACE = re.compile(r"\s")


def personal_of(said: MessageReceived) -> bytes:
    """The JSON object that hand-off copies carry beside the event's own fields."""
    return _encoded(Personal, said)


def whole_of(said: MessageReceived) -> bytes:
    """The same JSON object with all else that a classification looks at."""
    return _encoded(Whole, said, said.routing)


def _encoded(kind: Callable[..., Personal], said: MessageReceived, *more: RoutingHint | None) -> bytes:
    return _encode(
        kind(
            said.party,
            said.reply_to,
            said.text or "",
            said.subject,
            said.attachments,
            said.to,
            said.language,
            said.public,
            said.attributes,
            *more,
        )
    )


def read_whole(packed: bytes | None) -> Whole:
    """What was kept of a message that is in question."""
    return _decode_whole(unpack(packed))


def shown(packed: bytes | None) -> bytes:
    """The JSON object that hand-off copies carry, of what was kept."""
    personal = unpack(packed)
    if b'"heard":' not in personal:
        return personal
    return _encode(msgspec.structs.replace(_decode_kept(personal), heard=""))


def before(packed: bytes) -> str:
    """The end of what the customer wrote so far, at most HEARD_CHARACTERS_MAX; only whole words, where the
    script has any."""
    kept = _decode_kept(unpack(packed))
    return _end_of((kept.subject or "", kept.text, kept.heard))


def with_heard(packed: bytes, text: str) -> bytes:
    """The same with a later message of the customer: the JSON object to keep from now on."""
    kept = _decode_kept(unpack(packed))
    return _encode(msgspec.structs.replace(kept, heard=_end_of((kept.heard, text))))


def _end_of(texts: tuple[str, ...]) -> str:
    whole = "\n".join(text for text in texts if text)
    if len(whole) <= HEARD_CHARACTERS_MAX:
        return whole
    end = whole[-HEARD_CHARACTERS_MAX:]
    cut = _SPACE.search(end)
    return (cut and end[cut.end() :]) or end


def pack(personal: bytes) -> bytes:
    """The form in which it waits in memory."""
    return personal if len(personal) <= PLAIN_BYTES_MAX else zlib.compress(personal, _FASTEST)


def unpack(packed: bytes | None) -> bytes:
    """The JSON object again; an empty one for None."""
    if packed is None:
        return b"{}"
    return packed if packed[:1] == b"{" else zlib.decompress(packed)
