"""Safeguards: signs in a text that a person must read it, whatever else is known of it."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from services.router.domain.classification.signs import Signs, tokens_of
from services.router.domain.classification.words.safeguards import FAMILIAR, HARMLESS, SIGNS
from shared.folding import fold
from shared.policy.classification import Words

__all__ = ["DELICATE", "HASTY", "Safeguards"]

DELICATE = "delicate"
"""No safeguard but a doubt: people, bodies and harm are spoken of. A person reads it, and it goes before nobody."""

HASTY = frozenset(("danger", "self_harm", "fraud", "crime", "vulnerable"))
"""Those that cannot wait: such a contact goes before others like a moment of truth."""


class Safeguards:
    """The signs that Usher brings, in all its languages, with what an operator adds and removes."""

    def __init__(self, words: Mapping[str, Words]) -> None:
        self._usual, self._harmless, self._familiar = _usual()
        added = [*_of_operator(words, "add")]
        self._added = Signs(added) if added else None
        removed: dict[str, list[str]] = {}
        for name, sign in _of_operator(words, "remove"):
            removed.setdefault(name, []).append(sign)
        self._removed = {name: Signs([("", sign) for sign in signs]) for name, signs in removed.items()}

    def found(self, folded: str, words: Sequence[str]) -> frozenset[str]:
        """The names of the safeguards that a folded text, cut into ``words``, calls for."""
        tokens = tokens_of(folded, words)
        names = self._all(tokens)
        if not names:
            return frozenset()
        kept = self._harmless.without(tokens)
        if kept is not tokens:
            names = self._all(kept)
        if names == {DELICATE} and DELICATE not in self._all(self._familiar.without(kept)):
            return frozenset()  # A family that shops together; what is more than that is read with all its words.
        return frozenset(name for name in names if self._stays(name, kept))

    def _all(self, tokens: Sequence[str]) -> set[str]:
        found = self._usual.found(tokens)
        return found | self._added.found(tokens) if self._added else found

    def _stays(self, name: str, tokens: Sequence[str]) -> bool:
        removed = self._removed.get(name)
        return removed is None or name in self._all(removed.without(tokens))


@cache
def _usual() -> tuple[Signs, Signs, Signs]:
    """Made once for all policies."""
    pairs = [(name, sign) for sections in SIGNS.values() for name, signs in sections.items() for sign in signs]
    return (
        Signs(pair for pair in pairs if pair[0] != HARMLESS),
        Signs(pair for pair in pairs if pair[0] == HARMLESS),
        Signs(("", phrase) for phrase in FAMILIAR),
    )


def _of_operator(words: Mapping[str, Words], kind: str) -> Iterator[tuple[str, str]]:
    for lists in words.values():
        for name, signs in lists.safeguards.items():
            for sign in getattr(signs, kind):
                yield name, fold(sign).replace("n't", "nt").replace("'", " ").replace("-", " ")
