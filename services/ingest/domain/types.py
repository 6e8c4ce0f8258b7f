"""Every inbound event type in one table: its body, its canonical form, and the right that posting it takes."""

from enum import StrEnum
from typing import NamedTuple

from services.ingest.domain.activity import (
    AgentBody,
    AssignmentBody,
    AssignmentEndedBody,
    OfferAnsweredBody,
    PresenceChangedBody,
    SignedOnBody,
)
from services.ingest.domain.fields import Inbound
from services.ingest.domain.message import ChannelMessage
from services.ingest.domain.updates import (
    CommandedBody,
    ConversationEndedBody,
    CustomerCommandedBody,
    OutcomeReportedBody,
    PendingChangedBody,
    ReplySentBody,
)
from shared.contract import inputs

__all__ = ["AREAS", "ENDED", "EVENT_TYPES", "MESSAGE", "Area", "EventType", "Right"]

MESSAGE = "usher.channel.message.v1"
ENDED = "usher.conversation.ended.v1"


class Right(StrEnum):
    """What an API key may do (``may`` in the sources file)."""

    CONTACTS = "contacts"
    AGENTS = "agents"
    UPDATES = "updates"
    COMMANDS = "commands"


class Area(StrEnum):
    """Where events of a kind are posted over HTTP: the last part of the path."""

    CONTACTS = "contacts"
    AGENT_ACTIVITY = "agent-activity"
    CONTACT_UPDATES = "contact-updates"


class EventType(NamedTuple):
    """``body`` is what is read, ``canonical`` what is published; ``subject`` names the field for ce_subject."""

    body: type[Inbound]
    canonical: type[inputs.Input]
    subject: str
    right: Right


EVENT_TYPES: dict[str, EventType] = {
    MESSAGE: EventType(ChannelMessage, inputs.MessageReceived, "conversation_id", Right.CONTACTS),
    ENDED: EventType(ConversationEndedBody, inputs.ConversationEnded, "conversation_id", Right.UPDATES),
    "usher.agent.signed_on.v1": EventType(SignedOnBody, inputs.AgentSignedOn, "agent_id", Right.AGENTS),
    "usher.agent.presence_changed.v1": EventType(PresenceChangedBody, inputs.PresenceChanged, "agent_id", Right.AGENTS),
    "usher.agent.heartbeat.v1": EventType(AgentBody, inputs.AgentHeartbeat, "agent_id", Right.AGENTS),
    "usher.agent.signed_off.v1": EventType(AgentBody, inputs.AgentSignedOff, "agent_id", Right.AGENTS),
    "usher.offer.answered.v1": EventType(OfferAnsweredBody, inputs.OfferAnswered, "agent_id", Right.AGENTS),
    "usher.assignment.ended.v1": EventType(AssignmentEndedBody, inputs.AssignmentEnded, "agent_id", Right.AGENTS),
    "usher.assignment.wrapped_up.v1": EventType(AssignmentBody, inputs.AssignmentWrappedUp, "agent_id", Right.AGENTS),
    "usher.contact.outcome_reported.v1": EventType(
        OutcomeReportedBody, inputs.OutcomeReported, "contact_id", Right.UPDATES
    ),
    "usher.contact.reply_sent.v1": EventType(ReplySentBody, inputs.ReplySent, "contact_id", Right.UPDATES),
    "usher.contact.pending_changed.v1": EventType(
        PendingChangedBody, inputs.PendingChanged, "contact_id", Right.UPDATES
    ),
    "usher.contact.commanded.v1": EventType(CommandedBody, inputs.ContactCommanded, "contact_id", Right.COMMANDS),
    "usher.customer.commanded.v1": EventType(
        CustomerCommandedBody, inputs.CustomerCommanded, "customer_id", Right.COMMANDS
    ),
}

# The types that each path takes; topics take every known type. A hang-up comes from channels as well as from desktops.
AREAS: dict[Area, frozenset[str]] = {
    Area.CONTACTS: frozenset({MESSAGE, ENDED}),
    Area.AGENT_ACTIVITY: frozenset(kind for kind, entry in EVENT_TYPES.items() if entry.right is Right.AGENTS),
    Area.CONTACT_UPDATES: frozenset(
        kind for kind, entry in EVENT_TYPES.items() if entry.right in (Right.UPDATES, Right.COMMANDS)
    ),
}
