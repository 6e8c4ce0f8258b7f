"""What a queue promises and how it hands out its contacts: targets, order, relaxation, overflow."""

from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.policy.fields import (
    Duration,
    Name,
    Node,
    PromiseDuration,
    Share,
    SkillLevels,
    SkillName,
    fault,
    pairs,
)
from shared.policy.requirements import Requirements, Requires
from shared.policy.targets import Targets
from shared.policy.urgency import OverflowTo

__all__ = [
    "AgentOrder",
    "Overflow",
    "OverflowTo",
    "OverflowWhen",
    "Protect",
    "Queue",
    "RelaxStep",
]

AgentOrder = Literal["scarcity", "longest_idle", "least_loaded", "round_robin", "best_skill"]

LATE_FACTOR_MAX = 20  # beyond it late contacts starve
STEPS_MAX = 20  # relaxation steps or overflow rules of one queue; each is a timer on every waiting contact
WAITING_MAX = 1_000_000
ORDERING_SECONDS = 3600.0  # a queue without time_to_answer is ordered as if it had promised an hour
LIFE_SECONDS = 7 * 86_400.0  # without life_max: nothing may stay live for ever


class Protect(Node):
    """Opt-in reserve for a scarce class: the share of breaches beyond which others leave its agents alone."""

    allowance: Share


class RelaxStep(Node):
    """After so long in the queue the contact asks for less, waits in one more queue, or counts as older."""

    after_seconds: Duration = Field(alias="after")
    drop: Annotated[tuple[SkillName, ...], Field(min_length=1)] | None = None
    min_level: Annotated[SkillLevels, Field(min_length=1)] | None = None
    add_queue: Name | None = None
    raise_priority_seconds: Duration | None = Field(default=None, alias="raise_priority")

    @model_validator(mode="after")
    def _does_something(self) -> "RelaxStep":
        if not (self.drop or self.min_level or self.add_queue or self.raise_priority_seconds):
            raise fault("does nothing", "add drop, min_level, add_queue or raise_priority")
        return self


class OverflowWhen(Node):
    """All given conditions must hold; ``waiting``: this many contacts wait already."""

    waiting: Annotated[int, Field(ge=1, le=WAITING_MAX)] | None = None
    waited_seconds: Duration | None = Field(default=None, alias="waited")
    expected_wait_seconds: Duration | None = Field(default=None, alias="expected_wait")
    nobody_signed_on: Literal[True] | None = None
    closed: Literal[True] | None = None

    @model_validator(mode="after")
    def _has_a_condition(self) -> "OverflowWhen":
        if not self.given:
            raise fault("has no condition", "give waiting, waited, expected_wait, nobody_signed_on or closed")
        return self


class Overflow(Node):
    """One overflow rule; the first whose conditions hold applies."""

    when: OverflowWhen
    to: OverflowTo


class Queue(Node):
    """One queue of a workspace. Times are seconds."""

    requires: Requires = Requirements()
    prefers: SkillLevels = Field(default_factory=dict)
    targets: Targets = Field(default_factory=dict)
    late_factor: Annotated[float, Field(ge=1, le=LATE_FACTOR_MAX)] = 3.0
    late_cap_seconds: PromiseDuration | None = Field(default=None, alias="late_cap")
    boost_seconds: Duration = Field(default=0.0, alias="boost")
    agent_order: AgentOrder = "scarcity"
    protect: Protect | None = None
    relax: Annotated[tuple[RelaxStep, ...], Field(max_length=STEPS_MAX)] = ()
    overflow: Annotated[tuple[Overflow, ...], Field(max_length=STEPS_MAX)] = ()
    hours: Name | None = None
    waiting_max: Annotated[int, Field(ge=1, le=WAITING_MAX)] | None = None
    life_max_seconds: PromiseDuration = Field(default=LIFE_SECONDS, alias="life_max")

    @cached_property
    def requirements(self) -> Requirements:
        """What the queue itself asks of an agent; a contact's own skills are added with ``plus``."""
        return self.requires._replace(prefer=pairs(self.prefers))

    @cached_property
    def answer_seconds(self) -> float:
        """Time-to-answer target that orders the queue: the promise, or ``ORDERING_SECONDS`` without one."""
        target = self.targets.get("time_to_answer")
        return target.within_seconds if target else ORDERING_SECONDS

    @cached_property
    def answer_calendar(self) -> str | None:
        """Calendar in which the time-to-answer target counts; None = all hours."""
        target = self.targets.get("time_to_answer")
        return target.calendar if target else None
