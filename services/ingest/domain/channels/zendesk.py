"""Zendesk: event webhooks of tickets, and trigger webhooks with the body of docs/channels/zendesk.md. Tolerant."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, ended, time_ms
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
    kind = document.text("type")
    if kind.startswith(_PREFIX):
        return Reading([_event(payload, document, kind.removeprefix(_PREFIX))])
    return Reading([_trigger(payload, document)])


def _event(payload: Payload, document: Node, kind: str) -> Item:
    if kind in _MESSAGES:
        return _MESSAGES[kind](payload, document, document["detail"].needed("id"))
    if kind == "ticket.status_changed" and document["event"].text("current").upper() in _OVER:
        ticket, at_ms = document["detail"].needed("id"), time_ms(document.optional().text("time"))
        return ended(payload, ticket, "closed", key=document.needed("id"), at_ms=at_ms)
    return Ignored(_IGNORED.get(kind, Why.NOT_A_MESSAGE))


def _opened(payload: Payload, document: Node, ticket: str) -> Item:
    detail = document["detail"]
    handle = detail.needed("requester_id")
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
        at_ms=time_ms(more.text("created_at")) or time_ms(whole.text("time")),
        subject=more.text("subject"),
        text=detail.words("description"),
        reply_address=ticket,
        attributes=_attributes(more),
        unread=whole.unread,
    ).event(payload)


def _commented(payload: Payload, document: Node, ticket: str) -> Item:
    detail, comment = document["detail"], document["event"]["comment"]
    author = comment["author"]
    if author.flag("is_staff") or payload.source.is_own(author.id("id")):
        return Ignored(Why.OWN_MESSAGE)
    if comment["is_public"].value is False:
        return Ignored(Why.INTERNAL_NOTE)
    whole = document.optional()
    more = whole["detail"]
    return Message(
        channel=_channel(more["via"]),
        conversation=ticket,
        message_id=f"{ticket}:{comment.id('id') or document.needed('id')}",
        handle=author.id("id") or detail.needed("requester_id"),
        name=whole["event"]["comment"]["author"].text("name"),
        at_ms=time_ms(whole.text("time")),
        subject=more.text("subject"),
        text=comment.words("body"),
        reply_address=ticket,
        attributes=_attributes(more),
        unread=whole.unread,
    ).event(payload)


def _attached(payload: Payload, document: Node, ticket: str) -> Item:
    """A file of a comment comes by itself, and nothing says whose comment: the requester's, if it is they who acted."""
    detail, comment = document["detail"], document["event"]["comment"]
    handle, file, whole = detail.id("requester_id"), comment["attachment"], document.optional()
    if not handle or detail.id("actor_id") != handle:
        return Ignored(Why.NOT_A_MESSAGE)
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    more, told = whole["detail"], whole["event"]["comment"]["attachment"]
    return Message(
        channel=_channel(more["via"]),
        conversation=ticket,
        message_id=f"{ticket}:{comment.needed('id')}:{file.needed('id')}",
        handle=handle,
        at_ms=time_ms(whole.text("time")),
        subject=more.text("subject"),
        attachments=[
            Attachment(content_type=told.text("content_type"), url=told.text("content_url"), name=told.text("filename"))
        ],
        reply_address=ticket,
        attributes={"in_reply_to": comment.id("id"), **_attributes(more)},
        unread=whole.unread,
    ).event(payload)


def _wrote(payload: Payload, document: Node, ticket: str) -> Item:
    """A message of a chat (Zendesk messaging), which is a ticket too."""
    event = document["event"]
    actor, message = event["actor"], event["message"]
    why = _ACTORS.get(actor.text("type"))
    if why is not None:
        return Ignored(why)
    handle, whole = actor.needed("id"), document.optional()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="chat",
        conversation=ticket,
        message_id=f"{ticket}:{message.id('id') or document.needed('id')}",
        handle=handle,
        name=whole["event"]["actor"].text("name"),
        at_ms=time_ms(whole.text("time")),
        text=message.words("body"),
        reply_address=ticket,
        reply_thread=event.id("conversation_id"),
        attributes=_attributes(whole["detail"]),
        unread=whole.unread,
    ).event(payload)


def _trigger(payload: Payload, document: Node) -> Item:
    """A trigger's body is what its author made it: ours is flat, with every id as text or number."""
    ticket, more = document.needed("ticket_id"), document.optional()
    handle = more.text("requester_email") or document.needed("requester_id")
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    if document["public"].value in (False, "false"):
        return Ignored(Why.INTERNAL_NOTE)
    return Message(
        channel=_channel(more),
        conversation=ticket,
        message_id=f"{ticket}:{document.id('comment_id') or 'opened'}",
        handle=handle,
        name=more.text("requester_name"),
        at_ms=time_ms(more.text("created_at")),
        subject=more.text("subject"),
        text=document.words("comment"),
        language=more.text("language"),
        reply_address=ticket,
        attributes={"priority": more.id("priority").lower(), "status": more.id("status").lower()},
        unread=more.unread,
    ).event(payload)


def _channel(via: Node) -> Channel:
    """``via`` is {"channel": "email"}, or the name alone."""
    name = via.value if isinstance(via.value, str) else via.text("channel")
    return _CHANNELS.get(name.lower().replace(" ", "_"), "email")


def _attributes(detail: Node) -> dict[str, str]:
    tags = ",".join(tag.text() for tag in detail["tags"].items())
    return {
        "priority": detail.id("priority").lower(),
        "status": detail.id("status").lower(),
        "tags": tags,
        "brand_id": detail.id("brand_id"),
        "group_id": detail.id("group_id"),
    }


_MESSAGES = {
    "ticket.created": _opened,
    "ticket.comment_added": _commented,
    "ticket.attachment_linked_to_comment": _attached,
    "messaging_ticket.message_added": _wrote,
}


ADAPTER = Adapter(
    name="zendesk",
    read=read,
    channel="email",
    schemes=("zendesk",),
    secrets=frozenset({"signing_secret"}),
)
