"""Which clock starts for a contact, of which target, and from when it counts."""

from collections.abc import Iterable

import msgspec

from services.sla.domain.clock import FIRST_RESPONSE, RESOLUTION, TIME_TO_ANSWER, Clock, Kind, clock_id
from services.sla.domain.clockwork import Clockwork
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import Changed, Queued
from services.sla.domain.target import Promises, Target, stated
from services.sla.domain.terms import Terms
from shared.times import to_ms

__all__ = ["Starts"]

_FROM_ARRIVAL = (RESOLUTION, Kind.SELF_SERVICE_RESPONSE)
_ONCE = (FIRST_RESPONSE, RESOLUTION)  # a contact has one clock of these; the next episode is another contact


class Start(msgspec.Struct, frozen=True, gc=False):
    """A clock about to start: as of when, the event or policy that tells of it, when the promise was made (a policy
    makes it when it comes), and the due time that the log told, if it did: the router's, which knows of no pause."""

    kind: Kind
    at_ms: int
    cause: str
    made_ms: int
    due_ms: int | None = None


class Starts:
    """Starts clocks. ``time_to_answer`` goes on over overflow and relaxation with the promise of the first queue."""

    def __init__(self, terms: Terms, work: Clockwork) -> None:
        self._terms = terms
        self._work = work

    def start(self, kinds: Iterable[Kind], contact: Contact, event: Changed, at_ms: int) -> None:
        """Start a clock of each kind, if that is promised, none is open and the contact may have one."""
        promises = self._terms.now(contact.workspace)
        for kind in kinds:
            if promises is not None and kind not in promises.kinds:
                continue
            if kind is TIME_TO_ANSWER:
                if contact.clock(kind) is None and isinstance(event, Queued):
                    self._answer(contact, event, promises)
            elif promises is not None and kind not in contact.once and self._may(kind, contact):
                target = promises.of(kind, contact, event.queue or contact.home)
                if target is not None:
                    began_ms = _began_ms(kind, contact, at_ms)  # it held from then on, though it is told only now
                    start = Start(kind, began_ms, str(event.version), began_ms)
                    self._begin(start, contact, target, promises)

    def late(self, kind: Kind, contact: Contact, promises: Promises, at_ms: int) -> None:
        """A target that is promised only now, to contacts that are there already: it counts from where it would."""
        may = (kind not in contact.once or kind in contact.taken_back) and self._may(kind, contact)
        target = promises.of(kind, contact, contact.home) if may else None
        if target is not None and target.apply_to_open:
            start = Start(kind, _began_ms(kind, contact, at_ms), f"policy-{promises.version}", at_ms)
            self._begin(start, contact, target, promises)

    def _may(self, kind: Kind, contact: Contact) -> bool:
        if contact.clock(kind) is not None:
            return False
        if kind is FIRST_RESPONSE:
            return not contact.answered
        return kind is not RESOLUTION or contact.received_ms is not None

    def _answer(self, contact: Contact, event: Queued, promises: Promises | None) -> None:
        """The policy's target. The event alone cannot tell a promise from the order of a queue that promised nothing,
        so its own seconds count only where the log no longer holds the workspace's policy."""
        if event.target_seconds is None:
            return
        if promises is None:
            target: Target | None = stated(event.queue or "", event.target_seconds)
        else:
            target = promises.of(TIME_TO_ANSWER, contact, event.queue)
        if target is not None:
            # The log's own promise and due time decide, so that anybody can check a breach against them.
            target, began_ms = target.lasting(event.target_seconds), contact.entered_ms
            due_ms = target.due_ms(began_ms) if event.due_at is None else to_ms(event.due_at)
            start = Start(TIME_TO_ANSWER, began_ms, str(event.version), began_ms, due_ms)
            self._begin(start, contact, target, promises)

    def _begin(self, start: Start, contact: Contact, target: Target, promises: Promises | None) -> None:
        if start.kind in _ONCE:
            contact.once = (*(kind for kind in contact.once if kind is not start.kind), start.kind)
            contact.taken_back = tuple(kind for kind in contact.taken_back if kind is not start.kind)
        paused, moved = target.rested_seconds(contact, start.at_ms) if contact.rests else (0.0, 0.0)
        clock = Clock(
            clock_id=clock_id(contact.contact_id, start.kind, target.name, start.cause),
            kind=start.kind,
            target=target.name,
            target_seconds=target.seconds,
            started_ms=start.at_ms,
            due_ms=target.due_ms(start.at_ms, moved) if moved or start.due_ms is None else start.due_ms,
            queue=target.queue,
            warn_ms=None if target.warn_at is None else target.first_warn_ms(contact, start.at_ms),
            policy=promises.version if promises is not None else 0,
            rule=target.rule,
            calendar=target.calendar_name,
            warn_at=target.warn_at,
            pauses=target.pauses,
            paused_seconds=paused,
        )
        self._work.start(clock, contact, start.made_ms)


def _began_ms(kind: Kind, contact: Contact, at_ms: int) -> int:
    """From when a clock of this kind counts that starts now."""
    if kind is TIME_TO_ANSWER:
        return contact.entered_ms
    if kind is FIRST_RESPONSE:
        return at_ms if contact.human_ms is None else contact.human_ms
    if kind in _FROM_ARRIVAL:
        return at_ms if contact.received_ms is None else contact.received_ms
    return at_ms
