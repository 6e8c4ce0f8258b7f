"""Exact totals of a partition, committed with the events that they count: a crash neither loses nor repeats one."""

from bisect import bisect_left
from collections.abc import Iterable

import msgspec

__all__ = ["BREACHES", "CLOCKS", "WAIT_BOUND", "WAIT_BUCKET", "WAIT_SUM", "Key", "Total", "Totals"]

CLOCKS = "clocks"  # labels kind, target, result
BREACHES = "breaches"  # labels kind, target, queue, channel
WAIT_BUCKET = "wait_bucket"  # labels queue, channel, outcome, upper bound in seconds; not cumulative
WAIT_BOUND = "wait_bound"  # label upper bound in seconds; the value says nothing
WAIT_SUM = "wait_sum"  # labels queue, channel, outcome; seconds

# Bounds that are there without a policy, in seconds. 5 s is the usual limit of a short abandon.
WAIT_BOUNDS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0, 1800.0, 3600.0)
ABOVE_ALL = "+Inf"

Key = tuple[str, ...]
"""The name of a total, then its label values."""


class Total(msgspec.Struct, array_like=True, gc=False):
    """One total as it is stored: its key and its value so far."""

    key: Key
    value: float


class Totals:
    """All totals of a partition and which of them changed since they were last taken.

    The bounds of the wait histogram are a fixed list and every time-to-answer target ever seen: they only grow.
    """

    def __init__(self, totals: Iterable[Total] = ()) -> None:
        self._values: dict[Key, float] = {total.key: total.value for total in totals}
        self._changed: set[Key] = set()
        self._bounds = sorted({*WAIT_BOUNDS, *(float(key[1]) for key in self._values if key[0] == WAIT_BOUND)})
        self._names = [repr(bound) for bound in self._bounds] + [ABOVE_ALL]

    def add_bounds(self, seconds: Iterable[float]) -> None:
        """Make these values bounds of the wait histogram."""
        new = {float(bound) for bound in seconds}.difference(self._bounds)
        for bound in new:
            self.begin((WAIT_BOUND, repr(bound)))
        self._bounds = sorted(new.union(self._bounds))
        self._names = [repr(bound) for bound in self._bounds] + [ABOVE_ALL]

    def add(self, key: Key, amount: float = 1) -> None:
        """Add to a total; with 0 it only begins to exist, so that its first increase is seen as one."""
        self._values[key] = self._values.get(key, 0) + amount
        self._changed.add(key)

    def begin(self, key: Key) -> None:
        """Make a total exist from 0 on; nothing happens if it does."""
        if key not in self._values:
            self.add(key, 0)

    def waited(self, queue: str, channel: str, outcome: str, seconds: float) -> None:
        """Record one wait; a wait of exactly a bound lies inside it."""
        bound = self._names[bisect_left(self._bounds, seconds)]
        self.add((WAIT_BUCKET, queue, channel, outcome, bound))
        self.add((WAIT_SUM, queue, channel, outcome), seconds)

    def take_changed(self) -> list[Total]:
        """The totals that changed since the last call, in the order of their keys."""
        changed = [Total(key, self._values[key]) for key in sorted(self._changed)]
        self._changed.clear()
        return changed
