"""Which clock starts for a contact, of which target, and from when it counts."""

import msgspec

from services.sla.domain.clock import (
    FIRST_RESPONSE,
    ONCE,
    RESOLUTION,
    RUNNING,
    SELF_SERVICE_RESPONSE,
    TIME_TO_ANSWER,
    Clock,
    Kind,
    clock_id,
)
from services.sla.domain.clockwork import Clockwork
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import Changed, Queued
from services.sla.domain.promises import Promises
from services.sla.domain.target import Target, stated
from services.sla.domain.terms import Terms
from shared.times import to_ms

__all__ = ["Starts"]

_FROM_ARRIVAL = (RESOLUTION, SELF_SERVICE_RESPONSE)


class Start(msgspec.Struct, frozen=True, gc=False):
    """A clock about to start: as of when, the event or policy that tells of it, when the promise was made (0: before
    that), and the due time that the log told, if it did: the router's, which knows of no pause."""

    kind: Kind
    at_ms: int
    cause: str
    made_ms: int
    due_ms: int | None = None


class Starts:
    """Starts clocks. ``time_to_answer`` goes on over overflow and relaxation with the promise of the first queue.

    A clock is held to the policy under which the time that it counts began, as long as the one that holds now still
    makes that promise; to the latter where it says ``apply_to_open``. What an open clock would be held to: it makes no
    difference whether the log told of the promise before the policy changed or, with another queue, after it.
    """

    def __init__(self, terms: Terms, work: Clockwork) -> None:
        self._terms = terms
        self._work = work

    def start(self, kinds: tuple[Kind, ...], contact: Contact, event: Changed, at_ms: int) -> None:
        """Start a clock of each kind, if that is promised, none is open and the contact may have one."""
        promises = self._terms.now(contact.workspace)
        queue = event.queue or contact.home
        for kind in kinds if promises is None else promises.made_of(kinds):
            if kind is TIME_TO_ANSWER:
                if isinstance(event, Queued) and not (contact.clocks and contact.clock(kind)):
                    self._answer(contact, event, promises, at_ms)
            elif promises is not None and self._may(kind, contact):
                promised = self._promised(kind, contact, queue, promises)
                if promised is not None:
                    target, whose = promised
                    since_ms = contact.since(kind)
                    began_ms = at_ms if since_ms is None else since_ms  # it held from then on, though told only now
                    made_ms = whose.since_ms
                    if made_ms > began_ms:
                        made_ms = _made_ms(kind, contact, whose)
                    start = Start(kind, began_ms, str(event.version), made_ms)
                    self._begin(start, contact, target, whose)

    def late(self, promises: Promises, contact: Contact, at_ms: int) -> None:
        """Targets that are promised only now, to a contact that is there already: they count from where they would."""
        for kind in promises.open_kinds:
            began_ms = contact.since(kind)
            may = began_ms is not None and self._may(kind, contact)
            target = promises.of(kind, contact, _place(contact, contact.home, promises)) if may else None
            if target is not None and target.apply_to_open and began_ms is not None:
                start = Start(kind, began_ms, f"policy-{promises.version}", at_ms)
                self._begin(start, contact, target, promises)

    def raised(self, promises: Promises, contact: Contact, event: Changed, at_ms: int) -> None:
        """Targets that a rule makes for this contact only now, by its priority: they count from where they would, and
        are made now."""
        for kind in promises.open_kinds:
            began_ms = contact.since(kind)
            if began_ms is None or not self._may(kind, contact):
                continue
            promised = self._promised(kind, contact, contact.home, promises)
            if promised is not None and promised[0].rule:
                self._begin(Start(kind, began_ms, str(event.version), at_ms), contact, *promised)

    def _promised(
        self, kind: Kind, contact: Contact, queue: str | None, promises: Promises
    ) -> tuple[Target, Promises] | None:
        """The target that holds for a contact, and whose it is."""
        queue = _place(contact, queue, promises)
        target = promises.of(kind, contact, queue)
        if contact.began is None and contact.policy == promises.version:
            return None if target is None else (target, promises)
        if target is None or not target.apply_to_open:
            if kind in contact.taken_back:
                return None
            then = self._terms.under(contact.workspace, contact.version(kind))
            if then is not None:
                target, now, promises = then.of(kind, contact, queue), promises, then
                if target is not None and now.find(target.rule, kind, target.queue) is None:
                    target = None
        return None if target is None else (target, promises)

    def _may(self, kind: Kind, contact: Contact) -> bool:
        if contact.clocks and contact.clock(kind) is not None:
            return False
        if kind in contact.once and kind not in contact.taken_back:
            return False
        if kind is FIRST_RESPONSE:
            return not contact.answered
        return kind not in _FROM_ARRIVAL or contact.received_ms is not None

    def _answer(self, contact: Contact, event: Queued, promises: Promises | None, at_ms: int) -> None:
        """The policy's target. The event alone cannot tell a promise from the order of a queue that promised nothing,
        so its own seconds count only where the log no longer holds the workspace's policy."""
        if event.target_seconds is None:
            return
        made_ms = began_ms = contact.entered_ms
        if promises is None:
            target: Target | None = stated(event.queue or "", event.target_seconds)
        else:
            promised = self._promised(TIME_TO_ANSWER, contact, event.queue, promises)
            if promised is None:
                return
            target, made_ms = promised[0], promises.since_ms
            if made_ms > began_ms:
                made_ms = _made_ms(TIME_TO_ANSWER, contact, promises)
            if promised[1] is not promises:  # the router tells what it promises now, and does so only now
                target = promises.of(TIME_TO_ANSWER, contact, event.queue)
                made_ms = max(at_ms, promises.since_ms)  # what it tells may have happened before the policy came
        if target is not None:
            # The log's own promise and due time decide, so that anybody can check a breach against them.
            target = target.lasting(event.target_seconds)
            due_ms = target.due_ms(began_ms) if event.due_at is None else to_ms(event.due_at)
            start = Start(TIME_TO_ANSWER, began_ms, str(event.version), made_ms, due_ms)
            self._begin(start, contact, target, promises)

    def _begin(self, start: Start, contact: Contact, target: Target, promises: Promises | None) -> None:
        if start.kind in ONCE and start.kind not in contact.once:
            contact.once = (*contact.once, start.kind)
        if contact.taken_back:
            contact.over(start.kind)
        paused, due_ms, warn_ms = target.first_times(contact, start.at_ms, start.due_ms)
        clock = Clock(
            clock_id(contact.contact_id, start.kind, target.name, start.cause),
            start.kind,
            target.name,
            target.seconds,
            start.at_ms,
            due_ms,
            target.queue,
            RUNNING,
            warn_ms,
            0 if promises is None else promises.version,
            target.rule,
            target.calendar_name,
            target.warn_at,
            target.pauses,
        )
        if paused:
            clock.paused_seconds = paused
        self._work.start(clock, contact, start.made_ms)


def _place(contact: Contact, queue: str | None, promises: Promises) -> str | None:
    """The queue whose promises count. Whoever is served without a person, and was classified for a queue that is gone,
    would wait in the default one."""
    return queue if contact.tier == "agent" else promises.place(queue)


def _made_ms(kind: Kind, contact: Contact, promises: Promises) -> int:
    """When these promises were made to a contact: with what came under them in the log, whatever time that tells of
    itself, for its due time is told there too; else when they came."""
    return 0 if contact.version(kind) == promises.version else promises.since_ms
