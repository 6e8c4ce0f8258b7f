"""How a text becomes words, letter groups and pairs of beginnings; training and run time share this, so they agree."""

import hashlib
import json
import re
from typing import Any

from shared.folding import fold

__all__ = [
    "BEGINNING_LETTERS",
    "CHARACTERS_MAX",
    "CHAR_NGRAMS",
    "PAIR_DISTANCE",
    "WORD_NGRAMS",
    "WORD_PATTERN",
    "beginning_pairs",
    "letter_groups",
    "normalise",
    "spec",
    "spec_sha256",
    "word_groups",
    "words_of",
]

# Characters of a text that are analysed. What a customer wants stands in the first 300 words or so, and a hostile text
# of 64 KB then costs no more than these (below 5 ms with 150 intents).
CHARACTERS_MAX = 2000

WORD_NGRAMS = (1, 2)
CHAR_NGRAMS = (2, 5)
WORD_PATTERN = r"\w+"
BEGINNING_LETTERS = 4  # of a word: enough to tell it, few enough that its forms are one
PAIR_DISTANCE = 12  # words between which a pair still says something: about a sentence

_WORD = re.compile(WORD_PATTERN)


def normalise(text: str) -> str:
    """Folded like everything that reads texts (shared/folding.py); cut at CHARACTERS_MAX before and after."""
    return fold(text[:CHARACTERS_MAX])[:CHARACTERS_MAX]


def words_of(normalised: str) -> list[str]:
    """The words of a text, in order."""
    return _WORD.findall(normalised)


def word_groups(words: list[str]) -> list[str]:
    """Single words, then pairs of neighbours joined by a space (scikit-learn's ``word`` analyzer, 1 to 2)."""
    return words + [f"{first} {second}" for first, second in zip(words, words[1:], strict=False)]


def beginning_pairs(words: list[str]) -> list[str]:
    """The beginnings of each two words at most PAIR_DISTANCE apart, the lesser first, joined by a space: what is said
    of what, in any order and with anything between.
    """
    cut = [word[:BEGINNING_LETTERS] for word in words]
    return [
        f"{first} {second}" if first < second else f"{second} {first}"
        for at, first in enumerate(cut)
        for second in cut[at + 1 : at + 1 + PAIR_DISTANCE]
    ]


def letter_groups(word: str) -> list[str]:
    """Groups of 2 to 5 characters of one word with its borders (scikit-learn's ``char_wb`` analyzer)."""
    bordered = f" {word} "
    size = len(bordered)
    groups = []
    for length in range(CHAR_NGRAMS[0], CHAR_NGRAMS[1] + 1):
        if length >= size:
            groups.append(bordered)
            break
        groups.extend([bordered[at : at + length] for at in range(size - length + 1)])
    return groups


def spec(beginnings: bool) -> dict[str, Any]:
    """What identifies this analysis, with or without pairs of ``beginnings``; a model trained under another one is
    refused.
    """
    said = {
        "version": 2,
        "normalise": "shared/folding.py",
        "characters_max": CHARACTERS_MAX,
        "word_pattern": WORD_PATTERN,
        "word_ngrams": list(WORD_NGRAMS),
        "char_wb_ngrams": list(CHAR_NGRAMS),
        "weights": "sublinear tf, smooth idf, l2 per block",
    }
    pairs = {"version": 3, "beginning_letters": BEGINNING_LETTERS, "pair_distance": PAIR_DISTANCE}
    return said | pairs if beginnings else said


def spec_sha256(beginnings: bool) -> str:
    """The hash of :func:`spec`."""
    return hashlib.sha256(json.dumps(spec(beginnings), sort_keys=True).encode()).hexdigest()
