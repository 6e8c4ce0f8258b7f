"""Starts, stops and fires clocks, and keeps what follows: facts to publish, breaches, totals, changed contacts."""

from collections.abc import Iterable

from services.sla.domain.clock import RUNNING, Clock, Fact, Kind, Signal, State, move
from services.sla.domain.contact import Contact
from services.sla.domain.deadlines import Deadlines
from services.sla.domain.rows import Breach
from services.sla.domain.sla_event import fact_event
from services.sla.domain.totals import BREACHES, CLOCKS, Totals
from shared.contract.records import Event

__all__ = ["Clockwork"]

_STARTED, _BREACHED = Fact.STARTED, Fact.BREACHED
_DUE, _DONE, _DROPPED = Signal.DUE, Signal.DONE, Signal.DROPPED
_DECIDED = {Fact.MET: State.MET, Fact.BREACHED: State.BREACHED, Fact.CANCELLED: State.CANCELLED}


class Clockwork:
    """All clocks of a partition. Whatever it is told, each clock is decided once, by event time:

    done or dropped at or before the due time decides the clock as met or cancelled; later, or fired, it is breached at
    the due time. What stands here is a function of the events alone, wherever batches are cut.
    """

    def __init__(self, totals: Totals, contacts: Iterable[Contact] = ()) -> None:
        self.totals = totals
        self._events: list[Event] = []
        self._breaches: list[Breach] = []
        self._touched: dict[str, Contact] = {}
        self.open_clocks: dict[str, int] = {}
        self._deadlines = Deadlines()
        for contact in contacts:
            for clock in contact.clocks:
                self._deadlines.add(clock, contact)
                if clock.state is not State.BREACHED:
                    self._opened(clock.kind, 1)

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

    def first_deadline_ms(self) -> int | None:
        """The earliest warning or due time of all running clocks."""
        return self._deadlines.first_ms()

    def start(self, clock: Clock, contact: Contact) -> None:
        """Start a clock of a contact that has none of this kind."""
        contact.clocks.append(clock)
        self._deadlines.add(clock, contact)
        self._opened(clock.kind, 1)
        self.totals.begin((BREACHES, clock.kind, clock.target, clock.queue, contact.channel))
        self._publish(_STARTED, clock, contact, clock.started_ms)

    def done(self, kind: Kind, contact: Contact, at_ms: int, agent_id: str | None) -> None:
        """The promised work was done at this time: met, or ended late. Nothing without an open clock of the kind."""
        self._end(kind, contact, at_ms, _DONE, agent_id)

    def drop(self, kind: Kind, contact: Contact, at_ms: int) -> None:
        """The promise no longer matters from this time on: cancelled, unless it was breached before."""
        self._end(kind, contact, at_ms, _DROPPED, None)

    def fire_before(self, horizon_ms: int) -> None:
        """Warn of and breach every clock whose time is strictly before the horizon, earliest first."""
        while (due := self._deadlines.pop_before(horizon_ms)) is not None:
            clock, contact = due
            if clock.warn_ms is not None:
                self._warn(clock, contact)
                self._deadlines.add(clock, contact)
            else:
                self._move(clock, contact, _DUE, clock.due_ms)

    def _end(self, kind: Kind, contact: Contact, at_ms: int, signal: Signal, agent_id: str | None) -> None:
        clock = contact.clock(kind)
        if clock is None:
            return
        if clock.warn_ms is not None and at_ms > clock.warn_ms:
            self._warn(clock, contact)
        running = clock.state is RUNNING
        if running and at_ms > clock.due_ms:
            self._move(clock, contact, _DUE, clock.due_ms)
        self._move(clock, contact, signal, at_ms, agent_id)
        contact.clocks.remove(clock)
        if running:
            self._deadlines.outdate()

    def _warn(self, clock: Clock, contact: Contact) -> None:
        assert clock.warn_ms is not None, "a clock warns once"
        self._publish(Fact.WARNED, clock, contact, clock.warn_ms)
        clock.warn_ms = None

    def _move(self, clock: Clock, contact: Contact, signal: Signal, at_ms: int, agent_id: str | None = None) -> None:
        fact = move(clock, signal)
        if fact is None:
            self.touch(contact)
            return
        self._publish(fact, clock, contact, at_ms, agent_id)
        result = _DECIDED.get(fact)
        if result is not None:
            self._opened(clock.kind, -1)
            self.totals.add((CLOCKS, clock.kind, clock.target, result))
        if fact is _BREACHED:
            self.totals.add((BREACHES, clock.kind, clock.target, clock.queue, contact.channel))
            self._breaches.append(_breach(clock, contact))

    def _publish(self, fact: Fact, clock: Clock, contact: Contact, at_ms: int, agent_id: str | None = None) -> None:
        self._touched[contact.contact_id] = contact
        self._events.append(fact_event(fact, clock, contact, at_ms, agent_id))

    def _opened(self, kind: Kind, change: int) -> None:
        self.open_clocks[kind] = self.open_clocks.get(kind, 0) + change


def _breach(clock: Clock, contact: Contact) -> Breach:
    return Breach(
        clock.clock_id,
        contact.workspace,
        contact.contact_id,
        clock.kind,
        clock.target,
        clock.queue,
        contact.channel,
        clock.due_ms,
    )
