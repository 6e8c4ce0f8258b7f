"""The live contacts of a partition, and what each event of the log means for their clocks."""

from collections.abc import Iterable
from sys import intern

from services.sla.domain.changes import Changes
from services.sla.domain.clock import FIRST_RESPONSE, TIME_TO_ANSWER
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import (
    Changed,
    Classified,
    Escalated,
    MessageAdded,
    PendingChanged,
    Queued,
    Received,
    ReplySent,
    Reprioritised,
    RiskChanged,
)
from services.sla.domain.effects import EFFECTS, Effect
from services.sla.domain.live import Live
from services.sla.domain.promises import Promises
from services.sla.domain.totals import Totals
from shared.policy.kinds import Moment
from shared.times import to_ms

__all__ = ["Book"]

_FOR_SELF_SERVICE, _TO_SELF_SERVICE = EFFECTS[Moment.FOR_SELF_SERVICE], EFFECTS[Moment.SENT_TO_SELF_SERVICE]
_TO_BOT, _BOT_ANSWERED = EFFECTS[Moment.SENT_TO_BOT], EFFECTS[Moment.BOT_ANSWERED]
_BOT_REPORTED, _TIMED_OUT = EFFECTS[Moment.BOT_REPORTED], EFFECTS[Moment.TIMED_OUT]
_QUEUED, _SCHEDULED = EFFECTS[Moment.QUEUED], EFFECTS[Moment.SCHEDULED]
_ASSIGNED, _CALL_ANSWERED = EFFECTS[Moment.ASSIGNED], EFFECTS[Moment.CALL_ANSWERED]
_AGENT_ANSWERED, _CUSTOMER_WROTE = EFFECTS[Moment.AGENT_ANSWERED], EFFECTS[Moment.CUSTOMER_WROTE]
_GIVEN_BACK, _CLOSED, _CONTAINED = EFFECTS[Moment.GIVEN_BACK], EFFECTS[Moment.CLOSED], EFFECTS[Moment.CONTAINED]
_FIRST = (FIRST_RESPONSE,)
_TIMEOUT = "timeout"  # the reason of an escalation that nobody reported


class Book:
    """One method per meaning; each takes the event and its time. What a moment does to clocks stands in
    shared/policy/kinds.py; here is which moment an event is. Contacts that nothing depends on are forgotten.
    """

    def __init__(self, totals: Totals, contacts: Iterable[Contact] = ()) -> None:
        self._live = Live(totals, contacts)
        self.terms, self.contacts, self.work = self._live.terms, self._live.contacts, self._live.work
        self._facts, self._starts = self.work.facts, self._live.starts
        self._changes = Changes(self.terms, self.work, self._starts)

    def promise(self, workspace: str, promises: Promises) -> None:
        """These targets hold in the workspace."""
        self.terms.activate(workspace, promises)
        self._facts.totals.add_bounds(promises.seconds_of(TIME_TO_ANSWER))

    def change(self, workspace: str, promises: Promises, at_ms: int) -> None:
        """From now on these targets hold in the workspace; what becomes of its open clocks is said."""
        mine = sorted(each for each, contact in self.contacts.items() if contact.workspace == workspace)
        contacts = [self.contacts[contact_id] for contact_id in mine]
        self._live.came_before(contacts, self.terms.now(workspace))
        self.promise(workspace, promises)
        self._changes.activated(promises, contacts, at_ms)

    # ---- arrival and tiers ----

    def received(self, event: Received, at_ms: int) -> None:
        """The contact arrived: remembered where something depends on when it did."""
        promises = self.terms.now(event.workspace)
        if promises is not None and promises.remembers:
            contact = self._live.know(event)
            contact.kept = True
            contact.received_ms = at_ms
            contact.attributes = event.attributes or None
            self._facts.touch(contact)

    def classified(self, event: Classified, at_ms: int) -> None:
        """What it is about is known, and so is the queue whose promises it has while it is served without a person."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None and "agent" not in (contact.tier, event.tier):
            self._live.would_wait(contact, event.queue or "")
            if event.tier != contact.tier and event.tier == "self_service":
                self._live.seeks_article(contact, at_ms)
                self._live.reach(_FOR_SELF_SERVICE, contact, event, at_ms)

    def sent_to_self_service(self, event: Changed, at_ms: int) -> None:
        """Articles were sent: a clock of its resolution starts."""
        self._automated(event, at_ms, "self_service", _TO_SELF_SERVICE)

    def sent_to_bot(self, event: Changed, at_ms: int) -> None:
        """A bot has it, and owes an answer."""
        self._automated(event, at_ms, "bot", _TO_BOT)

    def escalated(self, event: Escalated, at_ms: int) -> None:
        """A bot or self-service is done with it, or said nothing for too long; a queue follows."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._live.passes(_TIMED_OUT if event.reason == _TIMEOUT else _BOT_REPORTED, contact, event, at_ms)

    # ---- waiting ----

    def queued(self, event: Queued, at_ms: int) -> None:
        """The contact entered a queue; its wait may have begun before, in another one."""
        contact = self._live.know(event)
        queue = intern(event.queue or "")
        if contact.queue is not None and contact.queue != queue:
            self._live.waited(contact, at_ms, "flow_out")
        if contact.queue is None:
            self._live.begin(TIME_TO_ANSWER, contact)
        began = event.wait_started_at or event.entered_at
        contact.queue, contact.home, contact.agent_id = queue, queue, None
        self._facts.totals.begin_waits((contact.workspace, queue, contact.channel))
        contact.entered_ms = at_ms if began is None else to_ms(began)
        contact.priority_seconds = event.priority_seconds
        self._is_for_a_person(contact, event, at_ms)
        self._facts.touch(contact)
        self._live.reach(_QUEUED, contact, event, at_ms)

    def reprioritised(self, event: Reprioritised, at_ms: int) -> None:
        """Another priority may mean other targets, by the policy under which each clock runs."""
        contact, own = self.contacts.get(event.contact_id), event.own_priority_seconds
        if contact is not None:
            contact.priority_seconds = event.priority_seconds if own is None else own
            self._facts.touch(contact)
            self._changes.reprioritised(contact, event, at_ms)

    def risk_raised(self, event: RiskChanged, at_ms: int) -> None:
        """The router says that the queue's promise will probably be broken."""
        self._risk(event, at_ms, True)

    def risk_cleared(self, event: RiskChanged, at_ms: int) -> None:
        """And that it will be kept after all."""
        self._risk(event, at_ms, False)

    def scheduled(self, event: Changed, at_ms: int) -> None:
        """The customer is served at another time: nobody need be quick now."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._live.leave_queue(contact, at_ms, "callback")
            self._live.reach(_SCHEDULED, contact, event, at_ms)
            self.work.hold(contact, "scheduled", at_ms)
            self._live.forget_if_done(contact)

    # ---- with an agent ----

    def assigned(self, event: Changed, at_ms: int) -> None:
        """An agent took the contact: it is answered, and on voice that is the first response."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._live.taken(contact, event.agent_id, at_ms)
            self._live.reach(_ASSIGNED, contact, event, at_ms)
            if event.channel == "voice":
                self._answered(contact, event, at_ms, _CALL_ANSWERED)
            self._live.forget_if_done(contact)

    def given_back(self, event: Changed, at_ms: int) -> None:
        """The agent passed the contact on, or a supervisor did; a queue follows."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._live.given_back(_GIVEN_BACK, contact, event, at_ms)

    def wrote(self, event: MessageAdded, at_ms: int) -> None:
        """A further message: of the customer, or written past the desktop by an agent or a bot."""
        contact = self.contacts.get(event.contact_id)
        if contact is None:
            return
        if event.sender == "agent":
            self._answered(contact, event, at_ms, _AGENT_ANSWERED)
        elif event.sender == "bot":
            self._live.passes(_BOT_ANSWERED, contact, event, at_ms)
        elif event.sender == "customer":
            # What was written at the very time of an answer, or is said to, was written before it.
            if contact.answered and event.state != "wrapping" and at_ms > (contact.replied_ms or 0):
                self._live.reach(_CUSTOMER_WROTE, contact, event, at_ms)
            self._live.does_not_wait(contact, "pending", at_ms)

    def replied(self, event: ReplySent, at_ms: int) -> None:
        """Somebody answered the customer; a note among colleagues is no answer."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None and event.public:
            if event.by == "agent":
                self._answered(contact, event, at_ms, _AGENT_ANSWERED)
            else:
                self._live.passes(_BOT_ANSWERED, contact, event, at_ms)

    def pending(self, event: PendingChanged, at_ms: int) -> None:
        """The contact waits for the customer, or does not any more."""
        if event.pending:  # whoever is promised an answer later does not wait for it meanwhile
            self.work.hold(self._live.know(event), "pending", at_ms)
        elif (contact := self.contacts.get(event.contact_id)) is not None:
            self._live.does_not_wait(contact, "pending", at_ms)

    # ---- ends ----

    def closed(self, event: Changed, at_ms: int) -> None:
        """The contact is resolved, and nothing follows."""
        self._live.end(event, at_ms, "cancelled", _CLOSED)

    def contained(self, event: Changed, at_ms: int) -> None:
        """A bot or self-service resolved it: that was the first answer too, if nobody else owed one."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None and contact.remembered and not contact.answered:
            self._starts.start(_FIRST, contact, event, at_ms)
        self._live.end(event, at_ms, "cancelled", _CONTAINED)

    def abandoned(self, event: Changed, at_ms: int) -> None:
        """The customer gave up, and nothing follows."""
        self._live.end(event, at_ms, "abandoned", None)

    def given_up(self, event: Changed, at_ms: int) -> None:
        """The contact was cancelled or expired, and nothing follows."""
        self._live.end(event, at_ms, "cancelled", None)

    # ---- contacts ----

    def _risk(self, event: RiskChanged, at_ms: int, raised: bool) -> None:
        """A clock that goes on with the promise of an earlier queue is not what the router speaks of."""
        contact = self.contacts.get(event.contact_id)
        clock = None if contact is None else contact.clock(TIME_TO_ANSWER)
        if contact is not None and clock is not None and clock.queue == event.queue:
            self.work.risk(clock, contact, at_ms, event.breach_risk, raised=raised)

    def _automated(self, event: Changed, at_ms: int, tier: str, effect: Effect) -> None:
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._live.goes_to(tier, contact, at_ms)
            self._live.passes(effect, contact, event, at_ms)

    def _is_for_a_person(self, contact: Contact, event: Queued, at_ms: int) -> None:
        """The first entry of all, after a bot or self-service: the hand-off, from which a person owes an answer."""
        if contact.human_ms is None:
            entered_at = event.entered_at if event.wait_started_at is not None else None
            entered_ms = contact.entered_ms if entered_at is None else to_ms(entered_at)  # the same, not one more each
            contact.human_ms = entered_ms if contact.received_ms is None else contact.received_ms
            if contact.tier in ("bot", "self_service"):
                contact.human_ms = at_ms
                self._live.begin(FIRST_RESPONSE, contact)
            elif contact.received_ms is None:
                self._live.was_not_remembered(contact, again=entered_ms < at_ms)
        contact.tier = "agent"
        if contact.holds:
            for hold in ("bot", "self_service", "scheduled"):
                self.work.release(contact, hold, at_ms)

    def _answered(self, contact: Contact, event: Changed, at_ms: int, effect: Effect) -> None:
        if contact.human_ms is None:
            return  # a bot or self-service has it: only an answer after the hand-off counts
        contact.answered, contact.replied_ms = True, at_ms
        self._facts.touch(contact)
        self._live.passes(effect, contact, event, at_ms)
