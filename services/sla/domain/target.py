"""What a workspace promises: which target applies to a contact, and when it is due."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import NamedTuple

from services.sla.domain.clock import Clock, Kind
from services.sla.domain.contact import Contact
from shared.policy.calendar import ALWAYS_OPEN, Calendar
from shared.policy.fields import format_duration
from shared.policy.kinds import SPANS, Moment, Span
from shared.policy.policy import Policy
from shared.policy.targets import Target as Written
from shared.policy.targets import TargetWhen

__all__ = ["Promises", "Target", "is_remembered", "is_reply", "promises_of", "stated"]

_BEFORE_QUEUES = frozenset(
    {Moment.FOR_SELF_SERVICE, Moment.SENT_TO_SELF_SERVICE, Moment.SENT_TO_BOT}
    | {Moment.BOT_ANSWERED, Moment.BOT_REPORTED, Moment.TIMED_OUT}
)


def is_remembered(span: Span) -> bool:
    """Whether it may begin or end while its contact is in no queue: who waits in one is known anyway."""
    return set(span.starts) != {Moment.QUEUED} or not {Moment.ASSIGNED, Moment.SCHEDULED}.issuperset(span.ends)


def is_reply(span: Span) -> bool:
    """Whether it may depend on what happens to a contact after its answer, and never on what was before its queue."""
    return is_remembered(span) and _BEFORE_QUEUES.isdisjoint(span.starts)


_REMEMBERED = frozenset(Kind(kind) for kind, span in SPANS.items() if is_remembered(span))
_REPLIES = frozenset(Kind(kind) for kind, span in SPANS.items() if is_reply(span))


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One promise. ``seconds`` pass in the calendar's open time; ``warn_at`` is a share of them.

    ``name`` is the label in events and metrics: the duration as a policy writes it (``20s``, ``4h``), so that it is
    bounded by the policies and never mixes two promises. ``rule``: the rule that makes it, "" for the queue's own.
    """

    queue: str
    name: str
    seconds: float
    calendar: Calendar
    warn_at: float | None
    rule: str = ""
    calendar_name: str = ""
    pauses: tuple[str, ...] = ()
    apply_to_open: bool = False
    after_ms: tuple[int, int] | None = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """``after_ms``: so long after its start a promise is due, and warned of, where every hour counts."""
        after_ms = None
        if self.calendar.is_always_open:
            after_ms = (
                ALWAYS_OPEN.add_open_time(0, self.seconds),
                self.calendar.add_open_time(0, self.seconds * (self.warn_at or 0)),
            )
        object.__setattr__(self, "after_ms", after_ms)

    def lasting(self, seconds: float) -> "Target":
        """The same promise over so many seconds."""
        return self if seconds == self.seconds else replace(self, name=format_duration(seconds), seconds=seconds)

    def due_ms(self, started_ms: int, paused_seconds: float = 0.0) -> int:
        """When the promise is due that started then and did not count so much."""
        if self.after_ms is not None and not paused_seconds:
            return started_ms + self.after_ms[0]
        return self.calendar.add_open_time(started_ms, self.seconds + paused_seconds)

    def first_times(
        self, contact: Contact, started_ms: int, stated_ms: int | None = None
    ) -> tuple[float, int, int | None]:
        """What a promise to this contact that counts from then has not counted yet, in seconds; when it is due; and
        when to warn, None for never. ``stated_ms``: when it would be due if the contact had waited for nothing."""
        if contact.rests:
            return self._after_rests(contact, started_ms, stated_ms)
        if self.after_ms is None:
            due_ms = self.due_ms(started_ms) if stated_ms is None else stated_ms
            return 0.0, due_ms, self.warn_ms(started_ms)
        due_after_ms, warn_after_ms = self.after_ms
        due_ms = started_ms + due_after_ms if stated_ms is None else stated_ms
        return 0.0, due_ms, None if self.warn_at is None else started_ms + warn_after_ms

    def _after_rests(self, contact: Contact, started_ms: int, stated_ms: int | None) -> tuple[float, int, int | None]:
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


class Rule(NamedTuple):
    """Other targets for some contacts."""

    when: TargetWhen
    targets: Mapping[Kind, Written]

    def holds(self, contact: Contact, queue: str) -> bool:
        """Whether all conditions hold for the contact in that queue."""
        return self.when.holds(queue, contact.channel, contact.tier, contact.priority_seconds, contact.known)


class Promises:
    """The targets of one policy version: for each kind the first rule that holds, else the queue's own.

    ``since_ms``: when it was activated. ``replies``: whether one depends on what happens to a contact after its answer;
    ``remembers``: whether a contact must be known from its arrival on.
    """

    def __init__(self, policy: Policy, version: int, since_ms: int = 0) -> None:
        self.version, self.since_ms = version, since_ms
        self._policy = policy
        self._queues = {
            name: {Kind(kind): self._target(kind, target, name, "") for kind, target in queue.targets.items()}
            for name, queue in policy.queues.items()
        }
        self._rules = {
            rule.name: Rule(rule.when, {Kind(kind): target for kind, target in rule.then.items()})
            for rule in policy.targets
        }
        self._made: dict[tuple[str, Kind, str], Target] = {}
        self._of_moments: dict[tuple[Kind, ...], tuple[Kind, ...]] = {}
        self.by_attributes = bool(policy.target_attributes)
        self.by_priority = any(rule.when.priority_at_least_seconds is not None for rule in policy.targets)
        self.kinds = frozenset(Kind(kind) for kind, _ in self._each())
        # In one order: that of a set of texts is another in each process, and clocks start in it.
        self.open_kinds = tuple(kind for kind in Kind if kind in self.kinds)
        self.replies = not self.kinds.isdisjoint(_REPLIES)
        self.remembers = self.by_attributes or not self.kinds.isdisjoint(_REMEMBERED)

    def of(self, kind: Kind, contact: Contact, queue: str | None) -> Target | None:
        """The target of a contact in that queue; where the log told of none, as if it were in the default one."""
        name = queue or self._policy.default_queue
        for rule in self._rules:
            if kind in self._rules[rule].targets and self._rules[rule].holds(contact, name):
                return self.find(rule, kind, name)
        return self._queues.get(name, {}).get(kind)

    def made_of(self, kinds: tuple[Kind, ...]) -> tuple[Kind, ...]:
        """Those of the kinds that one moment starts of which any promise is made."""
        made = self._of_moments.get(kinds)
        if made is None:
            made = self._of_moments[kinds] = tuple(kind for kind in kinds if kind in self.kinds)
        return made

    def find(self, rule: str, kind: Kind, queue: str) -> Target | None:
        """The target that a rule ("": the queue itself) makes for contacts of a queue, whether or not it holds."""
        if not rule:
            return self._queues.get(queue, {}).get(kind)
        written = self._rules[rule].targets.get(kind) if rule in self._rules else None
        if written is None:
            return None
        made = self._made.get((rule, kind, queue))
        if made is None:
            made = self._made[rule, kind, queue] = self._target(kind, written, queue, rule)
        return made

    def calendar(self, name: str) -> Calendar:
        """The calendar of that name; always open for ""."""
        return self._policy.calendar(name or None)

    def all(self) -> Iterator[tuple[Kind, Target]]:
        """Every target that a clock can run for: the queues' own, then those of the rules, in each of their queues."""
        for targets in self._queues.values():
            yield from targets.items()
        for name, rule in self._rules.items():
            for queue, kind in product(rule.when.queue or self._queues, rule.targets):
                target = self.find(name, kind, queue)
                if target is not None:
                    yield kind, target

    def queues(self) -> list[str]:
        """The names of the queues."""
        return list(self._queues)

    def seconds_of(self, kind: Kind) -> set[float]:
        """All target seconds of a kind."""
        return {target.within_seconds for each, target in self._each() if each == kind.value}

    def _target(self, kind: str, target: Written, queue: str, rule: str) -> Target:
        applies = target.apply_to_open
        return Target(
            queue=queue,
            name=format_duration(target.within_seconds),
            seconds=target.within_seconds,
            calendar=self._policy.calendar(target.calendar),
            warn_at=target.warn_at,
            rule=rule,
            calendar_name=target.calendar or "",
            pauses=_pauses(kind, target),
            apply_to_open=self._policy.apply_to_open if applies is None else applies,
        )

    def _each(self) -> list[tuple[str, Written]]:
        mine = [item for queue in self._policy.queues.values() for item in queue.targets.items()]
        return [*mine, *(item for rule in self._policy.targets for item in rule.then.items())]


def _pauses(kind: str, target: Written) -> tuple[str, ...]:
    return SPANS[kind].pauses if target.pause_on is None else target.pause_on  # type: ignore[index]


def stated(queue: str, seconds: float) -> Target:
    """A target of which only the seconds are known, counted at all hours and without a warning."""
    return Target(queue=queue, name=format_duration(seconds), seconds=seconds, calendar=ALWAYS_OPEN, warn_at=None)


def promises_of(policy: Policy, version: int, since_ms: int = 0) -> Promises:
    """The targets of a validated policy that was activated then."""
    return Promises(policy, version, since_ms)
