"""The contacts that wait for one requirement: a heap of those who can still be met, a heap of those who are late."""

from collections.abc import Iterator
from heapq import heapify, heappop, heappush, merge
from itertools import islice
from math import inf

from services.router.domain.matcher.heaps import in_order
from services.router.domain.matcher.matching import Requirement, Skills, Waiting
from services.router.domain.matcher.search import Search

GONE = -inf
"""The ``until`` of a contact that no longer waits: before any time."""


class Waiter:
    """A waiting contact with its deadlines worked out.

    ``until`` says how long its present key holds: the due time while it can be met, for ever once it is late,
    GONE when it left. Keys only grow (d1 <= d2), so a line's first entry stays first while its ``until`` is not past.
    ``late_in_ledger``: the ledger of its queue counts it among those who are late.
    """

    __slots__ = ("_fresh", "began", "d1", "d2", "due", "late_in_ledger", "line", "placed", "until", "waiting")

    def __init__(self, waiting: Waiting, line: "Line") -> None:
        self.waiting = waiting
        self.line = line
        extra = waiting.late_factor * waiting.target
        if waiting.late_cap is not None:
            extra = min(extra, waiting.target + waiting.late_cap)
        began = self.began = waiting.entered if waiting.began is None else waiting.began
        self.due = began + waiting.target
        self.d1 = self.due - waiting.boost if waiting.boost else self.due
        self.d2 = began + extra - waiting.boost
        self.until: float = self.due
        self.placed = False
        self.late_in_ledger = False
        self._fresh: Entry | None = None

    def __lt__(self, other: "Waiter") -> bool:
        """Only asked when an entry of a contact meets an older entry of the same contact: any answer will do."""
        return False

    def entry(self, now: float) -> "Entry":
        """What orders this contact at a time: key, entered, contact id."""
        return self.fresh_entry() if now <= self.due else self.late_entry()

    def fresh_entry(self) -> "Entry":
        """What orders this contact while it can still be met; made once, because a line and a ledger hold it."""
        if self._fresh is None:
            self._fresh = self.d1, self.waiting.entered, self.waiting.contact_id, self
        return self._fresh

    def late_entry(self) -> "Entry":
        """What orders this contact once it is late."""
        return self.d2, self.waiting.entered, self.waiting.contact_id, self

    def forget_entry(self) -> None:
        """The contact left: nothing of it may hold itself."""
        self._fresh = None


Entry = tuple[float, float, str, Waiter]


class Line:
    """Who waits for one requirement, smallest key first; ties by entered, then contact id; and how agents are sought.

    Without a boost the first to become late is also the first by key, so one heap tells both; boosted contacts have a
    second heap by due time, because lateness is judged without the boost. The searches of its contacts are kept here,
    which saves a match the look-up.
    """

    __slots__ = ("boosted", "dead", "dead_max", "dues", "fresh", "late", "live", "need", "pooled", "searches", "top")

    def __init__(self, need: Requirement, dead_max: int) -> None:
        self.need = need
        self.searches: dict[tuple[Skills, str], Search] = {}
        self.pooled: list[Search] = []
        self.dead_max = dead_max
        self.fresh: list[Entry] = []
        self.boosted: list[Entry] = []
        self.dues: list[Entry] = []
        self.late: list[Entry] = []
        self.top: Entry | None = None
        self.live = 0
        self.dead = 0

    def place(self, contact: Waiter) -> None:
        """Put a contact in order; it is taken for one that can still be met until somebody looks."""
        waiting = contact.waiting
        entry = contact.fresh_entry()
        if waiting.boost:
            heappush(self.boosted, entry)
            heappush(self.dues, (contact.due, waiting.entered, waiting.contact_id, contact))
        else:
            heappush(self.fresh, entry)
        contact.placed = True
        self.live += 1
        if self.top is None or entry < self.top:
            self.top = entry

    def forget(self, contact: Waiter) -> None:
        """A placed contact left and is marked as gone; its entries die where they lie.

        They are cleared away when they outnumber the living.
        """
        self.live -= 1
        self.dead += 1
        if self.live == 0:
            self._clear()
        elif self.dead > self.live and self.dead > self.dead_max:
            self._rebuild()

    def renew(self, now: float) -> Entry | None:
        """The first entry at a time, after moving who has become late; None when nobody waits."""
        fresh, late = self.fresh, self.late
        while fresh and fresh[0][3].until < now:
            self._grow_late(heappop(fresh)[3])
        if self.dues:
            self._renew_boosted(now)
        while late and late[0][3].until == GONE:
            heappop(late)
        heads = [heap[0] for heap in (fresh, self.boosted, late) if heap]
        self.top = min(heads) if heads else None
        return self.top

    def after(self, now: float) -> Entry | None:
        """The entry after the first."""
        return next(islice(self.walk(now), 1, None), None) if self.live > 1 else None

    def walk(self, now: float) -> Iterator[Entry]:
        """Every waiting contact in order."""
        self.renew(now)
        still = [_alive(heap) for heap in (self.fresh, self.boosted)]
        return merge(*still, (entry for entry in in_order(self.late) if entry[3].until != GONE))

    def forget_searches(self) -> None:
        """Forget how agents are sought; it is worked out again when asked for."""
        self.drop_pools()
        self.searches.clear()

    def drop_pools(self) -> None:
        """Give back the memory of the pools of agents; they are made again when asked for."""
        for search in self.pooled:
            search.pool = None
        self.pooled.clear()

    def _renew_boosted(self, now: float) -> None:
        while self.dues and self.dues[0][3].until < now:
            self._grow_late(heappop(self.dues)[3])
        while self.boosted and self.boosted[0][3].until in (GONE, inf):
            heappop(self.boosted)

    def _grow_late(self, contact: Waiter) -> None:
        if contact.until != GONE:
            contact.until = inf
            heappush(self.late, contact.late_entry())

    def _clear(self) -> None:
        for heap in (self.fresh, self.boosted, self.dues, self.late):
            heap.clear()
        self.top = None
        self.dead = 0

    def _rebuild(self) -> None:
        for heap in (self.fresh, self.boosted, self.dues):
            heap[:] = [entry for entry in heap if entry[3].until not in (GONE, inf)]
        self.late[:] = [entry for entry in self.late if entry[3].until != GONE]
        for heap in (self.fresh, self.boosted, self.dues, self.late):
            heapify(heap)
        self.dead = 0


def _alive(heap: list[Entry]) -> Iterator[Entry]:
    return (entry for entry in in_order(heap) if entry[3].until not in (GONE, inf))
