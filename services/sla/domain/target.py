"""One promise: how long it lasts, and when it is due and warned of for a contact."""

from dataclasses import dataclass, field, replace

from services.sla.domain.clock import ONCE, RUNNING, TIME_TO_ANSWER, Clock, Kind
from services.sla.domain.contact import Contact
from services.sla.domain.sla_event import Words
from shared.policy.calendar import ALWAYS_OPEN, Calendar
from shared.policy.fields import format_duration

__all__ = ["Target", "stated"]

LASTING_MAX = 16  # other durations of one target kept, 1 KB each: the log may tell what an older policy promised


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise. ``seconds`` pass in the calendar's open time; ``warn_at`` is a share of them.

    ``name`` is the label in events and metrics: the duration as a policy writes it (``20s``, ``4h``), so that it is
    bounded by the policies and never mixes two promises. ``rule``: the rule that makes it, "" for the queue's own.
    ``policy``: the version in which it stands, 0: not known. ``words``: how its starts are told, by channel.
    """

    kind: Kind
    queue: str
    name: str
    seconds: float
    calendar: Calendar
    warn_at: float | None
    rule: str = ""
    calendar_name: str = ""
    pauses: tuple[str, ...] = ()
    apply_to_open: bool = False
    policy: int = 0
    once: bool = field(init=False, repr=False)
    after_ms: tuple[int, int] | None = field(init=False, repr=False)
    words: dict[str, Words] = field(init=False, repr=False, compare=False, default_factory=dict)
    _lasting: "dict[float, Target]" = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        """``after_ms``: so long after its start a promise is due, and warned of, where every hour counts."""
        after_ms = None
        if self.calendar.is_always_open:
            after_ms = (
                ALWAYS_OPEN.add_open_time(0, self.seconds),
                self.calendar.add_open_time(0, self.seconds * (self.warn_at or 0)),
            )
        object.__setattr__(self, "after_ms", after_ms)
        object.__setattr__(self, "once", self.kind in ONCE)

    def lasting(self, seconds: float) -> "Target":
        """The same promise over so many seconds."""
        if seconds == self.seconds:
            return self
        lasting = self._lasting.get(seconds)
        if lasting is None:
            if len(self._lasting) >= LASTING_MAX:
                self._lasting.clear()
            lasting = replace(self, name=format_duration(seconds), seconds=seconds)
            self._lasting[seconds] = lasting
        return lasting

    def due_ms(self, started_ms: int, paused_seconds: float = 0.0) -> int:
        """When the promise is due that started then and did not count so much."""
        if self.after_ms is not None and not paused_seconds:
            return started_ms + self.after_ms[0]
        return self.calendar.add_open_time(started_ms, self.seconds + paused_seconds)

    def clock(self, clock_id: str, contact: Contact, started_ms: int, stated_ms: int | None) -> Clock:
        """A clock of this promise to a contact, that counts from then on but for what the contact waited for.
        ``stated_ms``: when it would be due if the contact had waited for nothing."""
        paused = 0.0
        if contact.rests:
            paused, due_ms, warn_ms = self._after_rests(contact, started_ms, stated_ms)
        elif self.after_ms is None:
            due_ms = self.due_ms(started_ms) if stated_ms is None else stated_ms
            warn_ms = self.warn_ms(started_ms)
        else:
            due_ms = started_ms + self.after_ms[0] if stated_ms is None else stated_ms
            warn_ms = None if self.warn_at is None else started_ms + self.after_ms[1]
        clock = Clock(
            clock_id,
            self.kind,
            self.name,
            self.seconds,
            started_ms,
            due_ms,
            self.queue,
            RUNNING,
            warn_ms,
            self.policy,
            self.rule,
            self.calendar_name,
            self.warn_at,
            self.pauses,
        )
        if paused:
            clock.paused_seconds = paused
        return clock

    def _after_rests(self, contact: Contact, started_ms: int, stated_ms: int | None) -> tuple[float, int, int | None]:
        """What it has not counted yet, in seconds; when it is due; and when to warn, None for never."""
        paused, moved, rested_ms = self.rested_seconds(contact, started_ms)
        due_ms = self.due_ms(started_ms, moved) if moved or stated_ms is None else stated_ms
        due_ms = max(due_ms, rested_ms)
        if self.warn_at is None:
            return paused, due_ms, None
        _, moved, rested_ms = self.rested_seconds(contact, started_ms, self.warn_at)
        warn_ms = max(self.warn_ms(started_ms, moved) or 0, rested_ms)
        return paused, due_ms, warn_ms if warn_ms < due_ms else None

    def warn_ms(self, started_ms: int, paused_seconds: float = 0.0) -> int | None:
        """When to warn about the promise that started then; None when nobody asked for a warning."""
        if self.warn_at is None:
            return None
        if self.after_ms is not None and not paused_seconds:
            return started_ms + self.after_ms[1]
        return self.calendar.add_open_time(started_ms, self.seconds * self.warn_at + paused_seconds)

    def hold(self, clock: Clock, policy: int) -> None:
        """Hold a clock to this target of that policy: its start and what it did not count stay, and a warning that was
        given is not given again."""
        unwarned = clock.warn_ms is not None or clock.warn_at is None
        clock.target, clock.target_seconds, clock.queue = self.name, self.seconds, self.queue
        clock.policy, clock.rule, clock.calendar = policy, self.rule, self.calendar_name
        clock.pauses = self.pauses
        if unwarned or self.warn_at is not None:  # else it stays: without a time it says that the warning was given
            clock.warn_at = self.warn_at
        clock.due_ms = self.due_ms(clock.started_ms, clock.paused_seconds)
        clock.warn_ms = self.warn_ms(clock.started_ms, clock.paused_seconds) if unwarned else None

    def rested_seconds(self, contact: Contact, since_ms: int, share: float = 1.0) -> tuple[float, float, int]:
        """Open time in which the contact waited for what the promise does not count, up to the wait that goes on; how
        much of it moves the time at which this share of the target is used: not what began after that; and when the
        last of what began before ended, for nothing is used up during a wait, be it closed all the while."""
        if not contact.rests:
            return 0.0, 0.0, 0
        goes_on = [at_ms for hold, at_ms in contact.waits_for.items() if hold in self.pauses]
        seconds, moved, rested_ms, counted_ms = 0.0, 0.0, 0, since_ms
        for begin_ms, end_ms in sorted((rest[1], rest[2]) for rest in contact.rests if rest[0] in self.pauses):
            begin_ms, end_ms = max(begin_ms, counted_ms), min([end_ms, *goes_on])
            used_ms = self.calendar.add_open_time(since_ms, self.seconds * share + moved)
            in_time = moved == seconds and begin_ms <= used_ms
            seconds += self.calendar.open_seconds_between(begin_ms, end_ms)
            if in_time and end_ms > begin_ms:
                moved, rested_ms = seconds, end_ms
            counted_ms = max(counted_ms, end_ms)
        return seconds, moved, rested_ms


def stated(queue: str, seconds: float) -> Target:
    """An answer's target of which only the seconds are known, counted at all hours and without a warning."""
    name = format_duration(seconds)
    return Target(kind=TIME_TO_ANSWER, queue=queue, name=name, seconds=seconds, calendar=ALWAYS_OPEN, warn_at=None)
