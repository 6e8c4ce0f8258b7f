"""A letter as it comes over the wire (RFC 5322, MIME) taken apart: heads decoded, text and HTML, attachments named."""

import re
from binascii import Error as Base64Error
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC
from email.errors import HeaderParseError, MessageError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime

from services.ingest.domain.channels.charsets import parameter, to_text
from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.parts import Part, leaves, parsed
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason
from shared.times import to_ms

__all__ = ["Heads", "Letter", "address_of", "addresses_of", "decoded", "parse_letter", "sent_ms"]

HEAD_LENGTH_MAX = 16_384  # characters of one head that are read: References grow with every answer
ADDRESSES_LENGTH_MAX = 2048  # characters of a head of addresses: the first is the one that counts
BARE_LENGTH_MAX = 200  # characters on each side of the @ of an address in a head that is damaged
BARE_LOOKED_AT_MAX = 10  # of its @
_APART = re.compile(r"[\s<>,;:\"()]")
_MARK = b"\xef\xbb\xbf"  # a byte order mark, where a program saved a letter as text
_NO_WORDS = frozenset({"text/calendar", "text/css", "text/csv", "text/vcard", "text/x-vcard", "text/rfc822-headers"})
_MARKED_UP = frozenset({"text/html", "text/enriched", "text/richtext", "text/x-amp-html"})
_FOLD = re.compile(r"\r?\n[ \t]+|\r|\n")


class Heads:
    """The heads of a letter; names in any case, encoded words decoded when they are read."""

    def __init__(self, pairs: Sequence[tuple[str, str]]) -> None:
        self._raw: dict[str, list[str]] = {}
        for name, value in pairs:
            self._raw.setdefault(name.strip().lower(), []).append(value)

    def raw(self, name: str) -> str:
        """The first head of that name, unfolded, "" without one."""
        values = self._raw.get(name)
        return _FOLD.sub(" ", _legible(values[0][:HEAD_LENGTH_MAX])).strip() if values else ""

    def text(self, name: str) -> str:
        """The same with its encoded words (RFC 2047) decoded."""
        return decoded(self.raw(name))

    def __contains__(self, name: str) -> bool:
        return name in self._raw


@dataclass(slots=True)
class Letter:
    """What a mail holds. ``stripped``: the answer alone, where the provider has cut it already. ``mailbox_hash``: what
    stands behind the plus of its recipient. ``stored_at``: where the provider keeps it whole. ``unread``: see Message.
    """

    heads: Heads
    plain: str = ""
    html: str = ""
    stripped: str = ""
    calendar: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    is_report: bool = False
    is_spam: bool = False
    recipient: str = ""
    provider_id: str = ""
    sender: str = ""
    mailbox_hash: str = ""
    stored_at: str = ""
    unread: Sequence[str] | None = None


def parse_letter(raw: bytes, bytes_max: int = BODY_BYTES_MAX) -> Letter:
    """Take a letter apart. Rejected: empty, too large, no head, or of too many parts. Damage inside costs its part."""
    if not raw.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send a message (RFC 5322)")
    if len(raw) > bytes_max:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(raw)} bytes; at most {bytes_max} are accepted")
    try:
        whole = parsed(raw.removeprefix(_MARK).lstrip(b"\r\n"))
        heads = Heads([(name, str(value)) for name, value in whole.head.raw_items()])
        letter = Letter(heads, is_report=whole.head.get_content_type() == "multipart/report")
        others = [part for part in leaves(whole) if not _is_words(letter, part)]
        for part in others:
            _attach(letter, part)
        if not letter.is_report and not letter.plain.strip() and not letter.html.strip():
            _look_for_words(letter, others, whole)
    except (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError):
        raise Rejected(Reason.INVALID, "", "no message as RFC 5322 and MIME describe it") from None
    if not any(name in heads for name in ("from", "message-id", "subject", "date")):
        raise Rejected(Reason.INVALID, "", "no message: it has neither From nor Message-ID, Subject or Date")
    return letter


def _is_words(letter: Letter, part: Part) -> bool:
    """Whether a part is what was written, which is taken then, and not something that was attached to it."""
    kind = part.head.get_content_type()
    disposition = str(part.head.get("content-disposition", "")).partition(";")[0].strip().lower()
    if disposition == "attachment" or kind not in ("text/plain", "text/html") or _file_name(part.head):
        return False
    text = _text(part)
    if kind == "text/html":
        letter.html = letter.html or text
    else:
        letter.plain = f"{letter.plain}\n{text}" if letter.plain else text
    return True


def _attach(letter: Letter, part: Part) -> None:
    kind = part.head.get_content_type()
    if kind == "text/calendar":
        letter.calendar = letter.calendar or _text(part)
    letter.attachments.append(Attachment(content_type=kind, name=_file_name(part.head), size=part.size()))


def _look_for_words(letter: Letter, others: list[Part], whole: Part) -> None:
    """Of a letter without any: a text of another kind, what no boundary divides, or the letter that is passed on.

    A file that holds a text is none of these, unless it is all there is.
    """
    for part in others:
        kind = part.head.get_content_type()
        is_text = kind.startswith("text/") and kind not in _NO_WORDS and (part is whole or not _file_name(part.head))
        if is_text or kind.startswith("multipart/"):
            if kind in _MARKED_UP:
                letter.html = _text(part)
            else:
                letter.plain = _text(part)
            return
    passed_on = next((part for part in others if part.head.get_content_type() == "message/rfc822"), None)
    if passed_on is not None:
        with suppress(Rejected):  # of too many parts: the letter around it arrives
            for inner in leaves(parsed(passed_on.content())):
                _is_words(letter, inner)


def _file_name(head: Message) -> str:
    name = parameter(head.get_param("filename", None, "content-disposition")) or parameter(head.get_param("name"))
    return decoded(_legible(name)).strip()


def _text(part: Part) -> str:
    """A part's text in the charset that it names."""
    return to_text(part.content(), parameter(part.head.get_param("charset")) or "utf-8")


def _legible(raw: str) -> str:
    """Bytes beyond ASCII in a head, which RFC 6532 allows as UTF-8 and some send in Latin-1."""
    if raw.isascii():
        return raw
    try:
        return to_text(raw.encode("ascii", "surrogateescape"), "utf-8")
    except UnicodeError:
        return raw.encode("utf-8", "replace").decode()


def decoded(text: str) -> str:
    """A head with its encoded words decoded (RFC 2047), those that are damaged left as they are."""
    if "=?" not in text:
        return text
    try:
        found = decode_header(text)
        parts = [one if isinstance(one, str) else to_text(one, charset or "ascii") for one, charset in found]
    except (HeaderParseError, ValueError, LookupError, Base64Error):
        return text
    return "".join(parts)


def addresses_of(head: str) -> list[tuple[str, str]]:
    """(name, address) of each mailbox in a head."""
    try:
        found = getaddresses([head[:ADDRESSES_LENGTH_MAX]])
    except (ValueError, IndexError, TypeError, RecursionError):
        found = []
    listed = [(decoded(name), address.strip()) for name, address in found if "@" in address]
    bare = "" if listed else _bare(head)
    return [("", bare)] if bare else listed


def _bare(head: str) -> str:
    """The first address in a head that is damaged, or so long that its address was cut off; "" without one."""
    at = head.find("@")
    for _ in range(BARE_LOOKED_AT_MAX):
        if at < 0:
            break
        name = _APART.split(head[max(0, at - BARE_LENGTH_MAX) : at])[-1]
        domain = _APART.split(head[at + 1 : at + 1 + BARE_LENGTH_MAX], maxsplit=1)[0]
        if name and domain:
            return f"{name}@{domain}"
        at = head.find("@", at + 1)
    return ""


def address_of(head: str) -> tuple[str, str]:
    """(name, address) of the first mailbox in a head, ("", "") without one."""
    listed = addresses_of(head)
    return listed[0] if listed else ("", "")


def sent_ms(date: str) -> int | None:
    """The moment that a Date head names; None for none, or one that cannot be read."""
    try:
        at = parsedate_to_datetime(date)
        return to_ms(at) if at.tzinfo else to_ms(at.replace(tzinfo=UTC))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
