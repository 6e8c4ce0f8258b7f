"""Forms as providers post them: urlencoded, multipart, or a JSON object of texts (on a topic)."""

import re
from binascii import a2b_qp
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from io import BytesIO
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from python_multipart import multipart
from python_multipart.exceptions import FormParserError

from services.ingest.domain.channels.adapter import Payload, missing
from services.ingest.domain.channels.charsets import to_text
from services.ingest.domain.reading import BODY_BYTES_MAX, read_object
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason

__all__ = ["FORM", "FORMS", "File", "Form", "pairs_of", "read_form"]

FORM = frozenset({"application/x-www-form-urlencoded"})
FORMS = FORM | {"multipart/form-data"}
LETTERS = frozenset({"body-mime", "email"})  # fields that hold a letter as it came over the wire, in any charset
FIELDS_MAX = 300  # of one form; Twilio and Mailgun send some tens
_ESCAPE = b"\x1b"  # of ISO 2022, whose bytes are all ASCII
_PARAMETER = re.compile(r'boundary="?([^";,]+)')
_BOUNDARY = re.compile(rb"--([0-9A-Za-z'()+_,\-./:=? ]{1,70})\r\n")


class File(NamedTuple):
    """One file of a multipart form."""

    field: str
    name: str
    content_type: str
    content: bytes


class Form(NamedTuple):
    """Fields by name (the last of a repeated one) and files, in order; ``odd``: bytes of those that may be no UTF-8.

    ``unread``: fields of a JSON object that are no text; a message can do without those that are not ``needed``.
    ``guessed``: fields that are no UTF-8, and were read as what they seem to be.
    """

    fields: dict[str, str]
    files: list[File]
    odd: Mapping[str, bytes] = {}
    unread: Sequence[str] = ()
    guessed: Sequence[str] = ()

    @property
    def told(self) -> list[str]:
        """What a message says of itself that could not be read as it is meant."""
        return [*self.unread, *self.guessed]

    def get(self, name: str) -> str:
        """The field's text, "" where it is absent."""
        return self.fields.get(name, "")

    def content(self, name: str) -> bytes:
        """The field's bytes as they came, b"" where it is absent."""
        return self.odd.get(name) or self.get(name).encode("utf-8", "surrogatepass")

    def id(self, name: str) -> str:
        """The field's text, an id, "" where it is absent; Rejected where its letters are a guess."""
        if name in self.guessed:
            raise Rejected(Reason.NOT_UTF8, name, "not UTF-8")
        return self.text(name)

    def needed(self, name: str) -> str:
        """The same; Rejected without one."""
        found = self.id(name)
        if not found:
            raise missing(name)
        return found

    def text(self, name: str) -> str:
        """What a message needs: words, or what decides whose it is. Rejected where it is no text: it is kept."""
        if name in self.unread:
            raise Rejected(Reason.INVALID, name, "must be a string")
        return self.fields.get(name, "")


def read_form(payload: Payload) -> Form:
    """The form of a payload, read once for signature and content. Rejected: empty, too large, or no form."""
    return _form(payload.body, payload.headers.get("content-type", ""))


@lru_cache(maxsize=1)
def _form(body: bytes, content_type: str) -> Form:
    if not body.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send a form")
    if len(body) > BODY_BYTES_MAX:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(body)} bytes; at most {BODY_BYTES_MAX} are accepted")
    if body.startswith(b"--") or content_type.partition(";")[0].strip().lower() == "multipart/form-data":
        return _multipart(body, content_type)
    if body.lstrip().startswith(b"{"):
        return _object(body)
    return _in_utf8(((name.decode(errors="replace"), raw) for name, raw in _raw_pairs(body)), [])


def pairs_of(body: bytes) -> list[tuple[str, str]]:
    """(name, value) of an urlencoded form, in its order, as it is signed. Rejected: too many, or not UTF-8."""
    try:
        return [(name.decode(), raw.decode()) for name, raw in _raw_pairs(body)]
    except UnicodeDecodeError as error:
        raise Rejected(Reason.NOT_UTF8, "", f"not UTF-8 at byte {error.start}") from None


@lru_cache(maxsize=1)
def _raw_pairs(body: bytes) -> Sequence[tuple[bytes, bytes]]:
    """Read once for signature and content."""
    _check_count(1 + body.count(b"&"))
    pairs = (pair.partition(b"=") for pair in body.split(b"&") if pair)
    return [(_unquoted(name), _unquoted(value)) for name, _, value in pairs]


def _in_utf8(pairs: Iterable[tuple[str, bytes]], files: list[File]) -> Form:
    """The form of these fields; what is no UTF-8 is read as what it seems to be, and its bytes are kept."""
    fields: dict[str, str] = {}
    odd: dict[str, bytes] = {}
    guessed = []
    for name, raw in dict(pairs).items():
        try:
            fields[name] = raw.decode()
            if _ESCAPE in raw:
                odd[name] = raw
        except UnicodeDecodeError:
            fields[name], odd[name] = to_text(raw, "utf-8"), raw
            if name not in LETTERS:
                guessed.append(name)
    return Form(fields, files, odd, guessed=guessed)


def _unquoted(raw: bytes) -> bytes:
    """Percent-encoding undone at C's speed, by way of quoted-printable: the same escapes under another mark.

    The standard library takes 10 ms for 256 KiB of escapes. What holds no proper escape after a ``%`` is left to it:
    the length tells, but for a line's end, which quoted-printable would join.
    """
    raw = raw.replace(b"+", b" ")
    escapes = raw.count(b"%")
    if not escapes:
        return raw
    found = a2b_qp(raw.replace(b"=", b"=3D").replace(b"%", b"="))
    damaged = len(found) != len(raw) - 2 * escapes or b"%\n" in raw or b"%\r" in raw
    return unquote_to_bytes(raw) if damaged else found


def _check_count(fields: int) -> None:
    if fields > FIELDS_MAX:
        raise Rejected(Reason.INVALID, "", f"a form of more than {FIELDS_MAX} fields")


def _object(body: bytes) -> Form:
    fields, unread = {}, []
    document = read_object(body)
    _check_count(len(document))
    for name, value in document.items():
        if isinstance(value, str):
            fields[name] = value
        elif isinstance(value, int | float) and not isinstance(value, bool):
            fields[name] = str(value)
        elif value is not None:
            unread.append(name)
    return Form(fields, [], unread=unread)


def _with_boundary(body: bytes, content_type: str) -> str:
    """The content type with its boundary: of the headers, else of the first line (a topic may keep no content type)."""
    if "boundary=" not in content_type:
        found = _BOUNDARY.match(body)
        content_type = f'multipart/form-data; boundary="{found[1].decode()}"' if found else ""
    named = _PARAMETER.search(content_type)
    if named is None:
        raise Rejected(Reason.INVALID, "", "a multipart body without its boundary")
    _check_count(body.count(b"--" + named[1].strip().encode("latin-1", "replace")))
    return content_type


def _multipart(body: bytes, content_type: str) -> Form:
    content_type = _with_boundary(body, content_type)
    fields: list[tuple[str, bytes]] = []
    files: list[File] = []

    def on_field(field: multipart.Field) -> None:
        if len(fields) < FIELDS_MAX:
            fields.append(((field.field_name or b"").decode(errors="replace"), field.value or b""))

    def on_file(file: multipart.File) -> None:
        file.file_object.seek(0)
        name = (file.field_name or b"").decode(errors="replace")
        kind = getattr(file, "content_type", None) or ""
        if len(files) < FIELDS_MAX:
            files.append(File(name, (file.file_name or b"").decode(errors="replace"), kind, file.file_object.read()))

    try:
        multipart.parse_form(
            {"Content-Type": content_type.encode("latin-1", "replace")}, BytesIO(body), on_field, on_file
        )
    except (FormParserError, ValueError):
        raise Rejected(Reason.INVALID, "", "no multipart form") from None
    return _in_utf8(fields, files)
