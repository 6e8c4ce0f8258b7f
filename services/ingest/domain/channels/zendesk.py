"""Zendesk: event webhooks of tickets, and trigger webhooks with the body of docs/channels/zendesk.md. Tolerant."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Message, ended, time_ms
from services.ingest.domain.channels.node import Node
from shared.contract.topics import Channel

__all__ = ["ADAPTER"]

_PREFIX = "zen:event-type:"
_CHANNELS: dict[str, Channel] = {
    "chat": "chat",
    "native_messaging": "chat",
    "web_messaging": "chat",
    "voice": "voice",
    "phone": "voice",
    "sms": "sms",
    "text_message": "sms",
    "twilio_sms": "sms",
    "whatsapp": "messaging",
    "line": "messaging",
    "telegram": "messaging",
    "viber": "messaging",
    "wechat": "messaging",
    "twitter_dm": "messaging",
    "facebook": "social",
    "instagram_dm": "messaging",
    "twitter": "social",
    "any_channel": "messaging",
    "web": "web",
    "web_form": "web",
    "web_widget": "web",
}
_ACTORS = {
    "agent": Why.OWN_MESSAGE,
    "system": Why.BOT,
    "trigger": Why.BOT,
}  # of a chat; others are customers
_IGNORED = {
    "ticket.soft_deleted": Why.DELETION,
    "ticket.permanently_deleted": Why.DELETION,
    "ticket.comment_redacted": Why.DELETION,
    "ticket.attachment_redacted_from_comment": Why.DELETION,
    "ticket.comment_made_private": Why.EDIT,
    "ticket.description_changed": Why.EDIT,
}
_OVER = frozenset({"SOLVED", "CLOSED"})


def read(payload: Payload) -> Reading:
    """One event of a ticket."""
    document = Node.parse(payload.body)
    kind = document["type"].text()
    if kind.startswith(_PREFIX):
        return Reading([_event(payload, document, kind.removeprefix(_PREFIX))])
    return Reading([_trigger(payload, document)])


def _event(payload: Payload, document: Node, kind: str) -> Item:
    if kind in _MESSAGES:
        return _MESSAGES[kind](payload, document, document["detail"]["id"].needed())
    if kind == "ticket.status_changed" and document["event"]["current"].text().upper() in _OVER:
        ticket, at_ms = document["detail"]["id"].needed(), time_ms(document.optional()["time"].text())
        return ended(payload, ticket, "closed", key=document["id"].needed(), at_ms=at_ms)
    return Ignored(_IGNORED.get(kind, Why.NOT_A_MESSAGE))


def _opened(payload: Payload, document: Node, ticket: str) -> Item:
    detail = document["detail"]
    handle = detail["requester_id"].needed()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    if detail["is_public"].value is False:
        return Ignored(Why.INTERNAL_NOTE)
    whole = document.optional()
    more = whole["detail"]
    return Message(
        channel=_channel(more["via"]),
        conversation=ticket,
        message_id=f"{ticket}:opened",
        handle=handle,
        at_ms=time_ms(more["created_at"].text()) or time_ms(whole["time"].text()),
        subject=more["subject"].text(),
        text=detail["description"].words(),
        reply_address=ticket,
        attributes=_attributes(more),
        unread=whole.unread,
    ).event(payload)


def _commented(payload: Payload, document: Node, ticket: str) -> Item:
    detail, comment = document["detail"], document["event"]["comment"]
    author = comment["author"]
    if author["is_staff"].flag() or payload.source.is_own(author["id"].id()):
        return Ignored(Why.OWN_MESSAGE)
    if comment["is_public"].value is False:
        return Ignored(Why.INTERNAL_NOTE)
    whole = document.optional()
    more = whole["detail"]
    return Message(
        channel=_channel(more["via"]),
        conversation=ticket,
        message_id=f"{ticket}:{comment['id'].id() or document['id'].needed()}",
        handle=author["id"].id() or detail["requester_id"].needed(),
        name=whole["event"]["comment"]["author"]["name"].text(),
        at_ms=time_ms(whole["time"].text()),
        subject=more["subject"].text(),
        text=comment["body"].words(),
        reply_address=ticket,
        attributes=_attributes(more),
        unread=whole.unread,
    ).event(payload)


def _wrote(payload: Payload, document: Node, ticket: str) -> Item:
    """A message of a chat (Zendesk messaging), which is a ticket too."""
    event = document["event"]
    actor, message = event["actor"], event["message"]
    why = _ACTORS.get(actor["type"].text())
    if why is not None:
        return Ignored(why)
    handle, whole = actor["id"].needed(), document.optional()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="chat",
        conversation=ticket,
        message_id=f"{ticket}:{message['id'].id() or document['id'].needed()}",
        handle=handle,
        name=whole["event"]["actor"]["name"].text(),
        at_ms=time_ms(whole["time"].text()),
        text=message["body"].words(),
        reply_address=ticket,
        reply_thread=event["conversation_id"].id(),
        attributes=_attributes(whole["detail"]),
        unread=whole.unread,
    ).event(payload)


def _trigger(payload: Payload, document: Node) -> Item:
    """A trigger's body is what its author made it: ours is flat, with every id as text or number."""
    ticket, more = document["ticket_id"].needed(), document.optional()
    handle = more["requester_email"].text() or document["requester_id"].needed()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    if document["public"].value in (False, "false"):
        return Ignored(Why.INTERNAL_NOTE)
    return Message(
        channel=_channel(more),
        conversation=ticket,
        message_id=f"{ticket}:{document['comment_id'].id() or 'opened'}",
        handle=handle,
        name=more["requester_name"].text(),
        at_ms=time_ms(more["created_at"].text()),
        subject=more["subject"].text(),
        text=document["comment"].words(),
        language=more["language"].text(),
        reply_address=ticket,
        attributes={"priority": more["priority"].id().lower(), "status": more["status"].id().lower()},
        unread=more.unread,
    ).event(payload)


def _channel(via: Node) -> Channel:
    """``via`` is {"channel": "email"}, or the name alone."""
    name = via.value if isinstance(via.value, str) else via["channel"].text()
    return _CHANNELS.get(name.lower().replace(" ", "_"), "email")


def _attributes(detail: Node) -> dict[str, str]:
    tags = ",".join(tag.text() for tag in detail["tags"].items())
    return {
        "priority": detail["priority"].id().lower(),
        "status": detail["status"].id().lower(),
        "tags": tags,
        "brand_id": detail["brand_id"].id(),
        "group_id": detail["group_id"].id(),
    }


_MESSAGES = {
    "ticket.created": _opened,
    "ticket.comment_added": _commented,
    "messaging_ticket.message_added": _wrote,
}


ADAPTER = Adapter(
    name="zendesk",
    read=read,
    channel="email",
    schemes=("zendesk",),
    secrets=frozenset({"signing_secret"}),
)
