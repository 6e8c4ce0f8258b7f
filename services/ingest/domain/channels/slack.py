"""Slack Events API: messages in channels and direct messages, and the challenge that proves the URL."""

import re
from html import unescape

from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node

__all__ = ["ADAPTER"]

TEXT_READ_MAX = 49_152  # characters whose links and escapes are undone: Slack cuts a text at 40,000
_CONTENT = frozenset({"", "file_share", "me_message", "thread_broadcast"})  # subtypes of what a person wrote
_SUBTYPES = {"message_changed": Why.EDIT, "message_deleted": Why.DELETION, "bot_message": Why.BOT}
_TYPES = {"reaction_added": Why.REACTION, "reaction_removed": Why.REACTION}
_LINK = re.compile(r"<(?:[@#!]?)([^<>|]{1,2000})(?:\|([^<>]{0,2000}))?>")


def read(payload: Payload) -> Reading:
    """One event, or the challenge."""
    document = Node.parse(payload.body)
    kind = document["type"].text()
    if kind == "url_verification":
        challenge = document["challenge"].needed()
        return Reading([Ignored(Why.HANDSHAKE)], Answer("text/plain", challenge.encode("utf-8", "replace")))
    if kind != "event_callback":
        return Reading([Ignored(Why.NOT_A_MESSAGE)])
    return Reading([_item(payload, document, document["event"])])


def _item(payload: Payload, document: Node, event: Node) -> Item:
    kind, subtype = event["type"].text(), event["subtype"].text()
    if kind not in ("message", "app_mention"):
        return Ignored(_TYPES.get(kind, Why.NOT_A_MESSAGE))
    if subtype not in _CONTENT:
        return Ignored(_SUBTYPES.get(subtype, Why.NOT_A_MESSAGE))
    if event["bot_id"].id():
        return Ignored(Why.BOT)
    user = event["user"].needed()
    if user in payload.source.own or user in _ours(document):
        return Ignored(Why.OWN_MESSAGE)
    return _message(payload, document, event, user).event(payload)


def _ours(document: Node) -> set[str]:
    """The users that our own app is, by the event's authorizations."""
    listed = document["authorizations"].items()
    return {one["user_id"].id() for one in listed if one["is_bot"].flag()}


def _message(payload: Payload, document: Node, event: Node, user: str) -> Message:
    channel, ts = event["channel"].needed(), event["ts"].needed()
    kind, thread = event["channel_type"].text(), event["thread_ts"].id()
    direct = kind == "im" or (not kind and channel.startswith("D"))
    return Message(
        channel="chat",
        conversation=channel if direct else f"{channel}:{thread or ts}",
        message_id=f"{channel}:{ts}",
        handle=user,
        to=channel,
        at_ms=seconds_ms(event["ts"].number()),
        text=_plain(event["text"].text()),
        attachments=[_file(one) for one in event["files"].items()],
        reply_address=channel,
        reply_thread=thread or ("" if direct else ts),
        public=kind == "channel",
        attributes={
            "team_id": document["team_id"].id(),
            "user_team": event["user_team"].id(),
            "channel_type": kind,
            "mention": "true" if event["type"].text() == "app_mention" else "",
        },
    )


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one["mimetype"].text(),
        url=one["url_private"].text(),
        name=one["name"].text(),
        size=one["size"].whole(),
    )


def _plain(text: str) -> str:
    """Slack's links and mentions as a person reads them, its three escapes undone; as far as TEXT_READ_MAX."""
    if "<" not in text and "&" not in text:
        return text
    read, rest = text[:TEXT_READ_MAX], text[TEXT_READ_MAX:]
    return unescape(_LINK.sub(lambda link: link[2] or link[1], read)) + rest


ADAPTER = Adapter(
    name="slack",
    read=read,
    channel="chat",
    schemes=("slack",),
    secrets=frozenset({"signing_secret"}),
)
