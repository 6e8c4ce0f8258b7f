"""Slack's events and the canonical message as pydantic models, as an integrator writes them down."""

import hashlib
import uuid
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Canonical", "SlackEvent", "canonical", "cloud_headers"]

NAMESPACE = uuid.UUID("6f2d7a54-1c5e-4a52-9d0b-6b1f3f1f2a10")


class SlackFile(BaseModel):
    """A file of a message."""

    mimetype: str = "application/octet-stream"
    url_private: str | None = None
    name: str | None = None
    size: int | None = None


class SlackMessage(BaseModel):
    """The inner event."""

    type: str
    user: str
    channel: str
    ts: str
    text: str = ""
    thread_ts: str | None = None
    files: list[SlackFile] = []


class SlackEvent(BaseModel):
    """The outer event."""

    type: str
    team_id: str = ""
    event: SlackMessage


class Attachment(BaseModel):
    """An attachment of the contract."""

    content_type: str
    url: str | None
    name: str | None
    bytes: int | None


class Sender(BaseModel):
    """The customer."""

    handle: str
    customer_id: str


class ReplyTo(BaseModel):
    """Where an answer goes."""

    address: str
    thread: str


class Canonical(BaseModel):
    """usher.channel.message.v1."""

    model_config = ConfigDict(populate_by_name=True)

    workspace: str
    channel: str
    source: str
    conversation_id: str
    message_id: str
    occurred_at: str
    sender: Sender = Field(alias="from")
    text: str
    attachments: list[Attachment]
    reply_to: ReplyTo
    attributes: dict[str, str]


def canonical(envelope: SlackEvent) -> Canonical:
    """The message as the contract has it."""
    event = envelope.event
    thread = event.thread_ts or event.ts
    return Canonical(
        workspace="acme",
        channel="chat",
        source="slack",
        conversation_id=f"{event.channel}:{thread}",
        message_id=f"{event.channel}:{event.ts}",
        occurred_at=datetime.fromtimestamp(float(event.ts), UTC).isoformat(),
        sender=Sender(handle=event.user, customer_id=hashlib.sha256(event.user.encode()).hexdigest()[:32]),
        text=event.text,
        attachments=[
            Attachment(content_type=one.mimetype, url=one.url_private, name=one.name, bytes=one.size)
            for one in event.files
        ],
        reply_to=ReplyTo(address=event.channel, thread=thread),
        attributes={"team_id": envelope.team_id},
    )


def cloud_headers(message: Canonical) -> dict[str, bytes]:
    """The headers of CloudEvents, in binary mode."""
    event_id = uuid.uuid5(NAMESPACE, f"{message.source}/{message.conversation_id}/{message.message_id}")
    headers = {
        "ce_id": str(event_id), "ce_type": "usher.channel.message.v1", "ce_specversion": "1.0",
        "ce_source": "/usher/naive/acme", "ce_time": message.occurred_at, "ce_subject": message.conversation_id,
        "ce_partitionkey": message.workspace, "content-type": "application/json",
    }  # fmt: skip
    return {name: value.encode() for name, value in headers.items()}
