"""What agents' desktops report (usher.agent-activity.v1): the fields of each event."""

from typing import Annotated, Literal

from pydantic import Field

from services.ingest.domain.fields import (
    SECONDS_MAX,
    UNITS_MAX,
    Id,
    Inbound,
    Name,
    Note,
    Seconds,
    Skills,
    Time,
    Units,
    Workspace,
)
from shared.contract.topics import Channel

__all__ = [
    "AssignmentBody",
    "AssignmentEndedBody",
    "OfferAnsweredBody",
    "PresenceChangedBody",
    "SignedOnBody",
    "AgentBody",
]

Presence = Literal["available", "not_ready", "draining"]
AtLeastOne = Annotated[int, Field(ge=1, le=UNITS_MAX)]  # a cost of 0 would let an agent take work without end


class Capacity(Inbound):
    """Units of an agent, and how each channel uses them."""

    units: AtLeastOne
    costs: dict[Channel, AtLeastOne] | None = None
    max: dict[Channel, Units] | None = None
    exclusive: list[Channel] | None = None
    reserve: dict[Channel, Units] | None = None


class AgentBody(Inbound):
    """What every event of an agent holds; the whole body of a heartbeat and of a sign-off."""

    workspace: Workspace
    occurred_at: Time
    agent_id: Id


class SignedOnBody(AgentBody):
    """The body of usher.agent.signed_on.v1."""

    name: Note | None = None
    skills: Skills
    capacity: Capacity
    presence: Presence | None = None
    lease_seconds: Annotated[float, Field(gt=0, le=SECONDS_MAX)] | None = None


class PresenceChangedBody(AgentBody):
    """The body of usher.agent.presence_changed.v1."""

    presence: Presence
    reason: Note | None = None


class OfferAnsweredBody(AgentBody):
    """The body of usher.offer.answered.v1."""

    offer_id: Id
    answer: Literal["accepted", "declined"]
    reason: Note | None = None


class TransferBody(Inbound):
    """Where a transferred contact goes."""

    queue: Name | None = None
    agent_id: Id | None = None
    skills: Skills | None = None
    warm: bool | None = None


class AssignmentBody(AgentBody):
    """The body of usher.assignment.wrapped_up.v1."""

    assignment_id: Id


class AssignmentEndedBody(AssignmentBody):
    """The body of usher.assignment.ended.v1."""

    outcome: Literal["closed", "transferred", "requeued"]
    disposition: Note | None = None
    wrap_up_seconds: Seconds | None = None
    transfer: TransferBody | None = None
