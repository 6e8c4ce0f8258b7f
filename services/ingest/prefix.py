"""Offsets to commit: only where everything before them is delivered, although batches may be finished out of turn."""

import asyncio
from collections import deque
from collections.abc import Hashable, Mapping
from typing import Generic, TypeVar

__all__ = ["Looks", "Prefix"]

Where = TypeVar("Where", bound=Hashable)


class Prefix(Generic[Where]):
    """The batches of one subscription, in the order in which they were read; some still wait for a part of theirs.

    A batch that failed is never passed: whoever reads next starts with it again.
    """

    def __init__(self) -> None:
        self._batches: deque[tuple[dict[Where, int], asyncio.Future[None] | None]] = deque()

    def add(self, offsets: Mapping[Where, int], rest: asyncio.Future[None] | None) -> None:
        """A batch was read up to these offsets; ``rest`` is what is left to do for it, None for nothing."""
        if rest is None and self._batches and self._batches[-1][1] is None:
            self._batches[-1][0].update(offsets)  # however long the first waits, what is complete takes one place
        else:
            self._batches.append((dict(offsets), rest))

    def take(self) -> dict[Where, int]:
        """The offsets before which nothing is left to do, once; none that an unfinished batch stands before."""
        done: dict[Where, int] = {}
        while self._batches:
            offsets, rest = self._batches[0]
            if rest is not None and not _succeeded(rest):
                break
            done.update(offsets)
            self._batches.popleft()
        return done

    def forget(self) -> None:
        """The partitions move: what still waits is read again by whoever has them next."""
        self._batches.clear()

    @property
    def waiting(self) -> list[asyncio.Future[None]]:
        """What is left to do of batches that were read."""
        return [rest for _, rest in self._batches if rest is not None and not rest.done()]

    @property
    def is_complete(self) -> bool:
        """Whether all that was read is delivered and was taken."""
        return not self._batches


class Looks(Generic[Where]):
    """Whether what lay before a reader when it was last looked at is delivered by now; however much came since."""

    def __init__(self) -> None:
        self._ends: dict[Where, int] = {}

    def look(self, ends: Mapping[Where, int], taken: Mapping[Where, int]) -> bool:
        """Look again: the ends of what may be read, and what is delivered. False for nothing."""
        known = bool(ends) and self._ends.keys() == ends.keys()
        covered = known and all(taken[where] >= end for where, end in self._ends.items())
        if covered or not known:
            self._ends = dict(ends)
        return covered


def _succeeded(rest: asyncio.Future[None]) -> bool:
    return rest.done() and not rest.cancelled() and rest.exception() is None
