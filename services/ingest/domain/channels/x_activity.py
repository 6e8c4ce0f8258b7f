"""X's objects as its v2 API writes them, which the Activity API sends: direct messages, encrypted ones, and posts."""

from services.ingest.domain.channels.adapter import Ignored, Item, Payload, Why
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms, time_ms
from services.ingest.domain.channels.node import Node

__all__ = ["direct_v2", "encrypted", "language_of_post", "post_v2"]


def encrypted(payload: Payload, ours: str, one: Node) -> Item:
    """A message that only X's own programs can read: somebody wrote, in the conversation of their direct messages."""
    sender, thread, more = one.needed("sender_id"), one.id("conversation_id"), one.optional()
    if sender == ours or payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    milliseconds = more["created_at_msec"].number()
    return Message(
        channel="messaging",
        conversation=_pair(payload, ours, sender, thread, ":"),
        message_id=one.needed("id"),
        handle=sender,
        to=ours,
        at_ms=seconds_ms(milliseconds / 1000) if milliseconds is not None else None,
        reply_address=sender,
        attributes={"type": "encrypted"},
        unread=more.unread,
    ).event(payload)


def _pair(payload: Payload, ours: str, sender: str, thread: str, between: str) -> str:
    """The conversation of direct messages. That of two people is named by both of their ids, any other is a group."""
    parts = (ours, sender) if not thread or between in thread else (ours, "group", thread)
    return payload.source.pseudonym(*parts)


def direct_v2(payload: Payload, ours: str, one: Node) -> Item:
    """A direct message as the v2 API writes it (``dm_events``); the same message is the same in both forms."""
    sender = one.needed("sender_id")
    if one.text("event_type") not in ("", "MessageCreate"):
        return Ignored(Why.NOT_A_MESSAGE)
    if sender == ours or payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    more = one.optional()
    media = list(more["attachments"]["media_keys"].items())
    return Message(
        channel="messaging",
        conversation=_pair(payload, ours, sender, one.id("dm_conversation_id"), "-"),
        message_id=one.needed("id"),
        handle=sender,
        to=ours,
        at_ms=time_ms(more.text("created_at")),
        text=one.words("text"),
        attachments=[Attachment() for _ in media],
        reply_address=sender,
        attributes={"media_keys": ",".join(key.id() for key in media)},
        unread=more.unread,
    ).event(payload)


def post_v2(payload: Payload, ours: str, data: Node) -> Item:
    """A post, of an event that may bring its writer along; none where it only passes another one on."""
    one, whole = data["payload"], data.optional()
    author, more = one.needed("author_id"), whole["payload"]
    if author == ours or payload.source.is_own(author):
        return Ignored(Why.OWN_MESSAGE)
    referenced = {post.text("type"): post.id("id") for post in one["referenced_tweets"].items()}
    if "retweeted" in referenced:
        return Ignored(Why.NOT_A_MESSAGE)
    post, person = one.needed("id"), _included(whole["includes"]["users"], author)
    return Message(
        channel="social",
        conversation=f"post:{one.id('conversation_id') or post}",
        message_id=post,
        handle=author,
        name=person.text("name"),
        to=ours,
        at_ms=time_ms(more.text("created_at")),
        text=one["note_tweet"].words("text") or one.words("text"),
        language=language_of_post(more),
        attachments=[Attachment() for _ in more["attachments"]["media_keys"].items()],
        reply_address=post,
        public=True,
        attributes={"screen_name": person.text("username"), "in_reply_to": referenced.get("replied_to", "")},
        unread=whole.unread,
    ).event(payload)


def _included(users: Node, number: str) -> Node:
    """The user of a number among those that an event brings along, each bare or within ``data``."""
    people = (one["data"] if one["data"] else one for one in users.items())
    return next((one for one in people if one.id("id") == number), Node(None))


def language_of_post(post: Node) -> str:
    """``und`` and codes like ``qme`` stand for no language."""
    tag = post.text("lang")
    return "" if tag == "und" or (len(tag) == 3 and tag.startswith("q")) else tag
