"""A promise as a clock: its kinds, its states, and the table of what moves it."""

from enum import StrEnum

import msgspec

from shared.contract.ids import SEPARATOR, named

__all__ = [
    "BREACHED",
    "FIRST_RESPONSE",
    "ONCE",
    "PAUSED",
    "RESOLUTION",
    "RUNNING",
    "SELF_SERVICE_RESPONSE",
    "TIME_TO_ANSWER",
    "TRANSITIONS",
    "Clock",
    "Fact",
    "Kind",
    "Signal",
    "State",
    "clock_id",
    "move",
]


class Name(StrEnum):
    """A member is found in a dict as its text is; an enum's own hash is a Python call, and an event takes many."""

    __hash__ = str.__hash__


class Kind(Name):
    """What is promised. The names are those of the policy file, the events and the metrics."""

    TIME_TO_ANSWER = "time_to_answer"
    RESOLUTION = "resolution"
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    SELF_SERVICE_RESPONSE = "self_service_response"
    BOT_RESPONSE = "bot_response"
    HANDLING = "handling"


class State(Name):
    """Where a clock stands. ``met``, ``breached`` and ``cancelled`` are decided for good."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Signal(Name):
    """What can happen to a clock: its work was done, it no longer matters, its due time passed, its time was used up
    before it waited, it is not any more, it waits."""

    DONE = "done"
    DROPPED = "dropped"
    DUE = "due"
    USED_UP = "used_up"
    TIME_LEFT = "time_left"
    PAUSE = "pause"
    RESUME = "resume"


class Fact(Name):
    """The event types on usher.sla-events.v1."""

    STARTED = "usher.sla.clock_started.v1"
    PAUSED = "usher.sla.clock_paused.v1"
    RESUMED = "usher.sla.clock_resumed.v1"
    WARNED = "usher.sla.clock_warned.v1"
    MET = "usher.sla.clock_met.v1"
    BREACHED = "usher.sla.clock_breached.v1"
    ENDED_LATE = "usher.sla.clock_ended_late.v1"
    CANCELLED = "usher.sla.clock_cancelled.v1"
    RETARGETED = "usher.sla.clock_retargeted.v1"
    RISK_RAISED = "usher.sla.risk_raised.v1"
    RISK_CLEARED = "usher.sla.risk_cleared.v1"


# An enum's member is a Python call away before 3.12, so what every event asks for has a name of its own.
TIME_TO_ANSWER, FIRST_RESPONSE, RESOLUTION = Kind.TIME_TO_ANSWER, Kind.FIRST_RESPONSE, Kind.RESOLUTION
SELF_SERVICE_RESPONSE = Kind.SELF_SERVICE_RESPONSE
ONCE = (FIRST_RESPONSE, RESOLUTION)  # a contact has one clock of these; the next episode is another contact
_joined = SEPARATOR.join
RUNNING, PAUSED, BREACHED = State.RUNNING, State.PAUSED, State.BREACHED

TRANSITIONS: dict[tuple[State, Signal], tuple[State, Fact | None]] = {
    (State.RUNNING, Signal.DONE): (State.MET, Fact.MET),
    (State.RUNNING, Signal.DROPPED): (State.CANCELLED, Fact.CANCELLED),
    (State.RUNNING, Signal.DUE): (State.BREACHED, Fact.BREACHED),
    (State.RUNNING, Signal.PAUSE): (State.PAUSED, Fact.PAUSED),
    (State.PAUSED, Signal.RESUME): (State.RUNNING, Fact.RESUMED),
    (State.PAUSED, Signal.USED_UP): (State.RUNNING, None),  # by a shorter target, before the pause: nothing is put off
    (State.RUNNING, Signal.TIME_LEFT): (State.PAUSED, None),  # by a longer target, after that: so it has rested
    (State.PAUSED, Signal.DONE): (State.MET, Fact.MET),
    (State.PAUSED, Signal.DROPPED): (State.CANCELLED, Fact.CANCELLED),
    (State.BREACHED, Signal.DONE): (State.BREACHED, Fact.ENDED_LATE),  # a breach is final; the lateness is news
    (State.BREACHED, Signal.DROPPED): (State.BREACHED, None),
}
"""(state, signal) -> (state after, the fact it makes). What does not stand here cannot happen."""


class Clock(msgspec.Struct, omit_defaults=True, gc=False):
    """One promise about one contact. Times in milliseconds since the epoch, ``target_seconds`` in calendar time.

    ``target`` names the promise (``20s``), ``queue`` whose promise it is; ``policy``, ``rule`` and ``calendar`` say
    where it stands: the policy version, the name of its rule ("" for the queue's own) and of its calendar ("" for all
    hours). ``warn_ms``: when to warn; None once warned, or when nobody asked for it. ``pauses``: what the clock does
    not count; ``paused_ms`` since when it does not, ``paused_seconds`` how much calendar time it did not count before.
    ``former``: what the clock did not count under the targets before this one, each with the time until when it held;
    ``eased``: pauses that a change of target ended, since when until when.
    ``turns``: pauses, changes of target and of risk so far. ``raised_ms``: since when it is said that it will probably
    breach, None while it is not. ``traceparent``: of what started it; "" is the trace that is named after the contact.
    """

    clock_id: str
    kind: Kind
    target: str
    target_seconds: float
    started_ms: int
    due_ms: int
    queue: str
    state: State = RUNNING
    warn_ms: int | None = None
    policy: int = 0
    rule: str = ""
    calendar: str = ""
    warn_at: float | None = None
    pauses: tuple[str, ...] = ()
    paused_ms: int | None = None
    paused_seconds: float = 0.0
    former: tuple[tuple[int, tuple[str, ...]], ...] = ()
    eased: tuple[tuple[int, int], ...] = ()
    turns: int = 0
    raised_ms: int | None = None
    traceparent: str = ""

    @property
    def next_ms(self) -> int | None:
        """The next time at which something is due; None when the clock does not run."""
        if self.state is not RUNNING:
            return None
        return self.due_ms if self.warn_ms is None else self.warn_ms

    @property
    def promise(self) -> tuple[object, ...]:
        """All that a change of target may change, but the version of the policy that says so."""
        return self.target, self.due_ms, self.warn_ms, self.queue, self.rule, self.pauses

    @property
    def held_ms(self) -> int:
        """Since when it is held to its target; 0: from its start on."""
        return self.former[-1][0] if self.former else 0

    def not_before(self, at_ms: int) -> None:
        """No promise is broken before it is made, and none while the clock rests: what is used up is due at once, and
        nobody is warned of it."""
        if self.due_ms <= at_ms:
            self.due_ms, self.warn_ms = at_ms, None
        elif self.warn_ms is not None:
            self.warn_ms = max(self.warn_ms, at_ms)


def move(clock: Clock, signal: Signal) -> Fact | None:
    """Apply a signal to the clock; returns the fact to publish. KeyError: an impossible move, a programmer's error."""
    clock.state, fact = TRANSITIONS[clock.state, signal]
    return fact


def clock_id(contact_id: str, kind: Kind, target: str, start: str) -> str:
    """Id of the clock that this start made (the contact's event version, or ``policy-N``): the same after a crash."""
    return named(_joined(("clock", contact_id, kind, target, start)))
