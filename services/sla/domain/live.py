"""The contacts that are remembered, and what every event does to one: begin, reach a moment, wait, end."""

from collections.abc import Iterable
from sys import intern

from services.sla.domain.clock import FIRST_RESPONSE, ONCE, SELF_SERVICE_RESPONSE, TIME_TO_ANSWER, Kind
from services.sla.domain.clockwork import Clockwork
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import Changed
from services.sla.domain.effects import OWED, Effect
from services.sla.domain.promises import Promises
from services.sla.domain.starts import Starts
from services.sla.domain.terms import Terms
from services.sla.domain.totals import Totals
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Live"]


class Live:
    """The live contacts of a partition with their clocks. What nothing depends on is forgotten."""

    def __init__(self, totals: Totals, contacts: Iterable[Contact]) -> None:
        self.terms = Terms()
        self.contacts = {contact.contact_id: contact for contact in contacts}
        for contact in self.contacts.values():
            _recall(contact)
        self.work = Clockwork(totals, self.terms, self.contacts.values())
        self._facts = self.work.facts
        self.starts = Starts(self.terms, self.work)

    def know(self, event: Changed) -> Contact:
        """The contact of an event, remembered from now on where it was not."""
        contact = self.contacts.get(event.contact_id)
        if contact is None:
            promises = self.terms.now(event.workspace)
            kept = promises is not None and promises.replies
            workspace, channel = intern(event.workspace), intern(event.channel)  # a name is kept once for all contacts
            contact = Contact(contact_id=event.contact_id, workspace=workspace, channel=channel, kept=kept)
            contact.policy = 0 if promises is None else promises.version
            self.contacts[event.contact_id] = contact
        return contact

    def reach(self, effect: Effect, contact: Contact, event: Changed, at_ms: int) -> None:
        """A moment of the contact: what it ends, what it drops, and what it starts."""
        clocks = contact.clocks
        if clocks and (effect.ends or effect.drops):
            for clock in tuple(clocks):
                if clock.kind in effect.ends:
                    self.work.done(clock, contact, at_ms, event.agent_id)
                elif clock.kind in effect.drops:
                    self.work.drop(clock, contact, at_ms)
        if effect.over and contact.owed:
            self._is_over(effect.over, contact)
        if effect.owes and (contact.kept or self.terms.remembers(contact.workspace)):
            self._owe(effect.owes, contact, at_ms)
        if effect.starts:
            self.starts.start(effect.starts, contact, event, at_ms)

    def passes(self, effect: Effect, contact: Contact, event: Changed, at_ms: int) -> None:
        """The same where it may have been the last on which anything depended."""
        self.reach(effect, contact, event, at_ms)
        self.forget_if_done(contact)

    def begin(self, kind: Kind, contact: Contact) -> None:
        """The time of this kind begins now, under the policy that holds."""
        promises = self.terms.now(contact.workspace)
        if promises is not None and (contact.began is not None or contact.policy != promises.version):
            contact.begin(kind, promises.version)

    def came_before(self, contacts: Iterable[Contact], promises: Promises | None) -> None:
        """Another policy than this comes. Of whom nobody wrote down a version (Usher 0.1 did not) came under this one
        at the latest."""
        for contact in contacts:
            if not contact.policy and promises is not None:
                contact.policy = promises.version
                self._facts.touch(contact)

    def _owe(self, kinds: tuple[Kind, ...], contact: Contact, at_ms: int) -> None:
        """Somebody owes this from now on, unless it was owed before: the oldest counts."""
        for kind in kinds:
            if contact.owed is None or kind not in contact.owed:
                contact.owed = {kind: at_ms} if contact.owed is None else {**contact.owed, kind: at_ms}
                self.begin(kind, contact)
                self._facts.touch(contact)

    def _is_over(self, kinds: tuple[Kind, ...], contact: Contact) -> None:
        for kind in kinds:
            if contact.owed is not None and kind in contact.owed:
                del contact.owed[kind]
                contact.owed = contact.owed or None
                if contact.taken_back:
                    contact.over(kind)
                self._facts.touch(contact)

    def was_not_remembered(self, contact: Contact, *, again: bool) -> None:
        """It is met in a queue, and came while nothing was promised that counts from then: so that is not promised to
        it. Nor is the first answer where it was in a queue ``again``: it may have had that before."""
        if again:
            contact.once = ONCE
        else:
            self.begin(FIRST_RESPONSE, contact)

    def would_wait(self, contact: Contact, queue: str) -> None:
        """It is served without a person, and is promised what this queue promises, where it would wait for one."""
        if contact.home != queue:
            contact.home = intern(queue)
            self._facts.touch(contact)

    def seeks_article(self, contact: Contact, at_ms: int) -> None:
        """It is for self-service; where a bot had it, the customer was asked before and took their time."""
        if contact.tier:
            contact.sought_ms = at_ms
            contact.over(SELF_SERVICE_RESPONSE)
            self.begin(SELF_SERVICE_RESPONSE, contact)
        contact.tier = "self_service"
        self._facts.touch(contact)

    def goes_to(self, tier: str, contact: Contact, at_ms: int) -> None:
        """Self-service or a bot has it, and the other one does not any more."""
        contact.tier = tier
        self._facts.touch(contact)
        self.work.hold(contact, tier, at_ms)
        self.work.release(contact, "bot" if tier == "self_service" else "self_service", at_ms)

    def does_not_wait(self, contact: Contact, hold: str, at_ms: int) -> None:
        """It does not wait for this any more; that was perhaps all that was to be remembered of it."""
        if contact.holds is not None and hold in contact.holds:
            self.work.release(contact, hold, at_ms)
            self.forget_if_done(contact)

    def leave_queue(self, contact: Contact, at_ms: int, outcome: str) -> None:
        """It does not wait any more, and this is why."""
        if contact.queue is not None:
            self.waited(contact, at_ms, outcome)
            contact.queue = None
            if contact.taken_back:
                contact.over(TIME_TO_ANSWER)
            self._facts.touch(contact)

    def taken(self, contact: Contact, agent_id: str | None, at_ms: int) -> None:
        """An agent has it from now on."""
        self.leave_queue(contact, at_ms, "answered")
        contact.agent_id = agent_id
        self._facts.touch(contact)

    def given_back(self, effect: Effect, contact: Contact, event: Changed, at_ms: int) -> None:
        """The agent does not have it any more; what ends with that was theirs."""
        self.reach(effect, contact, event, at_ms)
        contact.agent_id = None
        self._facts.touch(contact)
        self.forget_if_done(contact)

    def waited(self, contact: Contact, at_ms: int, outcome: str) -> None:
        """One wait in its queue ended, and this is why."""
        seconds = max(0, at_ms - contact.entered_ms) / MILLISECONDS_PER_SECOND
        self._facts.totals.waited((contact.workspace, contact.queue or "", contact.channel), outcome, seconds)

    def end(self, event: Changed, at_ms: int, outcome: str, effect: Effect | None) -> None:
        """Nothing follows this event: what is still open is dropped."""
        contact = self.contacts.get(event.contact_id)
        if contact is None:
            return
        self.leave_queue(contact, at_ms, outcome)
        if effect is not None:
            self.reach(effect, contact, event, at_ms)
        for clock in tuple(contact.clocks):
            self.work.drop(clock, contact, at_ms)
        self._forget(contact)

    def forget_if_done(self, contact: Contact) -> None:
        """Forget it where nothing that may still come depends on it."""
        if contact.done:
            self._forget(contact)

    def _forget(self, contact: Contact) -> None:
        self.contacts.pop(contact.contact_id, None)
        self._facts.touch(contact)


def _recall(contact: Contact) -> None:
    """Usher 0.1 wrote down what is owed in clocks alone."""
    for clock in contact.clocks:
        if clock.kind in OWED and (contact.owed is None or clock.kind not in contact.owed):
            contact.owed = {**(contact.owed or {}), clock.kind: clock.started_ms}
