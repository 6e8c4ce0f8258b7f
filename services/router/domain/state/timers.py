"""Deadlines of one partition in one heap; a deadline that was moved or cancelled is skipped when it comes up."""

import heapq
from collections.abc import Iterable
from enum import StrEnum

STALE_SHARE_MAX = 0.5  # stale entries for each live one before the heap is rebuilt; a stale one still holds 200 bytes
HEAP_SLACK = 1024  # as many more: clearing away fewer is not worth the work


class Timer(StrEnum):
    """What a deadline is about; the subject is a contact, an offer, an agent or a protected queue."""

    BAR = "bar"  # an agent may be offered the contact again
    DEBT = "debt"  # nobody called for a protected queue's agents for a while
    DIRECT = "direct"  # a contact kept for one agent opens to all
    EARLY_END = "early_end"  # the message of a conversation that ended before it did not come
    LEASE = "lease"  # an agent gave no sign of life
    LIFE = "life"  # a contact's maximum life
    OFFER = "offer"  # an offer nobody answered
    OVERFLOW = "overflow"  # the next look at a queue's overflow rules
    RELAX = "relax"  # the next relaxation step
    RISK = "risk"  # the next look at who of a queue will probably not be answered in time
    SILENCE = "silence"  # an agent owes the customer an answer for too long
    URGE = "urge"  # the next moment of a promise at which its queue acts
    STATE = "state"  # bot or self-service time-out, start of a scheduled contact, silence, end of wrap-up


class Timers:
    """Named deadlines in milliseconds. Order of firing: time, then kind, then subject; never insertion order."""

    __slots__ = ("_barred", "_due", "_heap", "_held", "_live")

    def __init__(self) -> None:
        self._heap: list[tuple[int, Timer, str]] = []
        self._due: dict[Timer, dict[str, int]] = {kind: {} for kind in Timer}
        self._live = 0
        self._barred: set[tuple[int, Timer, str]] = set()
        self._held: list[tuple[int, Timer, str]] = []

    def bar(self, kind: Timer, subject: str, at_ms: int) -> None:
        """This deadline is passed over when it comes up; the same subject may have others."""
        self._barred.add((at_ms, kind, subject))

    def take(self, kind: Timer, subject: str, at_ms: int) -> bool:
        """Take this very deadline out of its turn; False where it is not pending."""
        if self._due[kind].get(subject) != at_ms:
            return False
        self.disarm(kind, subject)
        return True

    def arm(self, kind: Timer, subject: str, at_ms: int) -> None:
        """Set or move a deadline."""
        due = self._due[kind]
        if due.get(subject) == at_ms:
            return
        self._live += subject not in due
        due[subject] = at_ms
        heapq.heappush(self._heap, (at_ms, kind, subject))
        if len(self._heap) > (1 + STALE_SHARE_MAX) * self._live + HEAP_SLACK:
            self._rebuild()

    def disarm(self, kind: Timer, subject: str) -> None:
        """Cancel a deadline, if there is one."""
        if self._due[kind].pop(subject, None) is not None:
            self._live -= 1

    def disarm_all(self, kinds: Iterable[Timer], subject: str) -> None:
        """Cancel the deadlines of these kinds, where there are any."""
        due = self._due
        for kind in kinds:
            if subject in due[kind]:
                del due[kind][subject]
                self._live -= 1

    def armed(self, kind: Timer, subject: str) -> bool:
        """Whether such a deadline is pending."""
        return subject in self._due[kind]

    def subjects(self, kind: Timer) -> list[str]:
        """Whoever has a pending deadline of this kind."""
        return list(self._due[kind])

    def next_ms(self) -> int | None:
        """The earliest pending deadline."""
        heap = self._heap
        while heap:
            at_ms, kind, subject = heap[0]
            if self._barred and heap[0] in self._barred:
                self.take(kind, subject, at_ms)
            if self._due[kind].get(subject) == at_ms:
                return at_ms
            heapq.heappop(heap)
        return None

    def first(self) -> tuple[int, Timer, str]:
        """The deadline that ``next_ms`` announced: time, kind, subject."""
        return self._heap[0]

    def hold(self) -> None:
        """The deadline that ``next_ms`` announced stays pending and comes up again after ``release``."""
        self._held.append(heapq.heappop(self._heap))

    def release(self) -> None:
        """Whatever was held comes up again, unless it was moved or cancelled meanwhile."""
        for entry in self._held:
            heapq.heappush(self._heap, entry)
        self._held.clear()

    def pop(self) -> tuple[int, Timer, str]:
        """Take the deadline that ``next_ms`` announced."""
        entry = heapq.heappop(self._heap)
        del self._due[entry[1]][entry[2]]
        self._live -= 1
        return entry

    def _rebuild(self) -> None:
        self._heap = [(at_ms, kind, subject) for kind, due in self._due.items() for subject, at_ms in due.items()]
        heapq.heapify(self._heap)
