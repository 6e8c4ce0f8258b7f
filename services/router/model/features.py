"""TF-IDF without scikit-learn: a text as few positions with weights."""

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from services.router.model.text import (
    BEGINNING_LETTERS,
    PAIR_DISTANCE,
    letter_groups,
    normalise,
    word_groups,
    words_of,
)

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
    """Vocabularies, words before letter groups before pairs of beginnings, and the inverse document frequency (V,)."""

    def __init__(
        self, words: Sequence[str], chars: Sequence[str], idf: Weights, beginnings: Sequence[str] = ()
    ) -> None:
        self._words = {group: at for at, group in enumerate(words)}
        self._chars = {group: at for at, group in enumerate(chars, start=len(words))}
        self._pairs = _Pairs(beginnings, len(words) + len(chars))
        self._borders = np.array([0, len(words), len(words) + len(chars)], np.int64)
        self._idf = idf
        self._cache: dict[str, tuple[Positions, int]] = {}

    @property
    def size(self) -> int:
        """The number of positions."""
        return len(self._idf)

    def names(self) -> list[str]:
        """What stands at each position: words, then letter groups, then pairs of beginnings."""
        return [*self._words, *self._chars, *self._pairs.names]

    def word_count(self) -> int:
        """Positions below this are words and pairs of words."""
        return len(self._words)

    def vector(self, text: str) -> Vector:
        """Equal to scikit-learn's union of a TfidfVectorizer for each vocabulary; each block has length 1, or 0 where
        no group is known.
        """
        (vector,) = self.vectors([text])
        return vector

    def vectors(self, texts: Sequence[str]) -> Iterator[Vector]:
        """The same of several texts, in order: a text's vector does not depend on the others."""
        for start in range(0, len(texts), TEXTS_AT_ONCE):
            yield from self._weighted([self._found(text) for text in texts[start : start + TEXTS_AT_ONCE]])

    def _found(self, text: str) -> tuple[Positions, float]:
        """The positions of a text's groups, as often as it has them, and the share of its letter groups never seen."""
        normalised = normalise(text)
        words, find = words_of(normalised), self._words.get
        said = [at for at in map(find, word_groups(words)) if at is not None] + self._pairs.found(words)
        parts = [np.array(said, np.int32)]
        groups = 0
        for word in normalised.split():
            known, total = self._cache.get(word) or self._letters(word)
            parts.append(known)
            groups += total
        found = np.concatenate(parts)
        return found, 1.0 - (len(found) - len(said)) / groups if groups else 0.0

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
        borders = different.searchsorted(lowest[:, None] + self._borders).tolist()
        positions = (different % self.size).astype(np.int32)
        weights = (1.0 + np.log(starts[1:] - starts[:-1])) * self._idf[positions]
        for (_, unknown), (start, chars, pairs), (end, *_) in zip(found, borders, borders[1:], strict=False):
            for block in (weights[start:chars], weights[chars:pairs], weights[pairs:end]):
                length = math.sqrt(block @ block)
                if length > 0.0:
                    block /= length
            yield Vector(positions[start:end], weights[start:end], unknown)


class _Pairs:
    """Pairs of beginnings by position. Beginnings are numbered in their own order, so that a pair is one number."""

    def __init__(self, names: Sequence[str], start: int) -> None:
        self.names = names
        pairs = [name.split(" ") for name in names]
        self._numbers = {each: at for at, each in enumerate(sorted({each for pair in pairs for each in pair}))}
        size = len(self._numbers)
        self._places = {
            self._numbers[first] * size + self._numbers[second]: at
            for at, (first, second) in enumerate(pairs, start=start)
        }

    def found(self, words: Sequence[str]) -> list[int]:
        """The positions of the pairs of a text, as ``beginning_pairs`` cuts it."""
        if not self._places:
            return []
        number, place, size = self._numbers.get, self._places.get, len(self._numbers)
        cut = [number(word[:BEGINNING_LETTERS]) for word in words]
        places = [
            place(first * size + second if first < second else second * size + first)
            for at, first in enumerate(cut)
            if first is not None
            for second in cut[at + 1 : at + 1 + PAIR_DISTANCE]
            if second is not None
        ]
        return [at for at in places if at is not None]
