"""A letter taken apart into its parts (RFC 2046): boundaries are looked for in the bytes, and no line is read alone.

The standard library's parser reads line by line, which takes 5 ms for a picture of 256 KiB; here it reads the letter's
own head. In that of a part only what says how it is to be read counts, and is looked for by an expression. A part is a
stretch of the letter, copied when it is read: so depth costs no memory.
"""

import re
from binascii import Error as Base64Error
from binascii import a2b_base64, a2b_qp
from collections.abc import Iterator, Mapping
from contextlib import suppress
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from itertools import chain
from typing import NamedTuple

from services.ingest.domain.channels.charsets import parameter
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason

__all__ = ["PART_HEAD_BYTES_MAX", "Part", "leaves", "parsed"]

PARTS_MAX = 100  # of one letter that are read; a digest of a mailing list has some tens, a message 32 attachments
MARKS_MAX = 2 * PARTS_MAX  # lines of one letter that look like a boundary: each is looked at by itself
DEPTH_MAX = 20  # multiparts within each other that are divided; mail programs make three or four
HEADS_MAX = 1000  # lines of one head; a letter that passed ten servers has a hundred
HEAD_BYTES_MAX = 128 * 1024  # of one head; Postfix takes 100 KB
PART_HEAD_BYTES_MAX = 8192  # of the head of a part that are read; a name in RFC 2231's parts takes two
PARAMETERS_LENGTH_MAX = 2048  # characters of a head with parameters
PARAMETERS_MAX = 24  # of one head: they are read by the square of their number
PARAMETERS_FEW = 8  # from here on those of another name than is asked for are left out first
LINES_MAX = 64  # of the head of a part that are looked at one by one, for the one that is none
UNREAD = "parts"  # what a letter is said to lack that has more
_END = b"--"
_TEXT = "text/plain"
_AS_IT_IS = frozenset({"", "7bit", "8bit", "binary"})
_SAYS_HOW = ("content-type", "content-disposition", "content-transfer-encoding")
# Lines of a part's head, up to the first one that is none; where one of them says how to read it, and what.
_LINE = rb"(?:(?:[!-9;-~]*:|[ \t]|From )[^\n]*(?:\n|\Z)|\r?\n)"
_LINES, _ANOTHER = re.compile(_LINE + rb"{0,%d}+" % LINES_MAX), re.compile(_LINE)
_NAME = re.compile(rb"\n(content-(?:type|disposition|transfer-encoding)):")
_VALUE = re.compile(rb"[^\n]*(?:\n[ \t][^\n]*)*+")


class Part(NamedTuple):
    """One part, or the whole letter: what its head says of how to read it, and where in ``raw`` stands what it holds.

    ``kind`` is its media type in lower case. Before ``begin`` a line ends, or ``raw`` begins.
    """

    kind: str
    content_type: str
    disposition: str
    encoding: str
    raw: bytes
    begin: int
    end: int

    def is_divided(self) -> bool:
        """Whether its parts have the words."""
        return self.kind.startswith("multipart/")

    def is_attached(self) -> bool:
        """Whether it is said to be a file."""
        return self.disposition.partition(";")[0].strip().lower() == "attachment"

    def named(self, name: str) -> str:
        """A parameter of its content type, "" for none."""
        return _parameter(self.content_type, name)

    def file_name(self) -> str:
        """As it was written, "" for none."""
        return _parameter(self.disposition, "filename") or _parameter(self.content_type, "name")

    def content(self) -> bytes:
        """What it holds, with its transfer encoding undone; as it came where that is damaged beyond reading."""
        body = self.raw[self.begin : self.end]
        if self.encoding in _AS_IT_IS:
            return body
        if self.encoding == "quoted-printable":
            return a2b_qp(body)
        if self.encoding == "base64":
            with suppress(Base64Error):  # of one that is cut off, the library reads what there is
                return a2b_base64(body)
        bare = Message()  # without a charset of the sender's, which the library might look up
        bare["Content-Transfer-Encoding"] = self.encoding
        bare.set_payload(body.decode("ascii", "surrogateescape"))
        content = bare.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""

    def size(self) -> int:
        """Bytes of what it holds; of Base64 as its length says."""
        raw, begin, end = self.raw, self.begin, self.end
        if self.encoding in _AS_IT_IS:
            return end - begin
        if self.encoding != "base64":
            return len(self.content())
        digits = end - begin - raw.count(b"\n", begin, end) - raw.count(b"\r", begin, end)
        padding = raw.count(b"=", max(begin, end - 8), end)
        return max(0, digits * 3 // 4 - padding)


def parsed(raw: bytes) -> tuple[Message, Part]:
    """A letter with its head read. Rejected: a head without end."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    begin = _body_of(raw, 0, len(raw))
    head = raw[:begin]
    if head.count(b"\n") > HEADS_MAX or len(head) > HEAD_BYTES_MAX:
        raise Rejected(Reason.INVALID, "", f"a head of more than {HEADS_MAX} lines or {HEAD_BYTES_MAX} bytes")
    message: Message = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    said = {name: str(message.get(name, "")) for name in _SAYS_HOW}
    del message["content-transfer-encoding"]  # what is left of the head, from a line on that is none, is as it came
    left = message.get_payload(decode=True)
    if left and isinstance(left, bytes):
        raw, begin = left + raw[begin:], 0
    return message, _of(said, _TEXT, raw, begin, len(raw))


def leaves(whole: Part, unread: list[str]) -> Iterator[Part]:
    """The parts that hold something, in order, without those inside of an attached letter.

    Of a letter with more than PARTS_MAX the first ones; what lies deeper than DEPTH_MAX is one. ``unread`` is told.
    """
    levels, marks = [iter([whole])], iter(range(MARKS_MAX))
    left = PARTS_MAX + 1  # the letter itself is one
    while levels:
        part = next(levels[-1], None)
        if part is None:
            levels.pop()
            continue
        left -= 1
        is_deep = part.is_divided() and len(levels) > DEPTH_MAX
        if left < 0 or is_deep:
            unread.append(UNREAD)
        if left < 0:
            return
        inside = _inside(part, marks) if part.is_divided() and not is_deep else iter(())
        first = next(inside, None)
        if first is None:
            yield part
        else:
            levels.append(chain([first], inside))
    if next(marks, None) is None:
        unread.append(UNREAD)


def _part(raw: bytes, begin: int, end: int, default: str) -> Part:
    """A part with what its head says of how to read it; ``default``: its media type where nothing does."""
    body = _body_of(raw, begin, end)
    head = raw[begin : min(body, begin + PART_HEAD_BYTES_MAX)]
    if body - begin > len(head):
        head = head[: head.rfind(b"\n") + 1] or head  # a line that was cut is none of these
    lines = _LINES.match(head)
    over = begin + lines.end() if lines else body
    is_line = over == begin or raw.endswith(b"\n", begin, over)
    if over < body and is_line and not _ANOTHER.match(raw, over, body):  # looked at whole, however long it is
        head, body = raw[begin:over], over
    head = b"\n" + head
    found: dict[str, str] = {}
    for name in _NAME.finditer(head.lower()):
        value = _VALUE.match(head, name.end())
        if value:
            found.setdefault(name[1].decode(), value[0].strip(b" \t\r\n").decode("ascii", "surrogateescape"))
    return _of(found, default, raw, body, end)


def _of(heads: Mapping[str, str], default: str, raw: bytes, begin: int, end: int) -> Part:
    content_type, disposition, encoding = (heads.get(name, "") for name in _SAYS_HOW)
    kind = content_type.partition(";")[0].strip().lower() if content_type else default
    kind = kind if kind.count("/") == 1 else _TEXT  # RFC 2045, section 5.2
    return Part(kind, _bounded(content_type), _bounded(disposition), encoding.strip().lower(), raw, begin, end)


def _bounded(value: str) -> str:
    """A head with no more parameters than can be read in time."""
    value = value[:PARAMETERS_LENGTH_MAX]
    return ";".join(value.split(";", PARAMETERS_MAX + 1)[: PARAMETERS_MAX + 1])


def _parameter(head: str, name: str) -> str:
    if name not in head.lower():
        return ""
    given, _, value = head.partition(";")[2].partition("=")
    if given.strip().lower() == name and (word := value.strip().strip('"')).replace("-", "").isalnum():
        return word
    if head.count(";") > PARAMETERS_FEW:
        first, *others = head.split(";")
        head = ";".join([first, *(one for one in others if one.lstrip()[: len(name)].lower() == name)])
    message = Message()
    message["Content-Type"] = head
    return parameter(message.get_param(name))


def _body_of(raw: bytes, begin: int, end: int) -> int:
    """Where a body begins: behind the first empty line, or at the end."""
    for mark in (b"\r\n", b"\n"):
        if raw.startswith(mark, begin, end):
            return begin + len(mark)
    found = [at + len(mark) for mark in (b"\n\r\n", b"\n\n") if (at := raw.find(mark, begin, end)) >= 0]
    return min(found, default=end)


def _inside(part: Part, marks: Iterator[int]) -> Iterator[Part]:
    """The parts of a multipart, each up to the next boundary or the end; none without a boundary.

    Each line that may be one takes of ``marks``; when there are none left the rest is one part.
    """
    named = part.named("boundary").rstrip()
    if not named:
        return
    default = "message/rfc822" if part.kind == "multipart/digest" else _TEXT
    mark, raw = b"\n--" + named.encode("utf-8", "surrogateescape"), part.raw
    begin = -1
    for at, end in _marked(part, mark, marks):
        line = raw[at + len(mark) : end].rstrip(b" \t\r")
        if line not in (b"", _END):
            continue  # a longer boundary that begins like this one
        if 0 <= begin <= at:  # a boundary that comes twice begins no part
            yield _part(raw, begin, at - 1 if raw.endswith(b"\r", begin, at) else at, default)
        if line == _END:
            return
        begin = end + 1
    if begin >= 0:
        yield _part(raw, min(begin, part.end), part.end, default)


def _marked(part: Part, mark: bytes, marks: Iterator[int]) -> Iterator[tuple[int, int]]:
    """(begin, end) of each line that begins with the mark; the newline that ends one may begin the next.

    The first may end the line before the part, and is at -1 where nothing is before it.
    """
    raw, last = part.raw, part.end
    is_first = part.begin == 0 and raw.startswith(mark[1:], 0, last)
    at = -1 if is_first else raw.find(mark, max(0, part.begin - 1), last)
    while (is_first or at >= 0) and next(marks, None) is not None:
        end = raw.find(b"\n", at + 1, last)
        yield at, end if end >= 0 else last
        is_first, at = False, raw.find(mark, end, last) if end >= 0 else -1
