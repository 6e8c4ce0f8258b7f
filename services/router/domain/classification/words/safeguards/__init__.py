"""Signs that a person must read a message, whatever the policy's languages: who is in danger writes in their own.

One section for each category, one sign a line; a line that begins with two spaces goes on with the one before.
``a|b & c`` is found where ``a`` or ``b`` stands near ``c``, in any order, ``a & !b`` where ``a`` stands with no ``b``
near; each may be several words. A word that ends in ``*`` stands for all that begin so, one that begins with it for all
that end so. Words are folded: no case, no accents, ``don't`` is ``dont``, any other apostrophe a space (an English
``hes`` is also ``he s``). The section ``harmless`` holds words that are read over; ``a|b + c|d`` stands for every
``a c``, ``a d``, ``b c`` and ``b d``. What is told once for all languages is in ``situations``.
"""

from itertools import product

from services.router.domain.classification.words.safeguards.de import DE
from services.router.domain.classification.words.safeguards.en import EN
from services.router.domain.classification.words.safeguards.es import ES
from services.router.domain.classification.words.safeguards.fr import FR
from services.router.domain.classification.words.safeguards.it import IT
from services.router.domain.classification.words.safeguards.nl import NL
from services.router.domain.classification.words.safeguards.pt import PT
from services.router.domain.classification.words.safeguards.situations import familiar_to, signs_of

__all__ = ["FAMILIAR", "HARMLESS", "SIGNS"]

HARMLESS = "harmless"

ELIDED = {
    **{
        each + "s": each + " s" for each in ("he", "she", "that", "where", "there", "who", "what", "everyone", "nobody")
    },
    "im": "i m",
    "ive": "i ve",
    "weve": "we ve",
    "youve": "you ve",
    "theyve": "they ve",
}
"""English words of two, as they are written without their apostrophe: with it they are two words of a text."""


def _sections(text: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for block in text.strip().split("[")[1:]:
        name, _, lines = block.partition("]\n")
        whole = lines.strip().replace("\n  &", " &").replace("\n  |", "|").replace("\n  +", " +")
        found[name] = tuple("|".join(_phrases(line)) for line in whole.split("\n"))
    return found


def _phrases(line: str) -> list[str]:
    parts = [part.split("|") for part in line.split(" + ")]
    return [line] if len(parts) == 1 else [" ".join(words) for words in product(*parts)]


def _of_language(tag: str, text: str) -> dict[str, tuple[str, ...]]:
    sections = _sections(text)
    for category, signs in signs_of(tag).items():
        sections[category] = (*sections[category], *signs)
    if tag == "en":
        return {name: tuple(map(_with_apostrophes, signs)) for name, signs in sections.items()}
    return sections


def _with_apostrophes(sign: str) -> str:
    """An English sign with both spellings of words that many write without their apostrophe."""
    return " & ".join("|".join(_both(part.split("|"))) for part in sign.split(" & "))


def _both(phrases: list[str]) -> dict[str, None]:
    written = [" ".join(ELIDED.get(word, word) for word in phrase.split()) for phrase in phrases]
    return dict.fromkeys(phrases + written)


SIGNS = {
    tag: _of_language(tag, text)
    for tag, text in {"en": EN, "es": ES, "de": DE, "fr": FR, "pt": PT, "it": IT, "nl": NL}.items()
}
"""By language, then by category."""

FAMILIAR = [phrase for tag in SIGNS for phrase in familiar_to(tag)]
"""Phrases of all languages that are read over where nothing but people is spoken of."""
