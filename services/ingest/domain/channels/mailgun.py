"""Mailgun routes: a letter as a form, parsed by Mailgun or as MIME (``body-mime``)."""

from services.ingest.domain.channels.adapter import Adapter, Payload, Reading
from services.ingest.domain.channels.form import FORMS, Form, read_form
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.mime import Heads, Letter, parse_letter
from services.ingest.domain.channels.node import Node
from services.ingest.domain.rejection import Rejected

__all__ = ["ADAPTER"]


def read(payload: Payload) -> Reading:
    """The letter; ``stripped-text`` is Mailgun's own cut of the answer."""
    form = read_form(payload)
    if form.get("body-mime"):
        letter = parse_letter(form.content("body-mime"))
    else:
        letter = Letter(
            Heads(_heads(form)),
            plain=form.get("body-plain"),
            html=form.get("body-html"),
            stripped=form.get("stripped-text"),
            attachments=[
                Attachment(content_type=file.content_type, name=file.name, size=len(file.content))
                for file in form.files
            ],
            is_report=form.get("Content-Type").lower().startswith("multipart/report"),
        )
    letter.recipient = form.get("recipient")
    letter.sender = form.get("from") or form.get("sender")
    letter.provider_id = form.get("Message-Id").strip("<> ") or form.get("token")
    return Reading([letter_item(payload, letter)])


def _heads(form: Form) -> list[tuple[str, str]]:
    """``message-headers`` is a JSON list of pairs; the fields of the form stand in for heads that it lacks."""
    found: list[tuple[str, str]] = []
    try:
        listed = Node.parse(b'{"heads":' + form.get("message-headers").encode("utf-8", "replace") + b"}")["heads"]
        for pair in listed.items():
            head, content = [*pair.items(), Node(""), Node("")][:2]
            found.append((head.text(), content.text()))
    except Rejected:
        found = []
    known = {name.lower() for name, _ in found}
    fields = ("From", "Subject", "Message-Id", "In-Reply-To", "References", "Date", "Reply-To", "Cc", "Auto-Submitted")
    for name in (*fields, "Precedence", "List-Id", "Return-Path"):
        value = form.get(name) or form.get(name.lower())
        if value and name.lower() not in known:
            found.append((name, value))
    return found


ADAPTER = Adapter(
    name="mailgun",
    read=read,
    channel="email",
    schemes=("mailgun",),
    secrets=frozenset({"signing_key"}),
    media_types=FORMS,
)
