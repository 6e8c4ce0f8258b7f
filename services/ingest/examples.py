"""An example of each inbound event, as it is posted: shown by the OpenAPI document, and tried by tests."""

from collections.abc import Mapping
from typing import Any

__all__ = ["ACCEPTED", "EXAMPLES", "WEBHOOKS"]

_AT = "2026-03-02T09:00:05.000Z"
_AGENT = {"agent_id": "bo", "occurred_at": _AT}
_CONTACT = {"contact_id": "ee657b1a-79ad-5f8e-a1bb-b3bbe6a90766", "occurred_at": _AT}
_ACTOR = {"actor": "supervisor-1", "reason": "waits too long"}

_BODIES: Mapping[str, dict[str, Any]] = {
    "usher.channel.message.v1": {
        "channel": "chat",
        "conversation_id": "visit-81",
        "message_id": "visit-81-1",
        "occurred_at": _AT,
        "from": {"handle": "ana@example.com", "name": "Ana", "customer_id": "crm-17"},
        "text": "My card was stolen!",
        "language": "en",
        "attributes": {"vip": "true"},
        "routing": {"queue": "cards", "skills": {"cards": 3}},
    },
    "usher.conversation.ended.v1": {
        "source": "api",
        "conversation_id": "visit-81",
        "reason": "left",
        "occurred_at": _AT,
    },
    "usher.agent.signed_on.v1": {
        **_AGENT,
        "name": "Bo",
        "skills": {"en": 5, "cards": 4},
        "capacity": {"units": 4, "costs": {"chat": 1}, "exclusive": ["voice"]},
        "presence": "available",
        "lease_seconds": 60,
    },
    "usher.agent.presence_changed.v1": {**_AGENT, "presence": "not_ready", "reason": "lunch"},
    "usher.agent.heartbeat.v1": {**_AGENT},
    "usher.agent.signed_off.v1": {**_AGENT},
    "usher.offer.answered.v1": {**_AGENT, "offer_id": "e2108b32-0c0c-53eb-8936-ef34e14f6ead", "answer": "accepted"},
    "usher.assignment.ended.v1": {
        **_AGENT,
        "assignment_id": "4622889d-dfe9-55ed-b830-675fe58b0338",
        "outcome": "transferred",
        "transfer": {"queue": "cards", "skills": {"cards": 4}, "warm": True},
    },
    "usher.assignment.wrapped_up.v1": {**_AGENT, "assignment_id": "4622889d-dfe9-55ed-b830-675fe58b0338"},
    "usher.contact.outcome_reported.v1": {
        **_CONTACT,
        "by": "bot",
        "outcome": "escalated",
        "reason": "asked for a person",
        "context": {"intent": "stolen_card", "language": "en", "slots": {"card": "4711"}, "tried": ["block-card"]},
    },
    "usher.contact.reply_sent.v1": {**_CONTACT, "by": "agent", "agent_id": "bo", "public": True},
    "usher.contact.pending_changed.v1": {**_CONTACT, "pending": True},
    "usher.contact.commanded.v1": {**_CONTACT, **_ACTOR, "command": "prioritise", "seconds": 600},
    "usher.customer.commanded.v1": {
        **_ACTOR,
        "command": "merge",
        "customer_id": "crm-18",
        "into": "crm-17",
        "occurred_at": _AT,
    },
}

EXAMPLES: Mapping[str, dict[str, Any]] = {kind: {"type": kind, **body} for kind, body in _BODIES.items()}
"""By type; ``workspace`` is left out, because the key names it."""

_MESSAGE = EXAMPLES["usher.channel.message.v1"]
WEBHOOKS: Mapping[str, dict[str, Any]] = {
    "Canonical": _MESSAGE,
    "StandardWebhooks": {
        "type": _MESSAGE["type"],
        "timestamp": _AT,
        "data": {name: value for name, value in _MESSAGE.items() if name != "type"},
    },
}
"""What two kinds of source take; each provider's own payload is on its page in docs/channels."""

ACCEPTED = {
    "event_id": "7f9c1d62-3b0e-5a4e-9a55-7d8a1c1f3b20",
    "contact_id": _CONTACT["contact_id"],
    "episode": 1,
}
"""The answer to a message."""
