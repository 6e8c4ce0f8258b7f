"""Which clock starts for a contact, of which target, and from when it counts."""

from services.sla.domain.clock import (
    FIRST_RESPONSE,
    RESOLUTION,
    SELF_SERVICE_RESPONSE,
    TIME_TO_ANSWER,
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
        if promises is None:
            if TIME_TO_ANSWER in kinds:
                self._answer(contact, event, None, None, at_ms)
            return
        queue = _place(contact, event.queue or contact.home, promises)
        came_under_it = contact.policy == promises.version and contact.began is None
        for kind, target in promises.targets(kinds, contact, queue):
            if kind is TIME_TO_ANSWER:
                self._answer(contact, event, promises, target, at_ms)
            elif self._may(kind, contact):
                made_ms, since_ms = 0, contact.since(kind)
                began_ms = at_ms if since_ms is None else since_ms  # it held from then on, though told only now
                if not came_under_it:
                    target, whose = self._held(kind, contact, queue, promises, target)
                    made_ms = whose.since_ms if whose.since_ms <= began_ms else _made_ms(kind, contact, whose)
                if target is not None:
                    self._begin(target, contact, began_ms, str(event.version), made_ms)

    def late(self, promises: Promises, contact: Contact, at_ms: int) -> None:
        """Targets that are promised only now, to a contact that is there already: they count from where they would."""
        for kind in promises.open_kinds:
            began_ms = contact.since(kind)
            may = began_ms is not None and self._may(kind, contact)
            target = promises.of(kind, contact, _place(contact, contact.home, promises)) if may else None
            if target is not None and target.apply_to_open and began_ms is not None:
                self._begin(target, contact, began_ms, f"policy-{promises.version}", at_ms)

    def raised(self, promises: Promises, contact: Contact, event: Changed, at_ms: int) -> None:
        """Targets that a rule makes for this contact only now, by its priority: they count from where they would, and
        are made now."""
        queue = _place(contact, contact.home, promises)
        for kind in promises.open_kinds:
            began_ms = contact.since(kind)
            if began_ms is not None and self._may(kind, contact):
                target, _ = self._held(kind, contact, queue, promises, promises.of(kind, contact, queue))
                if target is not None and target.rule:
                    self._begin(target, contact, began_ms, str(event.version), at_ms)

    def _held(
        self, kind: Kind, contact: Contact, queue: str | None, promises: Promises, target: Target | None
    ) -> tuple[Target | None, Promises]:
        """The target to which a contact is held, of whom this one would hold now; and whose it is."""
        if contact.began is None and contact.policy == promises.version:
            return target, promises
        if target is None or not target.apply_to_open:
            if kind in contact.taken_back:
                return None, promises
            then = self._terms.under(contact.workspace, contact.version(kind))
            if then is not None:
                target = then.of(kind, contact, queue)
                if target is not None and promises.find(target.rule, kind, target.queue) is None:
                    target = None
                return target, then
        return target, promises

    def _may(self, kind: Kind, contact: Contact) -> bool:
        if contact.clocks and contact.clock(kind) is not None:
            return False
        if kind in contact.once and kind not in contact.taken_back:
            return False
        if kind is FIRST_RESPONSE:
            return not contact.answered
        return kind not in _FROM_ARRIVAL or contact.received_ms is not None

    def _answer(
        self, contact: Contact, event: Changed, promises: Promises | None, target: Target | None, at_ms: int
    ) -> None:
        """The policy's target. The event alone cannot tell a promise from the order of a queue that promised nothing,
        so its own seconds count only where the log no longer holds the workspace's policy."""
        if not isinstance(event, Queued) or event.target_seconds is None or contact.clock(TIME_TO_ANSWER) is not None:
            return
        made_ms, began_ms = 0, contact.entered_ms
        if promises is None:
            target = stated(event.queue or "", event.target_seconds)
        elif contact.policy != promises.version or contact.began is not None:
            held, whose = self._held(TIME_TO_ANSWER, contact, event.queue, promises, target)
            if held is None:
                return
            made_ms = promises.since_ms
            if whose is not promises:  # the router tells what it promises now, and does so only now
                made_ms = max(at_ms, made_ms)  # what it tells may have happened before the policy came
            elif made_ms > began_ms:
                made_ms = _made_ms(TIME_TO_ANSWER, contact, promises)
        if target is not None:
            # The log's own promise and due time decide, so that anybody can check a breach against them.
            target = target.lasting(event.target_seconds)
            due_ms = target.due_ms(began_ms) if event.due_at is None else to_ms(event.due_at)
            self._begin(target, contact, began_ms, str(event.version), made_ms, due_ms)

    def _begin(
        self, target: Target, contact: Contact, at_ms: int, cause: str, made_ms: int, due_ms: int | None = None
    ) -> None:
        """Start a clock as of ``at_ms``. ``cause``: the event's version, or the policy that tells of it; ``made_ms``:
        when the promise was made, 0: before that; ``due_ms``: the due time that the log told, if it did: the router's,
        which knows of no pause."""
        kind = target.kind
        if target.once and kind not in contact.once:
            contact.once = (*contact.once, kind)
        if contact.taken_back:
            contact.over(kind)
        clock = target.clock(clock_id(contact.contact_id, kind, target.name, cause), contact, at_ms, due_ms)
        self._work.start(clock, contact, target, made_ms)


def _place(contact: Contact, queue: str | None, promises: Promises) -> str | None:
    """The queue whose promises count. Whoever is served without a person, and was classified for a queue that is gone,
    would wait in the default one."""
    return queue if contact.tier == "agent" else promises.place(queue)


def _made_ms(kind: Kind, contact: Contact, promises: Promises) -> int:
    """When these promises were made to a contact: with what came under them in the log, whatever time that tells of
    itself, for its due time is told there too; else when they came."""
    return 0 if contact.version(kind) == promises.version else promises.since_ms
