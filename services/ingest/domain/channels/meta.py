"""What Meta's platforms share: the handshake, and messages of Messenger and Instagram."""

import hmac
from collections.abc import Iterable, Sequence

from services.ingest.domain.channels.adapter import Answer, Ignored, Item, Payload, Reading, Secrets, Why
from services.ingest.domain.channels.message import Attachment, Message, ended
from services.ingest.domain.channels.node import Node, each

__all__ = ["META_SECRETS", "handshake", "messaging_items", "read_messaging"]

META_SECRETS = frozenset({"app_secret", "verify_token"})
# Meta names the kind and not the media type.
_KINDS = {"image": "image/*", "sticker": "image/*", "video": "video/*", "audio": "audio/*"}
_PUBLIC_FIELDS = frozenset({"feed", "comments", "live_comments"})  # of a page, and of an Instagram account
_POSTS = frozenset({"post", "status", "photo", "video"})  # of a visitor on a page
_PUBLIC_ITEMS = _POSTS | {"comment"}
_DIRECT_FIELDS = frozenset({"messages", "messaging_postbacks"})  # of an Instagram account that is on no page
_OTHER_FIELDS = {
    "message_echoes": Why.ECHO,
    "message_edit": Why.EDIT,
    "message_reactions": Why.REACTION,
    "messaging_seen": Why.DELIVERY_STATE,
    "standby": Why.STANDBY,
}
_NO_MESSAGE = {
    "delivery": Why.DELIVERY_STATE,
    "read": Why.DELIVERY_STATE,
    "reaction": Why.REACTION,
    "message_edit": Why.EDIT,
    "message_edits": Why.EDIT,
    "response_feedback": Why.REACTION,
}
MILLISECONDS_FROM = 10**11  # a time of Meta's before it is in seconds: some of its events have these


def handshake(query: Sequence[tuple[str, str]], secrets: Secrets) -> Answer | None:
    """https://developers.facebook.com/docs/graph-api/webhooks/getting-started: hub.challenge for the right token."""
    asked = dict(query)
    given = asked.get("hub.verify_token", "").encode("utf-8", "replace")
    matches = [hmac.compare_digest(given, token.encode()) for token in secrets.get("verify_token", ())]
    if asked.get("hub.mode") != "subscribe" or not any(matches):
        return None
    return Answer("text/plain", asked.get("hub.challenge", "").encode("utf-8", "replace"))


def read_messaging(payload: Payload, kind: str) -> Reading:
    """Every message, comment and state of a payload whose ``object`` is ``kind``; each part stands alone."""
    found = each(_documents(payload.body), lambda document: _entries(payload, kind, document))
    return Reading(found or [Ignored(Why.NOT_A_MESSAGE)])


def _entries(payload: Payload, kind: str, document: Node) -> list[Item]:
    if document.text("object") != kind:
        raise document["object"].wrong(f"must be {kind}")
    return each(document["entry"].items(), lambda entry: messaging_items(payload, entry))


def _documents(body: bytes) -> list[Node]:
    """The notification, or a list of them, as the examples of Instagram's documentation stand."""
    if body.lstrip()[:1] != b"[":
        return [Node.parse(body)]
    return list(Node.parse(b'{"":' + body + b"}")[""].items())


def messaging_items(payload: Payload, entry: Node) -> list[Item]:
    """What one entry holds: direct messages, those that another app handles now, and comments on posts."""
    standby = [Ignored(Why.STANDBY) for _ in entry["standby"].items()]
    changes = [entry] if entry["field"] else []  # as Instagram's own login tells comments
    return [
        *each(entry["messaging"].items(), lambda event: _direct(payload, entry.id("id"), event)),
        *standby,
        *each(entry["calls"].items(), lambda call: _call(payload, entry.id("id"), call)),
        *each([*changes, *entry["changes"].items()], lambda change: _change(payload, entry.id("id"), change)),
    ]


def _direct(payload: Payload, page: str, event: Node) -> Item:
    message, postback = event["message"], event["postback"]
    if not message and not postback:
        found = [why for name, why in _NO_MESSAGE.items() if event[name]]
        return Ignored(found[0] if found else Why.NOT_A_MESSAGE)
    sender = _sender(event["sender"])
    if message.flag("is_echo"):
        return Ignored(Why.ECHO)
    if message.flag("is_deleted"):
        return Ignored(Why.DELETION)
    if sender == page or payload.source.is_own(sender) or message.flag("is_self"):
        return Ignored(Why.OWN_MESSAGE)
    ours = event["recipient"].id("id") or page
    content, more = message if message else postback, event.optional()
    said, pressed = more["message"], more["postback"]
    at_ms = _at(more["timestamp"])
    mid = content.id("mid") or (f"{at_ms}" if postback and at_ms is not None else content.needed("mid"))
    return Message(
        channel="messaging",
        conversation=payload.source.pseudonym(ours, sender),
        message_id=mid,
        handle=sender,
        to=ours,
        at_ms=at_ms,
        text=content.words("text") or content.words("title") or _place(said["attachments"]),
        attachments=list(_attachments(said["attachments"].items())),
        reply_address=sender,
        reply_thread=ours,
        attributes={
            "payload": said["quick_reply"].text("payload") or pressed.text("payload"),
            "in_reply_to": said["reply_to"].id("mid"),
            "story": said["reply_to"]["story"].text("url"),
            "type": "unsupported" if message.flag("is_unsupported") else "",
            **_referral([one for one in (more["referral"], said["referral"], pressed["referral"]) if one]),
        },
        unread=more.unread,
    ).event(payload)


def _place(listed: Node) -> str:
    """A place that somebody shares without a word."""
    places = (one for one in listed.items() if one.text("type") == "location")
    point = next(((one.text("title"), one["payload"]["coordinates"]) for one in places), None)
    if point is None:
        return ""
    return ", ".join(filter(None, (point[0], point[1].text("lat"), point[1].text("long"))))


def _sender(sender: Node) -> str:
    """Who wrote: by the page's own id of them, else by that of a plugin on our site, which knows no other."""
    return sender.id("id") or sender.id("user_ref") or sender.needed("id")


def _at(time: Node) -> int | None:
    """A time since the epoch, in milliseconds or seconds, as a number or a text of one."""
    number = time.number()
    if number is None or not 0 <= number < MILLISECONDS_FROM * 1000:
        return None
    return int(number if number >= MILLISECONDS_FROM else number * 1000)


def _call(payload: Payload, page: str, one: Node) -> Item:
    """A call over Messenger: it rings (``connect``), and ends (``terminate``). Its id is its conversation."""
    if one.text("call_direction").lower() == "business_initiated":
        return Ignored(Why.OWN_MESSAGE)
    call, kind, more = one.needed("id"), one.text("event"), one.optional()
    at_ms = _at(more["timestamp"])
    if kind == "terminate":
        return ended(payload, call, "hang_up", key=call, at_ms=at_ms)
    if kind != "connect":
        return Ignored(Why.CALL_PROGRESS)
    caller = one.needed("from")
    if caller == page or payload.source.is_own(caller):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="voice",
        conversation=call,
        message_id=call,
        handle=caller,
        to=more.id("to") or page,
        at_ms=at_ms,
        reply_address=caller,
        reply_thread=call,
        unread=more.unread,
    ).event(payload)


def _referral(listed: Sequence[Node]) -> dict[str, str]:
    """The link, advertisement or product by which somebody came."""
    if not listed:
        return {}
    one = listed[0]
    return {
        "referral_ref": one.text("ref") or one.id("ad_id"),
        "referral_source": one.text("source"),
        "referral_ad": one.id("ad_id"),
        "referral_headline": one["ads_context_data"].text("ad_title"),
        "product": one["product"].id("id"),
    }


def _attachments(listed: Iterable[Node]) -> Iterable[Attachment]:
    """Each once: while a kind of attachment gets another name, Meta sends the same under both."""
    known: set[str] = set()
    for one in listed:
        kind = one.text("type")
        inside = one["payload"]
        url = inside.text("url") or one.text("url")
        if url and url in known:
            continue
        known.add(url)
        yield Attachment(
            content_type=_KINDS.get(kind, "application/octet-stream"),
            url=url,
            name=inside.text("title") or one.text("title") or (kind if kind not in _KINDS and kind != "file" else ""),
        )


def _change(payload: Payload, page: str, change: Node) -> Item:
    """What stands under ``changes``: a comment or a visitor's post, and direct messages in one form of Instagram's."""
    value, field = change["value"], change.text("field")
    if field in _DIRECT_FIELDS:
        return _direct(payload, page, value)
    if field in _OTHER_FIELDS:
        return Ignored(_OTHER_FIELDS[field])
    item = value.text("item")
    if field == "feed" and item in ("reaction", "like"):
        return Ignored(Why.REACTION)
    if field not in _PUBLIC_FIELDS or (field == "feed" and item not in _PUBLIC_ITEMS):
        return Ignored(Why.NOT_A_MESSAGE)
    return _public(payload, page, value)


def _public(payload: Payload, page: str, value: Node) -> Item:
    """A comment under a post, or a visitor's own post on the page: everybody sees it."""
    verb = value.text("verb")
    if verb in ("edited", "edit"):
        return Ignored(Why.EDIT)
    if verb in ("remove", "hide", "delete"):
        return Ignored(Why.DELETION)
    author = value["from"].needed("id")
    if author == page or payload.source.is_own(author):
        return Ignored(Why.OWN_MESSAGE)
    post = value.id("post_id") or value["media"].id("id")
    is_post = value.text("item") in _POSTS
    comment = post if is_post and post else value.id("comment_id") or value.needed("id")
    parent, more = value.id("parent_id"), value.optional()
    created = more["created_time"].whole()
    return Message(
        channel="social",
        conversation=f"comment:{parent if parent and parent != post else comment}",
        message_id=comment,
        handle=author,
        name=more["from"].text("name") or more["from"].text("username"),
        to=page,
        at_ms=None if created is None else created * 1000,
        text=value.words("message") or value.words("text"),
        reply_address=comment,
        reply_thread=post,
        public=True,
        attributes={"post_id": post, "in_reply_to": parent},
        unread=more.unread,
    ).event(payload)
