"""A letter taken apart into its parts (RFC 2046): boundaries are looked for in the bytes, and no line is read alone.

The standard library's parser reads line by line, which takes 5 ms for a picture of 256 KiB; it reads the heads alone.
"""

from collections.abc import Iterator
from email import policy
from email.message import Message
from email.parser import BytesHeaderParser
from typing import NamedTuple

from services.ingest.domain.channels.charsets import parameter
from services.ingest.domain.rejection import Rejected
from shared.errors import Reason

__all__ = ["Part", "leaves", "parsed"]

PARTS_MAX = 200  # of one letter; a digest of a mailing list has some tens
DEPTH_MAX = 20  # multiparts within each other; mail programs make three or four
HEADS_MAX = 1000  # lines of one head; a letter that passed ten servers has a hundred
HEAD_BYTES_MAX = 128 * 1024  # of one head; Postfix takes 100 KB
PARAMETERS_LENGTH_MAX = 2048  # characters of a head with parameters: they are read by the square of their number
_END = b"--"


class Part(NamedTuple):
    """One part, or the whole letter: its head, and what it holds as it came."""

    head: Message
    body: bytes

    def content(self) -> bytes:
        """What it holds, with its transfer encoding undone; as it came where that is damaged beyond reading."""
        bare = Message()  # without a charset of the sender's, which the library might look up
        bare["Content-Transfer-Encoding"] = str(self.head.get("content-transfer-encoding", "")).strip()
        bare.set_payload(self.body.decode("ascii", "surrogateescape"))
        content = bare.get_payload(decode=True)
        return content if isinstance(content, bytes) else b""

    def size(self) -> int:
        """Bytes of what it holds; of Base64 as its length says."""
        if str(self.head.get("content-transfer-encoding", "")).strip().lower() != "base64":
            return len(self.content())
        digits = len(self.body) - self.body.count(b"\n") - self.body.count(b"\r")
        padding = self.body.count(b"=", max(0, len(self.body) - 8))
        return max(0, digits * 3 // 4 - padding)


def parsed(raw: bytes) -> Part:
    """A letter or part with its head read. Rejected: a head without end."""
    if b"\n" not in raw:
        raw = raw.replace(b"\r", b"\n")
    head, body = _divided(raw)
    if head.count(b"\n") > HEADS_MAX or len(head) > HEAD_BYTES_MAX:
        raise Rejected(Reason.INVALID, "", f"a head of more than {HEADS_MAX} lines or {HEAD_BYTES_MAX} bytes")
    message: Message = BytesHeaderParser(policy=policy.compat32).parsebytes(head)
    for name in ("content-type", "content-disposition"):
        if len(found := str(message.get(name, ""))) > PARAMETERS_LENGTH_MAX:
            message.replace_header(name, found[:PARAMETERS_LENGTH_MAX])
    left = message.get_payload()  # from a line on that is no head
    return Part(message, left.encode("ascii", "surrogateescape") + body if isinstance(left, str) and left else body)


def leaves(whole: Part) -> Iterator[Part]:
    """The parts that hold something, in order, without those inside of an attached letter. Rejected: too many."""
    pending = [(whole, 0)]
    count = 0
    while pending:
        part, depth = pending.pop()
        inside = _inside(part) if part.head.get_content_maintype() == "multipart" else []
        count += len(inside)
        if count > PARTS_MAX or depth > DEPTH_MAX:
            raise _too_many()
        if not inside:
            yield part
        is_digest = part.head.get_content_type() == "multipart/digest"
        for raw in reversed(inside):
            one = parsed(raw)
            if is_digest:
                one.head.set_default_type("message/rfc822")
            pending.append((one, depth + 1))


def _divided(raw: bytes) -> tuple[bytes, bytes]:
    """(head, body): the first empty line is between them."""
    for begin in (b"\r\n", b"\n"):
        if raw.startswith(begin):
            return b"", raw[len(begin) :]
    ends = [at + len(mark) for mark in (b"\n\r\n", b"\n\n") if (at := raw.find(mark)) >= 0]
    end = min(ends, default=len(raw))
    return raw[:end], raw[end:]


def _inside(part: Part) -> list[bytes]:
    """The parts of a multipart as they came, each up to the next boundary or the end; none without a boundary."""
    named = parameter(part.head.get_param("boundary")).rstrip()
    if not named:
        return []
    mark = b"\n--" + named.encode("utf-8", "surrogateescape")
    body = b"\n" + part.body
    found: list[bytes] = []
    begin = -1
    for at, end in _marked(body, mark):
        line = body[at + len(mark) : end].rstrip(b" \t\r")
        if line not in (b"", _END):
            continue  # a longer boundary that begins like this one
        if 0 <= begin <= at:  # a boundary that comes twice begins no part
            found.append(body[begin : at - 1 if body[at - 1 : at] == b"\r" else at])
        if line == _END:
            return found
        begin = end + 1
    return [*found, body[begin:]] if begin >= 0 else found


def _marked(body: bytes, mark: bytes) -> Iterator[tuple[int, int]]:
    """(begin, end) of each line that begins with the mark; the newline that ends one may begin the next."""
    at = body.find(mark)
    count = 0
    while at >= 0:
        count += 1
        if count > 2 * PARTS_MAX:
            raise _too_many()
        end = body.find(b"\n", at + 1)
        yield at, end if end >= 0 else len(body)
        at = body.find(mark, end) if end >= 0 else -1


def _too_many() -> Rejected:
    return Rejected(Reason.INVALID, "", f"more than {PARTS_MAX} parts, or {DEPTH_MAX} within each other")
