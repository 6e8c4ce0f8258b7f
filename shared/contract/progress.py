"""What a lane's owner notes beside its group offset: up to when its deadlines have fired, and with which event all that
is told."""

import re
from typing import NamedTuple

__all__ = ["Note", "note_of", "read_note"]

_NOTE = re.compile(r"told_ms=([0-9]+) seq=([0-9]+)")


class Note(NamedTuple):
    """Of the inputs below the offset, and of what fell due by them up to ``told_ms`` (since the epoch), all is told:
    with the event of this ``seq`` on the owner's log, or before it."""

    told_ms: int
    seq: int


def note_of(note: Note) -> str:
    """The metadata of an offset."""
    return f"told_ms={note.told_ms} seq={note.seq}"


def read_note(text: str | None) -> Note | None:
    """What stands beside an offset; None where that is no such note."""
    found = _NOTE.fullmatch(text or "")
    return Note(int(found[1]), int(found[2])) if found else None
