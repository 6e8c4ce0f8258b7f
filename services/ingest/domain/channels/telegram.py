"""Telegram Bot API: one update for each request."""

from typing import NamedTuple

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node

__all__ = ["ADAPTER"]

_IGNORED = {
    "edited_message": Why.EDIT,
    "edited_channel_post": Why.EDIT,
    "edited_business_message": Why.EDIT,
    "deleted_business_messages": Why.DELETION,
    "channel_post": Why.OWN_MESSAGE,
    "message_reaction": Why.REACTION,
    "message_reaction_count": Why.REACTION,
}
_MESSAGES = ("message", "business_message")
# The kinds of files, and the media type of those that come without one.
_FILES = {
    "document": "application/octet-stream",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "video": "video/mp4",
    "video_note": "video/mp4",
    "animation": "video/mp4",
    "sticker": "image/webp",
}
_OTHER_CONTENT = ("location", "venue", "contact", "poll", "dice", "story", "order", "successful_payment")


class _Said(NamedTuple):
    """What was written or pressed; ``number`` is unique in its chat."""

    number: str
    text: str
    files: list[Attachment]
    attributes: dict[str, str]


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
    return Reading([Ignored(found[0] if found else Why.NOT_A_MESSAGE)])


def _message(payload: Payload, message: Node) -> Item:
    sender = message["from"]
    if sender["is_bot"].flag():
        return Ignored(Why.BOT)
    files = _attachments(message)
    text = message["text"].text() or message["caption"].text() or _words(message)
    if not text and not files and not any(message[name] for name in _OTHER_CONTENT):
        return Ignored(Why.NOT_A_MESSAGE)  # somebody joined, a title changed, a message was pinned
    number = message["message_id"].needed()
    file_ids = [message[name]["file_id"].id() for name in _FILES if message[name]]
    return _event(
        payload,
        message,
        sender,
        _Said(
            number,
            text,
            files,
            {
                "file_id": next(iter(file_ids), "") or _largest(message)["file_id"].id(),
                "in_reply_to": message["reply_to_message"]["message_id"].id(),
                "business_connection_id": message["business_connection_id"].id(),
                "media_group_id": message["media_group_id"].id(),
            },
        ),
    )


def _pressed(payload: Payload, query: Node) -> Item:
    """A button under a message of ours."""
    if query["from"]["is_bot"].flag():
        return Ignored(Why.BOT)
    number = f"button-{query['id'].needed()}"
    return _event(
        payload,
        query["message"],
        query["from"],
        _Said(
            number,
            query["data"].text(),
            [],
            {
                "payload": query["data"].text(),
                "in_reply_to": query["message"]["message_id"].id(),
            },
        ),
    )


def _event(payload: Payload, message: Node, sender: Node, said: _Said) -> Item:
    user = sender["id"].needed()
    if user in payload.source.own:
        return Ignored(Why.OWN_MESSAGE)
    chat = message["chat"]
    topic = message["message_thread_id"].id() if message["is_topic_message"].flag() else ""
    conversation = payload.source.pseudonym(chat["id"].id() or user, topic)
    return Message(
        channel="messaging",
        conversation=conversation,
        message_id=f"{conversation}:{said.number}",
        handle=user,
        name=" ".join(part for part in (sender["first_name"].text(), sender["last_name"].text()) if part),
        to=chat["title"].text(),
        at_ms=seconds_ms(message["date"].number()) if said.number.isdigit() else None,
        text=said.text,
        language=sender["language_code"].text(),
        attachments=said.files,
        reply_address=chat["id"].id() or user,
        reply_thread=topic,
        public=bool(chat["username"].text()) and chat["type"].text() != "private",
        attributes={"username": sender["username"].text(), "chat_type": chat["type"].text(), **said.attributes},
    ).event(payload)


def _largest(message: Node) -> Node:
    """The last of the sizes of a photo is its largest."""
    sizes = list(message["photo"].items())
    return sizes[-1] if sizes else Node(None)


def _attachments(message: Node) -> list[Attachment]:
    """Telegram gives an id, to be fetched with the bot's token (attribute ``file_id``), and no url."""
    found = [
        Attachment(
            content_type=message[name]["mime_type"].text() or kind,
            name=message[name]["file_name"].text(),
            size=message[name]["file_size"].whole(),
        )
        for name, kind in _FILES.items()
        if message[name]
    ]
    photo = _largest(message)
    return [Attachment(content_type="image/jpeg", size=photo["file_size"].whole()), *found] if photo else found


def _words(message: Node) -> str:
    contact, place, venue = message["contact"], message["location"], message["venue"]
    if contact:
        return " ".join(contact[name].text() for name in ("first_name", "last_name", "phone_number")).strip()
    if venue:
        return f"{venue['title'].text()}, {venue['address'].text()}"
    if place:
        return f"{place['latitude'].number()}, {place['longitude'].number()}"
    return message["poll"]["question"].text() or message["dice"]["emoji"].text()


ADAPTER = Adapter(
    name="telegram",
    read=read,
    channel="messaging",
    schemes=("telegram",),
    secrets=frozenset({"secret_token"}),
)
