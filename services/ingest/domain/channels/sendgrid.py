"""SendGrid Inbound Parse: a letter as a multipart form, parsed, or raw MIME in ``email`` (the better setting)."""

from services.ingest.domain.channels.adapter import Adapter, Payload, Reading
from services.ingest.domain.channels.charsets import to_text
from services.ingest.domain.channels.form import FORMS, Form, read_form
from services.ingest.domain.channels.heads import Heads
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.mime import Letter, attach_files, parse_letter
from services.ingest.domain.channels.node import Node
from services.ingest.domain.rejection import Rejected

__all__ = ["ADAPTER"]

SPAM_SCORE = 5.0  # SpamAssassin's default: from here on it is spam


def read(payload: Payload) -> Reading:
    """The letter."""
    form = read_form(payload)
    raw = next((file.content for file in form.files if file.field == "email"), b"")
    raw = raw or (form.content("email") if form.text("email") else b"")
    if raw:
        letter = parse_letter(raw)
    else:
        form = _in_charsets(form)
        letter = Letter(
            Heads(_heads(form)),
            plain=form.text("text"),
            html=form.text("html"),
            is_report="multipart/report" in form.text("headers").lower(),
        )
        attach_files(letter, form)
    letter.recipient, returned = _envelope(form)
    letter.is_report |= returned
    letter.is_spam = _is_spam(form)
    letter.sender = form.text("from")
    letter.unread.extend(form.told)
    return Reading([letter_item(payload, letter)])


def _in_charsets(form: Form) -> Form:
    """The form with each field read in the charset that ``charsets``, a JSON object, names for it."""
    try:
        named = Node.parse(form.content("charsets")) if form.get("charsets") else Node({})
        read = {name: to_text(raw, named.text(name)) for name, raw in form.odd.items() if named[name]}
    except Rejected:
        return form
    guessed = [name for name in form.guessed if name not in read]
    return form._replace(fields={**form.fields, **read}, guessed=guessed)


def _heads(form: Form) -> list[tuple[str, str]]:
    """``headers`` is the letter's head as text."""
    found: list[tuple[str, str]] = []
    for line in form.text("headers").replace("\r\n", "\n").split("\n"):
        if line[:1] in (" ", "\t") and found:
            found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
            continue
        name, colon, value = line.partition(":")
        if colon:
            found.append((name, value.strip()))
    known = {name.lower() for name, _ in found}
    given = [("From", form.text("from")), ("Subject", form.get("subject")), ("To", form.get("to"))]
    return found + [(name, value) for name, value in given if value and name.lower() not in known]


def _envelope(form: Form) -> tuple[str, bool]:
    """(whom the server was told, which may be in no head; whether nobody wants an answer): ``envelope`` is JSON."""
    written = form.text("envelope")
    try:
        envelope = Node.parse(written.encode("utf-8", "replace")).optional()
    except Rejected:
        return "", False
    return envelope["to"].first().text(), envelope["from"].value == ""


def _is_spam(form: Form) -> bool:
    """By SpamAssassin's own threshold, where the source's settings at SendGrid ask for its score."""
    try:
        return float(form.get("spam_score") or 0) >= SPAM_SCORE
    except ValueError:
        return False


ADAPTER = Adapter(
    name="sendgrid",
    read=read,
    channel="email",
    schemes=("sendgrid", "credentials"),
    secrets=frozenset({"public_key", "bearer", "basic"}),
    media_types=FORMS,
)
