"""What people ask about a queue: how many are ahead of a contact, and who they are."""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from services.router.domain.matcher.matching import Place
from services.router.domain.matcher.ranks import Ranks
from services.router.domain.matcher.waiting import GONE, Entry, Waiter

DEAD_MAX = 64
"""Entries of who left, in the heap of deadlines, before it is rebuilt: fewer are not worth the work."""


class Ledger:
    """The order of one strand: those of a queue who ask the same."""

    def __init__(self, contacts: Iterable[Waiter]) -> None:
        members = list(contacts)
        self._live = len(members)
        self._fresh = Ranks(contact.fresh_entry() for contact in members)
        self._late = Ranks()
        self._dues = [_due_entry(contact) for contact in members]
        heapify(self._dues)

    def add(self, contact: Waiter) -> None:
        """A contact joined the queue."""
        self._live += 1
        self._fresh.add(contact.fresh_entry())
        heappush(self._dues, _due_entry(contact))

    def remove(self, contact: Waiter) -> None:
        """A contact left the queue, and is marked as gone."""
        self._live -= 1
        if contact.late_in_ledger:
            self._late.remove(contact.late_entry())
        else:
            self._fresh.remove(contact.fresh_entry())
        if len(self._dues) > 2 * self._live + DEAD_MAX:
            self._dues = [entry for entry in self._dues if entry[3].until != GONE]
            heapify(self._dues)

    def place(self, contact: Waiter, now: float) -> Place:
        """How many contacts of the strand come before this one at a time, and how far apart they are due."""
        self._renew(now)
        mine = contact.entry(now)
        first = self._fresh.first()
        span = _span(first[3], contact) if first is not None else 0.0
        return Place(self._fresh.below(mine) + self._late.below(mine), span, contact.due - now)

    @property
    def size(self) -> int:
        """How many wait."""
        return self._live

    def ahead(self, entry: Entry, now: float) -> int:
        """How many come before a contact of any strand at a time."""
        self._renew(now)
        return self._fresh.below(entry) + self._late.below(entry)

    def line_up(self) -> tuple[list[Entry], list[Entry]]:
        """Who could still be met when somebody last asked for a place, and who was late; both in order of service."""
        return [*self._fresh], [*self._late]

    def _renew(self, now: float) -> None:
        while self._dues and self._dues[0][0] < now:
            self._grow_late(heappop(self._dues)[3])

    def _grow_late(self, contact: Waiter) -> None:
        if contact.until != GONE:
            contact.late_in_ledger = True
            self._fresh.remove(contact.fresh_entry())
            self._late.add(contact.late_entry())


def _due_entry(contact: Waiter) -> Entry:
    """In order of the due time: without a boost that is the order by key, and one entry serves both."""
    waiting = contact.waiting
    return (contact.due, waiting.entered, waiting.contact_id, contact) if waiting.boost else contact.fresh_entry()


def _span(head: Waiter, contact: Waiter) -> float:
    """From the deadline of the first of a queue to a contact's own; 0 if the first stays ahead once it is late."""
    return max(0.0, contact.due - head.due) if contact.d1 < head.d2 else 0.0
