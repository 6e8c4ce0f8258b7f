"""OpenPGP within a text (RFC 9580, sections 6 and 7): what is signed is read, what is encrypted says so."""

from typing import NamedTuple

__all__ = ["Armoured", "without_armour"]

_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_ENCRYPTED = "-----BEGIN PGP MESSAGE-----"
_ESCAPE = "- "  # before each line that begins with a dash


class Armoured(NamedTuple):
    """A text, and what it is told to be."""

    text: str
    is_signed: bool = False
    is_encrypted: bool = False


def without_armour(text: str) -> Armoured:
    """A text that was signed without what was put around it; any other as it is."""
    if f"\n{_ENCRYPTED}" in f"\n{text}":
        return Armoured(text, is_encrypted=True)
    before, signed, rest = text.partition(_SIGNED)
    if not signed:
        return Armoured(text)
    words, _, after = rest.replace("\r\n", "\n").partition(_SIGNATURE)
    heads, apart, inside = words.partition("\n\n")  # the names of the hashes stand above
    plain = "\n".join(line.removeprefix(_ESCAPE) for line in (inside if apart else heads).split("\n"))
    return Armoured(f"{before}{plain}{after.partition(_SIGNATURE_END)[2]}", is_signed=True)
