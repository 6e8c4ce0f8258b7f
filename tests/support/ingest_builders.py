"""Valid inbound bodies of every type, and a door to put them through without any I/O."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
import orjson

from services.ingest.domain.admission import Route, TopicDoor
from services.ingest.domain.channels.canonical import ADAPTER as CANONICAL
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Refusal
from services.ingest.domain.way import Way
from shared.contract.inputs import INPUT_TYPES
from shared.contract.topics import AGENT_ACTIVITY, CONTACT_UPDATES, channel_topic
from shared.errors import Reason

NOW_MS = 1_800_000_000_000
OCCURRED_AT = "2026-01-31T09:30:00.125Z"
OCCURRED_MS = 1_769_851_800_125
KEY = b"a-key-for-tests-only-0123456789"

CHAT = channel_topic("chat")
HELP = channel_topic("help")

BODIES: dict[str, dict[str, Any]] = {
    "usher.channel.message.v1": {
        "channel": "chat",
        "conversation_id": "conversation-1",
        "message_id": "message-1",
        "from": {"handle": "ana@example.com"},
        "source": "chat",
    },
    "usher.conversation.ended.v1": {"source": "chat", "conversation_id": "conversation-1", "reason": "left"},
    "usher.agent.signed_on.v1": {
        "agent_id": "agent-1",
        "skills": {"cards": 4},
        "capacity": {
            "units": 4,
            "costs": {"chat": 1},
            "max": {"chat": 3},
            "exclusive": ["voice"],
            "reserve": {"voice": 1},
        },
    },
    "usher.agent.presence_changed.v1": {"agent_id": "agent-1", "presence": "not_ready", "reason": "lunch"},
    "usher.agent.heartbeat.v1": {"agent_id": "agent-1"},
    "usher.agent.signed_off.v1": {"agent_id": "agent-1"},
    "usher.offer.answered.v1": {"offer_id": "offer-1", "agent_id": "agent-1", "answer": "declined", "reason": "busy"},
    "usher.assignment.ended.v1": {
        "assignment_id": "assignment-1",
        "agent_id": "agent-1",
        "outcome": "transferred",
        "wrap_up_seconds": 12.5,
        "transfer": {"queue": "cards", "skills": {"cards": 2}, "warm": True},
    },
    "usher.assignment.wrapped_up.v1": {"assignment_id": "assignment-1", "agent_id": "agent-1"},
    "usher.contact.outcome_reported.v1": {
        "contact_id": "contact-1",
        "by": "bot",
        "outcome": "escalated",
        "reason": "asked for a person",
        "context": {"intent": "stolen_card", "slots": {"card": {"last": 4, "known": True}}, "tried": ["block"]},
    },
    "usher.contact.reply_sent.v1": {"contact_id": "contact-1", "by": "agent", "agent_id": "agent-1", "public": False},
    "usher.contact.pending_changed.v1": {"contact_id": "contact-1", "pending": True},
    "usher.contact.commanded.v1": {
        "contact_id": "contact-1",
        "command": "prioritise",
        "actor": "supervisor-1",
        "reason": "waits too long",
        "seconds": 600,
    },
    "usher.customer.commanded.v1": {
        "command": "merge",
        "customer_id": "crm-18",
        "into": "crm-17",
        "actor": "supervisor-1",
        "reason": "one person, two accounts",
    },
}


def body(kind: str = "usher.channel.message.v1", **changes: Any) -> dict[str, Any]:
    """A valid body with its type and workspace."""
    return {"type": kind, "workspace": "acme", "occurred_at": OCCURRED_AT, **BODIES[kind], **changes}


@dataclass(slots=True)
class Record:
    """What the door reads of a consumed record."""

    value: bytes | None
    headers: tuple[tuple[str, bytes | None], ...] = ()
    topic: str = CHAT
    partition: int = 1
    offset: int = 7
    timestamp: int = NOW_MS - 20


@dataclass(slots=True)
class Passed:
    """What came of a record."""

    admitted: list[Admitted] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def door() -> TopicDoor:
    """A door for two channel topics, agents' activity and contact updates."""
    return TopicDoor(
        {
            CHAT: Route(CANONICAL, Way(source="chat")),
            HELP: Route(CANONICAL, Way(source="help", workspace="acme", channel="email", queue="orders")),
            AGENT_ACTIVITY: Route(CANONICAL, Way()),
            CONTACT_UPDATES: Route(CANONICAL, Way()),
        },
        Normaliser(Pseudonyms(KEY)),
    )


def put(record: Record) -> Passed:
    """One record through the door."""
    passed = Passed()
    door().admit(record, NOW_MS, passed.admitted, passed.refused)
    assert not any(refusal.fault for refusal in passed.refused)
    return passed


def put_body(document: Any, **changes: Any) -> Passed:
    """A JSON document through the door."""
    return put(Record(orjson.dumps(document), **changes))


def canonical(document: dict[str, Any], **changes: Any) -> Any:
    """The one canonical event of a body, decoded as the router decodes it."""
    (event,) = put_body(document, **changes).admitted
    return msgspec.json.decode(event.body, type=INPUT_TYPES[event.type])


def refused(document: Any, **changes: Any) -> tuple[Reason, str]:
    """Reason and path of the one dead letter of a body."""
    passed = put_body(document, **changes)
    assert passed.admitted == []
    (refusal,) = passed.refused
    return refusal.letter.reason, refusal.letter.path
