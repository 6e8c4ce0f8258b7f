"""A message of a customer on a channel (usher.channel.message.v1): its fields, and its canonical form."""

from typing import Annotated, Any, Literal, get_args

import msgspec
from pydantic import AfterValidator, Field

from services.ingest.domain.fields import (
    SECONDS_MAX,
    Id,
    Inbound,
    Language,
    Name,
    Note,
    Skills,
    SourceName,
    Text,
    Time,
    Url,
    Workspace,
    composed_texts,
)
from services.ingest.domain.handles import Pseudonyms, is_withheld
from services.ingest.domain.reading import INTEGER_MAX
from services.ingest.domain.way import Arrival, Way
from shared.contract.ids import message_event_id
from shared.contract.inputs import Attachment, MessageReceived, Party, ReplyTo, RoutingHint
from shared.contract.topics import CHANNELS, Channel
from shared.times import rfc3339

__all__ = ["BoundedMessage", "ChannelMessage", "SenderKind", "received"]

SUBJECT_LENGTH_MAX = 998  # characters; a line of RFC 5322
TEXT_LENGTH_MAX = 65_536  # characters, by contract
ATTACHMENTS_MAX = 32  # by contract
ATTRIBUTES_MAX = 64  # by contract
ATTRIBUTE_LENGTH_MAX = 1024  # characters, by contract

SenderKind = Literal["customer", "agent", "bot", "system"]
SENDERS = get_args(SenderKind)
AttributeText = Annotated[str, Field(max_length=ATTRIBUTE_LENGTH_MAX)]


class Sender(Inbound):
    """The customer as the channel knows them."""

    handle: Text
    name: Note | None = None
    customer_id: Id | None = None


class AttachmentBody(Inbound):
    """One attachment."""

    content_type: Text
    url: Url | None = None
    name: Note | None = None
    bytes: Annotated[int, Field(ge=0, le=INTEGER_MAX)] | None = None


class ReplyAddress(Inbound):
    """Where an answer goes."""

    address: Text
    thread: Note | None = None


class Routing(Inbound):
    """What the caller already knows."""

    queue: Name | None = None
    tier: Literal["self_service", "bot", "agent"] | None = None
    intent: Name | None = None
    skills: Skills | None = None
    priority_seconds: Annotated[float, Field(ge=-SECONDS_MAX, le=SECONDS_MAX)] | None = None


class ChannelMessage(Inbound):
    """The body of usher.channel.message.v1."""

    workspace: Workspace
    channel: Channel
    source: SourceName | None = None
    conversation_id: Id
    message_id: Id
    occurred_at: Time | None = None
    from_: Sender = Field(alias="from")
    to: Note | None = None
    sender: SenderKind | None = None
    subject: Annotated[str, Field(max_length=SUBJECT_LENGTH_MAX)] | None = None
    text: Annotated[str, Field(max_length=TEXT_LENGTH_MAX)] | None = None
    language: Language | None = None
    attachments: Annotated[list[AttachmentBody], Field(max_length=ATTACHMENTS_MAX)] | None = None
    reply_to: ReplyAddress | None = None
    public: bool | None = None
    attributes: (
        Annotated[
            dict[AttributeText, AttributeText],
            Field(max_length=ATTRIBUTES_MAX),
            AfterValidator(composed_texts),
        ]
        | None
    ) = None
    routing: Routing | None = None


class BoundedMessage(msgspec.Struct, omit_defaults=True, gc=False):
    """The same, made by an adapter, which cuts and writes its texts as the contract allows: what is left to look at is
    whether it has what it must have. Every text of a provider would be looked at twice else."""

    channel: Channel
    source: str
    conversation_id: str
    message_id: str
    from_: Party = msgspec.field(name="from")
    reply_to: ReplyTo
    sender: SenderKind
    attributes: dict[str, str]
    occurred_at: int | None = None
    to: str | None = None
    subject: str | None = None
    text: str | None = None
    language: str | None = None
    attachments: list[Attachment] = []
    public: bool = False
    routing: None = None

    def is_whole(self) -> bool:
        """Whether nothing is missing, and what is one of several is one of them."""
        has_ids = self.conversation_id and self.message_id and self.from_.handle and self.reply_to.address
        return bool(has_ids) and self.channel in CHANNELS and self.sender in SENDERS

    def document(self) -> dict[str, Any]:
        """As its JSON would be read, for whoever says what is wrong with it."""
        found: dict[str, Any] = msgspec.to_builtins(self)
        return found if self.occurred_at is None else {**found, "occurred_at": rfc3339(self.occurred_at)}


def received(
    body: ChannelMessage | BoundedMessage, workspace: str, way: Way, arrival: Arrival, pseudonyms: Pseudonyms
) -> MessageReceived:
    """The canonical event: defaults filled in, the customer always named, never later than its arrival."""
    source = body.source or way.source
    sender = body.from_
    channel = way.channel or body.channel
    if not is_withheld(sender.handle, channel):
        handle_key = pseudonyms.customer(workspace, sender.handle, channel, way.scope)
        customer_id = sender.customer_id or handle_key
    else:
        customer_id = sender.customer_id or pseudonyms.nobody(workspace, source, body.conversation_id)
        handle_key = customer_id
    occurred_ms = arrival.received_ms if body.occurred_at is None else body.occurred_at
    reply_to = body.reply_to
    answer_goes = (sender.handle, body.conversation_id) if reply_to is None else (reply_to.address, reply_to.thread)
    return MessageReceived(
        event_id=message_event_id(workspace, source, body.conversation_id, body.message_id),
        workspace=workspace,
        occurred_ms=min(occurred_ms, arrival.arrived_ms),
        arrived_ms=arrival.arrived_ms,
        origin=arrival.origin,
        channel=channel,
        source=source,
        conversation_id=body.conversation_id,
        message_id=body.message_id,
        party=Party(sender.handle, sender.name, customer_id),
        reply_to=ReplyTo(*answer_goes),
        sender=body.sender or "customer",
        to=body.to,
        subject=body.subject,
        text=body.text,
        language=body.language,
        attachments=[Attachment(a.content_type, a.url, a.name, a.bytes) for a in body.attachments or ()],
        public=bool(body.public),
        attributes=body.attributes or {},
        routing=_hint(body.routing, way.queue),
        handle_key="" if customer_id == handle_key else handle_key,
        region_missing=pseudonyms.lacks_region(workspace, sender.handle, channel),
    )


def _hint(routing: Routing | None, queue: str) -> RoutingHint | None:
    if routing is None:
        return RoutingHint(queue=queue) if queue else None
    return RoutingHint(
        routing.queue or queue or None, routing.tier, routing.intent, routing.skills or {}, routing.priority_seconds
    )
