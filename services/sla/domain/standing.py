"""How an open clock stands at a time, as people ask: what is left of it in working time, when it is due where they are,
and why it rests."""

import msgspec

from services.sla.domain.clock import BREACHED, PAUSED, RUNNING, Clock
from services.sla.domain.contact import Contact
from shared.policy.calendar import Calendar
from shared.times import rfc3339

__all__ = ["Standing", "standing"]


class Standing(msgspec.Struct, frozen=True, omit_defaults=True):
    """One open clock. ``left_seconds``: open time of its ``calendar`` ("": all hours) until it is due, below 0 since it
    was; while it rests, what will be left. ``due_at``: RFC 3339 in the zone of the calendar; None while it rests, for
    ``waits_for``, since ``rests_since``."""

    kind: str
    target: str
    queue: str
    state: str
    started_at: str
    due_at: str | None
    left_seconds: float
    calendar: str = ""
    rule: str = ""
    policy_version: int = 0
    waits_for: tuple[str, ...] = ()
    rests_since: str = ""


def standing(clock: Clock, contact: Contact, calendar: Calendar, at_ms: int) -> Standing:
    """The clock at this time (milliseconds since the epoch); ``calendar`` is that of its target."""
    rests = clock.state is PAUSED
    until_ms = clock.paused_ms if clock.paused_ms is not None and clock.state is not RUNNING else at_ms
    left = calendar.open_seconds_between(until_ms, clock.due_ms)
    late = calendar.open_seconds_between(clock.due_ms, until_ms) - _rested_late(clock, calendar)
    return Standing(
        kind=str(clock.kind),
        target=clock.target,
        queue=clock.queue,
        state=str(clock.state),
        started_at=rfc3339(clock.started_ms),
        due_at=None if rests else calendar.local_time(clock.due_ms),
        left_seconds=round(min(0.0, -late) if clock.state is BREACHED else left - late, 3),
        calendar=clock.calendar,
        rule=clock.rule,
        policy_version=clock.policy,
        waits_for=contact.why(clock),
        rests_since="" if clock.paused_ms is None else rfc3339(clock.paused_ms),
    )


def _rested_late(clock: Clock, calendar: Calendar) -> float:
    """Open time of pauses that are over and began after a breach: of what was not counted, all that did not put the due
    time off."""
    if clock.state is not BREACHED:
        return 0.0
    before = calendar.open_seconds_between(clock.started_ms, clock.due_ms) - clock.target_seconds
    return max(0.0, clock.paused_seconds - max(0.0, before))
