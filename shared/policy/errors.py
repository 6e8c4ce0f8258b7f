"""What is wrong with a policy: every fault at once, each with its path and a hint."""

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple

from shared.errors import UsherError

__all__ = ["PolicyError", "PolicyErrors", "did_you_mean"]

_SHOWN_MAX = 20  # names in a hint; a longer list helps nobody


class PolicyError(NamedTuple):
    """One fault. ``path`` is written ``queues.orders.relax[1].after``; "" is the document itself.

    ``line`` counts from 1 in ``file``; 0 where the fault has no line of its own.
    """

    path: str
    message: str
    hint: str = ""
    file: str = ""
    line: int = 0

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line else self.file
        text = ": ".join(part for part in (place, self.path, self.message) if part)
        return f"{text} ({self.hint})" if self.hint else text


class PolicyErrors(UsherError):
    """A policy was refused; ``errors`` holds every fault, sorted as in the document."""

    def __init__(self, errors: Sequence[PolicyError]) -> None:
        assert errors, "a refusal names at least one fault"
        super().__init__("; ".join(map(str, errors)))
        self.errors = tuple(errors)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A hint for a name that does not exist: the nearest known one, else the known ones."""
    near = get_close_matches(word, known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]}?"
    if not known:
        return "there are none"
    more = "" if len(known) <= _SHOWN_MAX else ", ..."
    return "one of: " + ", ".join(sorted(known)[:_SHOWN_MAX]) + more
