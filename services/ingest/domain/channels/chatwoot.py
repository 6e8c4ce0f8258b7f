"""Chatwoot: messages of its inboxes, and conversations that are resolved. Tolerant: older versions send less."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, ended, seconds_ms, time_ms
from services.ingest.domain.channels.node import Node

__all__ = ["ADAPTER"]

_INCOMING = ("incoming", 0)
_OUTGOING = ("outgoing", 1, "template", 3)
_SENDERS = {"user": Why.OWN_MESSAGE, "agent_bot": Why.BOT, "captain_assistant": Why.BOT}
_NO_FILES = frozenset({"location", "contact", "fallback"})  # what they hold are words
_KINDS = {"image": "image/*", "audio": "audio/*", "video": "video/*"}


def read(payload: Payload) -> Reading:
    """One event."""
    document = Node.parse(payload.body)
    event = document.needed("event")
    if event == "message_created":
        return Reading([_message(payload, document)])
    if event in ("conversation_status_changed", "conversation_resolved"):
        return Reading([_resolved(payload, document)])
    if event == "message_updated":
        return Reading([_updated(payload, document)])
    return Reading([Ignored(Why.NOT_A_MESSAGE)])


def _message(payload: Payload, document: Node) -> Item:
    kind = document["message_type"].value
    if document.flag("private"):
        return Ignored(Why.INTERNAL_NOTE)
    if kind not in _INCOMING:
        return Ignored(Why.OWN_MESSAGE if kind in _OUTGOING else Why.NOT_A_MESSAGE)
    sender = document["sender"]
    if sender.text("type") in _SENDERS:
        return Ignored(_SENDERS[sender.text("type")])
    about = document["content_attributes"].optional()
    if about["email"].flag("auto_reply"):
        return Ignored(Why.AUTOMATIC_REPLY)
    if about.flag("is_reaction"):
        return Ignored(Why.REACTION)
    text = document.words("content") or _shared(document["attachments"])
    older = document["contact"] and sender.text("type") != "contact"  # who writes, where the sender is an agent alone
    return _said(payload, document, document["contact"] if older else sender, text)


def _updated(payload: Payload, document: Node) -> Item:
    """A message that changed: what a customer chose or filled in is told in this way, within the message that asked."""
    about = document["content_attributes"]
    if about.flag("deleted"):
        return Ignored(Why.DELETION)
    filled_in = about["submitted_values"]
    if isinstance(filled_in.value, dict):
        return Ignored(Why.EDIT)  # csat_survey_response: what they think of a conversation that is over
    answers = [_answer(one) for one in filled_in.items()] or [about.words("submitted_email")]
    text = "\n".join(filter(None, answers))
    person = document["conversation"]["meta"]["sender"]
    return _said(payload, document, person, text, ":answer") if text and person else Ignored(Why.EDIT)


def _answer(one: Node) -> str:
    """Of a form ``name: value``; of a choice what its reader saw."""
    name, value = one.words("name"), one.words("value")
    return f"{name}: {value}" if name else one.words("title") or value


def _said(payload: Payload, document: Node, sender: Node, text: str, part: str = "") -> Item:
    """A message in a conversation; ``part`` of the one with its number, where that is ours."""
    more = document.optional()
    person, inside, about = sender.optional(more), more["conversation"], more["content_attributes"]
    handle = _handle(person) or sender.needed("id")
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    talk = document["conversation"]
    conversation = _conversation(document, talk.id("id") or talk.id("display_id") or talk.needed("id"))
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:{document.needed('id')}{part}",
        handle=handle,
        name=person.text("name"),
        to=more["inbox"].text("name"),
        at_ms=None if part else _at(more["created_at"]),
        subject=about["email"].text("subject"),
        text=text,
        language=inside["additional_attributes"].text("browser_language"),
        attachments=[] if part else _files(more["attachments"]),
        reply_address=conversation,
        attributes={
            "inbox": more["inbox"].text("name"),
            "inbox_channel": inside.text("channel"),
            "status": inside.text("status"),
            "priority": inside.text("priority"),
            "labels": ",".join(label.text() for label in inside["labels"].items()),
            "source_id": more.id("source_id"),
            "in_reply_to": about.id("in_reply_to"),
        },
        unread=more.unread,
    ).event(payload)


def _handle(person: Node) -> str:
    return next(filter(None, (person.id(name) for name in ("email", "phone_number", "identifier"))), "")


def _shared(attachments: Node) -> str:
    """The words of what was sent without any: a place, a contact, a link, or what a voice message says."""
    words = []
    for one in attachments.optional().items():
        kind, title = one.text("file_type"), one.text("fallback_title")
        if kind == "location":
            point = (title, one.text("coordinates_lat"), one.text("coordinates_long"))
            words.append(", ".join(filter(None, point)))
        elif kind in _NO_FILES:
            words.append(title or one.text("data_url"))
        else:
            words.append(one.text("transcribed_text"))
    return "\n".join(filter(None, words))


def _conversation(document: Node, number: str) -> str:
    """Numbers of conversations begin anew in each account."""
    account = document["account"].id("id") or document.id("account_id")
    return f"{account}:{number}" if account else number


def _resolved(payload: Payload, document: Node) -> Item:
    if document.text("status") != "resolved":
        return Ignored(Why.NOT_A_MESSAGE)
    conversation = _conversation(document, document.needed("id"))
    more = document.optional()
    at = more["updated_at"] if more["updated_at"] else more["timestamp"]
    return ended(payload, conversation, "closed", key=f"{conversation}:{at.text()}", at_ms=_at(at))


def _at(node: Node) -> int | None:
    """Seconds since the epoch in some events, RFC 3339 in others; ``2020-03-03 13:05:57 UTC`` in its documentation."""
    if isinstance(node.value, str):
        return time_ms(node.value.replace(" UTC", "Z"))
    return seconds_ms(node.number())


def _files(listed: Node) -> list[Attachment]:
    return [_file(one) for one in listed.items() if one.text("file_type") not in _NO_FILES]


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one.text("content_type") or _KINDS.get(one.text("file_type"), "application/octet-stream"),
        url=one.text("data_url"),
        name=one.text("file_name") or one.text("fallback_title"),
        size=one["file_size"].whole(),
    )


ADAPTER = Adapter(
    name="chatwoot",
    read=read,
    channel="chat",
    schemes=("chatwoot", "credentials"),
    secrets=frozenset({"signing_secret", "bearer", "basic"}),
)
