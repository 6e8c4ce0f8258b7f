"""A sorted list of contacts that can say how many of them come before another."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator
from itertools import chain

from services.router.domain.matcher.waiting import Entry

BLOCK_MAX = 1024
"""Members of one block before it is halved: moving half of that is cheaper than walking more blocks."""


class Ranks:
    """Blocks of sorted entries: adding, removing and counting cost O(sqrt n) with a very small constant."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        ordered, size = sorted(entries), BLOCK_MAX // 2
        self._blocks = [ordered[begin : begin + size] for begin in range(0, len(ordered), size)]
        self._last = [block[-1] for block in self._blocks]

    def add(self, entry: Entry) -> None:
        """Insert an entry."""
        if not self._blocks:
            self._blocks.append([entry])
            self._last.append(entry)
            return
        index = min(bisect_left(self._last, entry), len(self._blocks) - 1)
        block = self._blocks[index]
        insort(block, entry)
        self._last[index] = block[-1]
        if len(block) > BLOCK_MAX:
            half = len(block) // 2
            self._blocks[index : index + 1] = [block[:half], block[half:]]
            self._last[index : index + 1] = [block[half - 1], block[-1]]

    def remove(self, entry: Entry) -> None:
        """Take out one member equal to ``entry``, which must be there."""
        index = bisect_left(self._last, entry)
        block = self._blocks[index]
        del block[bisect_left(block, entry)]
        if block:
            self._last[index] = block[-1]
        else:
            del self._blocks[index], self._last[index]

    def first(self) -> Entry | None:
        """The first member."""
        return self._blocks[0][0] if self._blocks else None

    def __iter__(self) -> Iterator[Entry]:
        """Every member, from the first to the last."""
        return chain.from_iterable(self._blocks)

    def below(self, entry: Entry) -> int:
        """How many members come before ``entry``."""
        index = bisect_left(self._last, entry)
        smaller = sum(map(len, self._blocks[:index]))
        return smaller + bisect_left(self._blocks[index], entry) if index < len(self._blocks) else smaller
