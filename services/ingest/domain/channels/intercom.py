"""Intercom: topics of conversations (``conversation.user.created``, ``conversation.user.replied`` and their ends)."""

from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.markup import text_of_html
from services.ingest.domain.channels.message import Attachment, Message, ended, seconds_ms
from services.ingest.domain.channels.node import Node, each

__all__ = ["ADAPTER"]

_PEOPLE = frozenset({"user", "lead", "contact", "visitor"})
_IGNORED = {
    "ping": Why.HANDSHAKE,
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
    if topic == "conversation.user.created":
        return Reading([_message(payload, item, item["source"], item["created_at"])])
    if topic == "conversation.user.replied":
        parts = item["conversation_parts"]
        listed = parts["conversation_parts"] if isinstance(parts.value, dict) else parts
        return Reading(each(listed.items(), lambda part: _message(payload, item, part, part["created_at"])))
    if topic == "conversation.admin.closed":
        key = document["id"].id() or f"{item['id'].needed()}:{document['created_at'].id()}"
        at_ms = seconds_ms(document["created_at"].number())
        return Reading([ended(payload, item["id"].needed(), "closed", key=key, at_ms=at_ms)])
    return Reading([Ignored(_IGNORED.get(topic, Why.NOT_A_MESSAGE))])


def _message(payload: Payload, item: Node, part: Node, at: Node) -> Item:
    author, conversation = part["author"], item["id"].needed()
    kind = author["type"].text()
    if kind not in _PEOPLE:
        return Ignored(Why.BOT if kind == "bot" else Why.OWN_MESSAGE)
    if part["part_type"].text() == "note":
        return Ignored(Why.INTERNAL_NOTE)
    external = author["external_id"].id() or author["user_id"].id()
    handle = author["email"].text() or external or author["id"].needed()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:{part['id'].needed()}",
        handle=handle,
        name=author["name"].text(),
        at_ms=seconds_ms(at.number()),
        subject=text_of_html(part["subject"].text()),
        text=text_of_html(part["body"].text()),
        attachments=[_file(one) for one in part["attachments"].items()],
        reply_address=conversation,
        attributes={
            "author_type": kind,
            "author_id": author["id"].id(),
            "delivered_as": part["delivered_as"].text(),
            "page": part["url"].text(),
            "source_type": item["source"]["type"].text(),
        },
    ).event(payload)


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
