"""OpenPGP within a text (RFC 9580, sections 6 and 7): what is signed is read, what is encrypted says so."""

import re
from contextlib import suppress
from typing import NamedTuple

__all__ = ["Armoured", "without_armour"]

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_HEAD = re.compile(r"(?:Hash|Charset|NotDashEscaped):")  # the first by the standard, the others by GnuPG and PGP 5
_ESCAPE = "- "  # before each line that begins with a dash


class Armoured(NamedTuple):
    """A text, and what it is told to be."""

    text: str
    is_signed: bool = False
    is_encrypted: bool = False


def without_armour(text: str) -> Armoured:
    """A text without what was put around the words that are signed in it; any other as it is, and so what is damaged.

    A mark counts where it is a line of its own: one that is quoted, or spoken of, is what somebody wrote.
    """
    if f"\n{_ENCRYPTED}" in f"\n{text}":
        return Armoured(text, is_encrypted=True)
    if _SIGNED not in text:
        return Armoured(text)
    lines = text.replace("\r\n", "\n").split("\n")
    bare = [line.rstrip() for line in lines]
    kept: list[str] = []
    at = 0
    with suppress(ValueError):  # no more of them
        while True:
            begin = bare.index(_SIGNED, at)
            signature = bare.index(_SIGNATURE, begin)
            end = bare.index(_SIGNATURE_END, signature)
            words = lines[_behind_heads(bare, begin + 1) : signature]
            kept += [*lines[at:begin], *(line.removeprefix(_ESCAPE) for line in words)]
            at = end + 1
    return Armoured("\n".join([*kept, *lines[at:]]), is_signed=True) if at else Armoured(text)


def _behind_heads(bare: list[str], at: int) -> int:
    """Where the words begin: behind the names of the hashes, and the empty line below."""
    while _HEAD.match(bare[at]):
        at += 1
    return at if bare[at] else at + 1
