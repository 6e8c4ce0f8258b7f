"""What a queue does by itself about contacts that it has promised an answer and not answered yet."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.policy.fields import Duration, Name, Node, fault

__all__ = ["Act", "Acts", "OverflowTo"]

ACTS_MAX = 10  # of one moment; more than a reader can foresee together


class OverflowTo(Node):
    """Where the contact goes: exactly one of another queue, a callback, or the queue's next opening."""

    queue: Name | None = None
    callback: Literal[True] | None = None
    schedule: Literal["next_opening"] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> "OverflowTo":
        if len(self.given) != 1:
            raise fault("must name exactly one destination", "queue: NAME, callback: true or schedule: next_opening")
        return self


class Act(Node):
    """Exactly one: the contact counts as so much older, waits in one more queue, or goes elsewhere."""

    boost_seconds: Duration | None = Field(default=None, alias="boost")
    add_queue: Name | None = None
    overflow: OverflowTo | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Act":
        if len(self.given) != 1 or self.boost_seconds == 0:
            raise fault("must do exactly one thing", "boost: TIME, add_queue: NAME or overflow: {queue: NAME}")
        return self


Acts = Annotated[tuple[Act, ...], Field(max_length=ACTS_MAX)]
