"""What the account reads of usher.contact-events.v1: of each type only the fields that are added up."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

__all__ = ["Available", "Happened", "Moved"]

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Happened(msgspec.Struct, gc=False):
    """An event of a contact that begins or ends a phase of its course."""

    workspace: str
    contact_id: str
    occurred_at: Time
    channel: str
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
    occurred_at: Time
    reason: str = ""
    units: int = 0
