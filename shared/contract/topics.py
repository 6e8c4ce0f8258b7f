"""The topics of Usher: names, partitions and retention in one table."""

from dataclasses import dataclass
from typing import Literal, get_args

from shared.times import DAY_MS

ROUTER_INPUT = "usher.router-input.v1"
CONTACT_EVENTS = "usher.contact-events.v1"
SELF_SERVICE = "usher.self-service.v1"
BOT = "usher.bot.v1"
AGENT_OFFERS = "usher.agent-offers.v1"
SLA_EVENTS = "usher.sla-events.v1"
DEAD_LETTERS = "usher.dead-letters.v1"
AGENT_ACTIVITY = "usher.agent-activity.v1"
CONTACT_UPDATES = "usher.contact-updates.v1"

# Retention unless USHER_PASSING_RETENTION_DAYS and USHER_LOG_RETENTION_DAYS say otherwise.
PASSING_DAYS, LOG_DAYS = 7, 30

# ingest's consumer groups: these names behind USHER_GROUP (default usher.ingest) of ingest and a dot.
INGEST_GROUPS = ("contacts", "agent-activity", "contact-updates")

Channel = Literal["voice", "email", "chat", "sms", "messaging", "social", "web", "task"]
CHANNELS: tuple[Channel, ...] = get_args(Channel)


def channel_topic(source: str) -> str:
    """Inbound topic of a source (for the eight default sources: of a channel)."""
    return f"usher.channel.{source}.v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicSpec:
    """How a topic is created and what is checked at start.

    ``append_time`` makes the broker stamp records: on ``usher.router-input.v1`` that stamp is the one clock of a
    partition, the same for the owner, a replay and an auditor.
    """

    name: str
    retention_ms: int
    append_time: bool = False


def all_topics(
    sources: tuple[str, ...] = CHANNELS, *, passing_days: int = PASSING_DAYS, log_days: int = LOG_DAYS
) -> tuple[TopicSpec, ...]:
    """Every topic of a deployment with these sources, without prefix. What only passes through, inbound or handed off,
    is kept for ``passing_days``; the logs for ``log_days``."""
    passing, log = passing_days * DAY_MS, log_days * DAY_MS
    return (
        *(TopicSpec(name=channel_topic(source), retention_ms=passing) for source in sources),
        TopicSpec(name=AGENT_ACTIVITY, retention_ms=passing),
        TopicSpec(name=CONTACT_UPDATES, retention_ms=passing),
        TopicSpec(name=ROUTER_INPUT, retention_ms=log, append_time=True),
        TopicSpec(name=CONTACT_EVENTS, retention_ms=log),
        TopicSpec(name=SELF_SERVICE, retention_ms=passing),
        TopicSpec(name=BOT, retention_ms=passing),
        TopicSpec(name=AGENT_OFFERS, retention_ms=passing),
        TopicSpec(name=SLA_EVENTS, retention_ms=log),
        TopicSpec(name=DEAD_LETTERS, retention_ms=log),
    )
