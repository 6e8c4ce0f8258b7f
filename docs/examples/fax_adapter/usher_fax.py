"""Faxes of the Example provider: {"faxes": [{"id", "from", "to", "pages", "url", "received": seconds}]}."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node, each


def read(payload: Payload) -> Reading:
    document = Node.parse(payload.body)
    return Reading(each(document["faxes"].items(), lambda fax: _fax(payload, fax)))


def _fax(payload: Payload, fax: Node) -> Item:
    sender = fax["from"].needed()
    if payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="task",
        conversation=payload.source.pseudonym(sender),
        message_id=fax["id"].needed(),
        handle=sender,
        to=fax["to"].text(),
        at_ms=seconds_ms(fax["received"].number()),
        subject=f"Fax of {fax['pages'].id()} pages",
        attachments=[Attachment(content_type="image/tiff", url=fax["url"].text())],
    ).event(payload)


ADAPTER = Adapter(
    name="example_fax",
    read=read,
    channel="task",
    schemes=("credentials",),
    secrets=frozenset({"bearer"}),
)
