"""What a text denies is no sign of what it names: who is *not angry* is not, and *no problem* is none.

Without it a decision would state what is not so. Only signs of feeling and wishes (for a person, to buy) are read like
this: danger stays a sign however it is put, since who writes "I am not suicidal, but" must be read by a person.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from services.router.domain.classification.words.denying import BETWEEN, DENIALS, NO_PERSON, NO_PURCHASE, NONE, OPENERS

__all__ = ["Heard", "undenied"]

CHARACTERS_MAX = 2000  # of a text in which denials are looked for: as far as a text model reads
_DENIED = re.compile(rf"\b({DENIALS}) ((?:(?:{BETWEEN}) ){{0,3}})(\w+)")
_NO_WISH = tuple(re.compile(pattern) for pattern in (*NO_PERSON, *NO_PURCHASE))


class Heard(NamedTuple):
    """A text without what it denies, and whether that was praise: *not happy* is a complaint."""

    text: str
    complains: bool = False


def undenied(folded: str, words: Collection[str], signs: Collection[str], praise: Collection[str]) -> Heard:
    """The folded text, cut into ``words``, without denied ``signs`` (first words of feelings) and denied wishes;
    the same object where it denies nothing. ``praise``: those of the signs that say something good.
    """
    if OPENERS.isdisjoint(words):
        return Heard(folded)
    complains = False

    def without(denied: re.Match[str]) -> str:
        nonlocal complains
        denial, between, word = denied.groups()
        is_praise, is_answer = word in praise, denial in NONE and not between
        if word not in signs or (is_praise and is_answer):
            return denied[0]
        complains = complains or is_praise
        return denial

    start = folded[:CHARACTERS_MAX]
    heard = _DENIED.sub(without, start)
    for pattern in _NO_WISH:
        heard = pattern.sub("", heard)
    return Heard(folded if heard == start else heard + folded[CHARACTERS_MAX:], complains)
