"""Slack's events, Standard Webhooks and the canonical message as pydantic models, as an integrator writes them."""

import hashlib
import uuid
from datetime import UTC, datetime

from pydantic import BaseModel, ConfigDict, Field

__all__ = ["Canonical", "SlackEvent", "StandardEvent", "cloud_headers", "of_slack", "of_standard"]

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
    url: str | None = None
    name: str | None = None
    bytes: int | None = None


class Sender(BaseModel):
    """The customer."""

    handle: str
    customer_id: str


class ReplyTo(BaseModel):
    """Where an answer goes."""

    address: str
    thread: str


class PostedSender(BaseModel):
    """The customer as a sender of Standard Webhooks names them."""

    handle: str
    name: str | None = None


class Posted(BaseModel):
    """``data`` of Standard Webhooks: the message as its sender writes it."""

    channel: str
    conversation_id: str
    message_id: str
    sender: PostedSender = Field(alias="from")
    text: str = ""
    attachments: list[Attachment] = []
    reply_to: ReplyTo | None = None
    attributes: dict[str, str] = {}


class StandardEvent(BaseModel):
    """A payload of Standard Webhooks."""

    type: str
    timestamp: datetime
    data: Posted


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


def _customer(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()[:32]


def of_standard(event: StandardEvent) -> Canonical:
    """The message of Standard Webhooks as the contract has it."""
    posted = event.data
    return Canonical(
        workspace="acme",
        channel=posted.channel,
        source="standard_webhooks",
        conversation_id=posted.conversation_id,
        message_id=posted.message_id,
        occurred_at=event.timestamp.astimezone(UTC).isoformat(),
        sender=Sender(handle=posted.sender.handle, customer_id=_customer(posted.sender.handle)),
        text=posted.text,
        attachments=posted.attachments,
        reply_to=posted.reply_to or ReplyTo(address=posted.sender.handle, thread=posted.conversation_id),
        attributes=posted.attributes,
    )


def of_slack(envelope: SlackEvent) -> Canonical:
    """The message of Slack as the contract has it."""
    event = envelope.event
    thread = event.thread_ts or event.ts
    return Canonical(
        workspace="acme",
        channel="chat",
        source="slack",
        conversation_id=f"{event.channel}:{thread}",
        message_id=f"{event.channel}:{event.ts}",
        occurred_at=datetime.fromtimestamp(float(event.ts), UTC).isoformat(),
        sender=Sender(handle=event.user, customer_id=_customer(event.user)),
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
