"""Mailgun routes: a letter as a form, parsed by Mailgun or as MIME (``body-mime``). Its events are of letters sent."""

import json
from collections.abc import Iterator

from services.ingest.domain.channels.adapter import JSON, Adapter, Ignored, Payload, Reading, Why
from services.ingest.domain.channels.form import FORMS, Form, read_form
from services.ingest.domain.channels.heads import Heads
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.mime import Letter, attach_files, parse_letter
from services.ingest.domain.channels.node import Node
from services.ingest.domain.rejection import Rejected

__all__ = ["ADAPTER", "content_of", "signed_fields"]

HEADS_MAX = 1000  # of one letter that are read; one that passed ten servers has a hundred
_EVENT = b'"event-data"'
# Heads that say whether it is a customer's letter, whose, and of which thread.
_DECIDING = (
    "From", "Message-Id", "In-Reply-To", "References", "Auto-Submitted", "Precedence", "List-Id", "Return-Path",
)  # fmt: skip
_SIGNED = {"timestamp", "token", "signature"}  # of the form
_EVENTS = {
    **dict.fromkeys(("accepted", "delivered", "failed", "rejected", "opened", "clicked"), Why.DELIVERY_STATE),
    **dict.fromkeys(("stored", "complained", "unsubscribed", "list_member_uploaded"), Why.NOT_A_MESSAGE),
}


def read(payload: Payload) -> Reading:
    """The letter; ``stripped-text`` is Mailgun's own cut of the answer."""
    if _is_event(payload):
        kind = Node.parse(payload.body)["event-data"].text("event")
        return Reading([Ignored(_EVENTS.get(kind, Why.UNKNOWN_KIND))])
    form = read_form(payload)
    if form.text("body-mime"):
        letter = parse_letter(form.content("body-mime"))
    else:
        plain = form.text("body-plain")
        letter = Letter(
            Heads(_heads(form)),
            plain=plain,
            html=form.get("body-html") if plain.strip() else form.text("body-html"),
            stripped=form.get("stripped-text"),
            is_report=form.text("Content-Type").lower().startswith("multipart/report"),
        )
        attach_files(letter, form)
        letter.attachments.extend(_stored(form))
    letter.recipient = form.get("recipient")
    letter.sender = form.text("from") or form.text("sender")
    letter.provider_id = form.id("Message-Id").strip("<> ") or form.text("token")
    letter.stored_at = form.get("message-url")
    letter.unread.extend(form.told)
    return Reading([letter_item(payload, letter)])


def signed_fields(payload: Payload) -> tuple[str, str, str]:
    """(timestamp, token, signature) of a route's form or of an event. Rejected: neither."""
    if _is_event(payload):
        signature = Node.parse(payload.body)["signature"]
        return signature.id("timestamp"), signature.text("token"), signature.text("signature")
    form = read_form(payload)
    return form.get("timestamp"), form.get("token"), form.get("signature")


def content_of(payload: Payload) -> Iterator[bytes]:
    """All that a delivery holds, whatever its form is written with and whenever it was signed. Rejected: it is none."""
    if _is_event(payload):
        yield json.dumps(Node.parse(payload.body)["event-data"].value, sort_keys=True).encode()
        return
    form = read_form(payload)
    for name in sorted(form.fields.keys() - _SIGNED):
        yield name.encode("utf-8", "surrogatepass")
        yield form.content(name)
    for file in form.files:
        yield file.name.encode("utf-8", "surrogatepass")
        yield file.content


def _is_event(payload: Payload) -> bool:
    """Rejected: it might be one, and is no JSON."""
    if payload.body.lstrip()[:1] != b"{" or _EVENT not in payload.body:
        return False
    return bool(Node.parse(payload.body)["event-data"])


def _stored(form: Form) -> list[Attachment]:
    """Files that Mailgun keeps (``store()``): a JSON list in a field."""
    return [
        Attachment(
            content_type=one.text("content-type"),
            url=one.text("url"),
            name=one.text("name"),
            size=one["size"].whole(),
        )
        for one in _listed(form, "attachments").optional().items()
    ]


def _listed(form: Form, name: str) -> Node:
    """A JSON list in a field of the form, absent where it is none: the letter can be read without it."""
    try:
        return Node.parse(b'{"list":' + (form.get(name) or "[]").encode("utf-8", "replace") + b"}")["list"]
    except Rejected:
        return Node(None)


def _heads(form: Form) -> list[tuple[str, str]]:
    """``message-headers`` is a JSON list of pairs; the fields of the form stand in for heads that it lacks."""
    found: list[tuple[str, str]] = []
    listed = _listed(form, "message-headers").value if form.text("message-headers") else None
    for pair in Node(listed[:HEADS_MAX]).items() if isinstance(listed, list) else ():
        head, content = [*pair.optional().items(), Node(""), Node("")][:2]
        found.append((head.text(), content.text()))
    for name in (*_DECIDING, "Subject", "Date", "Reply-To", "Cc"):
        read_field = form.text if name in _DECIDING else form.get
        value = read_field(name) or read_field(name.lower())
        if value:  # of a head that is listed too, the first counts
            found.append((name, value))
    return found


ADAPTER = Adapter(
    name="mailgun",
    read=read,
    channel="email",
    schemes=("mailgun",),
    secrets=frozenset({"signing_key"}),
    media_types=FORMS | JSON,
)
