"""The live contacts of a partition, and what each event of the log means for their clocks."""

from collections.abc import Iterable

from services.sla.domain.clock import RESOLUTION, TIME_TO_ANSWER, Clock, Kind, clock_id
from services.sla.domain.clockwork import Clockwork
from services.sla.domain.contact import Contact
from services.sla.domain.contact_event import Changed, Queued
from services.sla.domain.target import Promises, Target, stated
from services.sla.domain.totals import Totals
from shared.times import MILLISECONDS_PER_SECOND, to_ms

__all__ = ["Book"]


class Book:
    """One method per meaning; each takes the event and its time. Contacts that nothing depends on are forgotten.

    * ``time_to_answer`` starts with an entry into a queue and is done by an assignment. It goes on over overflow and
      relaxation with the promise of the first queue; an entry after an assignment starts another.
    * ``resolution`` starts once, at the first routing to where it is promised, as of the contact's arrival; it is done
      when the contact is closed or contained.
    * Every other end of a contact drops what is open.
    """

    def __init__(self, totals: Totals, contacts: Iterable[Contact] = ()) -> None:
        self.contacts = {contact.contact_id: contact for contact in contacts}
        self.work = Clockwork(totals, self.contacts.values())
        self._promises: dict[str, Promises] = {}

    def promise(self, workspace: str, promises: Promises) -> None:
        """From here on these targets hold for clocks that start in the workspace."""
        self._promises[workspace] = promises
        self.work.totals.add_bounds(promises.seconds_of(TIME_TO_ANSWER))

    # ---- what each event means ----

    def received(self, event: Changed, at_ms: int) -> None:
        """The contact arrived: remembered only where a resolution may be promised."""
        promises = self._promises.get(event.workspace)
        if promises is not None and promises.any_of(RESOLUTION):
            contact = self._contact(event)
            contact.received_ms = at_ms
            self.work.touch(contact)

    def routed(self, event: Changed, at_ms: int) -> None:
        """Self-service or a bot has it: the queue it would wait in, else the default queue, promises its resolution."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._start_resolution(contact, event)

    def queued(self, event: Queued, at_ms: int) -> None:
        """The contact entered a queue; its wait began before, where it has only changed the queue."""
        contact = self._contact(event)
        queue = event.queue or ""
        if contact.queue is not None and contact.queue != queue:
            self._waited(contact, at_ms, "flow_out")
        contact.queue = queue
        since = event.wait_started_at or event.entered_at  # records of before 2026-11-28 know only the first entry
        contact.entered_ms = at_ms if since is None else to_ms(since)
        self.work.touch(contact)
        self._start_answer(contact, event)
        self._start_resolution(contact, event)

    def scheduled(self, event: Changed, at_ms: int) -> None:
        """The customer is served at another time: nobody need be quick now."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._leave_queue(contact, at_ms, "callback")
            self.work.drop(TIME_TO_ANSWER, contact, at_ms)
            self._forget_if_done(contact)

    def assigned(self, event: Changed, at_ms: int) -> None:
        """An agent took the contact: it is answered."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._leave_queue(contact, at_ms, "answered")
            self.work.done(TIME_TO_ANSWER, contact, at_ms, event.agent_id)
            self._forget_if_done(contact)

    def resolved(self, event: Changed, at_ms: int) -> None:
        """The contact is closed or contained: it is resolved, and nothing follows."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self.work.done(RESOLUTION, contact, at_ms, event.agent_id)
            self._end(contact, at_ms, "cancelled")

    def abandoned(self, event: Changed, at_ms: int) -> None:
        """The customer gave up, and nothing follows."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._end(contact, at_ms, "abandoned")

    def given_up(self, event: Changed, at_ms: int) -> None:
        """The contact was cancelled or expired, and nothing follows."""
        contact = self.contacts.get(event.contact_id)
        if contact is not None:
            self._end(contact, at_ms, "cancelled")

    # ---- contacts ----

    def _contact(self, event: Changed) -> Contact:
        contact = self.contacts.get(event.contact_id)
        if contact is None:
            contact = Contact(contact_id=event.contact_id, workspace=event.workspace, channel=event.channel)
            self.contacts[event.contact_id] = contact
        return contact

    def _leave_queue(self, contact: Contact, at_ms: int, outcome: str) -> None:
        if contact.queue is not None:
            self._waited(contact, at_ms, outcome)
            contact.queue = None
            self.work.touch(contact)

    def _waited(self, contact: Contact, at_ms: int, outcome: str) -> None:
        seconds = max(0, at_ms - contact.entered_ms) / MILLISECONDS_PER_SECOND
        self.work.totals.waited(contact.queue or "", contact.channel, outcome, seconds)

    def _end(self, contact: Contact, at_ms: int, outcome: str) -> None:
        self._leave_queue(contact, at_ms, outcome)
        for clock in tuple(contact.clocks):
            self.work.drop(clock.kind, contact, at_ms)
        contact.received_ms = None
        self._forget_if_done(contact)

    def _forget_if_done(self, contact: Contact) -> None:
        if contact.done:
            del self.contacts[contact.contact_id]
            self.work.touch(contact)

    # ---- clocks ----

    def _start_answer(self, contact: Contact, event: Queued) -> None:
        if event.target_seconds is None or contact.clock(TIME_TO_ANSWER) is not None:
            return
        target = self._answer_target(event, event.target_seconds)
        if target is not None:
            # The log's own due time decides, so that anybody can check a breach against it.
            entered_ms = contact.entered_ms
            due_ms = target.due_ms(entered_ms) if event.due_at is None else to_ms(event.due_at)
            self._start(TIME_TO_ANSWER, contact, target, (entered_ms, due_ms), event.version)

    def _answer_target(self, event: Queued, seconds: float) -> Target | None:
        """The policy's target. The event alone cannot tell a promise from the order of a queue that promised nothing,
        so its own seconds count only where the log no longer holds the workspace's policy."""
        promises = self._promises.get(event.workspace)
        if promises is not None:
            return promises.of(TIME_TO_ANSWER, event.queue)
        return stated(event.queue or "", seconds)

    def _start_resolution(self, contact: Contact, event: Changed) -> None:
        started_ms, promises = contact.received_ms, self._promises.get(event.workspace)
        target = promises.of(RESOLUTION, event.queue) if promises is not None else None
        if started_ms is not None and target is not None:
            contact.received_ms = None
            self._start(RESOLUTION, contact, target, (started_ms, target.due_ms(started_ms)), event.version)

    def _start(self, kind: Kind, contact: Contact, target: Target, span: tuple[int, int], version: int) -> None:
        started_ms, due_ms = span
        clock = Clock(
            clock_id=clock_id(contact.contact_id, kind, target.name, version),
            kind=kind,
            target=target.name,
            target_seconds=target.seconds,
            started_ms=started_ms,
            due_ms=due_ms,
            queue=target.queue,
            warn_ms=target.warn_ms(started_ms),
        )
        self.work.start(clock, contact)
