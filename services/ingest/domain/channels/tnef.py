"""winmail.dat, in which Outlook packs what it sends as rich text (MS-OXTNEF): files by name and size, and the words.

A body of rich text alone (PidTagRtfCompressed) is not read: Outlook sends its words as plain text beside the file.
"""

from collections.abc import Iterator
from contextlib import suppress
from struct import Struct, error
from typing import NamedTuple

from services.ingest.domain.channels.charsets import to_text
from services.ingest.domain.channels.message import Attachment

__all__ = ["Unpacked", "unpacked"]

ATTRIBUTES_MAX = 1000  # of one file; a letter has some twenty, and five for each of its own files
VALUES_MAX = 2000  # of properties in one file; Outlook writes a hundred of a letter, and forty of each file
_SIGNATURE = 0x223E9F78
_HEAD = Struct("<IH")  # signature, key
_ATTRIBUTE = Struct("<BII")  # level, which, length; behind the data come two bytes of sum
_LONG, _SHORTS = Struct("<I"), Struct("<HH")
_BODY, _TITLE, _CONTENT, _FILE, _CODE_PAGE = 0x0002800C, 0x00018010, 0x0006800F, 0x00069002, 0x00069007
_PROPERTIES, _FILE_PROPERTIES = 0x00069003, 0x00069005
_TEXT, _HTML, _LONG_NAME, _MEDIA_TYPE = 0x1000, 0x1013, 0x3707, 0x370E
_STRING, _UNICODE, _BINARY, _OBJECT = 0x1E, 0x1F, 0x102, 0x0D
_WITH_LENGTH = (_STRING, _UNICODE, _BINARY, _OBJECT)
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 0x14: 8, 0x40: 8, 0x48: 16}  # bytes by type
_SEVERAL = 0x1000  # beside a type: a list of them
_NAMED = 0x8000  # from here on a property has its name with it


class Unpacked(NamedTuple):
    """What the file holds; ``is_whole``: nothing of it was damaged."""

    plain: str
    html: str
    files: list[Attachment]
    is_whole: bool


def unpacked(data: bytes) -> Unpacked:
    """What can be read of a file; never fails."""
    packed = _Packed()
    is_whole = False
    with suppress(error, ValueError, LookupError):
        if _HEAD.unpack_from(data)[0] == _SIGNATURE:
            for which, content in _attributes(data):
                packed.take(which, content)
            is_whole = packed.is_whole()
    files = [Attachment(content_type=one.kind, name=one.name, size=one.size) for one in packed.files]
    return Unpacked(packed.plain, packed.html, files, is_whole)


class _File:
    def __init__(self) -> None:
        self.name = ""
        self.kind = "application/octet-stream"
        self.size: int | None = None


class _Packed:
    """What was read so far."""

    def __init__(self) -> None:
        self.plain = ""
        self.html = ""
        self.files: list[_File] = []
        self._charset = "windows-1252"
        self._left = iter(range(VALUES_MAX))

    def is_whole(self) -> bool:
        """Whether every property was looked at."""
        return next(self._left, None) is not None

    def take(self, which: int, content: bytes) -> None:
        """One attribute; those of a file follow the one that begins it."""
        if which == _CODE_PAGE:
            self._charset = f"cp{_LONG.unpack_from(content)[0]}"
        elif which == _BODY:
            self.plain = self.plain or self._words(content)
        elif which == _PROPERTIES:
            self._properties(content)
        elif which == _FILE:
            self.files.append(_File())
        elif self.files:
            self._of_file(self.files[-1], which, content)

    def _words(self, content: bytes) -> str:
        return to_text(content, self._charset).rstrip("\0")

    def _value(self, kind: int, content: bytes) -> str:
        return content.decode("utf-16-le", "replace").rstrip("\0") if kind == _UNICODE else self._words(content)

    def _properties(self, content: bytes) -> None:
        for number, kind, value in _properties(content, self._left):
            if number == _TEXT:
                self.plain = self._value(kind, value)
            elif number == _HTML:
                self.html = self._value(kind, value)

    def _of_file(self, file: _File, which: int, content: bytes) -> None:
        if which == _TITLE:
            file.name = file.name or self._words(content)
        elif which == _CONTENT:
            file.size = len(content)
        elif which == _FILE_PROPERTIES:
            for number, kind, value in _properties(content, self._left):
                if number == _LONG_NAME:
                    file.name = self._value(kind, value)
                elif number == _MEDIA_TYPE:
                    file.kind = self._value(kind, value)


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    at = _HEAD.size
    for _ in range(ATTRIBUTES_MAX):
        if at >= len(data):
            return
        _, which, length = _ATTRIBUTE.unpack_from(data, at)
        at += _ATTRIBUTE.size
        if at + length > len(data):
            raise ValueError("cut off")
        yield which, data[at : at + length]
        at += length + 2
    raise ValueError("too many attributes")


def _properties(data: bytes, left: Iterator[int]) -> Iterator[tuple[int, int, bytes]]:
    """(number, type, value) of each property; each takes of ``left``, and without any the rest is passed over."""
    (count,) = _LONG.unpack_from(data)
    at = _LONG.size
    for _ in range(count):
        kind, number = _SHORTS.unpack_from(data, at)
        at += _SHORTS.size
        if number >= _NAMED:
            at = _behind_name(data, at)
        if next(left, None) is None:
            return
        is_list, kind, values = bool(kind & _SEVERAL), kind & ~_SEVERAL, 1
        if is_list or kind in _WITH_LENGTH:
            (values,) = _LONG.unpack_from(data, at)
            at += _LONG.size
        for _ in range(values):
            if is_list and next(left, None) is None:
                return
            length, at = _length(data, at, kind)
            if at + length > len(data):
                raise ValueError("cut off")
            yield number, kind, data[at : at + length]
            at += -(-length // 4) * 4


def _length(data: bytes, at: int, kind: int) -> tuple[int, int]:
    """(bytes of a value, where it begins)."""
    if kind not in _WITH_LENGTH:
        return _FIXED[kind], at
    return _LONG.unpack_from(data, at)[0], at + _LONG.size


def _behind_name(data: bytes, at: int) -> int:
    """Where a named property goes on: behind its set, and its number or its name."""
    at += 16
    (by_name,) = _LONG.unpack_from(data, at)
    at += _LONG.size
    if not by_name:
        return at + _LONG.size
    length: int = _LONG.unpack_from(data, at)[0]
    return at + _LONG.size + -(-length // 4) * 4
