"""How a text becomes words and letter groups; training and run time share these functions, so that they agree."""

import hashlib
import json
import re
from typing import Any

from shared.folding import fold

__all__ = [
    "CHARACTERS_MAX",
    "CHAR_NGRAMS",
    "WORD_NGRAMS",
    "WORD_PATTERN",
    "letter_groups",
    "normalise",
    "spec",
    "spec_sha256",
    "word_groups",
]

# Characters of a text that are analysed. What a customer wants stands in the first 300 words or so, and a hostile text
# of 64 KB then costs no more than these (below 5 ms with 150 intents).
CHARACTERS_MAX = 2000

WORD_NGRAMS = (1, 2)
CHAR_NGRAMS = (2, 5)
WORD_PATTERN = r"\w+"

_WORD = re.compile(WORD_PATTERN)


def normalise(text: str) -> str:
    """Folded like everything that reads texts (shared/folding.py); cut at CHARACTERS_MAX before and after."""
    return fold(text[:CHARACTERS_MAX])[:CHARACTERS_MAX]


def word_groups(normalised: str) -> list[str]:
    """Single words, then pairs of neighbours joined by a space (scikit-learn's ``word`` analyzer, 1 to 2)."""
    words = _WORD.findall(normalised)
    return words + [f"{first} {second}" for first, second in zip(words, words[1:], strict=False)]


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


def spec() -> dict[str, Any]:
    """What identifies this analysis; a model trained under another one is refused."""
    return {
        "version": 2,
        "normalise": "shared/folding.py",
        "characters_max": CHARACTERS_MAX,
        "word_pattern": WORD_PATTERN,
        "word_ngrams": list(WORD_NGRAMS),
        "char_wb_ngrams": list(CHAR_NGRAMS),
        "weights": "sublinear tf, smooth idf, l2 per block",
    }


def spec_sha256() -> str:
    """The hash of :func:`spec`."""
    return hashlib.sha256(json.dumps(spec(), sort_keys=True).encode()).hexdigest()
