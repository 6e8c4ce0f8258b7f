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
        return Reading([_message(payload, item, item["source"], item)])
    if topic == "conversation.user.replied":
        parts = item["conversation_parts"]
        listed = parts["conversation_parts"] if isinstance(parts.value, dict) else parts
        found = each(listed.items(), lambda part: _message(payload, item, part, part))
        return Reading(found or [listed.wrong("Field required")])
    if topic == "conversation.admin.closed":
        at = document.optional()["created_at"]
        key = document["id"].id() or f"{item['id'].needed()}:{at.id()}"
        return Reading([ended(payload, item["id"].needed(), "closed", key=key, at_ms=seconds_ms(at.number()))])
    return Reading([Ignored(_IGNORED.get(topic, Why.NOT_A_MESSAGE))])


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
