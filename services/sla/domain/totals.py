"""Exact totals of a partition, committed with the events that they count: a crash neither loses nor repeats one."""

from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from services.sla.domain.hours import Hours

__all__ = [
    "ABOVE_ALL",
    "ANNOUNCED",
    "BREACHES",
    "CLOCKS",
    "LATE_BOUNDS",
    "LATE_BUCKET",
    "LATE_SUM",
    "OUTCOMES",
    "RISKS",
    "WAIT_BOUND",
    "WAIT_BOUNDS",
    "WAIT_BUCKET",
    "WAIT_SUM",
    "Cell",
    "Key",
    "Place",
    "Total",
    "Totals",
]

CLOCKS = "decided"  # labels workspace, kind, target, queue, result
BREACHES = "breached"  # labels workspace, kind, target, queue, channel
RISKS = "risks"  # labels workspace, queue, outcome; announced risks of a time_to_answer
ANNOUNCED = "announced"  # labels workspace, queue, announced; breaches of a time_to_answer
WAIT_BUCKET = "waits"  # labels workspace, queue, channel, outcome, upper bound in seconds; not cumulative
WAIT_BOUND = "wait_bound"  # label upper bound in seconds; the value says nothing
LATE_BUCKET = "late"  # labels workspace, kind, queue, upper bound in seconds; not cumulative
LATE_SUM = "lateness"  # labels workspace, kind, queue; seconds past the due time
WAIT_SUM = "waited"  # labels workspace, queue, channel, outcome; seconds

# Bounds that are there without a policy, in seconds. 5 s is the usual limit of a short abandon.
WAIT_BOUNDS = (1.0, 2.0, 5.0, 10.0, 15.0, 20.0, 30.0, 45.0, 60.0, 90.0, 120.0, 180.0, 300.0, 600.0, 1800.0, 3600.0)
LATE_BOUNDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0)  # a second late to a day late
ABOVE_ALL = "+Inf"

OUTCOMES = ("answered", "abandoned", "callback", "flow_out", "cancelled")

Key = tuple[str, ...]
"""The name of a total, then its label values."""

Place = tuple[str, str, str]
"""Workspace, queue and channel."""


class Total(msgspec.Struct, array_like=True, gc=False):
    """One total as it is stored: its key and its value so far."""

    key: Key
    value: float


class Cell:
    """One total as it grows, and whether that must be stored. Who adds often to the same one keeps its cell: to put a
    key of five labels together and look it up took longer than to add."""

    __slots__ = ("changed", "key", "value")

    def __init__(self, key: Key, value: float) -> None:
        self.key = key
        self.value = value
        self.changed = False


class Totals:
    """All totals of a partition and which of them changed since they were last taken, and its ``hours``.

    The bounds of the wait histogram are a fixed list and every time-to-answer target ever seen: they only grow.
    """

    def __init__(self, totals: Iterable[Total] = ()) -> None:
        self.hours = Hours()
        self._cells: dict[Key, Cell] = {total.key: Cell(total.key, total.value) for total in totals}
        self._changed: list[Cell] = []
        self._places: set[Place] = set()
        self._bounds = sorted({*WAIT_BOUNDS, *(float(key[1]) for key in self._cells if key[0] == WAIT_BOUND)})
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
        self.grow(self._cells.get(key) or self.cell(key), amount)

    def cell(self, key: Key) -> Cell:
        """The cell of a total, which exists from now on."""
        cell = self._cells.get(key)
        if cell is None:
            cell = self._cells[key] = Cell(key, 0)
            self.grow(cell, 0)
        return cell

    def grow(self, cell: Cell, amount: float = 1) -> None:
        """Add to the total of this cell."""
        cell.value += amount
        if not cell.changed:
            cell.changed = True
            self._changed.append(cell)

    def begin(self, key: Key) -> None:
        """Make a total exist from 0 on; nothing happens if it does."""
        self.cell(key)

    def waited(self, place: Place, outcome: str, seconds: float) -> None:
        """Record one wait; a wait of exactly a bound lies inside it."""
        bound = self._names[bisect_left(self._bounds, seconds)]
        self.add((WAIT_BUCKET, *place, outcome, bound))
        self.add((WAIT_SUM, *place, outcome), seconds)

    def ended_late(self, whose: tuple[str, str, str], seconds: float) -> None:
        """Record what was done so long after it was due; ``whose``: workspace, kind and queue."""
        at = bisect_left(LATE_BOUNDS, seconds)
        bound = repr(LATE_BOUNDS[at]) if at < len(LATE_BOUNDS) else ABOVE_ALL
        self.add((LATE_BUCKET, *whose, bound))
        self.add((LATE_SUM, *whose), seconds)

    def begin_waits(self, place: Place) -> None:
        """Somebody waits here: whatever may come of it is counted from zero on."""
        if place not in self._places:
            self._places.add(place)
            self.prepare_waits(place, OUTCOMES)

    def prepare_waits(self, place: Place, outcomes: Iterable[str]) -> None:
        """Somebody may wait here: these outcomes are counted from zero on."""
        for outcome in outcomes:
            self.begin((WAIT_SUM, *place, outcome))

    def take_changed(self) -> list[Total]:
        """The totals that changed since the last call, in the order of their keys."""
        changed, self._changed = self._changed, []
        for cell in changed:
            cell.changed = False
        return [Total(cell.key, cell.value) for cell in sorted(changed, key=_key)]


def _key(cell: Cell) -> Key:
    return cell.key
