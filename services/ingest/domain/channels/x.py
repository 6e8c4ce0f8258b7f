"""X (Twitter): direct messages and public posts, and the challenge (CRC) that proves the URL.

Two forms: Account Activity (``for_user_id``), and the Activity API that follows it (``data.event_type``), whose payload
is either that of Account Activity or an object of the v2 API. The Activity API is young: read with tolerance.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from email.utils import parsedate_to_datetime

import orjson

from services.ingest.domain.channels.adapter import Adapter, Answer, Ignored, Item, Payload, Reading, Secrets, Why
from services.ingest.domain.channels.message import Attachment, Message, time_ms
from services.ingest.domain.channels.node import Node, each
from shared.times import to_ms

__all__ = ["ADAPTER"]

_IGNORED = {
    "favorite_events": Why.REACTION,
    "tweet_delete_events": Why.DELETION,
    "direct_message_mark_read_events": Why.DELIVERY_STATE,
    "direct_message_indicate_typing_events": Why.NOT_A_MESSAGE,
    "follow_events": Why.NOT_A_MESSAGE,
    "block_events": Why.NOT_A_MESSAGE,
    "mute_events": Why.NOT_A_MESSAGE,
}
_ACTIVITY_IGNORED = {
    "dm.sent": Why.OWN_MESSAGE,
    "dm.read": Why.DELIVERY_STATE,
    "post.delete": Why.DELETION,
    "like.create": Why.REACTION,
}


def read(payload: Payload) -> Reading:
    """Every direct message, post and other event; each stands alone."""
    document = Node.parse(payload.body)
    if document["data"]:
        return Reading(_activity(payload, document["data"]) or [Ignored(Why.NOT_A_MESSAGE)])
    return Reading(_events(payload, document, document["for_user_id"].id()) or [Ignored(Why.NOT_A_MESSAGE)])


def _events(payload: Payload, document: Node, ours: str) -> list[Item]:
    """Every part of a payload of Account Activity."""
    ignored: list[Item] = [Ignored(why) for name, why in _IGNORED.items() for _ in document[name].items()]
    return [
        *each(document["direct_message_events"].items(), lambda one: _direct(payload, document, ours, one)),
        *each(document["tweet_create_events"].items(), lambda one: _post(payload, ours, one)),
        *ignored,
    ]


def _activity(payload: Payload, data: Node) -> list[Item]:
    """One event of the Activity API: what it calls a direct message or a post; anything else is none."""
    kind, inside, ours = data["event_type"].text(), data["payload"], data["filter"]["user_id"].id()
    if kind in _ACTIVITY_IGNORED:
        return [Ignored(_ACTIVITY_IGNORED[kind])]
    if kind == "dm.received":
        listed = inside["direct_message_events"]
        return _events(payload, inside, ours) if listed else [_direct_v2(payload, ours, inside)]
    if kind.startswith("post."):
        listed = inside["tweet_create_events"]
        return _events(payload, inside, ours) if listed else [_post_v2(payload, ours, inside)]
    return []


def _direct_v2(payload: Payload, ours: str, one: Node) -> Item:
    """A direct message as the v2 API writes it (``dm_events``); the same message is the same in both forms."""
    sender = one["sender_id"].needed()
    if one["event_type"].text() not in ("", "MessageCreate"):
        return Ignored(Why.NOT_A_MESSAGE)
    if sender == ours or payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    thread = one["dm_conversation_id"].id()  # of two people it is both ids with a hyphen
    parts = (ours, sender) if not thread or "-" in thread else (ours, "group", thread)
    return Message(
        channel="messaging",
        conversation=payload.source.pseudonym(*parts),
        message_id=one["id"].needed(),
        handle=sender,
        to=ours,
        at_ms=time_ms(one["created_at"].text()),
        text=one["text"].text(),
        attachments=[Attachment() for _ in one["attachments"]["media_keys"].items()],
        reply_address=sender,
        attributes={"media_keys": ",".join(key.id() for key in one["attachments"]["media_keys"].items())},
    ).event(payload)


def _post_v2(payload: Payload, ours: str, one: Node) -> Item:
    author = one["author_id"].needed()
    if author == ours or payload.source.is_own(author):
        return Ignored(Why.OWN_MESSAGE)
    referenced = {post["type"].text(): post["id"].id() for post in one["referenced_tweets"].items()}
    if "retweeted" in referenced:
        return Ignored(Why.NOT_A_MESSAGE)
    post = one["id"].needed()
    return Message(
        channel="social",
        conversation=f"post:{one['conversation_id'].id() or post}",
        message_id=post,
        handle=author,
        to=ours,
        at_ms=time_ms(one["created_at"].text()),
        text=one["note_tweet"]["text"].text() or one["text"].text(),
        language=_language(one),
        reply_address=post,
        public=True,
        attributes={"in_reply_to": referenced.get("replied_to", "")},
    ).event(payload)


def _language(post: Node) -> str:
    """``und`` and codes like ``qme`` stand for no language."""
    tag = post["lang"].text()
    return "" if tag == "und" or (len(tag) == 3 and tag.startswith("q")) else tag


def handshake(query: Sequence[tuple[str, str]], secrets: Secrets) -> Answer | None:
    """https://docs.x.com/x-api/webhooks/introduction: the challenge's HMAC under the consumer secret."""
    token = dict(query).get("crc_token", "")
    keys = secrets.get("app_secret", ())
    if not token or not keys:
        return None
    digest = hmac.digest(keys[0].encode(), token.encode("utf-8", "replace"), "sha256")
    return Answer("application/json", orjson.dumps({"response_token": "sha256=" + b64encode(digest).decode()}))


def _direct(payload: Payload, document: Node, ours: str, one: Node) -> Item:
    if one["type"].text() != "message_create":
        return Ignored(Why.NOT_A_MESSAGE)
    create = one["message_create"]
    sender = create["sender_id"].needed()
    if sender == ours or payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    data = create["message_data"]
    known = document["users"][sender]
    person = known["data"] if known["data"] else known
    media = data["attachment"]["media"]
    at_ms = one["created_timestamp"].number()
    return Message(
        channel="messaging",
        conversation=payload.source.pseudonym(ours, sender),
        message_id=one["id"].needed(),
        handle=sender,
        name=person["name"].text(),
        to=ours,
        at_ms=int(at_ms) if at_ms is not None and abs(at_ms) < 1e15 else None,
        text=data["text"].text(),
        attachments=[_media(media)] if media else [],
        reply_address=sender,
        attributes={"screen_name": person["screen_name"].text() or person["username"].text()},
    ).event(payload)


def _post(payload: Payload, ours: str, one: Node) -> Item:
    user = one["user"]
    author = user["id_str"].id() or user["id"].needed()
    if author == ours or payload.source.is_own(author):
        return Ignored(Why.OWN_MESSAGE)
    if one["retweeted_status"]:
        return Ignored(Why.NOT_A_MESSAGE)
    post = one["id_str"].id() or one["id"].needed()
    thread = one["conversation_id_str"].id() or one["conversation_id"].id()
    return Message(
        channel="social",
        conversation=f"post:{thread}" if thread else payload.source.pseudonym("posts", ours, author),
        message_id=post,
        handle=author,
        name=user["name"].text(),
        to=ours,
        at_ms=_at(one),
        text=one["extended_tweet"]["full_text"].text() or one["full_text"].text() or one["text"].text(),
        language=_language(one),
        attachments=[_media(media) for media in one["extended_entities"]["media"].items()],
        reply_address=post,
        public=True,
        attributes={
            "screen_name": user["screen_name"].text(),
            "in_reply_to": one["in_reply_to_status_id_str"].id(),
        },
    ).event(payload)


def _at(post: Node) -> int | None:
    milliseconds = post["timestamp_ms"].number()
    if milliseconds is not None:
        return int(milliseconds) if abs(milliseconds) < 1e15 else None
    words = post["created_at"].text().split()  # Wed Oct 10 20:19:24 +0000 2018
    if len(words) != 6:
        return None
    try:
        return to_ms(parsedate_to_datetime(f"{words[0]}, {words[2]} {words[1]} {words[5]} {words[3]} {words[4]}"))
    except (ValueError, TypeError, OverflowError):
        return None


def _media(media: Node) -> Attachment:
    kind = {"photo": "image/jpeg", "video": "video/mp4", "animated_gif": "video/mp4"}.get(media["type"].text(), "")
    return Attachment(content_type=kind, url=media["media_url_https"].text() or media["media_url"].text())


ADAPTER = Adapter(
    name="x",
    read=read,
    channel="social",
    schemes=("x",),
    secrets=frozenset({"app_secret"}),
    handshake=handshake,
)
