"""TF-IDF without scikit-learn: a text as few positions with weights."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.router.model.text import letter_groups, normalise, word_groups

__all__ = ["Features", "Vector"]

Positions = NDArray[np.int32]
Weights = NDArray[np.float64]

CACHED_WORDS_MAX = 20_000  # letter groups of words seen; about 8 MB when full
CACHED_WORD_CHARACTERS_MAX = 24  # longer words hardly repeat and would fill the memory

_NOTHING: Positions = np.empty(0, np.int32)


class Vector:
    """One text: ascending ``positions`` (n,), their ``weights`` (n,), and the share of its letter groups never seen."""

    __slots__ = ("positions", "unknown_share", "weights")

    def __init__(self, positions: Positions, weights: Weights, unknown_share: float) -> None:
        self.positions = positions
        self.weights = weights
        self.unknown_share = unknown_share


class Features:
    """Two vocabularies, words before letter groups, and the inverse document frequency of each (V,)."""

    def __init__(self, words: Sequence[str], chars: Sequence[str], idf: Weights) -> None:
        self._words = {group: at for at, group in enumerate(words)}
        self._chars = {group: at for at, group in enumerate(chars, start=len(words))}
        self._first_char = len(words)
        self._idf = idf
        self._cache: dict[str, tuple[Positions, int]] = {}

    @property
    def size(self) -> int:
        """The number of positions."""
        return len(self._idf)

    def names(self) -> list[str]:
        """What stands at each position: words, then letter groups."""
        return [*self._words, *self._chars]

    def word_count(self) -> int:
        """Positions below this are words and pairs of words."""
        return self._first_char

    def vector(self, text: str) -> Vector:
        """Equal to scikit-learn's union of two TfidfVectorizers; each block has length 1, or 0 without known groups."""
        normalised = normalise(text)
        find = self._words.get
        parts = [np.array([at for at in map(find, word_groups(normalised)) if at is not None], np.int32)]
        groups = 0
        for word in normalised.split():
            known, total = self._cache.get(word) or self._letters(word)
            parts.append(known)
            groups += total
        found = np.concatenate(parts)
        unknown = 1.0 - (len(found) - len(parts[0])) / groups if groups else 0.0
        return self._weighted(found, unknown)

    def _letters(self, word: str) -> tuple[Positions, int]:
        groups = letter_groups(word)
        find = self._chars.get
        known = np.array([at for at in map(find, groups) if at is not None], np.int32)
        entry = (known, len(groups))
        if len(word) <= CACHED_WORD_CHARACTERS_MAX:
            if len(self._cache) >= CACHED_WORDS_MAX:
                self._cache.clear()
            self._cache[word] = entry
        return entry

    def _weighted(self, found: Positions, unknown_share: float) -> Vector:
        if not len(found):
            return Vector(_NOTHING, np.empty(0), unknown_share)
        found.sort()
        starts = np.flatnonzero(np.concatenate(([True], found[1:] != found[:-1])))
        positions = found[starts]
        counts = np.diff(starts, append=len(found))
        weights = (1.0 + np.log(counts)) * self._idf[positions]
        border = int(np.searchsorted(positions, self._first_char))
        for block in (weights[:border], weights[border:]):
            length = np.sqrt(block @ block)
            if length > 0.0:
                block /= length
        return Vector(positions, weights, unknown_share)
