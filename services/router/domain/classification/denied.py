"""What a text denies is no sign of what it names: who is *not angry* is not, and *no problem* is none.

Without it a decision would state what is not so. Only signs of feeling and wishes (for a person, to buy) are read like
this: danger stays a sign however it is put, since who writes "I am not suicidal, but" must be read by a person.
"""

import re
from collections.abc import Collection
from typing import NamedTuple

from services.router.domain.classification.words.denying import (
    BETWEEN,
    DENIALS,
    EVER,
    MODEST,
    NO_PERSON,
    NO_PURCHASE,
    NONE,
    OPENERS,
    SO,
    SOMEBODY_ELSE,
    THANKS,
    WHETHER,
)

__all__ = ["Deniable", "Heard", "undenied"]

CHARACTERS_MAX = 2000  # of a text in which denials are looked for: as far as a text model reads
_DENIED = re.compile(rf"\b({DENIALS}) ((?:(?:{BETWEEN}) ){{0,3}})(\w+)")
_NO_PERSON = tuple(re.compile(pattern) for pattern in NO_PERSON)
_NO_PURCHASE = tuple(re.compile(pattern) for pattern in NO_PURCHASE)
_SOMEBODY_ELSE = re.compile(SOMEBODY_ELSE)
_WHETHER, _MODEST = re.compile(WHETHER), re.compile(MODEST)
BEFORE_CHARACTERS_MAX = 80  # in which a sentence may ask, set a condition or name what is denied


class Heard(NamedTuple):
    """A text without what it denies, and whether that was praise: *not happy* is a complaint."""

    text: str
    complains: bool = False


class Deniable(NamedTuple):
    """First words of what can be denied: ``every`` one, those of ``praise`` and those that are ``urgent``."""

    every: Collection[str]
    praise: Collection[str]
    urgent: Collection[str]


def undenied(folded: str, words: Collection[str], signs: Deniable) -> Heard:
    """The folded text, cut into ``words``, without the signs and wishes that it denies; the same object where it
    denies nothing.
    """
    if OPENERS.isdisjoint(words):
        return Heard(folded)
    complains = False

    def without(denied: re.Match[str]) -> str:
        nonlocal complains
        denial, _, word = denied.groups()
        if word not in signs.every or not _is_denied(denied, signs):
            return denied[0]
        complains = complains or (word in signs.praise and _MODEST.search(_before(denied)) is None)
        return denial

    start = folded[:CHARACTERS_MAX]
    heard = _without_person(_DENIED.sub(without, start))
    for pattern in _NO_PURCHASE:
        heard = pattern.sub("", heard)
    return Heard(folded if heard == start else heard + folded[CHARACTERS_MAX:], complains)


def _is_denied(denied: re.Match[str], signs: Deniable) -> bool:
    """Not so *never been so angry*, *can't thank you enough*, *no great thing*, *if it is not immediately mended*."""
    denial, between, word = denied.groups()
    if word in THANKS or (denial in EVER and not SO.isdisjoint(between.split())):
        return False
    if word in signs.praise:
        return denial not in NONE or bool(between)
    if word in signs.urgent:
        return _WHETHER.search(_before(denied)) is None
    return True


def _before(denied: re.Match[str]) -> str:
    return denied.string[max(0, denied.start() - BEFORE_CHARACTERS_MAX) : denied.start()]


def _without_person(text: str) -> str:
    """Without the words by which nobody is asked for; all of them stay where the rest speaks of somebody, who may be
    wanted instead: to hear too many wishes costs an agent's minute, to hear too few a customer.
    """
    rest = text
    for pattern in _NO_PERSON:
        rest = pattern.sub("", rest)
    return text if rest != text and _SOMEBODY_ELSE.search(rest) else rest
