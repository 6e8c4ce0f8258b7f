"""Reading a binary heap in order without taking it apart."""

from collections.abc import Iterator
from heapq import heappop, heappush
from typing import TypeVar

Entry = TypeVar("Entry")


def in_order(heap: list[Entry]) -> Iterator[Entry]:
    """The entries of a heapq list from the smallest up; the first n cost O(n log n), the heap is not changed."""
    frontier = [(heap[0], 0)] if heap else []
    size = len(heap)
    while frontier:
        entry, index = heappop(frontier)
        yield entry
        for child in (2 * index + 1, 2 * index + 2):
            if child < size:
                heappush(frontier, (heap[child], child))
