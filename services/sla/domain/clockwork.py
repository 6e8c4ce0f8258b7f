"""Starts, stops, pauses and fires clocks, and keeps what follows: facts to publish, breaches, totals, contacts."""

import math
from collections.abc import Iterable

from services.sla.domain.clock import PAUSED, RUNNING, Clock, Fact, Kind, Signal, State, move
from services.sla.domain.contact import Contact
from services.sla.domain.deadlines import Deadlines
from services.sla.domain.risks import Risks
from services.sla.domain.rows import Breach, breach_of
from services.sla.domain.sla_event import NOTHING, Note, fact_event, held_to
from services.sla.domain.target import Target
from services.sla.domain.terms import Terms
from services.sla.domain.totals import BREACHES, CLOCKS, Key, Totals
from shared.contract.records import Event
from shared.lane.engine import Deadline
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Clockwork"]

_STARTED, _BREACHED = Fact.STARTED, Fact.BREACHED
_DUE, _DONE, _DROPPED = Signal.DUE, Signal.DONE, Signal.DROPPED
_DECIDED = {Fact.MET: State.MET, Fact.BREACHED: State.BREACHED, Fact.CANCELLED: State.CANCELLED}


class Clockwork:
    """All clocks of a partition. Whatever it is told, each clock is decided once, by event time:

    done or dropped at or before the due time decides the clock as met or cancelled; later, or fired, it is breached at
    the due time. A paused clock is due nowhen. What stands here is a function of the events alone, wherever batches are
    cut. ``trace`` is the traceparent of the record that is being applied.
    """

    def __init__(self, totals: Totals, terms: Terms, contacts: Iterable[Contact] = ()) -> None:
        self.totals = totals
        self.trace = ""
        self._terms = terms
        self._events: list[Event] = []
        self._breaches: list[Breach] = []
        self._touched: dict[str, Contact] = {}
        self._begun: set[Key] = set()
        self.fired: list[Deadline] = []
        self.open_clocks: dict[str, int] = {}
        self._deadlines = Deadlines()
        self.risks = Risks(totals)
        for contact in contacts:
            for clock in contact.clocks:
                if clock.raised_ms is not None:
                    self.risks.count(clock, contact, 1)
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

    # ---- what happens to one clock ----

    def start(self, clock: Clock, contact: Contact, made_ms: int) -> None:
        """Start a clock of a contact that has none of this kind; paused at once where the contact waits for that.

        ``made_ms``: when the promise was made, which may be long after the time from which it counts.
        """
        clock.traceparent = self.trace
        rests_ms = _rests_ms(clock, contact) if contact.holds else None
        used_up = rests_ms is not None and clock.due_ms < rests_ms
        _not_before(clock, made_ms)
        contact.clocks.append(clock)
        self._opened(clock.kind, 1)
        self._begin_totals(clock, contact)
        self.risks.begin(clock, contact)
        self._publish(_STARTED, clock, contact, clock.started_ms)
        self._deadlines.add(clock, contact)
        if used_up:
            clock.paused_ms = rests_ms
            self._deadlines.outdate()
            self._move(clock, contact, _DUE, clock.due_ms)
        elif rests_ms is not None:
            self._pause(clock, contact, rests_ms)

    def done(self, clock: Clock, contact: Contact, at_ms: int, agent_id: str | None = None) -> None:
        """The promised work was done at this time: met, or ended late."""
        self._end(
            clock, contact, at_ms, _DONE, Note(agent_id, self._elapsed(clock, contact, at_ms), (), None, self.trace)
        )

    def drop(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        """The promise no longer matters from this time on: cancelled, unless it was breached before."""
        self._end(clock, contact, at_ms, _DROPPED, Note(traceparent=self.trace))

    def hold(self, contact: Contact, hold: str, at_ms: int) -> None:
        """From now on the contact waits for this: clocks that do not count it pause."""
        if hold in contact.waits_for:
            return
        contact.holds = {**contact.waits_for, hold: at_ms}
        self.touch(contact)
        for clock in contact.clocks:
            if clock.state is RUNNING and hold in clock.pauses:
                self._pause(clock, contact, at_ms)
            if clock.state is State.BREACHED and hold in clock.pauses and clock.paused_ms is None:
                clock.paused_ms = at_ms  # the breach stands; what its work takes in the end does not count this

    def release(self, contact: Contact, hold: str, at_ms: int) -> None:
        """The contact does not wait for this any more."""
        since_ms = None if contact.holds is None else contact.holds.pop(hold, None)
        if since_ms is None:
            return
        contact.holds = contact.holds or None
        contact.rested(hold, since_ms, at_ms)
        self.touch(contact)
        for clock in contact.clocks:
            if clock.paused_ms is not None and contact.waits_for.keys().isdisjoint(clock.pauses):
                self._resume(clock, contact, at_ms)

    def risk(self, clock: Clock, contact: Contact, at_ms: int, breach_risk: float, *, raised: bool) -> None:
        """A breach is announced, or that is taken back; nothing happens when that is said already, or decided."""
        if not self._catch_up(clock, contact, at_ms) or raised is (clock.raised_ms is not None):
            return
        if raised:
            self.risks.raised(clock, contact, at_ms)
        else:
            self.risks.cleared(clock, contact)
        clock.turns += 1
        note = Note(traceparent=self.trace, breach_risk=breach_risk)
        self._publish(Fact.RISK_RAISED if raised else Fact.RISK_CLEARED, clock, contact, at_ms, note)

    def retarget(self, clock: Clock, contact: Contact, target: Target, policy: int, at_ms: int) -> None:
        """Another target holds for a clock that runs: the same start, and what was not counted stays so. A breach, and
        what was due before, stands."""
        if not self._catch_up(clock, contact, at_ms):
            return
        before, policy_before = _held(clock), held_to(clock)
        unwarned = clock.warn_ms is not None or clock.warn_at is None
        at_risk = clock.raised_ms is not None
        self.risks.count(clock, contact, -at_risk)
        clock.target, clock.target_seconds, clock.queue = target.name, target.seconds, target.queue
        self.risks.count(clock, contact, at_risk)
        clock.policy, clock.rule, clock.calendar = policy, target.rule, target.calendar_name
        clock.warn_at, clock.pauses = target.warn_at, target.pauses
        clock.due_ms = target.due_ms(clock.started_ms, clock.paused_seconds)
        clock.warn_ms = target.warn_ms(clock.started_ms, clock.paused_seconds) if unwarned else None
        used_up = clock.paused_ms is not None and clock.due_ms < clock.paused_ms
        if used_up or clock.state is RUNNING:
            _not_before(clock, at_ms)
        self.touch(contact)
        if _held(clock) != before:
            clock.turns += 1
            self._begin_totals(clock, contact)
            note = Note(previous=policy_before, traceparent=self.trace)
            self._publish(Fact.RETARGETED, clock, contact, at_ms, note)
        if clock.state is RUNNING:
            self._deadlines.outdate()
            self._deadlines.add(clock, contact)
        waits = not contact.waits_for.keys().isdisjoint(clock.pauses)
        if used_up:
            self._move(clock, contact, _DUE, clock.due_ms)
        elif waits and clock.state is RUNNING:
            self._pause(clock, contact, at_ms)
        elif clock.state is PAUSED and not waits:
            self._resume(clock, contact, at_ms)

    def fire_before(self, horizon_ms: int) -> None:
        """Warn of and breach every clock whose time is strictly before the horizon, earliest first."""
        while (due := self._deadlines.pop_before(horizon_ms)) is not None:
            self._fire(*due)

    def fire_of(self, contact: Contact, horizon_ms: int) -> None:
        """The same for the clocks of one contact."""
        while _is_due(contact, horizon_ms):
            clock = min(contact.clocks, key=lambda clock: (_next_ms(clock), clock.clock_id))
            if self._deadlines.is_barred(int(_next_ms(clock)), clock.clock_id):
                return
            self._deadlines.outdate()
            self._fire(clock, contact)

    def fire_alone(self, deadline: Deadline, contacts: Iterable[Contact]) -> None:
        """Fire this one, whatever else is due, where it is pending."""
        for clock, contact in _pending(deadline, contacts):
            self._deadlines.outdate()
            self._fire(clock, contact)

    def bar(self, deadline: Deadline, contacts: Iterable[Contact]) -> None:
        """Never fire this one. A clock whose warning is left out still falls due."""
        self._deadlines.bar(deadline.at_ms, deadline.name)
        for clock, contact in _pending(deadline, contacts):
            if clock.warn_ms is not None:
                clock.warn_ms = None
                self._deadlines.outdate()
                self._deadlines.add(clock, contact)

    def _fire(self, clock: Clock, contact: Contact) -> None:
        self.fired.append(Deadline(clock.clock_id, int(_next_ms(clock))))
        if clock.warn_ms is not None:
            self._warn(clock, contact)
            self._deadlines.add(clock, contact)
        else:
            self._move(clock, contact, _DUE, clock.due_ms)

    # ---- how ----

    def _catch_up(self, clock: Clock, contact: Contact, at_ms: int) -> bool:
        """Whether the clock is still undecided at this time; what came due before is said first."""
        if clock.state is RUNNING:
            if clock.warn_ms is not None and at_ms > clock.warn_ms:
                self._warn(clock, contact)
            if at_ms > clock.due_ms:
                self._move(clock, contact, _DUE, clock.due_ms)
                self._deadlines.outdate()
        return clock.state is not State.BREACHED

    def _end(self, clock: Clock, contact: Contact, at_ms: int, signal: Signal, note: Note) -> None:
        running = clock.state is RUNNING
        if running:
            if clock.warn_ms is not None and at_ms > clock.warn_ms:
                self._warn(clock, contact)
            if at_ms > clock.due_ms:
                self._move(clock, contact, _DUE, clock.due_ms)
        self._move(clock, contact, signal, at_ms, note)
        contact.clocks.remove(clock)
        if running:
            self._deadlines.outdate()

    def _pause(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        if self._catch_up(clock, contact, at_ms):
            clock.paused_ms = at_ms
            clock.turns += 1
            waits_for = tuple(sorted(hold for hold in clock.pauses if hold in contact.waits_for))
            self._move(clock, contact, Signal.PAUSE, at_ms, Note(waits_for=waits_for, traceparent=self.trace))
            self._deadlines.outdate()

    def _resume(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        assert clock.paused_ms is not None, "a paused clock knows since when"
        calendar = self._terms.calendar(contact.workspace, clock.policy, clock.calendar)
        clock.paused_seconds += calendar.open_seconds_between(clock.paused_ms, at_ms)
        clock.paused_ms = None
        if clock.state is State.BREACHED:
            return
        started_ms, paused = clock.started_ms, clock.paused_seconds
        clock.due_ms = calendar.add_open_time(started_ms, clock.target_seconds + paused)
        if clock.warn_ms is not None and clock.warn_at is not None:
            clock.warn_ms = calendar.add_open_time(started_ms, clock.target_seconds * clock.warn_at + paused)
        _not_before(clock, at_ms)
        self._move(clock, contact, Signal.RESUME, at_ms, Note(traceparent=self.trace))
        self._deadlines.add(clock, contact)

    def _warn(self, clock: Clock, contact: Contact) -> None:
        assert clock.warn_ms is not None, "a clock warns once"
        self._publish(Fact.WARNED, clock, contact, clock.warn_ms)
        clock.warn_ms = None

    def _move(self, clock: Clock, contact: Contact, signal: Signal, at_ms: int, note: Note = NOTHING) -> None:
        fact = move(clock, signal)
        if fact is None:
            self.touch(contact)
            return
        self._publish(fact, clock, contact, at_ms, note)
        result = _DECIDED.get(fact)
        if result is not None:
            self._opened(clock.kind, -1)
            workspace, kind, target, queue = contact.workspace, clock.kind, clock.target, clock.queue
            whose = ("clock", workspace, kind, target, queue, contact.channel, note.agent_id or "", result)
            self.totals.hours.add(at_ms, whose)
            self.totals.add((CLOCKS, workspace, kind, target, queue, result))
            self.risks.decided(clock, contact, result)
        if fact is _BREACHED:
            self.totals.add(_breaches_of(clock, contact))
            self._breaches.append(breach_of(clock, contact))

    def _publish(self, fact: Fact, clock: Clock, contact: Contact, at_ms: int, note: Note = NOTHING) -> None:
        self._touched[contact.contact_id] = contact
        self._events.append(fact_event(fact, clock, contact, at_ms, note))

    def _elapsed(self, clock: Clock, contact: Contact, at_ms: int) -> float:
        """Calendar time that counted from the clock's start, in seconds."""
        until_ms = at_ms if clock.paused_ms is None else clock.paused_ms
        if not clock.calendar:
            seconds = max(0, until_ms - clock.started_ms) / MILLISECONDS_PER_SECOND
            return round(seconds - clock.paused_seconds, 3) if clock.paused_seconds else seconds
        calendar = self._terms.calendar(contact.workspace, clock.policy, clock.calendar)
        return round(calendar.open_seconds_between(clock.started_ms, until_ms) - clock.paused_seconds, 3)

    def _begin_totals(self, clock: Clock, contact: Contact) -> None:
        """Whatever may come of the clock is counted from zero on, where its policy did not see to that already."""
        breaches = _breaches_of(clock, contact)
        if breaches not in self._begun:
            self._begun.add(breaches)
            self.totals.begin(breaches)
            for result in _DECIDED.values():
                self.totals.begin((CLOCKS, contact.workspace, clock.kind, clock.target, clock.queue, result))

    def _opened(self, kind: Kind, change: int) -> None:
        self.open_clocks[kind] = self.open_clocks.get(kind, 0) + change


def _not_before(clock: Clock, at_ms: int) -> None:
    """No promise is broken before it is made, and none while the clock rests: what is used up is due at once."""
    clock.due_ms = max(clock.due_ms, at_ms)
    if clock.warn_ms is not None:
        clock.warn_ms = max(clock.warn_ms, at_ms)


def _rests_ms(clock: Clock, contact: Contact) -> int | None:
    """Since when the clock should rest, from its start on; None where it should run."""
    since = [at_ms for hold, at_ms in contact.waits_for.items() if hold in clock.pauses]
    return max(clock.started_ms, min(since)) if since else None


def _breaches_of(clock: Clock, contact: Contact) -> Key:
    return (BREACHES, contact.workspace, clock.kind, clock.target, clock.queue, contact.channel)


def _held(clock: Clock) -> tuple[object, ...]:
    """All that a change of target may change, but the version of the policy that says so."""
    return clock.target, clock.due_ms, clock.warn_ms, clock.queue, clock.rule, clock.pauses


def _pending(deadline: Deadline, contacts: Iterable[Contact]) -> list[tuple[Clock, Contact]]:
    """The clock that the deadline is of, with its contact; none where it is not pending."""
    found = ((clock, contact) for contact in contacts for clock in contact.clocks if clock.clock_id == deadline.name)
    return [(clock, contact) for clock, contact in found if clock.next_ms == deadline.at_ms]


def _is_due(contact: Contact, horizon_ms: int) -> bool:
    """Whether a clock of the contact is due. Asked at every event of one, and the answer is nearly always no: to find
    the earliest clock each time took a tenth of an event's time."""
    for clock in contact.clocks:
        if clock.state is RUNNING and (clock.due_ms if clock.warn_ms is None else clock.warn_ms) < horizon_ms:
            return True
    return False


def _next_ms(clock: Clock) -> float:
    at_ms = clock.next_ms
    return math.inf if at_ms is None else at_ms
