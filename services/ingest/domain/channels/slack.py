"""Slack: messages in channels and direct messages (Events API), commands and pressed buttons, and the challenge."""

import re

from services.ingest.domain.channels.adapter import JSON, Adapter, Answer, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.form import FORM, Form, read_form
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node
from services.ingest.domain.channels.slack_blocks import plain, text_of_blocks

__all__ = ["ADAPTER"]

_CONTENT = frozenset({"", "file_share", "me_message", "thread_broadcast"})  # subtypes of what a person wrote
_SUBTYPES = {"message_changed": Why.EDIT, "message_deleted": Why.DELETION, "bot_message": Why.BOT}
_TYPES = {"reaction_added": Why.REACTION, "reaction_removed": Why.REACTION}
_SLACKBOT = "USLACKBOT"  # Slack's own voice, which no bot_id marks
_NOTHING_SAID = Answer("text/plain", b"")  # what a command and a button are answered with: Slack shows any other body
_FORM = re.compile(rb"(?:token|payload|command|ssl_check)=")
_SELECTED = (
    "selected_date", "selected_time", "selected_date_time", "selected_user", "selected_channel",
    "selected_conversation",
)  # fmt: skip


def read(payload: Payload) -> Reading:
    """One event, command or interaction, or the challenge."""
    if _is_form(payload):
        return _read_form(payload)
    document = Node.parse(payload.body)
    kind = document.text("type")
    if kind == "url_verification":
        challenge = document.needed("challenge")
        return Reading([Ignored(Why.HANDSHAKE)], Answer("text/plain", challenge.encode("utf-8", "replace")))
    if kind != "event_callback":
        return _read_interaction(payload, document)
    return Reading([_item(payload, document, document["event"])])


def _is_form(payload: Payload) -> bool:
    """By its type, or where nothing says it (on a topic) by the field that it begins with."""
    if payload.body.lstrip()[:1] == b"{":
        return False
    return payload.content_type() in FORM or (not payload.content_type() and _FORM.match(payload.body) is not None)


def _read_form(payload: Payload) -> Reading:
    """A command (``/help my parcel``) or what was done to something that our app posted, as Slack's forms tell it."""
    form = read_form(payload)
    if form.get("ssl_check"):
        return Reading([Ignored(Why.HANDSHAKE)], _NOTHING_SAID)
    if form.get("command"):
        return Reading([_command(payload, form)], _NOTHING_SAID)
    return _read_interaction(payload, Node.parse(form.needed("payload").encode("utf-8", "surrogatepass")))


def _read_interaction(payload: Payload, document: Node) -> Reading:
    if document.text("type") != "block_actions" or not document["channel"]:
        return Reading([Ignored(Why.NOT_A_MESSAGE)], _NOTHING_SAID)
    return Reading([_pressed(payload, document)], _NOTHING_SAID)


def _command(payload: Payload, form: Form) -> Item:
    """It stands in no thread: outside of direct messages each person's commands in a channel are a conversation."""
    user, channel = form.needed("user_id"), form.needed("channel_id")
    if payload.source.is_own(user):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="chat",
        conversation=channel if channel.startswith("D") else payload.source.pseudonym("command", channel, user),
        message_id=f"{channel}:{form.needed('trigger_id')}",
        handle=user,
        name=form.get("user_name"),
        to=channel,
        text=plain(form.get("text")),
        reply_address=channel,
        attributes={
            "team_id": form.get("team_id"),
            "enterprise_id": form.get("enterprise_id"),
            "command": form.get("command"),
            "response_url": form.get("response_url"),
        },
        unread=form.told,
    ).event(payload)


def _pressed(payload: Payload, document: Node) -> Item:
    """A button or a choice under a message of ours: in the thread of that message."""
    user, channel, action = document["user"], document["channel"].needed("id"), document["actions"].first()
    who, message = user.needed("id"), document["message"]
    if payload.source.is_own(who):
        return Ignored(Why.OWN_MESSAGE)
    at, direct = action.needed("action_ts"), channel.startswith("D")
    root = message.id("ts") or document["container"].id("message_ts")
    thread = message.id("thread_ts") or ("" if direct else root)
    label, value = _choice(action)
    more = document.optional()
    person = more["user"]
    return Message(
        channel="chat",
        conversation=channel if direct else f"{channel}:{thread or at}",
        message_id=f"{channel}:{at}",
        handle=who,
        name=person.text("name") or person.text("username"),
        to=channel,
        at_ms=seconds_ms(more["actions"].first()["action_ts"].number()),
        text=plain(label) or value,
        reply_address=channel,
        reply_thread=thread,
        attributes={
            "team_id": more["team"].id("id"),
            "enterprise_id": more["enterprise"].id("id"),
            "action_id": more["actions"].first().id("action_id"),
            "payload": value,
            "response_url": more.text("response_url"),
        },
        unread=more.unread,
    ).event(payload)


def _choice(action: Node) -> tuple[str, str]:
    """(what a person reads, its value) of a button, of one option or several, or of a date, person or channel."""
    several = list(action["selected_options"].items())
    options = [action["selected_option"]] if action["selected_option"] else several or [action]
    labels = [one["text"].words("text") for one in options]
    values = [one.words("value") for one in options] + [action.id(name) for name in _SELECTED]
    return ", ".join(filter(None, labels)), ", ".join(filter(None, values))


def _item(payload: Payload, document: Node, event: Node) -> Item:
    kind, subtype = event.text("type"), event.text("subtype")
    if kind not in ("message", "app_mention"):
        return Ignored(_TYPES.get(kind, Why.NOT_A_MESSAGE))
    if subtype not in _CONTENT:
        return Ignored(_SUBTYPES.get(subtype, Why.NOT_A_MESSAGE))
    if event.id("bot_id"):
        return Ignored(Why.BOT)
    user = event.needed("user")
    if user == _SLACKBOT:
        return Ignored(Why.BOT)
    if payload.source.is_own(user) or user in _ours(document):
        return Ignored(Why.OWN_MESSAGE)
    return _message(payload, document, event, user).event(payload)


def _ours(document: Node) -> set[str]:
    """The users that our own app is, by the event's authorizations."""
    listed = document["authorizations"].items()
    return {one.id("user_id") for one in listed if one.flag("is_bot")}


def _message(payload: Payload, document: Node, event: Node, user: str) -> Message:
    channel, ts = event.needed("channel"), event.needed("ts")
    kind, thread = event.text("channel_type"), event.id("thread_ts")
    direct = kind == "im" or channel.startswith("D")  # also what is said on the app's own page
    whole = document.optional()
    more = whole["event"]
    files = list(more["files"].items())
    return Message(
        channel="chat",
        conversation=channel if direct else f"{channel}:{thread or ts}",
        message_id=f"{channel}:{ts}",
        handle=user,
        to=channel,
        at_ms=seconds_ms(more["ts"].number()),
        text=plain(event.words("text")) or text_of_blocks(event["blocks"]) or _shared(event),
        attachments=[_file(one) for one in files],
        reply_address=channel,
        reply_thread=thread or ("" if direct else ts),
        public=kind == "channel",
        attributes={
            "team_id": whole.id("team_id"),
            "enterprise_id": whole.id("enterprise_id"),
            "user_team": more.id("user_team"),
            "channel_type": kind,
            "file_ids": ",".join(filter(None, (one.id("id") for one in files))),
            "mention": "true" if event.text("type") == "app_mention" else "",
        },
        unread=more.unread,
    )


def _shared(event: Node) -> str:
    """What somebody passes on without a word of their own: the message that they shared."""
    return "\n".join(filter(None, map(_passed_on, event["attachments"].items())))


def _passed_on(one: Node) -> str:
    inside = (text_of_blocks(part["message"]["blocks"]) for part in one["message_blocks"].items())
    return (
        plain(one.words("text")) or text_of_blocks(one["blocks"]) or "\n".join(inside) or plain(one.words("fallback"))
    )


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one.text("mimetype"),
        url=one.text("url_private"),
        name=one.text("name"),
        size=one["size"].whole(),
    )


ADAPTER = Adapter(
    name="slack",
    read=read,
    channel="chat",
    schemes=("slack",),
    secrets=frozenset({"signing_secret"}),
    media_types=JSON | FORM,
)
