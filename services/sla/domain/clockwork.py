"""Starts, stops, pauses and fires clocks."""

from collections.abc import Iterable

from services.sla.domain.clock import BREACHED, RUNNING, Clock, Fact, Signal, move
from services.sla.domain.contact import Contact
from services.sla.domain.deadlines import Deadlines, is_due, next_ms, pending
from services.sla.domain.facts import Facts
from services.sla.domain.former import changes_at, go_on, over_seconds, rested, rests_until
from services.sla.domain.sla_event import NOTHING, Note, held_to
from services.sla.domain.target import Target
from services.sla.domain.terms import Terms
from services.sla.domain.totals import Totals
from shared.lane.engine import Deadline
from shared.policy.calendar import Calendar

__all__ = ["Clockwork"]

_DUE, _DONE, _DROPPED, _PAUSE, _RESUME = Signal.DUE, Signal.DONE, Signal.DROPPED, Signal.PAUSE, Signal.RESUME


class Clockwork:
    """All clocks of a partition. Whatever it is told, each clock is decided once, by event time:

    done or dropped at or before the due time decides the clock as met or cancelled; later, or fired, it is breached at
    the due time. A paused clock is due nowhen. What stands here is a function of the events alone, wherever batches are
    cut; what follows of it is kept in ``facts``.
    """

    def __init__(self, totals: Totals, terms: Terms, contacts: Iterable[Contact] = ()) -> None:
        self.facts = Facts(totals)
        self.fired: list[Deadline] = []
        self._terms = terms
        self._deadlines = Deadlines()
        for contact in contacts:
            for clock in contact.clocks:
                if clock.raised_ms is not None:
                    self.facts.risks.count(clock, contact, 1)
                self._deadlines.add(clock, contact)
                if clock.state is not BREACHED:
                    self.facts.open_clocks[clock.kind] += 1

    def first_deadline_ms(self) -> int | None:
        """The earliest warning or due time of all running clocks."""
        return self._deadlines.first_ms()

    # ---- what happens to one clock ----

    def start(self, clock: Clock, contact: Contact, target: Target, made_ms: int) -> None:
        """Start a clock of a contact that has none of this kind; paused at once where the contact waits for that.

        ``made_ms``: when the promise was made, which may be long after the time from which it counts, or before.
        """
        rests_ms = None if contact.holds is None else contact.rests_ms(clock)
        used_up = rests_ms is not None and contact.used_up(clock, rests_ms)
        started_ms = clock.started_ms
        if made_ms > started_ms or started_ms > clock.due_ms:
            clock.not_before(max(made_ms, started_ms))
        contact.clocks.append(clock)
        self.facts.started(clock, contact, target)
        self._deadlines.add(clock, contact)
        if rests_ms is None:
            return
        if used_up:
            clock.paused_ms = rests_ms  # it runs until it is due
        else:
            self._pause(clock, contact, rests_ms, contact.why(clock))

    def done(self, clock: Clock, contact: Contact, at_ms: int, agent_id: str | None = None) -> None:
        """The promised work was done at this time: met, or ended late."""
        self._end(clock, contact, at_ms, _DONE, agent_id)

    def drop(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        """The promise no longer matters from this time on: cancelled, unless it was breached before."""
        self._end(clock, contact, at_ms, _DROPPED)

    def hold(self, contact: Contact, hold: str, at_ms: int) -> None:
        """From now on the contact waits for this: clocks that do not count it pause."""
        if hold in contact.waits_for:
            return
        contact.holds = {hold: at_ms} if contact.holds is None else {**contact.holds, hold: at_ms}
        self.facts.touch(contact)
        for clock in contact.clocks:
            for since_ms, until_ms in rested(clock, contact, hold, at_ms):
                self._hold(clock, contact, (hold, since_ms), until_ms)

    def release(self, contact: Contact, hold: str, at_ms: int) -> None:
        """The contact does not wait for this any more."""
        since_ms = None if contact.holds is None else contact.holds.pop(hold, None)
        if since_ms is None:
            return
        contact.holds = contact.holds or None
        contact.rested(hold, since_ms, at_ms)
        self.facts.touch(contact)
        for clock in contact.clocks:
            if clock.paused_ms is not None and contact.waits_for.keys().isdisjoint(clock.pauses):
                until_ms = rests_until(clock, contact, at_ms)
                self._resume(clock, contact, until_ms, eased=until_ms > at_ms)
            elif clock.paused_ms is not None and at_ms < clock.held_ms:  # for what it waits now, another target counted
                clock.paused_seconds -= over_seconds(clock, contact, hold, at_ms, self._calendar(clock, contact))

    def risk(self, clock: Clock, contact: Contact, at_ms: int, breach_risk: float, *, raised: bool) -> None:
        """A breach is announced, or that is taken back; nothing happens when that is said already, or decided."""
        if not self._catch_up(clock, contact, at_ms) or raised is (clock.raised_ms is not None):
            return
        if raised:
            self.facts.risks.raised(clock, contact, at_ms)
        else:
            self.facts.risks.cleared(clock, contact)
        clock.turns += 1
        note = Note(traceparent=self.facts.trace, breach_risk=breach_risk)
        self.facts.publish(Fact.RISK_RAISED if raised else Fact.RISK_CLEARED, clock, contact, at_ms, note)

    def retarget(self, clock: Clock, contact: Contact, target: Target, policy: int, at_ms: int) -> None:
        """Another target holds for a clock that runs: the same start, and what was not counted stays so. A breach, and
        what was due before, stands."""
        if not self._catch_up(clock, contact, at_ms):
            return
        ran, before, was = clock.state is RUNNING, clock.promise, held_to(clock)
        changes_at(clock, at_ms)
        target.hold(clock, policy)
        used_up = clock.paused_ms is not None and self._terms.used_up(clock, contact, clock.paused_ms)
        if used_up and not ran:
            self._move(clock, contact, Signal.USED_UP, at_ms)
        elif ran and clock.paused_ms is not None and not used_up and not contact.why(clock):
            self._move(clock, contact, Signal.TIME_LEFT, at_ms)
        if clock.state is RUNNING:
            clock.not_before(at_ms)
        self.facts.touch(contact)
        if clock.promise != before:
            clock.turns += 1
            self.facts.begin(clock, contact)
            self.facts.publish(Fact.RETARGETED, clock, contact, at_ms, Note(previous=was, traceparent=self.facts.trace))
        if ran:
            self._deadlines.outdate()
        self._deadlines.add(clock, contact)
        if not used_up:  # else it runs until it is due, and what is told of the time before finds it as it was
            self._rest(clock, contact, at_ms)

    def fire_before(self, horizon_ms: int) -> None:
        """Warn of and breach clocks whose time is strictly before the horizon, earliest first; of many, some."""
        for clock, contact in self._deadlines.due_before(horizon_ms):
            self._fire(clock, contact)

    def fire_of(self, contact: Contact, horizon_ms: int) -> None:
        """The same for the clocks of one contact."""
        while is_due(contact, horizon_ms):
            clock = min(contact.clocks, key=lambda clock: (next_ms(clock), clock.clock_id))
            if self._deadlines.is_barred(int(next_ms(clock)), clock.clock_id):
                return
            self._deadlines.outdate()
            self._fire(clock, contact)

    def fire_alone(self, deadline: Deadline, contacts: Iterable[Contact]) -> None:
        """Fire this one, whatever else is due, where it is pending."""
        for clock, contact in pending(deadline, contacts):
            self._deadlines.outdate()
            self._fire(clock, contact)

    def bar(self, deadline: Deadline, contacts: Iterable[Contact]) -> None:
        """Never fire this one. A clock whose warning is left out still falls due."""
        self._deadlines.bar(deadline.at_ms, deadline.name)
        for clock, contact in pending(deadline, contacts):
            if clock.warn_ms is not None:
                clock.warn_ms = None
                self._deadlines.outdate()
                self._deadlines.add(clock, contact)

    def _fire(self, clock: Clock, contact: Contact) -> None:
        self.fired.append(Deadline(clock.clock_id, int(next_ms(clock))))
        if clock.warn_ms is not None:
            self._warn(clock, contact)
        else:
            self._break(clock, contact)

    # ---- how ----

    def _catch_up(self, clock: Clock, contact: Contact, at_ms: int) -> bool:
        """Whether the clock is still undecided at this time; what came due before is said first."""
        if clock.state is RUNNING:
            if clock.warn_ms is not None and at_ms > clock.warn_ms:
                self._warn(clock, contact)
                self._deadlines.outdate()
            if at_ms > clock.due_ms:
                self._break(clock, contact)
                self._deadlines.outdate()
        return clock.state is not BREACHED

    def _break(self, clock: Clock, contact: Contact) -> None:
        """Its time is up. From now on a target counts what it does not pause on, also where the one before did."""
        self._move(clock, contact, _DUE, clock.due_ms)
        if clock.paused_ms is not None and contact.waits_for.keys().isdisjoint(clock.pauses):
            self._resume(clock, contact, clock.due_ms, eased=True)

    def _end(self, clock: Clock, contact: Contact, at_ms: int, signal: Signal, agent_id: str | None = None) -> None:
        running = self._catch_up(clock, contact, at_ms) and clock.state is RUNNING  # a breach may end a pause
        seconds = self._terms.elapsed_seconds(clock, contact.workspace, at_ms) if signal is _DONE else None
        self._move(clock, contact, signal, at_ms, Note(agent_id, seconds, (), None, self.facts.trace))
        contact.clocks.remove(clock)
        if running:
            self._deadlines.outdate()

    def _rest(self, clock: Clock, contact: Contact, at_ms: int) -> None:
        waits = not contact.waits_for.keys().isdisjoint(clock.pauses)
        if waits and clock.state is RUNNING:
            self._pause(clock, contact, at_ms, contact.why(clock))
        elif clock.paused_ms is not None and not waits:
            self._resume(clock, contact, at_ms, eased=True)

    def _hold(self, clock: Clock, contact: Contact, since: tuple[str, int], until_ms: int | None) -> None:
        if clock.paused_ms is not None:
            clock.paused_seconds += self._calendar(clock, contact).open_seconds_between(since[1], until_ms or since[1])
            return
        if clock.state is RUNNING:
            self._pause(clock, contact, since[1], since[:1])
        if clock.state is BREACHED:
            clock.paused_ms = since[1]  # the breach stands; what its work takes in the end does not count this
        if until_ms is not None:
            self._resume(clock, contact, until_ms, eased=True)

    def _pause(self, clock: Clock, contact: Contact, at_ms: int, waits_for: tuple[str, ...]) -> None:
        if self._catch_up(clock, contact, at_ms):
            clock.paused_ms = at_ms if clock.paused_ms is None else clock.paused_ms
            clock.turns += 1
            self._move(clock, contact, _PAUSE, at_ms, Note(waits_for=waits_for, traceparent=self.facts.trace))
            self._deadlines.outdate()

    def _resume(self, clock: Clock, contact: Contact, at_ms: int, eased: bool = False) -> None:
        if go_on(clock, self._calendar(clock, contact), at_ms, eased=eased):
            self._move(clock, contact, _RESUME, at_ms, Note(traceparent=self.facts.trace))
            self._deadlines.add(clock, contact)

    def _calendar(self, clock: Clock, contact: Contact) -> Calendar:
        return self._terms.calendar(contact.workspace, clock.policy, clock.calendar)

    def _warn(self, clock: Clock, contact: Contact) -> None:
        assert clock.warn_ms is not None, "a clock warns once"
        self.facts.publish(Fact.WARNED, clock, contact, clock.warn_ms)
        clock.warn_ms = None
        self._deadlines.add(clock, contact)

    def _move(self, clock: Clock, contact: Contact, signal: Signal, at_ms: int, note: Note = NOTHING) -> None:
        fact = move(clock, signal)
        if fact is None:
            self.facts.touch(contact)
        else:
            self.facts.moved(fact, clock, contact, at_ms, note)
