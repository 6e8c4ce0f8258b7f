"""What a lane's owner notes beside its group offset: up to when its deadlines have fired and are told."""

__all__ = ["note_of", "told_ms_of"]

_PREFIX = "told_ms="


def note_of(told_ms: int) -> str:
    """The metadata of an offset."""
    return f"{_PREFIX}{told_ms}"


def told_ms_of(note: str | None) -> int | None:
    """The time in ms since the epoch that a note states; None where it states none."""
    text = (note or "").removeprefix(_PREFIX)
    return int(text) if note and note.startswith(_PREFIX) and text.isascii() and text.isdecimal() else None
