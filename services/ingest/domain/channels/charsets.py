"""Bytes of a letter or form as text, in a charset that may be unknown, wrong, or less than what was written."""

import re
from email.utils import unquote
from encodings import normalize_encoding
from encodings.aliases import aliases
from functools import lru_cache

__all__ = ["parameter", "to_text"]

NAMES_REMEMBERED = 64  # of charsets, as senders write them; each is some hundred bytes
# What mail programs write under a name, where it is more than the name's own standard holds (the WHATWG's Encoding).
_MORE = {
    "latin_1": "cp1252", "gb2312": "gb18030", "gbk": "gb18030", "euc_kr": "cp949", "shift_jis": "cp932",
    "big5": "big5hkscs", "iso8859_9": "cp1254", "iso8859_11": "cp874", "tis_620": "cp874",
    "iso2022_jp": "iso2022_jp_ext",
}  # fmt: skip
# Names of letters that Python has not, or has no other name for.
_OTHER = {
    "iso_8859_8_i": "iso8859_8",
    "gb_2312_80": "gb18030", "x_gbk": "gb18030", "cn_big5": "big5hkscs", "x_sjis": "cp932", "windows_31j": "cp932",
    "windows_874": "cp874", "cp874": "cp874", "koi8_u": "koi8_u",
}  # fmt: skip
_PAGE = re.compile(r"(?:x_)?(?:cp|ms|ibm|win|windows)_?([0-9]{3,5})")  # a code page under any of its names
_WESTERN = "cp1252"
# No other codec is looked for: Python's own (unicode_escape, idna, ...) warn or take the square of the length, and for
# each name that it does not know it searches its folders and remembers that for ever.
_KNOWN = frozenset(aliases.values())
_SEVEN_BITS = "iso2022"  # what is damaged there is good UTF-8 too, and no text


def to_text(content: bytes, charset: str) -> str:
    """Never fails: what its charset cannot be is read as UTF-8, else as Windows-1252, else as Latin-1.

    What is called Western, and is good UTF-8, is that: many forms write so, and nobody means ``Ã©``.
    """
    codec = _codec(charset)
    if codec == _WESTERN and not content.isascii():
        codec = "utf-8"
    if codec.startswith(_SEVEN_BITS):
        return content.decode(codec, "replace")
    for candidate in (codec, "utf-8", "cp1252"):
        try:
            return content.decode(candidate)
        except (LookupError, UnicodeError, ValueError):
            continue
    return content.decode("latin-1")


def parameter(found: object) -> str:
    """A parameter of a head, "" for none: as it stands, or in the charset that it names itself (RFC 2231)."""
    if not isinstance(found, tuple):
        return unquote(str(found)) if found else ""
    charset, _, text = found
    try:
        return to_text(text.encode("latin-1", "surrogateescape"), charset or "us-ascii")
    except UnicodeEncodeError:
        return str(text)


@lru_cache(maxsize=NAMES_REMEMBERED)
def _codec(charset: str) -> str:
    name = normalize_encoding(charset.encode("ascii", "ignore").decode().lower())
    page = _PAGE.fullmatch(name)
    name = f"cp{page[1]}" if page else name
    codec = _OTHER.get(name) or aliases.get(name, name)
    return _MORE.get(codec) or (codec if codec in _KNOWN or name in _OTHER else "utf-8")
