"""Chatwoot: messages of its inboxes, and conversations that are resolved. Tolerant: older versions send less."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, ended, seconds_ms, time_ms
from services.ingest.domain.channels.node import Node

__all__ = ["ADAPTER"]

_INCOMING = ("incoming", 0)
_OUTGOING = ("outgoing", 1, "template", 3)
_SENDERS = {"user": Why.OWN_MESSAGE, "agent_bot": Why.BOT, "captain_assistant": Why.BOT}
_KINDS = {"image": "image/*", "audio": "audio/*", "video": "video/*"}


def read(payload: Payload) -> Reading:
    """One event."""
    document = Node.parse(payload.body)
    event = document["event"].needed()
    if event == "message_created":
        return Reading([_message(payload, document)])
    if event in ("conversation_status_changed", "conversation_resolved"):
        return Reading([_resolved(payload, document)])
    return Reading([Ignored(Why.EDIT if event == "message_updated" else Why.NOT_A_MESSAGE)])


def _message(payload: Payload, document: Node) -> Item:
    kind, sender = document["message_type"].value, document["sender"]
    if document["private"].flag():
        return Ignored(Why.INTERNAL_NOTE)
    if kind not in _INCOMING:
        return Ignored(Why.OWN_MESSAGE if kind in _OUTGOING else Why.NOT_A_MESSAGE)
    if sender["type"].text() in _SENDERS:
        return Ignored(_SENDERS[sender["type"].text()])
    if not sender:
        sender = document["contact"]
    handle = _handle(sender)
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    conversation = _conversation(document, document["conversation"]["id"].needed())
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:{document['id'].needed()}",
        handle=handle,
        name=sender["name"].text(),
        to=document["inbox"]["name"].text(),
        at_ms=_at(document["created_at"]),
        subject=document["content_attributes"]["email"]["subject"].text(),
        text=document["content"].text(),
        attachments=[_file(one) for one in document["attachments"].items()],
        reply_address=conversation,
        attributes={
            "inbox": document["inbox"]["name"].text(),
            "inbox_channel": document["conversation"]["channel"].text(),
            "source_id": document["source_id"].id(),
            "in_reply_to": document["content_attributes"]["in_reply_to"].id(),
        },
    ).event(payload)


def _handle(sender: Node) -> str:
    for name in ("email", "phone_number", "identifier"):
        if sender[name].id():
            return sender[name].id()
    return sender["id"].needed()


def _conversation(document: Node, number: str) -> str:
    """Numbers of conversations begin anew in each account."""
    account = document["account"]["id"].id() or document["account_id"].id()
    return f"{account}:{number}" if account else number


def _resolved(payload: Payload, document: Node) -> Item:
    if document["status"].text() != "resolved":
        return Ignored(Why.NOT_A_MESSAGE)
    conversation = _conversation(document, document["id"].needed())
    at = document["updated_at"] if document["updated_at"] else document["timestamp"]
    key = f"{conversation}:{at.value if isinstance(at.value, str | int | float) else ''}"
    return ended(payload, conversation, "closed", key=key, at_ms=_at(at))


def _at(node: Node) -> int | None:
    """Seconds since the epoch in some events, RFC 3339 in others."""
    if isinstance(node.value, str):
        return time_ms(node.value)
    return seconds_ms(node.number())


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=_KINDS.get(one["file_type"].id(), "application/octet-stream"),
        url=one["data_url"].text(),
        size=one["file_size"].whole(),
    )


ADAPTER = Adapter(
    name="chatwoot",
    read=read,
    channel="chat",
    schemes=("chatwoot", "credentials"),
    secrets=frozenset({"signing_secret", "bearer", "basic"}),
)
