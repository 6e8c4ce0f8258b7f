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
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node, each
from services.ingest.domain.channels.x_activity import direct_v2, encrypted, language_of_post, post_v2
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
    "chat.sent": Why.OWN_MESSAGE,
    "post.delete": Why.DELETION,
    "like.create": Why.REACTION,
}


def read(payload: Payload) -> Reading:
    """Every direct message, post and other event; each stands alone."""
    document = Node.parse(payload.body)
    if document["data"]:
        return Reading(_activity(payload, document["data"]) or [Ignored(Why.NOT_A_MESSAGE)])
    return Reading(_events(payload, document, document.id("for_user_id")) or [Ignored(Why.NOT_A_MESSAGE)])


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
    kind, inside, ours = data.text("event_type"), data["payload"], data["filter"].id("user_id")
    if kind in _ACTIVITY_IGNORED:
        return [Ignored(_ACTIVITY_IGNORED[kind])]
    if kind == "dm.received":
        listed = inside["direct_message_events"]
        return _events(payload, inside, ours) if listed else [direct_v2(payload, ours, inside)]
    if kind == "chat.received":
        return [encrypted(payload, ours, inside)]
    if kind.startswith("post."):
        listed = inside["tweet_create_events"]
        return _events(payload, inside, ours) if listed else [post_v2(payload, ours, data)]
    return []


def handshake(query: Sequence[tuple[str, str]], secrets: Secrets) -> Answer | None:
    """https://docs.x.com/x-api/webhooks/introduction: the challenge's HMAC under the consumer secret."""
    token = dict(query).get("crc_token", "")
    keys = secrets.get("app_secret", ())
    if not token or not keys:
        return None
    digest = hmac.digest(keys[0].encode(), token.encode("utf-8", "replace"), "sha256")
    return Answer("application/json", orjson.dumps({"response_token": "sha256=" + b64encode(digest).decode()}))


def _direct(payload: Payload, document: Node, ours: str, one: Node) -> Item:
    if one.text("type") != "message_create":
        return Ignored(Why.NOT_A_MESSAGE)
    create = one["message_create"]
    sender = create.needed("sender_id")
    if sender == ours or payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    data, more = create["message_data"], one.optional()
    known, told = document.optional(more)["users"][sender], more["message_create"]["message_data"]
    person = known["data"] if known["data"] else known
    media = told["attachment"]["media"]
    milliseconds = more["created_timestamp"].number()
    return Message(
        channel="messaging",
        conversation=payload.source.pseudonym(ours, sender),
        message_id=one.needed("id"),
        handle=sender,
        name=person.text("name"),
        to=ours,
        at_ms=seconds_ms(milliseconds / 1000) if milliseconds is not None else None,
        text=data.words("text"),
        attachments=[_media(media)] if media else [],
        reply_address=sender,
        attributes={
            "screen_name": person.text("screen_name") or person.text("username"),
            "payload": told["quick_reply_response"].text("metadata"),
            "post_id": more["initiated_via"].id("tweet_id"),
        },
        unread=more.unread,
    ).event(payload)


def _post(payload: Payload, ours: str, one: Node) -> Item:
    user = one["user"]
    author = user.id("id_str") or user.needed("id")
    if author == ours or payload.source.is_own(author):
        return Ignored(Why.OWN_MESSAGE)
    if one["retweeted_status"]:
        return Ignored(Why.NOT_A_MESSAGE)
    post, more = one.id("id_str") or one.needed("id"), one.optional()
    thread, person = one.id("conversation_id_str") or one.id("conversation_id"), more["user"]
    long = more["extended_tweet"]
    media = long["extended_entities"]["media"] if long["extended_entities"] else more["extended_entities"]["media"]
    return Message(
        channel="social",
        conversation=f"post:{thread}" if thread else payload.source.pseudonym("posts", ours, author),
        message_id=post,
        handle=author,
        name=person.text("name"),
        to=ours,
        at_ms=_at(more),
        text=one["extended_tweet"].words("full_text") or one.words("full_text") or one.words("text"),
        language=language_of_post(more),
        attachments=[_media(one) for one in media.items()],
        reply_address=post,
        public=True,
        attributes={
            "screen_name": person.text("screen_name"),
            "in_reply_to": more.id("in_reply_to_status_id_str"),
        },
        unread=more.unread,
    ).event(payload)


def _at(post: Node) -> int | None:
    milliseconds = post["timestamp_ms"].number()
    if milliseconds is not None:
        return seconds_ms(milliseconds / 1000)
    words = post.text("created_at").split()  # Wed Oct 10 20:19:24 +0000 2018
    if len(words) != 6:
        return None
    try:
        return to_ms(parsedate_to_datetime(f"{words[0]}, {words[2]} {words[1]} {words[5]} {words[3]} {words[4]}"))
    except (ValueError, TypeError, OverflowError):
        return None


def _media(media: Node) -> Attachment:
    kind = {"photo": "image/jpeg", "video": "video/mp4", "animated_gif": "video/mp4"}.get(media.text("type"), "")
    return Attachment(content_type=kind, url=media.text("media_url_https") or media.text("media_url"))


ADAPTER = Adapter(
    name="x",
    read=read,
    channel="social",
    schemes=("x",),
    secrets=frozenset({"app_secret"}),
    handshake=handshake,
)
