"""A sorted list that can say how many of its members are smaller than a value."""

from bisect import bisect_left, insort
from collections.abc import Iterable

Rank = tuple[float, float, str]

BLOCK_MAX = 1024
"""Members of one block before it is halved: moving half of that is cheaper than walking more blocks."""


class Ranks:
    """Blocks of sorted ranks: adding, removing and counting cost O(sqrt n) with a very small constant."""

    def __init__(self, ranks: Iterable[Rank] = ()) -> None:
        ordered, size = sorted(ranks), BLOCK_MAX // 2
        self._blocks = [ordered[begin : begin + size] for begin in range(0, len(ordered), size)]
        self._last = [block[-1] for block in self._blocks]

    def add(self, rank: Rank) -> None:
        """Insert a rank."""
        if not self._blocks:
            self._blocks.append([rank])
            self._last.append(rank)
            return
        index = min(bisect_left(self._last, rank), len(self._blocks) - 1)
        block = self._blocks[index]
        insort(block, rank)
        self._last[index] = block[-1]
        if len(block) > BLOCK_MAX:
            half = len(block) // 2
            self._blocks[index : index + 1] = [block[:half], block[half:]]
            self._last[index : index + 1] = [block[half - 1], block[-1]]

    def remove(self, rank: Rank) -> None:
        """Take out one member equal to ``rank``, which must be there."""
        index = bisect_left(self._last, rank)
        block = self._blocks[index]
        del block[bisect_left(block, rank)]
        if block:
            self._last[index] = block[-1]
        else:
            del self._blocks[index], self._last[index]

    def below(self, rank: Rank) -> int:
        """How many members are smaller than ``rank``."""
        index = bisect_left(self._last, rank)
        smaller = sum(map(len, self._blocks[:index]))
        return smaller + bisect_left(self._blocks[index], rank) if index < len(self._blocks) else smaller
