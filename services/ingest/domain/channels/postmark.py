"""Postmark inbound: a letter as JSON."""

from base64 import b64decode
from functools import partial

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.heads import Heads
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.mime import Letter, attach
from services.ingest.domain.channels.node import Node

__all__ = ["ADAPTER"]


# Webhooks about what was sent, whose ``From`` is ours; what comes in has no record type.
_RECORDS = {
    "Bounce": Why.BOUNCE,
    "Delivery": Why.DELIVERY_STATE,
    "Open": Why.DELIVERY_STATE,
    "Click": Why.DELIVERY_STATE,
    "SpamComplaint": Why.NOT_A_MESSAGE,
    "SubscriptionChange": Why.NOT_A_MESSAGE,
    "SMTPApiError": Why.NOT_A_MESSAGE,
}


def read(payload: Payload) -> Reading:
    """The letter, or what became of one that was sent."""
    document = Node.parse(payload.body)
    record = document.text("RecordType")
    if record and record != "Inbound":
        return Reading([Ignored(_RECORDS.get(record, Why.UNKNOWN_KIND))])
    return Reading([_item(payload, document)])


def _item(payload: Payload, document: Node) -> Item:
    heads = [(one.text("Name"), one.text("Value")) for one in document["Headers"].items()]
    known = {name.lower() for name, _ in heads}
    more = document.optional()
    sender = _from(document, more)
    fields = {
        "From": sender,
        **{name: more[name.replace("-", "")].text() for name in ("Subject", "Date", "Reply-To", "Cc", "To")},
    }
    heads += [(name, value) for name, value in fields.items() if value and name.lower() not in known]
    kinds = " ".join(value for name, value in heads if name.lower() == "content-type")
    letter = Letter(
        Heads(heads),
        plain=document.words("TextBody"),
        html=document.words("HtmlBody"),
        stripped=more.text("StrippedTextReply"),
        is_report="multipart/report" in kinds.lower(),
        recipient=more.text("OriginalRecipient"),
        provider_id=document.id("MessageID"),
        mailbox_hash=_mailbox_hash(more),
        sender=sender,
    )
    for one in more["Attachments"].items():
        attach(letter, _file(one), partial(_content, one))
    letter.unread.extend(more.unread or ())
    return letter_item(payload, letter)


def _mailbox_hash(document: Node) -> str:
    """What stands behind the plus of ``help+4711@shop.example.net``."""
    listed = (one.text("MailboxHash") for one in document["ToFull"].items())
    return document.text("MailboxHash") or next((found for found in listed if found), "")


def _from(document: Node, more: Node) -> str:
    whole = more["FromFull"]
    address = whole.text("Email")
    if not address:
        return document.text("From")
    name = whole.text("Name").replace('"', "")
    return f'"{name}" <{address}>' if name else address


def _content(one: Node) -> bytes:
    """What a file holds; b"" where that is no Base64."""
    try:
        return b64decode(one.text("Content"))
    except ValueError:
        return b""


def _file(one: Node) -> Attachment:
    return Attachment(content_type=one.text("ContentType"), name=one.text("Name"), size=one["ContentLength"].whole())


ADAPTER = Adapter(
    name="postmark",
    read=read,
    channel="email",
    schemes=("credentials",),
    secrets=frozenset({"bearer", "basic"}),
)
