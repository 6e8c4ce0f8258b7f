"""The canonical events on usher.router-input.v1: everything that can change a decision, as ingest writes it.

The ``ce_type`` is the public inbound type; the body is the validated, normalised form below (JSON). Times are integer
milliseconds since the epoch. Within a major version fields may only be added, with a default. Closed sets and ranges
are part of the types: ingest writes nothing else, and the router's decoder takes nothing else.
"""

from typing import Any, Literal

import msgspec

from shared.contract.parts import (
    AgentCapacity,
    Attachment,
    HandOffContext,
    Party,
    Presence,
    Priority,
    ReplyTo,
    RoutingHint,
    Seconds,
    Transfer,
)
from shared.contract.records import Origin
from shared.contract.topics import Channel

__all__ = [
    "ALIVE_MS", "INGEST_ALIVE", "INPUT_TYPES", "TYPE_OF", "AgentCapacity", "AgentHeartbeat", "AgentSignedOff",
    "AgentSignedOn", "AssignmentEnded", "AssignmentWrappedUp", "Attachment", "ContactCommanded", "ConversationEnded",
    "CustomerCommanded", "HandOffContext", "IngestAlive", "Input", "MessageReceived", "OfferAnswered",
    "OutcomeReported", "Party", "PendingChanged", "PolicyActivated", "Presence", "PresenceChanged", "Priority",
    "ReplySent", "ReplyTo", "RoutingHint", "Seconds", "Transfer",
]  # fmt: skip


class Input(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What every canonical event holds.

    ``event_id`` is the deduplication key: two inputs with one id are one input. ``occurred_ms`` is as reported but
    never after ``arrived_ms``, the arrival at ingest. ``origin`` is where the record or request came from.
    """

    event_id: str
    workspace: str
    occurred_ms: int
    arrived_ms: int
    origin: Origin = Origin()
    traceparent: str = ""


class MessageReceived(Input):
    """usher.channel.message.v1. ``customer_id`` inside ``party`` is always set (given, or the handle's keyed hash);
    ``handle_key`` is that hash where another id was given. ``region_missing``: the handle is a national telephone
    number, and the workspace has no region to read it by, so that another spelling of it is another customer."""

    channel: Channel
    source: str
    conversation_id: str
    message_id: str
    party: Party
    reply_to: ReplyTo
    sender: Literal["customer", "agent", "bot", "system"] = "customer"
    to: str | None = None
    subject: str | None = None
    text: str | None = None
    language: str | None = None
    attachments: list[Attachment] = []
    public: bool = False
    attributes: dict[str, str] = {}
    routing: RoutingHint | None = None
    handle_key: str = ""
    region_missing: bool = False


class ConversationEnded(Input):
    """usher.conversation.ended.v1."""

    source: str
    conversation_id: str
    reason: str


class AgentSignedOn(Input):
    """usher.agent.signed_on.v1."""

    agent_id: str
    skills: dict[str, int]
    capacity: AgentCapacity
    name: str | None = None
    presence: Presence = "available"
    lease_seconds: Seconds | None = None


class PresenceChanged(Input):
    """usher.agent.presence_changed.v1."""

    agent_id: str
    presence: Presence
    reason: str | None = None


class AgentHeartbeat(Input):
    """usher.agent.heartbeat.v1."""

    agent_id: str


class AgentSignedOff(Input):
    """usher.agent.signed_off.v1."""

    agent_id: str


class OfferAnswered(Input):
    """usher.offer.answered.v1."""

    offer_id: str
    agent_id: str
    answer: Literal["accepted", "declined"]
    reason: str | None = None


class AssignmentEnded(Input):
    """usher.assignment.ended.v1."""

    assignment_id: str
    agent_id: str
    outcome: Literal["closed", "transferred", "requeued"]
    disposition: str | None = None
    wrap_up_seconds: Seconds | None = None
    transfer: Transfer | None = None


class AssignmentWrappedUp(Input):
    """usher.assignment.wrapped_up.v1."""

    assignment_id: str
    agent_id: str


class OutcomeReported(Input):
    """usher.contact.outcome_reported.v1."""

    contact_id: str
    by: Literal["self_service", "bot"]
    outcome: Literal["resolved", "escalated", "failed"]
    reason: str | None = None
    context: HandOffContext | None = None


class ReplySent(Input):
    """usher.contact.reply_sent.v1."""

    contact_id: str
    by: Literal["agent", "bot"]
    agent_id: str | None = None
    public: bool = True


class PendingChanged(Input):
    """usher.contact.pending_changed.v1: whether the contact waits for the customer."""

    contact_id: str
    pending: bool


class ContactCommanded(Input):
    """usher.contact.commanded.v1: a supervisor's cancel, prioritise, requeue or assign."""

    contact_id: str
    command: Literal["cancel", "prioritise", "requeue", "assign"]
    actor: str
    reason: str
    seconds: Priority | None = None
    queue: str | None = None
    agent_id: str | None = None


class CustomerCommanded(Input):
    """usher.customer.commanded.v1: ``customer_id`` is merged into ``into``, or split from whom it was merged into."""

    command: Literal["merge", "split"]
    customer_id: str
    actor: str
    reason: str
    into: str | None = None


class PolicyActivated(Input):
    """usher.policy.activated.v1 as an input: the whole validated policy, so that the log alone decides.

    ``model_version``: exactly this content of the text model that the policy names; "": the one in force, or, for a
    model that was not in force, what its directory holds when the router reads this.
    """

    hash: str
    policy: dict[str, Any]
    model_version: str = ""


INPUT_TYPES: dict[str, type[Input]] = {
    "usher.channel.message.v1": MessageReceived,
    "usher.conversation.ended.v1": ConversationEnded,
    "usher.agent.signed_on.v1": AgentSignedOn,
    "usher.agent.presence_changed.v1": PresenceChanged,
    "usher.agent.heartbeat.v1": AgentHeartbeat,
    "usher.agent.signed_off.v1": AgentSignedOff,
    "usher.offer.answered.v1": OfferAnswered,
    "usher.assignment.ended.v1": AssignmentEnded,
    "usher.assignment.wrapped_up.v1": AssignmentWrappedUp,
    "usher.contact.outcome_reported.v1": OutcomeReported,
    "usher.contact.reply_sent.v1": ReplySent,
    "usher.contact.pending_changed.v1": PendingChanged,
    "usher.contact.commanded.v1": ContactCommanded,
    "usher.customer.commanded.v1": CustomerCommanded,
    "usher.policy.activated.v1": PolicyActivated,
}
INGEST_ALIVE = "usher.ingest.alive.v1"
ALIVE_MS = 2_000  # at the latest so long after the last one; each costs the router a commit in each partition


class IngestAlive(msgspec.Struct):
    """usher.ingest.alive.v1, in every partition: whatever was reported to ingest before ``at_ms`` lies before this
    record. So a silence that follows is nobody's: ingest, or the log, stands still. It is no input: it has no id."""

    at_ms: int


TYPE_OF: dict[type[Input], str] = {kind: name for name, kind in INPUT_TYPES.items()}
