"""What became of clocks in a step: facts to publish, breaches, contacts that changed, and what is counted of them."""

from collections import defaultdict

from services.sla.domain.clock import Clock, Fact, State
from services.sla.domain.contact import Contact
from services.sla.domain.risks import Risks
from services.sla.domain.rows import Breach, breach_of
from services.sla.domain.sla_event import NOTHING, Note, Words, as_json, fact_event, started_event, words_of
from services.sla.domain.target import Target
from services.sla.domain.totals import BREACHES, CLOCKS, LATE_SUM, Key, Totals
from shared.contract.ids import traceparent_of
from shared.contract.records import Event
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Facts"]

CHANNELS_MAX = 64  # of a target whose words are kept, half a kilobyte each; there are fewer channels

_BREACHED, _ENDED_LATE = Fact.BREACHED, Fact.ENDED_LATE
_DECIDED = {Fact.MET: State.MET, Fact.BREACHED: State.BREACHED, Fact.CANCELLED: State.CANCELLED}


class Facts:
    """Kept until they are taken; the totals and ``open_clocks`` go on. ``trace`` is the traceparent of the record that
    is being applied."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals
        self.risks = Risks(totals)
        self.trace = ""
        self.open_clocks: dict[str, int] = defaultdict(int)  # those that are undecided, by kind
        self._events: list[Event] = []
        self._breaches: list[Breach] = []
        self._touched: dict[str, Contact] = {}
        self._begun: set[Key] = set()
        self._named: tuple[Contact | None, str, str] = (None, "", "")  # with its own trace, and its id as JSON or ""

    def touch(self, contact: Contact) -> None:
        """The contact changed in a way that must be stored."""
        self._touched[contact.contact_id] = contact

    def take_touched(self) -> dict[str, Contact]:
        """Contacts that changed since the last call, by id, in the order of their first change."""
        touched, self._touched = self._touched, {}
        return touched

    def take_events(self) -> list[Event]:
        """Facts to publish since the last call, in order."""
        events, self._events = self._events, []
        return events

    def take_breaches(self) -> list[Breach]:
        """Breaches since the last call, in order."""
        breaches, self._breaches = self._breaches, []
        return breaches

    def begin(self, clock: Clock, contact: Contact) -> None:
        """Whatever may come of the clock is counted from zero on, where its policy did not see to that already."""
        breaches = (BREACHES, contact.workspace, clock.kind, clock.target, clock.queue, contact.channel)
        if breaches not in self._begun:
            self._begun.add(breaches)
            self.totals.begin(breaches)
            self.totals.begin((LATE_SUM, contact.workspace, clock.kind, clock.queue))
            self.risks.begin(clock, contact)
            for result in _DECIDED.values():
                self.totals.begin((CLOCKS, contact.workspace, clock.kind, clock.target, clock.queue, result))

    def started(self, clock: Clock, contact: Contact, target: Target) -> None:
        """A clock of the contact has started, held to that target. It keeps the trace in which it starts; where none is
        told, that of the contact's first one. "": that which is named after the contact, as the log says where no
        sender gave one, and which follows from its id."""
        known, own, name = self._named
        if known is not contact or not name:
            own, name = self._own_trace(contact), as_json(contact.contact_id)
            self._named = contact, own, name
        trace = self.trace
        if trace != own:
            clock.traceparent = trace = trace or contact.clocks[0].traceparent
        self.open_clocks[clock.kind] += 1
        self._touched[contact.contact_id] = contact
        words = target.words.get(contact.channel) or self._words(clock, contact, target)
        self._events.append(started_event(clock, contact, trace or own, name, words))

    def _words(self, clock: Clock, contact: Contact, target: Target) -> Words:
        """The first clock of a target on a channel: what may come of such a clock is counted from now on."""
        self.begin(clock, contact)
        if len(target.words) >= CHANNELS_MAX:
            target.words.clear()
        return target.words.setdefault(contact.channel, words_of(clock, contact))

    def publish(self, fact: Fact, clock: Clock, contact: Contact, at_ms: int, note: Note = NOTHING) -> None:
        """Say a fact about the clock, that became true at this time."""
        self._touched[contact.contact_id] = contact
        trace = note.traceparent or clock.traceparent or self._own_trace(contact)
        self._events.append(fact_event(fact, clock, contact, at_ms, note, trace))

    def _own_trace(self, contact: Contact) -> str:
        """The trace that is named after the contact. Several facts about one contact follow each other."""
        if contact is not self._named[0]:
            self._named = contact, traceparent_of(contact.contact_id), ""
        return self._named[1]

    def moved(self, fact: Fact, clock: Clock, contact: Contact, at_ms: int, note: Note) -> None:
        """The clock is in another state: that is said, and counted where it is decided now."""
        self.publish(fact, clock, contact, at_ms, note)
        result = _DECIDED.get(fact)
        if result is not None:
            self.open_clocks[clock.kind] -= 1
            workspace, kind, target, queue = contact.workspace, clock.kind, clock.target, clock.queue
            agent_id = note.agent_id or contact.agent_id or ""
            whose = ("clock", workspace, kind, target, queue, contact.channel, agent_id, result)
            self.totals.hours.add(at_ms, whose)
            self.totals.add((CLOCKS, workspace, kind, target, queue, result))
            self.risks.decided(clock, contact, result)
        if fact is _BREACHED:
            self.totals.add((BREACHES, contact.workspace, clock.kind, clock.target, clock.queue, contact.channel))
            self._breaches.append(breach_of(clock, contact))
        elif fact is _ENDED_LATE:
            seconds = max(0, at_ms - clock.due_ms) / MILLISECONDS_PER_SECOND
            self.totals.ended_late((contact.workspace, clock.kind, clock.queue), seconds)
