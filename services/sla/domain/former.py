"""What a clock was held to before: what is told only after a change of target is judged by the target of its own time.

A contact's events are told in their order, but a policy that comes meanwhile may stand before them in the log.
"""

from collections.abc import Iterator

from services.sla.domain.clock import PAUSED, Clock
from services.sla.domain.contact import Contact
from shared.policy.calendar import Calendar

__all__ = ["changes_at", "go_on", "over_seconds", "rested", "rests_until"]

FORMER_MAX = 8  # changes of what a target pauses on that one report may come after; about 150 bytes each

Rest = tuple[int, int | None]
"""Since when until when a clock rested, in milliseconds since the epoch; None: it still does."""


def changes_at(clock: Clock, at_ms: int) -> None:
    """Remember what the clock is held to until now, for another target follows; once for targets in a row that pause on
    the same."""
    former = clock.former[:-1] if clock.former and clock.former[-1][1] == clock.pauses else clock.former
    clock.former = (*former, (max(at_ms, clock.held_ms), clock.pauses))[-FORMER_MAX:]


def rested(clock: Clock, contact: Contact, hold: str, at_ms: int) -> list[Rest]:
    """When a clock rests because its contact waits for this since then, and for nothing else that it pauses on: by the
    target of each time. A pause that a change of target ended stays as it was told."""
    if at_ms >= clock.held_ms:
        return [(at_ms, None)] if hold in clock.pauses and clock.paused_ms is None else []
    others = contact.waits_for.keys() - {hold}
    begin_ms = at_ms
    found: list[Rest] = []
    for until_ms, pauses in (*clock.former, (None, clock.pauses)):
        if until_ms is not None and until_ms <= begin_ms:
            continue
        if hold in pauses and others.isdisjoint(pauses):
            since_ms = found.pop()[0] if found and found[-1][1] == begin_ms else begin_ms
            found.append((since_ms, until_ms))
        begin_ms = until_ms or begin_ms
    return [rest for each in found for rest in _untold(clock, each)]


def rests_until(clock: Clock, contact: Contact, at_ms: int) -> int:
    """When a clock goes on whose contact waits for nothing that it pauses on from this time on: later where a target
    before did pause on what it waits for."""
    for until_ms, pauses in clock.former:
        if until_ms > at_ms:
            if contact.waits_for.keys().isdisjoint(pauses):
                break
            at_ms = until_ms
    return at_ms


def over_seconds(clock: Clock, contact: Contact, hold: str, at_ms: int, calendar: Calendar) -> float:
    """Open time in which a clock that rests did not, as is told only now: its contact waits for this no longer since
    then, and what it waits for beside it is nothing that the target of that time paused on."""
    seconds, begin_ms = 0.0, at_ms
    for until_ms, pauses in clock.former:
        if until_ms > begin_ms:
            if hold in pauses and contact.waits_for.keys().isdisjoint(pauses):
                for since_ms, end_ms in _untold(clock, (begin_ms, until_ms)):
                    seconds += calendar.open_seconds_between(since_ms, end_ms or until_ms)
            begin_ms = until_ms
    return seconds


def go_on(clock: Clock, calendar: Calendar, at_ms: int, *, eased: bool) -> bool:
    """The clock counts again from this time on, in the open time of its target; whether its due time follows from that.
    ``eased``: a target ends the pause, and nothing that happened."""
    assert clock.paused_ms is not None, "a paused clock knows since when"
    if eased:
        clock.eased = (*clock.eased, (clock.paused_ms, at_ms))[-FORMER_MAX:]
    clock.paused_seconds += calendar.open_seconds_between(clock.paused_ms, at_ms)
    clock.paused_ms = None
    if clock.state is not PAUSED:
        return False  # a breach stands, and so does the due time of what was used up before the pause
    started_ms, paused, seconds = clock.started_ms, clock.paused_seconds, clock.target_seconds
    # No sooner than before: what was used up when it was promised is due then, though the pause is told later.
    clock.due_ms = max(clock.due_ms, calendar.add_open_time(started_ms, seconds + paused))
    if clock.warn_ms is not None and clock.warn_at is not None:
        clock.warn_ms = calendar.add_open_time(started_ms, seconds * clock.warn_at + paused)
    clock.not_before(max(at_ms, clock.held_ms))
    return True


def _untold(clock: Clock, rest: Rest) -> Iterator[Rest]:
    """What of a rest does not lie in pauses that a target ended."""
    since_ms, until_ms = rest
    for begin_ms, end_ms in sorted(clock.eased):
        if end_ms <= since_ms or (until_ms is not None and begin_ms >= until_ms):
            continue
        if begin_ms > since_ms:
            yield since_ms, begin_ms
        since_ms = end_ms
    if until_ms is None or since_ms < until_ms:
        yield since_ms, until_ms
