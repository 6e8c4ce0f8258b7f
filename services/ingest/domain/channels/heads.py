"""The heads of a letter (RFC 5322) decoded: encoded words, addresses, and the time it was sent."""

import re
from binascii import Error as Base64Error
from collections.abc import Sequence
from datetime import UTC
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import getaddresses, parsedate_to_datetime

from services.ingest.domain.channels.charsets import to_text
from shared.times import to_ms

__all__ = ["Heads", "address_of", "addresses_of", "decoded", "legible", "sent_ms"]

HEAD_LENGTH_MAX = 16_384  # characters of one head that are read: References grow with every answer
ADDRESSES_LENGTH_MAX = 2048  # characters of a head of addresses: the first is the one that counts
BARE_LENGTH_MAX = 200  # characters on each side of the @ of an address in a head that is damaged
BARE_LOOKED_AT_MAX = 10  # of its @
_APART = re.compile(r"[\s<>,;:\"()]")
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
        return _FOLD.sub(" ", legible(values[0][:HEAD_LENGTH_MAX])).strip() if values else ""

    def text(self, name: str) -> str:
        """The same with its encoded words (RFC 2047) decoded."""
        return decoded(self.raw(name))

    def __contains__(self, name: str) -> bool:
        return name in self._raw


def legible(raw: str) -> str:
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
