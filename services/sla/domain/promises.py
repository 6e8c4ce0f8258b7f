"""What a workspace promises: which target applies to a contact."""

from collections.abc import Iterator, Mapping
from itertools import product
from typing import NamedTuple

from services.sla.domain.clock import Kind
from services.sla.domain.contact import Contact
from services.sla.domain.target import Target
from shared.policy.calendar import Calendar
from shared.policy.fields import format_duration
from shared.policy.first_rule import FirstRule
from shared.policy.kinds import SPANS, Moment, Span
from shared.policy.policy import Policy
from shared.policy.targets import Target as Written
from shared.policy.targets import TargetWhen

__all__ = ["Promises", "is_remembered", "is_reply", "promises_of"]

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


class Rule(NamedTuple):
    """Other targets for some contacts."""

    when: TargetWhen
    targets: Mapping[Kind, Written]


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
        self._first_rule = FirstRule(policy.targets)
        self._made: dict[tuple[str, Kind, str], Target] = {}
        self._ruled = frozenset(kind for rule in self._rules.values() for kind in rule.targets)
        self._plain: dict[tuple[tuple[Kind, ...], str], tuple[tuple[Kind, Target | None], ...]] = {}
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
        if kind in self._ruled:
            whose = contact.channel, contact.tier, contact.priority_seconds, contact.known
            rule = self._first_rule.of(kind, name, *whose)
            if rule is not None:
                return self.find(rule.name, kind, name)
        targets = self._queues.get(name)
        return None if targets is None else targets.get(kind)

    def targets(
        self, kinds: tuple[Kind, ...], contact: Contact, queue: str | None
    ) -> tuple[tuple[Kind, Target | None], ...]:
        """The same for those of the kinds that one moment starts of which any promise is made. They are looked up once
        where no rule asks whose they are: at most a line for each moment and queue of the policy."""
        name = queue or self._policy.default_queue
        plain = self._plain.get((kinds, name))
        if plain is not None:
            return plain
        found = tuple((kind, self.of(kind, contact, name)) for kind in kinds if kind in self.kinds)
        if name in self._queues and self._ruled.isdisjoint(kinds):
            self._plain[kinds, name] = found
        return found

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

    def place(self, queue: str | None) -> str:
        """Where a contact waits that is put into this queue: in the default one, where the policy has none of the
        name."""
        return queue if queue in self._queues else self._policy.default_queue

    def queues(self) -> list[str]:
        """The names of the queues."""
        return list(self._queues)

    def seconds_of(self, kind: Kind) -> set[float]:
        """All target seconds of a kind."""
        return {target.within_seconds for each, target in self._each() if each == kind.value}

    def _target(self, kind: str, target: Written, queue: str, rule: str) -> Target:
        applies = target.apply_to_open
        return Target(
            kind=Kind(kind),
            queue=queue,
            name=format_duration(target.within_seconds),
            seconds=target.within_seconds,
            calendar=self._policy.calendar(target.calendar),
            warn_at=target.warn_at,
            rule=rule,
            calendar_name=target.calendar or "",
            pauses=_pauses(kind, target),
            apply_to_open=self._policy.apply_to_open if applies is None else applies,
            policy=self.version,
        )

    def _each(self) -> list[tuple[str, Written]]:
        mine = [item for queue in self._policy.queues.values() for item in queue.targets.items()]
        return [*mine, *(item for rule in self._policy.targets for item in rule.then.items())]


def _pauses(kind: str, target: Written) -> tuple[str, ...]:
    return SPANS[kind].pauses if target.pause_on is None else target.pause_on  # type: ignore[index]


def promises_of(policy: Policy, version: int, since_ms: int = 0) -> Promises:
    """The targets of a validated policy that was activated then."""
    return Promises(policy, version, since_ms)
