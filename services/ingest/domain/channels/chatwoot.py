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
    event = document["event"].needed()
    if event == "message_created":
        return Reading([_message(payload, document)])
    if event in ("conversation_status_changed", "conversation_resolved"):
        return Reading([_resolved(payload, document)])
    if event == "message_updated":
        return Reading([_updated(payload, document)])
    return Reading([Ignored(Why.NOT_A_MESSAGE)])


def _message(payload: Payload, document: Node) -> Item:
    kind = document["message_type"].value
    if document["private"].flag():
        return Ignored(Why.INTERNAL_NOTE)
    if kind not in _INCOMING:
        return Ignored(Why.OWN_MESSAGE if kind in _OUTGOING else Why.NOT_A_MESSAGE)
    sender = document["sender"]
    if sender["type"].text() in _SENDERS:
        return Ignored(_SENDERS[sender["type"].text()])
    about = document["content_attributes"].optional()
    if about["email"]["auto_reply"].flag():
        return Ignored(Why.AUTOMATIC_REPLY)
    if about["is_reaction"].flag():
        return Ignored(Why.REACTION)
    text = document["content"].words() or _shared(document["attachments"])
    older = document["contact"] and sender["type"].text() != "contact"  # who writes, where the sender is an agent alone
    return _said(payload, document, document["contact"] if older else sender, text)


def _updated(payload: Payload, document: Node) -> Item:
    """A message that changed: what a customer chose or filled in is told in this way, within the message that asked."""
    about = document["content_attributes"]
    if about["deleted"].flag():
        return Ignored(Why.DELETION)
    filled_in = about["submitted_values"]
    if isinstance(filled_in.value, dict):
        return Ignored(Why.EDIT)  # csat_survey_response: what they think of a conversation that is over
    answers = [_answer(one) for one in filled_in.items()] or [about["submitted_email"].words()]
    text = "\n".join(filter(None, answers))
    person = document["conversation"]["meta"]["sender"]
    return _said(payload, document, person, text, ":answer") if text and person else Ignored(Why.EDIT)


def _answer(one: Node) -> str:
    """Of a form ``name: value``; of a choice what its reader saw."""
    name, value = one["name"].words(), one["value"].words()
    return f"{name}: {value}" if name else one["title"].words() or value


def _said(payload: Payload, document: Node, sender: Node, text: str, part: str = "") -> Item:
    """A message in a conversation; ``part`` of the one with its number, where that is ours."""
    more = document.optional()
    person, inside, about = sender.optional(more), more["conversation"], more["content_attributes"]
    handle = _handle(person) or sender["id"].needed()
    if payload.source.is_own(handle):
        return Ignored(Why.OWN_MESSAGE)
    talk = document["conversation"]
    conversation = _conversation(document, talk["id"].id() or talk["display_id"].id() or talk["id"].needed())
    return Message(
        channel="chat",
        conversation=conversation,
        message_id=f"{conversation}:{document['id'].needed()}{part}",
        handle=handle,
        name=person["name"].text(),
        to=more["inbox"]["name"].text(),
        at_ms=None if part else _at(more["created_at"]),
        subject=about["email"]["subject"].text(),
        text=text,
        language=inside["additional_attributes"]["browser_language"].text(),
        attachments=[] if part else _files(more["attachments"]),
        reply_address=conversation,
        attributes={
            "inbox": more["inbox"]["name"].text(),
            "inbox_channel": inside["channel"].text(),
            "status": inside["status"].text(),
            "priority": inside["priority"].text(),
            "labels": ",".join(label.text() for label in inside["labels"].items()),
            "source_id": more["source_id"].id(),
            "in_reply_to": about["in_reply_to"].id(),
        },
        unread=more.unread,
    ).event(payload)


def _handle(person: Node) -> str:
    return next(filter(None, (person[name].id() for name in ("email", "phone_number", "identifier"))), "")


def _shared(attachments: Node) -> str:
    """The words of what was sent without any: a place, a contact, a link, or what a voice message says."""
    words = []
    for one in attachments.optional().items():
        kind, title = one["file_type"].text(), one["fallback_title"].text()
        if kind == "location":
            point = (title, one["coordinates_lat"].text(), one["coordinates_long"].text())
            words.append(", ".join(filter(None, point)))
        elif kind in _NO_FILES:
            words.append(title or one["data_url"].text())
        else:
            words.append(one["transcribed_text"].text())
    return "\n".join(filter(None, words))


def _conversation(document: Node, number: str) -> str:
    """Numbers of conversations begin anew in each account."""
    account = document["account"]["id"].id() or document["account_id"].id()
    return f"{account}:{number}" if account else number


def _resolved(payload: Payload, document: Node) -> Item:
    if document["status"].text() != "resolved":
        return Ignored(Why.NOT_A_MESSAGE)
    conversation = _conversation(document, document["id"].needed())
    more = document.optional()
    at = more["updated_at"] if more["updated_at"] else more["timestamp"]
    return ended(payload, conversation, "closed", key=f"{conversation}:{at.text()}", at_ms=_at(at))


def _at(node: Node) -> int | None:
    """Seconds since the epoch in some events, RFC 3339 in others; ``2020-03-03 13:05:57 UTC`` in its documentation."""
    if isinstance(node.value, str):
        return time_ms(node.value.replace(" UTC", "Z"))
    return seconds_ms(node.number())


def _files(listed: Node) -> list[Attachment]:
    return [_file(one) for one in listed.items() if one["file_type"].text() not in _NO_FILES]


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one["content_type"].text() or _KINDS.get(one["file_type"].text(), "application/octet-stream"),
        url=one["data_url"].text(),
        name=one["file_name"].text() or one["fallback_title"].text(),
        size=one["file_size"].whole(),
    )


ADAPTER = Adapter(
    name="chatwoot",
    read=read,
    channel="chat",
    schemes=("chatwoot", "credentials"),
    secrets=frozenset({"signing_secret", "bearer", "basic"}),
)
