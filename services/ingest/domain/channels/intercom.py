"""Intercom: what customers write in conversations and tickets, and their ends. Payloads of tickets are read tolerantly.

A ticket is a conversation: one that was made of a conversation keeps its id, and answers of both go to the same place.
"""

from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.markup import text_of_html
from services.ingest.domain.channels.message import Attachment, Message, ended, seconds_ms
from services.ingest.domain.channels.node import Node, each

__all__ = ["ADAPTER"]

_PEOPLE = frozenset({"user", "lead", "contact", "visitor"})
_NOT_SHARED = frozenset({"back-office", "tracker"})  # categories of tickets that no customer sees
_IGNORED = {
    "ping": Why.HANDSHAKE,
    "ticket.note.created": Why.INTERNAL_NOTE,
    "ticket.admin.replied": Why.OWN_MESSAGE,
    "conversation.operator.replied": Why.BOT,
    "conversation.read": Why.DELIVERY_STATE,
    "conversation.admin.noted": Why.INTERNAL_NOTE,
    "conversation.admin.replied": Why.OWN_MESSAGE,
    "conversation.admin.single.created": Why.OWN_MESSAGE,
    "conversation.deleted": Why.DELETION,
    "conversation_part.redacted": Why.DELETION,
}


def read(payload: Payload) -> Reading:
    """What a notification comes to: the first message, each reply, or the end."""
    document = Node.parse(payload.body)
    topic, item = document.text("topic"), document["data"]["item"]
    ticket = item["ticket"] if topic.startswith("ticket.") and item["ticket"] else item
    match topic:
        case "conversation.user.created":
            return Reading([_message(payload, item, item["source"], item)])
        case "conversation.user.replied":
            listed = _parts(item, "conversation_parts")
            found = each(listed.items(), lambda part: _message(payload, item, part, part))
            return Reading(found or [listed.wrong("Field required")])
        case "ticket.created":
            return Reading([_opened(payload, ticket)])
        case "ticket.contact.replied":
            return Reading([_answered(payload, item, ticket)])
        case "conversation.admin.closed" | "ticket.closed" | "ticket.resolved":
            return Reading([_over(payload, document, ticket)])
    return Reading([Ignored(_IGNORED.get(topic, Why.NOT_A_MESSAGE))])


def _parts(item: Node, name: str) -> Node:
    """A list, bare or within an object of its name."""
    parts = item[name]
    return parts[name] if isinstance(parts.value, dict) else parts


def _over(payload: Payload, document: Node, item: Node) -> Item:
    at = document.optional()["created_at"]
    key = document.id("id") or f"{item.needed('id')}:{at.id()}"
    return ended(payload, item.needed("id"), "closed", key=key, at_ms=seconds_ms(at.number()))


def _opened(payload: Payload, ticket: Node) -> Item:
    """A ticket that is shared with a customer, whoever wrote it down."""
    conversation, more = ticket.needed("id"), ticket.optional()
    if more.text("category").lower() in _NOT_SHARED:
        return Ignored(Why.INTERNAL_NOTE)
    who = next(_parts(ticket, "contacts").items(), None)
    if who is None:
        raise ticket["contacts"].wrong("Field required")
    person = _as_written(ticket, who).optional(more)
    handle = person.text("email") or person.id("external_id") or who.needed("id")
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    about, told = ticket["ticket_attributes"], more["ticket_attributes"]
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:ticket",
        handle=handle,
        name=person.text("name"),
        at_ms=seconds_ms(more["created_at"].number()),
        subject=text_of_html(told.text("_default_title_")),
        text=text_of_html(about.words("_default_description_")),
        reply_address=conversation,
        attributes={
            "author_id": who.id("id"),
            "source_type": "ticket",
            "ticket_id": more.id("ticket_id"),
            "ticket_type": more["ticket_type"].text("name"),
            "ticket_state": _state(more),
        },
        unread=more.unread,
    ).event(payload)


def _state(ticket: Node) -> str:
    """A word in older versions of the API, an object in newer ones."""
    state = ticket["ticket_state"]
    return state.text("category") if isinstance(state.value, dict) else state.text()


def _as_written(ticket: Node, who: Node) -> Node:
    """A customer as the author of what they wrote in the ticket, with name and address; else as they are named."""
    number = who.id("id")
    authors = (part["author"] for part in _parts(ticket, "ticket_parts").optional().items())
    return next((one for one in authors if number and one.id("id") == number), who)


def _answered(payload: Payload, item: Node, ticket: Node) -> Item:
    """What a customer added to a ticket: the part beside it, else the last one of theirs within it."""
    if item["ticket_part"]:
        return _message(payload, ticket, item["ticket_part"], item["ticket_part"])
    listed = _parts(ticket, "ticket_parts")
    theirs = [part for part in listed.items() if _no_customer(part.optional()["author"].text("type"), part) is None]
    if not theirs:
        raise listed.wrong("Field required")
    return _message(payload, ticket, theirs[-1], theirs[-1])


def _message(payload: Payload, item: Node, part: Node, dated: Node) -> Item:
    author, conversation, more = part["author"], item.needed("id"), part.optional()
    kind, person = author.text("type"), more["author"]
    why = _no_customer(kind, part)
    if why is not None:
        return Ignored(why)
    external = person.id("external_id") or person.id("user_id")
    handle = person.text("email") or external or author.needed("id")
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    text, files = text_of_html(part.words("body")), [_file(one) for one in more["attachments"].items()]
    if not text and not part["attachments"].value and part["part_type"]:
        return Ignored(Why.NOT_A_MESSAGE)  # they closed, opened or rated it
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:{part.needed('id')}",
        handle=handle,
        name=person.text("name"),
        at_ms=seconds_ms(dated.optional(more)["created_at"].number()),
        subject=text_of_html(more.text("subject") or more["email_message_metadata"].text("subject")),
        text=text,
        attachments=files,
        reply_address=conversation,
        attributes={
            "author_type": kind,
            "author_id": person.id("id"),
            "delivered_as": more.text("delivered_as"),
            "page": more.text("url"),
            "payload": more["metadata"].id("quick_reply_uuid"),
            "source_type": item.optional(more)["source"].text("type"),
        },
        unread=more.unread,
    ).event(payload)


def _no_customer(kind: str, part: Node) -> Why | None:
    """Why a part is no customer's, or no message any more."""
    if kind not in _PEOPLE:
        return Why.BOT if kind == "bot" else Why.OWN_MESSAGE
    if part["author"].flag("from_ai_agent"):
        return Why.BOT
    if part.flag("redacted"):
        return Why.DELETION
    return Why.INTERNAL_NOTE if part.text("part_type") == "note" else None


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one.text("content_type"),
        url=one.text("url"),
        name=one.text("name"),
        size=one["filesize"].whole(),
    )


ADAPTER = Adapter(
    name="intercom",
    read=read,
    channel="chat",
    schemes=("intercom",),
    secrets=frozenset({"client_secret"}),
    handshake=lambda *_: Answer("text/plain", b""),  # Intercom asks with HEAD whether the URL answers
)
