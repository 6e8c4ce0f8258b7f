"""Postmark inbound: a letter as JSON."""

from services.ingest.domain.channels.adapter import Adapter, Item, Payload, Reading
from services.ingest.domain.channels.mail import letter_item
from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.mime import Heads, Letter
from services.ingest.domain.channels.node import Node

__all__ = ["ADAPTER"]


def read(payload: Payload) -> Reading:
    """The letter."""
    document = Node.parse(payload.body)
    return Reading([_item(payload, document)])


def _item(payload: Payload, document: Node) -> Item:
    heads = [(one["Name"].text(), one["Value"].text()) for one in document["Headers"].items()]
    known = {name.lower() for name, _ in heads}
    fields = {
        "From": _from(document),
        "Subject": document["Subject"].text(),
        "Date": document["Date"].text(),
        "Reply-To": document["ReplyTo"].text(),
        "Cc": document["Cc"].text(),
        "To": document["To"].text(),
    }
    heads += [(name, value) for name, value in fields.items() if value and name.lower() not in known]
    kinds = " ".join(value for name, value in heads if name.lower() == "content-type")
    letter = Letter(
        Heads(heads),
        plain=document["TextBody"].text(),
        html=document["HtmlBody"].text(),
        stripped=document["StrippedTextReply"].text(),
        attachments=[_file(one) for one in document["Attachments"].items()],
        is_report="multipart/report" in kinds.lower(),
        recipient=document["OriginalRecipient"].text(),
        provider_id=document["MessageID"].id(),
        sender=_from(document),
    )
    return letter_item(payload, letter)


def _from(document: Node) -> str:
    whole = document["FromFull"]
    address = whole["Email"].text()
    if not address:
        return document["From"].text()
    name = whole["Name"].text().replace('"', "")
    return f'"{name}" <{address}>' if name else address


def _file(one: Node) -> Attachment:
    return Attachment(
        content_type=one["ContentType"].text(), name=one["Name"].text(), size=one["ContentLength"].whole()
    )


ADAPTER = Adapter(
    name="postmark",
    read=read,
    channel="email",
    schemes=("credentials",),
    secrets=frozenset({"bearer", "basic"}),
)
