"""What an S/MIME file is (RFC 5652, in BER): signed around a letter that can be read, or encrypted.

Only the way to the content is walked: certificates and signatures stay where they are, and nothing is verified.
"""

from enum import StrEnum
from typing import NamedTuple

__all__ = ["Enveloped", "Kind", "opened"]

ELEMENTS_FEW = 500  # on the way, and what else is written in few pieces
PIECE_BYTES = 256  # a file has one element more for each: OpenSSL writes what it streams as pieces of a KiB and more
DEPTH_MAX = 16  # of pieces within each other
_SEQUENCE, _INTEGER, _SET, _OBJECT, _CONTEXT_0 = 0x30, 0x02, 0x31, 0x06, 0xA0
_OCTETS, _PIECES = 0x04, 0x24
_END = 0x00


class Kind(StrEnum):
    """Of what lies in such a file."""

    SIGNED = "signed"
    ENCRYPTED = "encrypted"
    OTHER = "other"  # compressed, certificates alone, or nothing that is known


# Object identifiers as they are written: id-signedData, id-envelopedData, id-ct-authEnvelopedData; id-data.
_KINDS = {
    bytes.fromhex("2a864886f70d010702"): Kind.SIGNED,
    bytes.fromhex("2a864886f70d010703"): Kind.ENCRYPTED,
    bytes.fromhex("2a864886f70d0109100117"): Kind.ENCRYPTED,
}


class Enveloped(NamedTuple):
    """What a file is, and what it is signed around: a letter's body with its head; b"" for none."""

    kind: Kind
    content: bytes = b""


def opened(der: bytes) -> Enveloped:
    """What lies in a file; never fails: what cannot be read is OTHER, or SIGNED without its content."""
    kind = Kind.OTHER
    reader = _Reader(der)
    try:
        reader.enter(_SEQUENCE)
        kind = _KINDS.get(reader.value(_OBJECT), Kind.OTHER)
        if kind is not Kind.SIGNED:
            return Enveloped(kind)
        for tag in (_CONTEXT_0, _SEQUENCE):
            reader.enter(tag)
        reader.value(_INTEGER)
        reader.value(_SET)
        reader.enter(_SEQUENCE)
        reader.value(_OBJECT)
        reader.enter(_CONTEXT_0)
        return Enveloped(kind, reader.octets())
    except (ValueError, IndexError):
        return Enveloped(kind)


class _Reader:
    """Goes through elements in their order. ValueError or IndexError: they are not what is asked for."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._left = ELEMENTS_FEW + len(data) // PIECE_BYTES

    def enter(self, tag: int) -> int | None:
        """Go into an element; where it ends, None if its end is marked."""
        if self._data[self._at] != tag:
            raise ValueError("another element")
        return self._begin()

    def value(self, tag: int) -> bytes:
        """What an element of a told length holds."""
        end = self.enter(tag)
        if end is None:
            raise ValueError("an element without its length")
        if end > len(self._data):
            raise ValueError("cut off")
        begin, self._at = self._at, end
        return self._data[begin:end]

    def octets(self, depth: int = 0) -> bytes:
        """A string of octets, whole or in pieces."""
        if self._data[self._at] == _OCTETS:
            return self.value(_OCTETS)
        if depth > DEPTH_MAX:
            raise ValueError("too deep")
        end = self.enter(_PIECES)
        found = []
        while self._at < end if end is not None else self._data[self._at] != _END:
            found.append(self.octets(depth + 1))
        if end is None:
            self._at += 2
        return b"".join(found)

    def _begin(self) -> int | None:
        self._left -= 1
        length = self._data[self._at + 1]
        self._at += 2
        if self._left < 0 or length > 0x84:
            raise ValueError("too many, or too long")
        if length == 0x80:
            return None
        if length > 0x80:
            count = length & 0x7F
            length = int.from_bytes(self._data[self._at : self._at + count], "big")
            self._at += count
        return self._at + length
