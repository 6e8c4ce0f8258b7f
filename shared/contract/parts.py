"""What the canonical events are made of: closed sets, ranges, and the parts that several of them hold."""

from typing import Annotated, Any, Literal

import msgspec

__all__ = [
    "SECONDS_MAX", "UNITS_MAX", "AgentCapacity", "Attachment", "HandOffContext", "Party", "Presence", "Priority",
    "ReplyTo", "RoutingHint", "Seconds", "Transfer", "Units",
]  # fmt: skip

UNITS_MAX = 10_000  # of capacity: more than any person holds
SECONDS_MAX = 366 * 86_400.0  # of a priority, a lease or a wrap-up

Presence = Literal["available", "not_ready", "draining"]
Units = Annotated[int, msgspec.Meta(ge=0, le=UNITS_MAX)]
Seconds = Annotated[float, msgspec.Meta(ge=0.0, le=SECONDS_MAX)]
Priority = Annotated[float, msgspec.Meta(ge=-SECONDS_MAX, le=SECONDS_MAX)]  # below 0: as if it came so much later


class Attachment(msgspec.Struct, omit_defaults=True, gc=False):
    """One attachment of a message."""

    content_type: str
    url: str | None = None
    name: str | None = None
    bytes: int | None = None


class Party(msgspec.Struct, omit_defaults=True, gc=False):
    """The customer as the channel knows them."""

    handle: str
    name: str | None = None
    customer_id: str | None = None


class ReplyTo(msgspec.Struct, omit_defaults=True, gc=False):
    """Where an answer goes: the address on the same channel, and its thread."""

    address: str
    thread: str | None = None


class RoutingHint(msgspec.Struct, omit_defaults=True, gc=False):
    """What the caller already knows; it wins over classification, never over hard rules."""

    queue: str | None = None
    tier: str | None = None
    intent: str | None = None
    skills: dict[str, int] = {}
    priority_seconds: Priority | None = None


class AgentCapacity(msgspec.Struct, omit_defaults=True, gc=False):
    """Units an agent has, cost per channel, most contacts per channel, exclusive channels, units kept for a channel."""

    units: Annotated[int, msgspec.Meta(ge=1, le=UNITS_MAX)]
    costs: dict[str, Units] = {}
    max: dict[str, Units] = {}
    exclusive: list[str] | None = None
    reserve: dict[str, Units] = {}


class Transfer(msgspec.Struct, omit_defaults=True, gc=False):
    """Where a transferred contact goes."""

    queue: str | None = None
    agent_id: str | None = None
    skills: dict[str, int] = {}
    warm: bool = False


class HandOffContext(msgspec.Struct, omit_defaults=True, gc=False):
    """What a bot or self-service learnt before it handed the contact on."""

    intent: str | None = None
    language: str | None = None
    slots: dict[str, Any] = {}
    transcript_url: str | None = None
    tried: list[str] = []
    skills: dict[str, int] = {}
