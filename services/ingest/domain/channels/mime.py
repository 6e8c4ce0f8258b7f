"""A letter as it comes over the wire (RFC 5322, MIME) taken apart: its words, and what is attached, by name and size.

What a mail program wraps a whole letter in is opened: S/MIME that is signed, and Outlook's winmail.dat. What is
encrypted says so.
"""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from email.errors import MessageError
from functools import partial

from services.ingest.domain.channels.charsets import to_text
from services.ingest.domain.channels.cms import Kind, opened
from services.ingest.domain.channels.form import Form
from services.ingest.domain.channels.heads import Heads, decoded, legible
from services.ingest.domain.channels.markup import text_of_html
from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.parts import PART_HEAD_BYTES_MAX, Part, leaves, parsed
from services.ingest.domain.channels.tnef import unpacked
from services.ingest.domain.message import ATTACHMENTS_MAX
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason

__all__ = ["Letter", "attach", "attach_files", "parse_letter"]

ENVELOPES_MAX = 3  # of one letter that are opened: signed, and signed again by a gateway
_MARK = b"\xef\xbb\xbf"  # a byte order mark, where a program saved a letter as text
_NO_WORDS = frozenset({"text/calendar", "text/css", "text/csv", "text/vcard", "text/x-vcard", "text/rfc822-headers"})
_MARKED_UP = frozenset({"text/html", "text/enriched", "text/richtext", "text/x-amp-html"})
_SMIME, _OPENPGP = "smime", "openpgp"
_SIGNATURES = {
    "application/pkcs7-signature": _SMIME,
    "application/x-pkcs7-signature": _SMIME,
    "application/pgp-signature": _OPENPGP,
}
_ENCRYPTED = {"application/pgp-encrypted": _OPENPGP}
_ENVELOPES = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
_PACKED = frozenset({"application/ms-tnef", "application/vnd.ms-tnef"})
_PACKED_NAME = "winmail.dat"
_SEALED, _CERTIFICATES = (".p7m", ".p7s"), ".p7c"
# What a file without a type of its own is, by the end of its name (RFC 8551, section 3.2.1).
_BY_NAME = {
    _PACKED_NAME: "application/ms-tnef",
    ".p7m": "application/pkcs7-mime",
    ".p7s": "application/pkcs7-signature",
}


# How a body begins that is signed (RFC 8551, section 3.1): with a head that says how to read it, or an empty one.
_BODY = re.compile(rb"\r?\n|(?:[!-9;-~]+:[^\n]*\n(?:[ \t][^\n]*\n)*+)*?(?i:content-|mime-version:)")
# What the standard library raises of heads that nobody would write.
_DAMAGE = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError, RecursionError)


@dataclass(slots=True)
class Letter:
    """What a mail holds. ``stripped``: the answer alone, where the provider has cut it already. ``mailbox_hash``: what
    stands behind the plus of its recipient. ``stored_at``: where the provider keeps it whole. ``unread``: see Message.

    ``signed`` and ``encrypted``: ``smime`` or ``openpgp``, as the letter says; nobody checked it. ``packed``: its words
    in a file of Outlook's, for a letter that has no others.
    """

    heads: Heads
    plain: str = ""
    html: str = ""
    stripped: str = ""
    packed: str = ""
    calendar: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    is_report: bool = False
    is_spam: bool = False
    recipient: str = ""
    provider_id: str = ""
    sender: str = ""
    mailbox_hash: str = ""
    stored_at: str = ""
    signed: str = ""
    encrypted: str = ""
    envelopes: int = 0
    unread: list[str] = field(default_factory=list)


def parse_letter(raw: bytes, bytes_max: int = BODY_BYTES_MAX) -> Letter:
    """Take a letter apart. Rejected: empty, too large, or no head. Damage inside costs its part."""
    if not raw.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send a message (RFC 5322)")
    if len(raw) > bytes_max:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(raw)} bytes; at most {bytes_max} are accepted")
    try:
        head, whole = parsed(raw.removeprefix(_MARK).lstrip(b"\r\n"))
        heads = Heads([(name, str(value)) for name, value in head.raw_items()])
        letter = Letter(heads, is_report=whole.kind == "multipart/report")
        _read(letter, whole)
    except _DAMAGE:
        raise Rejected(Reason.INVALID, "", "no message as RFC 5322 and MIME describe it") from None
    if not any(name in heads for name in ("from", "message-id", "subject", "date")):
        raise Rejected(Reason.INVALID, "", "no message: it has neither From nor Message-ID, Subject or Date")
    return letter


def attach(letter: Letter, file: Attachment, content: Callable[[], bytes]) -> None:
    """A file of the letter, one more than a message may have at most; what a whole letter is wrapped in is opened."""
    kind = _kind(file)
    if len(letter.attachments) <= ATTACHMENTS_MAX:
        letter.attachments.append(file)
    letter.signed = letter.signed or _SIGNATURES.get(kind, "")
    letter.encrypted = letter.encrypted or _ENCRYPTED.get(kind, "")
    if kind not in _PACKED | _ENVELOPES:
        return
    letter.envelopes += 1
    if letter.envelopes > ENVELOPES_MAX:
        letter.unread.append(file.name or kind)
    elif kind in _PACKED:
        _unpack(letter, content())
    else:
        _open(letter, content())


def _kind(file: Attachment) -> str:
    """What it is to the letter. ``bill.xml.p7m`` is a file that was signed or encrypted by itself, ``smime.p7c`` holds
    certificates alone: files like any other."""
    kind, name = file.content_type.partition(";")[0].strip().lower(), file.name.lower()
    if name.endswith(_CERTIFICATES) or (name.endswith(_SEALED) and name.count(".") > 1):
        return ""
    if kind not in ("", "application/octet-stream"):
        return kind
    return next((named for end, named in _BY_NAME.items() if name.endswith(end)), kind)


def attach_files(letter: Letter, form: Form) -> None:
    """The files that came with a form."""
    for one in form.files:
        file = Attachment(content_type=one.content_type, name=one.name, size=len(one.content))
        attach(letter, file, partial(getattr, one, "content"))


def _read(letter: Letter, whole: Part) -> None:
    """Take what a letter holds, or what it is signed around."""
    others = _take_words(letter, whole)
    for part in others:
        if part.kind == "text/calendar":
            letter.calendar = letter.calendar or _text(part)
        name = decoded(legible(part.file_name())).strip() if len(letter.attachments) <= ATTACHMENTS_MAX else ""
        attach(letter, Attachment(content_type=part.kind, name=name, size=part.size()), part.content)
    if not letter.is_report and not any(map(str.strip, (letter.plain, letter.html, letter.packed))):
        _look_for_words(letter, others, whole)


def _open(letter: Letter, der: bytes) -> None:
    enveloped = opened(der)
    if enveloped.content and not _BODY.match(enveloped.content, 0, PART_HEAD_BYTES_MAX):
        return  # a file that was signed by itself
    if enveloped.kind is Kind.ENCRYPTED:
        letter.encrypted = letter.encrypted or _SMIME
    elif enveloped.kind is Kind.SIGNED:
        letter.signed = letter.signed or _SMIME
    if enveloped.content:
        with suppress(Rejected, *_DAMAGE):
            _read(letter, parsed(enveloped.content)[1])
            return
    if enveloped.kind is not Kind.ENCRYPTED:
        letter.unread.append(_SMIME)


def _unpack(letter: Letter, data: bytes) -> None:
    found = unpacked(data)
    letter.packed = letter.packed or found.plain or text_of_html(found.html)
    letter.attachments.extend(found.files[: ATTACHMENTS_MAX + 1])
    if not found.is_whole:
        letter.unread.append(_PACKED_NAME)


def _take_words(letter: Letter, whole: Part) -> list[Part]:
    """Take the parts that are what was written; the others, which are something that was attached to it."""
    others, texts = [], [letter.plain] if letter.plain else []
    for part in leaves(whole, letter.unread):
        if part.kind not in ("text/plain", "text/html") or part.is_attached() or part.file_name():
            others.append(part)
        elif part.kind == "text/plain":
            texts.append(_text(part))
        else:
            letter.html = letter.html or _text(part)
    letter.plain = "\n".join(texts)
    return others


def _look_for_words(letter: Letter, others: list[Part], whole: Part) -> None:
    """Of a letter without any: a text of another kind, what no boundary divides, or the letter that is passed on.

    A file that holds a text is none of these, unless it is all there is.
    """
    for part in others:
        is_text = part.kind.startswith("text/") and part.kind not in _NO_WORDS
        if (is_text and (part is whole or not part.file_name())) or part.is_divided():
            if part.kind in _MARKED_UP:
                letter.html = _text(part)
            else:
                letter.plain = _text(part)
            return
    passed_on = next((part for part in others if part.kind == "message/rfc822"), None)
    if passed_on is not None:
        with suppress(Rejected, *_DAMAGE):  # a head without end: the letter around it arrives
            _take_words(letter, parsed(passed_on.content())[1])


def _text(part: Part) -> str:
    """A part's text in the charset that it names."""
    return to_text(part.content(), part.named("charset") or "utf-8")
