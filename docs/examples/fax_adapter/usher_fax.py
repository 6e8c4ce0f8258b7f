"""Faxes of the Example provider: {"faxes": [{"id", "from", "to", "pages", "url", "received": seconds}]}."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message, seconds_ms
from services.ingest.domain.channels.node import Node, each


def read(payload: Payload) -> Reading:
    document = Node.parse(payload.body)
    return Reading(each(document["faxes"].items(), lambda fax: _fax(payload, fax)))


def _fax(payload: Payload, fax: Node) -> Item:
    sender, more = fax["from"].needed(), fax.optional()
    if payload.source.is_own(sender):
        return Ignored(Why.OWN_MESSAGE)
    return Message(
        channel="task",
        conversation=payload.source.pseudonym(sender),
        message_id=fax["id"].needed(),
        handle=sender,
        to=more["to"].text(),
        at_ms=seconds_ms(more["received"].number()),
        subject=f"Fax of {more['pages'].id()} pages",
        attachments=[Attachment(content_type="image/tiff", url=more["url"].text())],
        unread=more.unread,
    ).event(payload)


ADAPTER = Adapter(
    name="example_fax",
    read=read,
    channel="task",
    schemes=("credentials",),
    secrets=frozenset({"bearer"}),
)
