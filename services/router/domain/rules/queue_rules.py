"""One queue of a policy as the engine uses it: milliseconds, relaxation steps added up, overflow rules in order."""

import math
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from services.router.domain.matcher.matching import Requirement
from shared.policy import Overflow, Queue, RelaxStep
from shared.policy.requirements import Requirements
from shared.policy.urgency import Acts

LOOKS = 40  # at the risks of one contact before it is due: a fortieth of the time is soon enough to hear of one
LOOK_MS_MIN = 1000  # nobody acts on a risk any faster
LOOK_MS_MAX = 60_000  # half of what a warning should be ahead (half a minute) would be lost beyond it


@dataclass(frozen=True, slots=True)
class Relaxation:
    """One relaxation step: after so long in the queue, what the contact asks changes."""

    after_ms: int
    drop: frozenset[str]
    levels: dict[str, int]
    add_queue: str | None
    raise_ms: int

    @property
    def words(self) -> str:
        """What the step changes, for people."""
        parts = [f"{skill} is not needed" for skill in sorted(self.drop)]
        parts += [f"{skill} >= {level} will do" for skill, level in sorted(self.levels.items())]
        parts += [f"it waits in {self.add_queue} too"] if self.add_queue else []
        parts += [f"it counts as {self.raise_ms / 1000:g} s older"] if self.raise_ms else []
        return ", ".join(parts)

    def applied(self, wanted: Requirements) -> Requirements:
        """The requirements without what is dropped and with lower levels; a group that names a dropped skill goes."""
        drop, levels = self.drop, self.levels
        return wanted._replace(
            must=tuple((skill, _least(level, levels.get(skill))) for skill, level in wanted.must if skill not in drop),
            any=tuple(group for group in wanted.any if drop.isdisjoint(skill for skill, _ in group)),
            without=tuple(skill for skill in wanted.without if skill not in drop),
            prefer=tuple(pair for pair in wanted.prefer if pair[0] not in drop),
        )


@dataclass(frozen=True, slots=True)
class Stage:
    """What the queue does at one moment of its promise; ``share`` of the time, 1 for its end."""

    share: float
    raise_ms: int
    add_queues: tuple[str, ...]
    to_queue: str | None
    callback: bool

    @property
    def leads_away(self) -> bool:
        """Whether the contact may leave the queue by it, or become a promise to call."""
        return self.callback or self.to_queue is not None

    @property
    def words(self) -> str:
        """What it changes for a contact that goes on waiting, for people."""
        parts = [f"it counts as {self.raise_ms / 1000:g} s older"] if self.raise_ms else []
        return ", ".join([*parts, *(f"it waits in {queue} too" for queue in self.add_queues)])

    @property
    def ways(self) -> str:
        """Where it sends the contact, for people."""
        return f"it overflows to {self.to_queue}" if self.to_queue else "it is promised a call back" * self.callback


def _least(level: int, other: int | None) -> int:
    return level if other is None else min(level, other)


@dataclass(frozen=True, slots=True)
class OverflowRule:
    """One overflow rule: all given conditions must hold."""

    waiting: int | None
    waited_ms: int | None
    expected_ms: int | None
    nobody: bool
    closed: bool
    to_queue: str | None
    callback: bool

    @property
    def for_arrivals(self) -> bool:
        """Whether the rule is about the queue that a contact finds, not about what happens while it waits."""
        return self.waiting is not None and self.waited_ms is None

    @property
    def is_watched(self) -> bool:
        """Whether it can come true without any event of the contact, so that it must be looked at again and again."""
        return (
            self.closed
            or self.nobody
            or self.expected_ms is not None
            or (self.waiting is not None and self.waited_ms is not None)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """When who waits is to be answered, in the open time of a calendar; the order of service is computed from it.

    ``promised``: whether that is a promise, or only an order kept. ``rule``: the rule of the policy's targets that
    makes it, "" for the queue's own.
    """

    seconds: float
    ms: int
    calendar: str | None
    promised: bool
    rule: str = ""


@dataclass(frozen=True, slots=True)
class QueueRules:
    """One queue. ``answer``: what it promises to whom no rule promises something else.

    ``allowance``: the share of breaches that a protected queue may have, None for a queue that is not protected.
    ``raised_ms`` and ``added`` are sums over the first n steps of ``relax``: extra boost, and queues waited in as well.
    ``look_ms``: between two looks at who is at risk. ``asks``: what the queue itself asks on any channel.
    ``stages``: at the warning and at the due time, None where nothing is done; ``urged_ms`` and ``urged`` are sums over
    the first n of them.
    """

    name: str
    requirements: Requirements
    answer: Answer
    boost_ms: int
    late_factor: float
    late_cap_ms: float | None
    agent_order: str
    allowance: float | None
    life_ms: int
    relax: tuple[Relaxation, ...]
    raised_ms: tuple[int, ...]
    added: tuple[tuple[str, ...], ...]
    asks: Requirement
    look_ms: int
    stages: tuple[Stage | None, Stage | None]
    urged_ms: tuple[int, ...]
    urged: tuple[tuple[str, ...], ...]
    overflow: tuple[OverflowRule, ...]
    hours: str | None
    waiting_max: int | None


def queue_rules(name: str, queue: Queue, soonest_seconds: float = math.inf) -> QueueRules:
    """The compiled form of a policy's queue; ``soonest_seconds``: the shortest promise of a rule about answers."""
    relax = tuple(_step(step) for step in queue.relax)
    stages = _stages(queue)
    return QueueRules(
        name=name,
        requirements=queue.requirements,
        answer=Answer(
            queue.answer_seconds, to_ms(queue.answer_seconds), queue.answer_calendar, "time_to_answer" in queue.targets
        ),
        boost_ms=to_ms(queue.boost_seconds),
        late_factor=queue.late_factor,
        late_cap_ms=None if queue.late_cap_seconds is None else to_ms(queue.late_cap_seconds),
        agent_order=queue.agent_order,
        allowance=queue.protect.allowance if queue.protect else None,
        life_ms=to_ms(queue.life_max_seconds),
        relax=relax,
        raised_ms=tuple(accumulate((step.raise_ms for step in relax), initial=0)),
        added=tuple(accumulate(((step.add_queue,) if step.add_queue else () for step in relax), initial=())),
        asks=Requirement(queue.requirements.must, queue.requirements.any, queue.requirements.without, ""),
        look_ms=min(max(to_ms(min(queue.answer_seconds, soonest_seconds) / LOOKS), LOOK_MS_MIN), LOOK_MS_MAX),
        stages=stages,
        urged_ms=tuple(accumulate((stage.raise_ms if stage else 0 for stage in stages), initial=0)),
        urged=tuple(accumulate((stage.add_queues if stage else () for stage in stages), initial=())),
        overflow=tuple(_overflow(rule) for rule in queue.overflow),
        hours=queue.hours,
        waiting_max=queue.waiting_max,
    )


def _step(step: RelaxStep) -> Relaxation:
    return Relaxation(
        after_ms=to_ms(step.after_seconds),
        drop=frozenset(step.drop or ()),
        levels=dict(step.min_level or {}),
        add_queue=step.add_queue,
        raise_ms=to_ms(step.raise_priority_seconds or 0.0),
    )


def _stages(queue: Queue) -> tuple[Stage | None, Stage | None]:
    promised = queue.targets.get("time_to_answer")
    if promised is None:
        return None, None
    return _stage(promised.warn_at or 1.0, promised.on_warn), _stage(1.0, promised.on_breach)


def _stage(share: float, acts: Acts) -> Stage | None:
    ways = [act.overflow for act in acts if act.overflow is not None]
    return (
        Stage(
            share=share,
            raise_ms=sum(to_ms(act.boost_seconds or 0.0) for act in acts),
            add_queues=tuple(act.add_queue for act in acts if act.add_queue),
            to_queue=next((way.queue for way in ways if way.queue), None),
            callback=any(way.callback for way in ways),
        )
        if acts
        else None
    )


def _overflow(rule: Overflow) -> OverflowRule:
    when, to = rule.when, rule.to
    return OverflowRule(
        waiting=when.waiting,
        waited_ms=None if when.waited_seconds is None else to_ms(when.waited_seconds),
        expected_ms=None if when.expected_wait_seconds is None else to_ms(when.expected_wait_seconds),
        nobody=bool(when.nobody_signed_on),
        closed=bool(when.closed),
        to_queue=to.queue,
        callback=bool(to.callback),
    )


def to_ms(seconds: float) -> int:
    """Whole milliseconds."""
    return round(seconds * 1000)


class ChannelRules(NamedTuple):
    """A workspace's defaults for agents who do not state their own; the fields mean what AgentCapacity's mean."""

    costs: dict[str, int]
    maximum: dict[str, int]
    reserve: dict[str, int]
    exclusive: tuple[str, ...]
