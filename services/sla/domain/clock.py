"""A promise as a clock: its kinds, its states, and the table of what moves it."""

from enum import StrEnum

import msgspec

from shared.contract.ids import derive

__all__ = [
    "KINDS_RUN",
    "RESOLUTION",
    "RUNNING",
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


class Kind(StrEnum):
    """What is promised. The names are those of the policy file, the events and the metrics."""

    TIME_TO_ANSWER = "time_to_answer"
    RESOLUTION = "resolution"
    FIRST_RESPONSE = "first_response"
    NEXT_RESPONSE = "next_response"
    SELF_SERVICE_RESPONSE = "self_service_response"
    BOT_RESPONSE = "bot_response"


KINDS_RUN = frozenset({Kind.TIME_TO_ANSWER, Kind.RESOLUTION})
"""Kinds that the engine starts clocks for; a policy may name the others, and no clock of theirs is started."""


class State(StrEnum):
    """Where a clock stands. ``met``, ``breached`` and ``cancelled`` are decided for good."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Signal(StrEnum):
    """What can happen to a clock: its work was done, it no longer matters, its due time passed, it waits."""

    DONE = "done"
    DROPPED = "dropped"
    DUE = "due"
    PAUSE = "pause"
    RESUME = "resume"


class Fact(StrEnum):
    """The event types on usher.sla-events.v1."""

    STARTED = "usher.sla.clock_started.v1"
    PAUSED = "usher.sla.clock_paused.v1"
    RESUMED = "usher.sla.clock_resumed.v1"
    WARNED = "usher.sla.clock_warned.v1"
    MET = "usher.sla.clock_met.v1"
    BREACHED = "usher.sla.clock_breached.v1"
    ENDED_LATE = "usher.sla.clock_ended_late.v1"
    CANCELLED = "usher.sla.clock_cancelled.v1"


# An enum's member is a Python call away before 3.12, so what every event asks for has a name of its own.
TIME_TO_ANSWER, RESOLUTION = Kind.TIME_TO_ANSWER, Kind.RESOLUTION
RUNNING = State.RUNNING

TRANSITIONS: dict[tuple[State, Signal], tuple[State, Fact | None]] = {
    (State.RUNNING, Signal.DONE): (State.MET, Fact.MET),
    (State.RUNNING, Signal.DROPPED): (State.CANCELLED, Fact.CANCELLED),
    (State.RUNNING, Signal.DUE): (State.BREACHED, Fact.BREACHED),
    (State.RUNNING, Signal.PAUSE): (State.PAUSED, Fact.PAUSED),
    (State.PAUSED, Signal.RESUME): (State.RUNNING, Fact.RESUMED),
    (State.PAUSED, Signal.DONE): (State.MET, Fact.MET),
    (State.PAUSED, Signal.DROPPED): (State.CANCELLED, Fact.CANCELLED),
    (State.BREACHED, Signal.DONE): (State.BREACHED, Fact.ENDED_LATE),  # a breach is final; the lateness is news
    (State.BREACHED, Signal.DROPPED): (State.BREACHED, None),
}
"""(state, signal) -> (state after, the fact it makes). What does not stand here cannot happen."""


class Clock(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One promise about one contact. Times in milliseconds since the epoch, ``target_seconds`` in calendar time.

    ``target`` names the promise (``20s``), ``queue`` whose promise it is. ``warn_ms``: when to warn; None once warned,
    or when nobody asked for it.
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

    @property
    def next_ms(self) -> int | None:
        """The next time at which something is due; None when the clock does not run."""
        if self.state is not RUNNING:
            return None
        return self.due_ms if self.warn_ms is None else self.warn_ms


def move(clock: Clock, signal: Signal) -> Fact | None:
    """Apply a signal to the clock; returns the fact to publish. KeyError: an impossible move, a programmer's error."""
    clock.state, fact = TRANSITIONS[clock.state, signal]
    return fact


def clock_id(contact_id: str, kind: Kind, target: str, version: int) -> str:
    """Id of the clock that the contact's event ``version`` started: the same after a crash, new for each start."""
    return derive("clock", contact_id, kind, target, str(version))
