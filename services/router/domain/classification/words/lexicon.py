"""What a word list holds, and how it is written."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Words and patterns of one language.

    ``common``: frequent small words by which the language is told from others. ``safeguards``: by name, patterns that
    send a contact to an agent whatever else is known.
    """

    common: tuple[str, ...]
    negative: tuple[str, ...]
    strong_negative: tuple[str, ...]
    positive: tuple[str, ...]
    urgent: tuple[str, ...]
    person: tuple[str, ...]
    buying: tuple[str, ...] = ()
    safeguards: dict[str, tuple[str, ...]] = field(default_factory=dict)


def words(text: str) -> tuple[str, ...]:
    """The words of a text, for lists that are easier to read as prose."""
    return tuple(text.split())
