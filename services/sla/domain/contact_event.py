"""What the service reads of usher.contact-events.v1: of each type only the fields that a clock needs."""

from datetime import datetime
from typing import Annotated

import msgspec

__all__ = ["Changed", "PolicyActivated", "Queued"]

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Changed(msgspec.Struct, gc=False):
    """Any event of a contact. ``queue`` is absent while it has none; ``version`` is dense per contact."""

    workspace: str
    contact_id: str
    occurred_at: Time
    channel: str
    version: int
    queue: str | None = None
    agent_id: str | None = None


class Queued(Changed, gc=False):
    """usher.contact.queued.v1. ``target_seconds`` and ``due_at`` are absent in a queue without that promise."""

    target_seconds: float | None = None
    due_at: Time | None = None
    entered_at: Time | None = None
    wait_started_at: Time | None = None


class PolicyActivated(msgspec.Struct, gc=False):
    """usher.policy.activated.v1 as the router announces it: from here on this version holds."""

    workspace: str
    policy_version: int
    occurred_at: Time
