"""What is promised, to whom: one target, and the rules that give some contacts another one than their queue's."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.policy.classification import Channels, Names, Texts
from shared.policy.fields import Duration, Name, Node, OneOrMany, PromiseDuration, fault
from shared.policy.handling import Tier
from shared.policy.kinds import Hold, TargetKind
from shared.policy.urgency import Acts

__all__ = ["CUSTOMER_CLASS", "Target", "TargetRule", "TargetWhen", "Targets"]

CUSTOMER_CLASS = "customer_class"  # the attribute of a message that says which class of customer wrote it


class OnSilent(Node):
    """What is done about an agent who has owed the customer an answer for so long."""

    after_seconds: PromiseDuration = Field(alias="after")
    do: Literal["remind", "requeue"]


class Target(Node):
    """One promise: done within so much (calendar) time for a share of the contacts; warned at a share of the time.

    ``pause_on``: what the clock does not count; default by kind (shared/policy/kinds.py). ``apply_to_open``: clocks
    that run already take it over; default as the policy says. ``on_silent``: of a queue's ``handling`` alone.
    ``on_warn``, ``on_breach``: of a queue's ``time_to_answer`` alone, what is done at the share ``warn_at`` of the
    time, and when it is over.
    """

    within_seconds: PromiseDuration = Field(alias="within")
    objective: Annotated[float, Field(gt=0, le=1)] = 0.8
    warn_at: Annotated[float, Field(gt=0, lt=1)] | None = None
    calendar: Name | None = None
    pause_on: tuple[Hold, ...] | None = None
    apply_to_open: bool | None = None
    on_silent: OnSilent | None = None
    on_warn: Acts = ()
    on_breach: Acts = ()


Targets = dict[TargetKind, Target]
Tiers = Annotated[tuple[Tier, ...], Field(min_length=1), OneOrMany()]


class TargetWhen(Node):
    """Conditions of a rule: all that are given must hold; within a list, one of them. ``attributes`` and
    ``customer_class`` are those of the contact's first message; ``priority_at_least`` is its priority in the queue.
    """

    queue: Names | None = None
    channel: Channels | None = None
    tier: Tiers | None = None
    priority_at_least_seconds: Duration | None = Field(default=None, alias="priority_at_least")
    customer_class: Texts | None = None
    attributes: Annotated[dict[str, str], Field(min_length=1, max_length=64)] | None = None

    @model_validator(mode="after")
    def _has_a_condition(self) -> "TargetWhen":
        if not self.model_fields_set:
            raise fault("has no condition", "a target for everybody belongs to its queue")
        return self


class TargetRule(Node):
    """Other targets for some contacts: for each kind the first rule that holds and names it, else the queue's own."""

    name: Name
    when: TargetWhen
    then: Annotated[Targets, Field(min_length=1)]
