"""The pending deadlines of all clocks: a heap whose outdated entries are dropped when they come up."""

import math
from collections.abc import Iterable, Iterator
from heapq import heapify, heappop, heappush

from services.sla.domain.clock import RUNNING, Clock
from services.sla.domain.contact import Contact
from shared.lane.engine import Deadline

__all__ = ["FIRED_MAX", "Deadlines", "is_due", "next_ms", "pending"]

Entry = tuple[int, str, int, Clock, Contact]  # the number keeps two entries of one clock and time apart

# Of one step, as many as a batch has records; the others are due still, so the next step follows without a pause. Who
# wrote at night is due at one instant of the next day: 50,000 breaches in one commit took 10 s on a busy machine.
FIRED_MAX = 2000
STALE_ENTRIES_MAX = 1024  # outdated entries that are never worth a rebuild: about 0.2 MB


class Deadlines:
    """Clocks ordered by their next deadline, then by clock id.

    An entry is outdated when its clock has ended, paused or moved its deadline (``outdate``).
    Long targets would keep outdated entries for hours, so the heap is rebuilt when they outnumber the live ones.
    """

    def __init__(self) -> None:
        self._heap: list[Entry] = []
        self._outdated = 0
        self._added = 0
        self._barred: set[tuple[int, str]] = set()

    def bar(self, at_ms: int, clock_id: str) -> None:
        """This deadline is passed over when it comes up."""
        self._barred.add((at_ms, clock_id))

    def is_barred(self, at_ms: int, clock_id: str) -> bool:
        """Whether this deadline never fires."""
        return bool(self._barred) and (at_ms, clock_id) in self._barred

    def __len__(self) -> int:
        return len(self._heap)

    def add(self, clock: Clock, contact: Contact) -> None:
        """Remember the clock's next deadline; a clock that does not run has none."""
        if clock.state is RUNNING:
            at_ms = clock.due_ms if clock.warn_ms is None else clock.warn_ms
            self._added += 1
            heappush(self._heap, (at_ms, clock.clock_id, self._added, clock, contact))

    def outdate(self) -> None:
        """One more of the entries has become outdated."""
        self._outdated += 1
        if self._outdated > STALE_ENTRIES_MAX and 2 * self._outdated > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[3].next_ms == entry[0]]
            heapify(self._heap)
            self._outdated = 0

    def first_ms(self) -> int | None:
        """The earliest deadline."""
        heap = self._heap
        while heap and (heap[0][3].next_ms != heap[0][0] or self.is_barred(*heap[0][:2])):
            self._drop()
        return heap[0][0] if heap else None

    def due_before(self, horizon_ms: int) -> Iterator[tuple[Clock, Contact]]:
        """Each clock as ``pop_before`` gives it, also one that is added meanwhile; at most FIRED_MAX."""
        for _ in range(FIRED_MAX):
            due = self.pop_before(horizon_ms)
            if due is None:
                return
            yield due

    def pop_before(self, horizon_ms: int) -> tuple[Clock, Contact] | None:
        """The clock with the earliest deadline, if that is strictly before the horizon."""
        heap = self._heap
        while heap and heap[0][0] < horizon_ms:
            at_ms, clock_id, _, clock, contact = heap[0]
            if clock.next_ms == at_ms and not self.is_barred(at_ms, clock_id):
                heappop(heap)
                return clock, contact
            self._drop()
        return None

    def _drop(self) -> None:
        at_ms, _, _, clock, _ = heappop(self._heap)
        self._outdated -= clock.next_ms != at_ms


def pending(deadline: Deadline, contacts: Iterable[Contact]) -> list[tuple[Clock, Contact]]:
    """The clock that the deadline is of, with its contact; none where it is not pending."""
    found = ((clock, contact) for contact in contacts for clock in contact.clocks if clock.clock_id == deadline.name)
    return [(clock, contact) for clock, contact in found if clock.next_ms == deadline.at_ms]


def is_due(contact: Contact, horizon_ms: int) -> bool:
    """Whether a clock of the contact is due. Asked at every event of one, and the answer is nearly always no: to find
    the earliest clock each time took a tenth of an event's time."""
    for clock in contact.clocks:
        if clock.state is RUNNING and (clock.due_ms if clock.warn_ms is None else clock.warn_ms) < horizon_ms:
            return True
    return False


def next_ms(clock: Clock) -> float:
    """When the clock is due next; never while it does not run."""
    at_ms = clock.next_ms
    return math.inf if at_ms is None else at_ms
