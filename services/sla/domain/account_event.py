"""What the account reads of usher.contact-events.v1: of each type only the fields that are added up."""

from datetime import datetime
from functools import lru_cache
from typing import Annotated, Any

import msgspec

from shared.times import to_ms

__all__ = ["Available", "Happened", "Moved", "instant_ms"]

Time = Annotated[datetime, msgspec.Meta(tz=True)]

INSTANTS_REMEMBERED = 4096  # the events of one input, and those of one millisecond, tell the same time


@lru_cache(maxsize=INSTANTS_REMEMBERED)
def instant_ms(occurred_at: str) -> int:
    """An event's time in milliseconds since the epoch. ValidationError as of the field where that is no time."""
    try:
        return to_ms(msgspec.convert(occurred_at, Time))
    except msgspec.ValidationError as error:
        raise msgspec.ValidationError(f"{error} - at `$.occurred_at`") from None


class Happened(msgspec.Struct, gc=False):
    """An event of a contact that begins or ends a phase of its course. ``instant_ms`` reads ``occurred_at``."""

    workspace: str
    contact_id: str
    channel: str
    occurred_at: str
    queue: str | None = None
    agent_id: str | None = None


class Moved(Happened, gc=False):
    """An event of a contact that goes elsewhere; ``to`` says where, in the events that have it."""

    to: dict[str, Any] = {}


class Available(msgspec.Struct, gc=False):
    """usher.agent.availability_changed.v1; ``units`` is absent in the events of older routers."""

    workspace: str
    agent_id: str
    presence: str
    availability: str
    free_units: int
    occurred_at: str
    reason: str = ""
    units: int = 0
