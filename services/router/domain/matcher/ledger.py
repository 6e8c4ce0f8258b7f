"""What people ask about a queue: how many are ahead of a contact, and since when the oldest waits."""

from collections.abc import Iterable
from heapq import heapify, heappop, heappush

from services.router.domain.matcher.ranks import Ranks
from services.router.domain.matcher.waiting import Contact, Entry
from services.router.domain.matching import Place


class Ledger:
    """The order of one queue over all its requirements."""

    def __init__(self, contacts: Iterable[Contact]) -> None:
        self._contacts = {contact.waiting.contact_id: contact for contact in contacts}
        members = self._contacts.values()
        self._fresh = Ranks(_fresh_entry(contact) for contact in members)
        self._late = Ranks()
        self._dues = sorted((contact.due, contact.waiting.contact_id, contact) for contact in members)
        self._ages = sorted((contact.waiting.entered, contact.waiting.contact_id, contact) for contact in members)
        self._grown: set[Contact] = set()

    def add(self, contact: Contact) -> None:
        """A contact joined the queue."""
        waiting = contact.waiting
        self._contacts[waiting.contact_id] = contact
        self._fresh.add(_fresh_entry(contact))
        heappush(self._dues, (contact.due, waiting.contact_id, contact))
        heappush(self._ages, (waiting.entered, waiting.contact_id, contact))

    def remove(self, contact: Contact) -> None:
        """A contact left the queue."""
        waiting = contact.waiting
        del self._contacts[waiting.contact_id]
        if contact in self._grown:
            self._grown.remove(contact)
            self._late.remove((contact.d2, waiting.entered, waiting.contact_id, contact))
        else:
            self._fresh.remove(_fresh_entry(contact))
        self._compact(self._dues)
        self._compact(self._ages)

    def place(self, contact: Contact, now: float) -> Place:
        """How many contacts of the queue come before this one at a time, and how far apart they are due."""
        while self._dues and self._dues[0][0] < now:
            self._grow(heappop(self._dues)[2])
        mine = contact.entry(now)
        first = self._fresh.first()
        span = _span(first[3], contact) if first is not None else 0.0
        return Place(self._fresh.below(mine) + self._late.below(mine), span, contact.due - now)

    def line_up(self) -> tuple[list[Entry], list[Entry]]:
        """Who could still be met when somebody last asked for a place, and who was late; both in order of service."""
        return [*self._fresh], [*self._late]

    def oldest(self) -> float | None:
        """When the oldest contact entered; None when nobody waits."""
        while self._ages and not self._holds(self._ages[0][2]):
            heappop(self._ages)
        return self._ages[0][0] if self._ages else None

    def _grow(self, contact: Contact) -> None:
        if self._holds(contact):
            waiting = contact.waiting
            self._grown.add(contact)
            self._fresh.remove(_fresh_entry(contact))
            self._late.add((contact.d2, waiting.entered, waiting.contact_id, contact))

    def _holds(self, contact: Contact) -> bool:
        return self._contacts.get(contact.waiting.contact_id) is contact

    def _compact(self, heap: list[tuple[float, str, Contact]]) -> None:
        if len(heap) > 2 * len(self._contacts) + 64:
            heap[:] = [entry for entry in heap if self._holds(entry[2])]
            heapify(heap)


def _fresh_entry(contact: Contact) -> Entry:
    return contact.d1, contact.waiting.entered, contact.waiting.contact_id, contact


def _span(head: Contact, contact: Contact) -> float:
    """From the deadline of the first of a queue to a contact's own; 0 if the first stays ahead once it is late."""
    return max(0.0, contact.due - head.due) if contact.d1 < head.d2 else 0.0
