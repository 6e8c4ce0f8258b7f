"""TF-IDF without scikit-learn: a text as few positions with weights."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.router.model.text import letter_groups, normalise, word_groups

__all__ = ["Features", "Vector"]

Positions = NDArray[np.int32]
Weights = NDArray[np.float64]

TEXTS_AT_ONCE = 64  # weighed together: the calls of numpy are shared, and what lies between them stays below 10 MB
CACHED_WORDS_MAX = 20_000  # letter groups of words seen; about 8 MB when full
CACHED_WORD_CHARACTERS_MAX = 24  # longer words hardly repeat and would fill the memory


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
        (vector,) = self.vectors([text])
        return vector

    def vectors(self, texts: Sequence[str]) -> Iterator[Vector]:
        """The same of several texts, in order: a text's vector does not depend on the others."""
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            yield from self._weighted([self._found(text) for text in texts[start : start + TEXTS_AT_ONCE]])

    def _found(self, text: str) -> tuple[Positions, float]:
        """The positions of a text's groups, as often as it has them, and the share of its letter groups never seen."""
        normalised = normalise(text)
        find = self._words.get
        parts = [np.array([at for at in map(find, word_groups(normalised)) if at is not None], np.int32)]
        groups = 0
        for word in normalised.split():
            known, total = self._cache.get(word) or self._letters(word)
            parts.append(known)
            groups += total
        found = np.concatenate(parts)
        return found, 1.0 - (len(found) - len(parts[0])) / groups if groups else 0.0

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

    def _weighted(self, found: Sequence[tuple[Positions, float]]) -> Iterator[Vector]:
        """The vectors of several texts: each text's positions lie in a range of their own, so one sort counts all."""
        sizes = [len(positions) for positions, _ in found]
        lowest = np.arange(len(found) + 1, dtype=np.int64) * self.size
        ranged = np.concatenate([positions for positions, _ in found]) + np.repeat(lowest[:-1], sizes)
        ranged.sort()
        first = np.empty(len(ranged) + 1, np.bool_)
        first[0] = first[-1] = True
        np.not_equal(ranged[1:], ranged[:-1], out=first[1:-1])
        starts = first.nonzero()[0]
        different = ranged[starts[:-1]]
        borders = different.searchsorted(np.stack([lowest, lowest + self._first_char], axis=1)).tolist()
        positions = (different % self.size).astype(np.int32)
        weights = (1.0 + np.log(starts[1:] - starts[:-1])) * self._idf[positions]
        for (_, unknown), (start, middle), (end, _) in zip(found, borders, borders[1:], strict=False):
            for block in (weights[start:middle], weights[middle:end]):
                length = math.sqrt(block @ block)
                if length > 0.0:
                    block /= length
            yield Vector(positions[start:end], weights[start:end], unknown)
