"""What a word list holds, and how it is written."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words and patterns of one language."""

    negative: tuple[str, ...]
    strong_negative: tuple[str, ...]
    positive: tuple[str, ...]
    urgent: tuple[str, ...]
    person: tuple[str, ...]
    buying: tuple[str, ...] = ()


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for lists that are easier to read as prose."""
    return tuple(text.split())
