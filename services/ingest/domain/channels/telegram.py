"""Telegram Bot API: one update for each request."""

from typing import NamedTuple

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node
from services.ingest.domain.channels.telegram_content import label_of, words_of

__all__ = ["ADAPTER"]

_IGNORED = {
    "edited_message": Why.EDIT,
    "edited_channel_post": Why.EDIT,
    "edited_business_message": Why.EDIT,
    "deleted_business_messages": Why.DELETION,
    "channel_post": Why.OWN_MESSAGE,
    "message_reaction": Why.REACTION,
    "message_reaction_count": Why.REACTION,
    **dict.fromkeys(
        (
            "inline_query", "chosen_inline_result", "shipping_query", "pre_checkout_query", "purchased_paid_media",
            "poll", "poll_answer", "my_chat_member", "chat_member", "chat_join_request", "chat_boost",
            "removed_chat_boost", "business_connection", "managed_bot", "subscription",
        ),
        Why.NOT_A_MESSAGE,
    ),
}  # fmt: skip
_MESSAGES = ("message", "business_message", "guest_message")
# The kinds of files, and the media type of those that come without one.
_FILES = {
    "document": "application/octet-stream",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
    "live_photo": "video/mp4",
    "sticker": "image/webp",
}
_OTHER_CONTENT = (
    "location", "venue", "contact", "poll", "dice", "story", "successful_payment", "paid_media", "game", "gift",
    "unique_gift", "checklist", "passport_data", "rich_message", "photo", "invoice",
)  # fmt: skip


class _Sender(NamedTuple):
    """Who wrote: a person, or a channel in whose name one writes in a group."""

    id: str
    name: str
    username: str
    language: str


class _Written(NamedTuple):
    """What was written or pressed, and when if that is told; ``number`` is unique in its chat."""

    number: str
    at_ms: int | None
    text: str
    files: list[Attachment]
    attributes: dict[str, str]
    more: Node


def read(payload: Payload) -> Reading:
    """The message of an update, or why it is none."""
    update = Node.parse(payload.body)
    for name in _MESSAGES:
        if update[name]:
            return Reading([_message(payload, update[name])])
    if update["callback_query"]:
        return Reading([_pressed(payload, update["callback_query"])])
    found = [why for name, why in _IGNORED.items() if update[name]]
    if not found and update["update_id"].whole() is None:
        raise update["update_id"].wrong("Field required")
    return Reading([Ignored(found[0] if found else Why.UNKNOWN_KIND)])


def _message(payload: Payload, message: Node) -> Item:
    why, more = _no_customer(message), message.optional()
    if why is not None:
        return Ignored(why)
    files = _attachments(more)
    text = message.words("text") or message.words("caption") or words_of(message)
    if not text and not files and not any(message[name] for name in _OTHER_CONTENT):
        return Ignored(Why.NOT_A_MESSAGE)  # somebody joined, a title changed, a message was pinned
    file_ids = [more[name].id("file_id") for name in _FILES if more[name]]
    attributes = {
        "file_id": next(iter(file_ids), "") or _largest(more).id("file_id"),
        "in_reply_to": more["reply_to_message"].id("message_id"),
        "media_group_id": more.id("media_group_id"),
        "guest_query_id": more.id("guest_query_id"),
    }
    sender, seen_by_two = _sender(message, more), message.id("ephemeral_message_id")
    number = f"ephemeral-{sender.id}-{seen_by_two}" if seen_by_two else message.needed("message_id")
    written = _Written(number, seconds_ms(more["date"].number()), text, files, attributes, more)
    return _event(payload, message, sender, written)


def _no_customer(message: Node) -> Why | None:
    """Why nobody but ourselves wrote this: a group's own name, a channel's post in its group, a business account."""
    chat, sender, behalf = message["chat"].id("id"), message["from"], message["sender_chat"].id("id")
    if message.flag("is_automatic_forward") or (behalf and behalf == chat):
        return Why.OWN_MESSAGE
    written_to = message["direct_messages_topic"]["user"].id("id")  # a channel: each topic is of one person
    if written_to and (behalf or sender.id("id") != written_to):
        return Why.OWN_MESSAGE
    if message["business_connection_id"] and (message["sender_business_bot"] or sender.id("id") != chat):
        return Why.OWN_MESSAGE  # of a business account's chats, which are with one person each, we see both sides
    return Why.BOT if sender.flag("is_bot") and not behalf else None


def _sender(message: Node, more: Node) -> _Sender:
    """Beside a ``sender_chat``, ``from`` is a stand-in of Telegram's."""
    if not message["sender_chat"]:
        return _person(message, more)
    chat = more["sender_chat"]
    return _Sender(message["sender_chat"].needed("id"), chat.text("title"), chat.text("username"), "")


def _person(holder: Node, more: Node) -> _Sender:
    person = more["from"]
    name = " ".join(part for part in (person.text("first_name"), person.text("last_name")) if part)
    return _Sender(holder["from"].needed("id"), name, person.text("username"), person.text("language_code"))


def _pressed(payload: Payload, query: Node) -> Item:
    """A button under a message of ours."""
    if query["from"].flag("is_bot"):
        return Ignored(Why.BOT)
    data, more = query.words("data"), query.optional()
    attributes = {
        "payload": data,
        "game": more.text("game_short_name"),
        "in_reply_to": more["message"].id("message_id"),
    }
    text = label_of(more["message"], data) or data
    written = _Written(f"button-{query.needed('id')}", None, text, [], attributes, more["message"])
    return _event(payload, query["message"], _person(query, more), written)


def _event(payload: Payload, message: Node, sender: _Sender, written: _Written) -> Item:
    if payload.source.is_own(sender.id):
        return Ignored(Why.OWN_MESSAGE)
    chat, more = message["chat"], written.more
    topic, room = _topic(message), more["chat"]
    guest = ("guest",) if message["guest_query_id"] else ()  # its chat's number may be that of another chat of ours
    conversation = payload.source.pseudonym(chat.id("id") or sender.id, topic, *guest)
    return Message(
        channel="messaging",
        conversation=conversation,
        message_id=f"{conversation}:{written.number}",
        handle=sender.id,
        name=sender.name,
        to=room.text("title"),
        at_ms=written.at_ms,
        text=written.text,
        language=sender.language,
        attachments=written.files,
        reply_address=chat.id("id") or sender.id,
        reply_thread=topic,
        public=bool(room.text("username")) and room.text("type") != "private",
        attributes={
            "username": sender.username,
            "chat_type": room.text("type"),
            "business_connection_id": more.id("business_connection_id"),
            **written.attributes,
        },
        unread=more.unread,
    ).event(payload)


def _topic(message: Node) -> str:
    """What divides a chat into conversations: a forum's topic, or who writes to a channel (each has a topic there)."""
    topic = message.id("message_thread_id") if message.flag("is_topic_message") else ""
    return topic or message["direct_messages_topic"].id("topic_id")


def _largest(message: Node) -> Node:
    """The last of the sizes of a photo is its largest."""
    sizes = list(message["photo"].items())
    return sizes[-1] if sizes else Node(None)


def _attachments(message: Node) -> list[Attachment]:
    """Telegram gives an id, to be fetched with the bot's token (attribute ``file_id``), and no url."""
    found = [
        Attachment(
            content_type=message[name].text("mime_type") or kind,
            name=message[name].text("file_name"),
            size=message[name]["file_size"].whole(),
        )
        for name, kind in _FILES.items()
        if message[name] and not (name == "document" and message["animation"])  # told twice, for older programs
    ]
    photo = _largest(message)
    return [Attachment(content_type="image/jpeg", size=photo["file_size"].whole()), *found] if photo else found


ADAPTER = Adapter(
    name="telegram",
    read=read,
    channel="messaging",
    schemes=("telegram",),
    secrets=frozenset({"secret_token"}),
)
