"""What a file that no adapter can read looks like: the page, capture or encoding saved instead of a payload."""

import re
from base64 import b64decode
from collections.abc import Collection

from services.ingest.domain.channels.form import FORM

__all__ = ["hint"]

LOOKED_AT_MAX = 4096  # bytes; what a file is shows at its beginning
BASE64_MIN = 24  # characters; shorter ones may be a word
_HTML = re.compile(rb"\s*(?:<!--.{0,200}-->\s*)?<(?:!doctype html|html|head|body)\b", re.IGNORECASE | re.DOTALL)
_REQUEST = re.compile(rb"(?:(?:GET|POST|PUT) \S+ HTTP/|HTTP/[0-9.]+ [0-9]{3}|curl )")
_PAIRS = re.compile(rb"[\w.\-%\[\]]+=[^\s{}<>]*\s*")  # further pairs are part of the value: no two ways to read one
_BASE64 = re.compile(rb"[A-Za-z0-9+/_\-\s]+={0,2}\s*")
_MARKS = {b"\x1f\x8b": "gunzip it", b"PK\x03\x04": "unzip it", b"(\xb5/\xfd": "zstd -d it", b"BZh": "bunzip2 it"}


def hint(body: bytes, media_types: Collection[str]) -> str:
    """What to do about a refused payload, "" where nothing is striking. ``media_types``: what is read, empty = any."""
    begin = body[:LOOKED_AT_MAX]
    for mark, remedy in _MARKS.items():
        if begin.startswith(mark):
            return f"the file is compressed: {remedy} first"
    if begin.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "the file is UTF-16: save it as UTF-8"
    if begin.startswith(b"\xef\xbb\xbf"):
        return "the file begins with a byte order mark: save it without"
    if _HTML.match(begin):
        return "the file is a web page, often an error's or a login's: save the body of the provider's request"
    if _REQUEST.match(begin):
        return "the file is a whole request or command: save the body alone, and give its heads by --header"
    return _of_text(begin, media_types)


def _of_text(begin: bytes, media_types: Collection[str]) -> str:
    if _is_base64(begin):
        return "the file looks like Base64: decode it first (base64 -d)"
    if _PAIRS.fullmatch(begin) and media_types and set(media_types) >= FORM:
        return "the file looks like a form: give --header 'content-type: application/x-www-form-urlencoded'"
    if _PAIRS.fullmatch(begin) and media_types:
        return f"the file looks like a form, and this adapter reads {', '.join(sorted(media_types))}"
    if begin.lstrip()[:1] == b"[":
        return "the file is a list: give one of its entries, as the provider sends it"
    if begin.lstrip()[:1] == b"{" and media_types and "application/json" not in media_types:
        return f"the file is JSON, and this adapter reads {', '.join(sorted(media_types))}"
    return ""


def _is_base64(begin: bytes) -> bool:
    text = b"".join(begin.split())
    if len(text) < BASE64_MIN or _BASE64.fullmatch(begin) is None:
        return False
    try:
        return bool(b64decode(text[: len(text) // 4 * 4], b"-_" if re.search(b"[-_]", text) else None, validate=True))
    except ValueError:
        return False
