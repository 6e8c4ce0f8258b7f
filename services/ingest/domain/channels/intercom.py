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
    topic, item = document["topic"].text(), document["data"]["item"]
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
    key = document["id"].id() or f"{item['id'].needed()}:{at.id()}"
    return ended(payload, item["id"].needed(), "closed", key=key, at_ms=seconds_ms(at.number()))


def _opened(payload: Payload, ticket: Node) -> Item:
    """A ticket that is shared with a customer, whoever wrote it down."""
    conversation, more = ticket["id"].needed(), ticket.optional()
    if more["category"].text().lower() in _NOT_SHARED:
        return Ignored(Why.INTERNAL_NOTE)
    who = next(_parts(ticket, "contacts").items(), None)
    if who is None:
        raise ticket["contacts"].wrong("Field required")
    person = _as_written(ticket, who).optional(more)
    handle = person["email"].text() or person["external_id"].id() or who["id"].needed()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    about, told = ticket["ticket_attributes"], more["ticket_attributes"]
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:ticket",
        handle=handle,
        name=person["name"].text(),
        at_ms=seconds_ms(more["created_at"].number()),
        subject=text_of_html(told["_default_title_"].text()),
        text=text_of_html(about["_default_description_"].words()),
        reply_address=conversation,
        attributes={
            "author_id": who["id"].id(),
            "source_type": "ticket",
            "ticket_id": more["ticket_id"].id(),
            "ticket_type": more["ticket_type"]["name"].text(),
            "ticket_state": _state(more),
        },
        unread=more.unread,
    ).event(payload)


def _state(ticket: Node) -> str:
    """A word in older versions of the API, an object in newer ones."""
    state = ticket["ticket_state"]
    return state["category"].text() if isinstance(state.value, dict) else state.text()


def _as_written(ticket: Node, who: Node) -> Node:
    """A customer as the author of what they wrote in the ticket, with name and address; else as they are named."""
    number = who["id"].id()
    authors = (part["author"] for part in _parts(ticket, "ticket_parts").optional().items())
    return next((one for one in authors if number and one["id"].id() == number), who)


def _answered(payload: Payload, item: Node, ticket: Node) -> Item:
    """What a customer added to a ticket: the part beside it, else the last one of theirs within it."""
    if item["ticket_part"]:
        return _message(payload, ticket, item["ticket_part"], item["ticket_part"])
    listed = _parts(ticket, "ticket_parts")
    theirs = [part for part in listed.items() if _no_customer(part.optional()["author"]["type"].text(), part) is None]
    if not theirs:
        raise listed.wrong("Field required")
    return _message(payload, ticket, theirs[-1], theirs[-1])


def _message(payload: Payload, item: Node, part: Node, dated: Node) -> Item:
    author, conversation, more = part["author"], item["id"].needed(), part.optional()
    kind, person = author["type"].text(), more["author"]
    why = _no_customer(kind, part)
    if why is not None:
        return Ignored(why)
    external = person["external_id"].id() or person["user_id"].id()
    handle = person["email"].text() or external or author["id"].needed()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    text, files = text_of_html(part["body"].words()), [_file(one) for one in more["attachments"].items()]
    if not text and not part["attachments"].value and part["part_type"]:
        return Ignored(Why.NOT_A_MESSAGE)  # they closed, opened or rated it
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:{part['id'].needed()}",
        handle=handle,
        name=person["name"].text(),
        at_ms=seconds_ms(dated.optional(more)["created_at"].number()),
        subject=text_of_html(more["subject"].text() or more["email_message_metadata"]["subject"].text()),
        text=text,
        attachments=files,
        reply_address=conversation,
        attributes={
            "author_type": kind,
            "author_id": person["id"].id(),
            "delivered_as": more["delivered_as"].text(),
            "page": more["url"].text(),
            "payload": more["metadata"]["quick_reply_uuid"].id(),
            "source_type": item.optional(more)["source"]["type"].text(),
        },
        unread=more.unread,
    ).event(payload)


def _no_customer(kind: str, part: Node) -> Why | None:
    """Why a part is no customer's, or no message any more."""
    if kind not in _PEOPLE:
        return Why.BOT if kind == "bot" else Why.OWN_MESSAGE
    if part["author"]["from_ai_agent"].flag():
        return Why.BOT
    if part["redacted"].flag():
        return Why.DELETION
    return Why.INTERNAL_NOTE if part["part_type"].text() == "note" else None


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one["content_type"].text(),
        url=one["url"].text(),
        name=one["name"].text(),
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
