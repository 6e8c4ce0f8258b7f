"""What is promised, to whom: one target, and the rules that give some contacts another one than their queue's."""

from collections.abc import Mapping
from functools import cached_property
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
        if not self.given:
            raise fault("has no condition", "a target for everybody belongs to its queue")
        return self

    def holds(
        self, queue: str, channel: str, tier: str, priority_seconds: float, attributes: Mapping[str, str]
    ) -> bool:
        """Whether all conditions hold for a contact in that queue: who orders by a promise and who judges it agree."""
        at_least = self.priority_at_least_seconds
        return (
            (self.queue is None or queue in self.queue)
            and (self.channel is None or channel in self.channel)
            and (self.tier is None or tier in self.tier)
            and (at_least is None or priority_seconds >= at_least)
            and all(attributes.get(name) in values for name, values in self._wanted)
        )

    @cached_property
    def _wanted(self) -> list[tuple[str, tuple[str, ...]]]:
        wanted: list[tuple[str, tuple[str, ...]]]
        wanted = [(name, (value,)) for name, value in (self.attributes or {}).items()]
        return [*wanted, (CUSTOMER_CLASS, self.customer_class)] if self.customer_class else wanted


class TargetRule(Node):
    """Other targets for some contacts: for each kind the first rule that holds and names it, else the queue's own."""

    name: Name
    when: TargetWhen
    then: Annotated[Targets, Field(min_length=1)]
