"""What becomes of open clocks when a policy is activated, or a contact's priority changes."""

from collections.abc import Iterable

from services.sla.domain.clock import Clock, State
from services.sla.domain.clockwork import Clockwork
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import Changed
from services.sla.domain.promises import Promises
from services.sla.domain.starts import Starts
from services.sla.domain.terms import Terms

__all__ = ["Changes"]


class Changes:
    """An open clock keeps the target under which it started, unless the new one says ``apply_to_open``. The clock of a
    target that is no longer promised ends as cancelled. A breach stands, whatever the policy says later.

    So does a clock that was due before its policy changed: it is not broken yet only because what was done in time may
    still be on its way, in a topic that nobody has read. No policy can say more of it than its contact's own events.
    """

    def __init__(self, terms: Terms, work: Clockwork, starts: Starts) -> None:
        self._terms = terms
        self._work = work
        self._starts = starts

    def activated(self, promises: Promises, contacts: Iterable[Contact], at_ms: int) -> None:
        """A policy holds from now on; the contacts are those of its workspace, in the order of their ids."""
        versions: set[int] = set()
        workspace = ""
        for contact in contacts:
            workspace = contact.workspace
            for clock in tuple(contact.clocks):
                if clock.policy and clock.policy != promises.version and not _is_settled(clock, at_ms):
                    self._hold_to(promises, clock, contact, at_ms)
            self._starts.late(promises, contact, at_ms)
            if promises.remembers and not contact.kept:  # what follows may be promised by this policy
                contact.kept = True
                self._work.facts.touch(contact)
            versions |= contact.versions
        if workspace:
            self._terms.keep_only(workspace, versions)

    def reprioritised(self, contact: Contact, event: Changed, at_ms: int) -> None:
        """Targets that depend on priority, by the policy under which each clock runs; and those that no clock runs for,
        because nothing promised them before."""
        for clock in tuple(contact.clocks):
            promises = self._terms.under(contact.workspace, clock.policy)
            if promises is None or not promises.by_priority:
                continue
            target = promises.of(clock.kind, contact, clock.queue)
            if target is not None and target.rule != clock.rule:
                self._work.retarget(clock, contact, target, clock.policy, at_ms)
        now = self._terms.now(contact.workspace)
        if now is not None and now.by_priority:
            self._starts.raised(now, contact, event, at_ms)

    def _hold_to(self, promises: Promises, clock: Clock, contact: Contact, at_ms: int) -> None:
        target = promises.of(clock.kind, contact, clock.queue)  # that of the queue whose promise it was
        if target is not None and target.apply_to_open:
            self._work.retarget(clock, contact, target, promises.version, at_ms)
        elif promises.find(clock.rule, clock.kind, clock.queue) is None:
            self._work.drop(clock, contact, at_ms)
            contact.taken_back = (*contact.taken_back, clock.kind)


def _is_settled(clock: Clock, at_ms: int) -> bool:
    """Whether what became of the clock before this time cannot change by what happens from it on."""
    return clock.state is State.BREACHED or (clock.state is State.RUNNING and clock.due_ms < at_ms)
