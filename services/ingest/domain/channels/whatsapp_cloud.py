"""WhatsApp Cloud API: many messages and delivery states in one request."""

from services.ingest.domain.channels.adapter import Adapter, Ignored, Item, Payload, Reading, Why
from services.ingest.domain.channels.message import Attachment, Message
from services.ingest.domain.channels.meta import META_SECRETS, handshake
from services.ingest.domain.channels.node import Node, each

__all__ = ["ADAPTER"]

_MEDIA = ("image", "video", "audio", "document", "sticker", "voice")
_IGNORED = {
    "reaction": Why.REACTION,
    "system": Why.NOT_A_MESSAGE,
    "edit": Why.EDIT,
    "revoke": Why.DELETION,
}


def read(payload: Payload) -> Reading:
    """Every message and state; each stands alone."""
    document = Node.parse(payload.body)
    if document["object"].text() != "whatsapp_business_account":
        raise document["object"].wrong("must be whatsapp_business_account")

    def entry(one: Node) -> list[Item]:
        return each(one["changes"].items(), lambda change: _change(payload, change))

    return Reading(each(document["entry"].items(), entry))


def _change(payload: Payload, change: Node) -> Item | list[Item]:
    field, value = change["field"].text(), change["value"]
    if field != "messages":
        return Ignored(Why.ECHO if field.endswith("echoes") else Why.NOT_A_MESSAGE)
    names = _names(value)
    states: list[Item] = [Ignored(Why.DELIVERY_STATE) for _ in value["statuses"].items()]
    return [*each(value["messages"].items(), lambda one: _message(payload, value, names, one)), *states]


def _names(value: Node) -> dict[str, str]:
    """The profile's name by each id of the person: 2026's business-scoped ids stand beside or instead of numbers."""
    found = {}
    for contact in value["contacts"].items():
        name = contact["profile"]["name"].text()
        found.update({key: name for key in (contact["wa_id"].id(), contact["user_id"].id()) if key})
    return found


def _message(payload: Payload, value: Node, names: dict[str, str], one: Node) -> Item:
    kind = one["type"].text()
    if kind in _IGNORED:
        return Ignored(_IGNORED[kind])
    number, user = one["from"].id(), one["from_user_id"].id()
    if not number and not user:
        raise one["from"].wrong("Field required")
    ours = value["metadata"]["phone_number_id"].id()
    if {number, user} & (payload.source.own | {value["metadata"]["display_phone_number"].id()}) - {""}:
        return Ignored(Why.OWN_MESSAGE)
    seconds, group = one["timestamp"].number(), one["group_id"].id()
    return Message(
        channel="messaging",
        conversation=payload.source.pseudonym(ours, *(("group", group) if group else (user or number,))),
        message_id=one["id"].needed(),
        handle=f"whatsapp:+{number}" if number.isdigit() else number or user,
        name=names.get(user) or names.get(number) or "",
        to=value["metadata"]["display_phone_number"].id() or ours,
        at_ms=None if seconds is None or not 0 <= seconds < 1e12 else int(seconds * 1000),
        text=_text(kind, one),
        attachments=_attachments(one),
        reply_address=group or number or user,
        reply_thread=ours,
        attributes=_attributes(kind, one),
    ).event(payload)


def _text(kind: str, one: Node) -> str:
    inside = one[kind] if kind and kind != "unsupported" else Node(None, one.path)
    if kind == "interactive":
        reply = inside["button_reply"] if inside["button_reply"] else inside["list_reply"]
        return reply["title"].text() or inside["nfm_reply"]["response_json"].text()
    if kind == "location":
        parts = (inside["name"].text(), inside["address"].text())
        point = f"{inside['latitude'].number()}, {inside['longitude'].number()}"
        return ", ".join([part for part in parts if part] + [point])
    if kind == "contacts":
        return "\n".join(card["name"]["formatted_name"].text() for card in inside.items())
    if kind == "text":
        return inside["body"].needed() if not inside else inside["body"].text()
    return inside["caption"].text() or inside["text"].text() if isinstance(inside.value, dict) else ""


def _attachments(one: Node) -> list[Attachment]:
    """Media come as an id, to be fetched with the account's token; newer payloads add a url."""
    return [
        Attachment(
            content_type=one[kind]["mime_type"].text(),
            url=one[kind]["url"].text(),
            name=one[kind]["filename"].text(),
        )
        for kind in _MEDIA
        if one[kind]
    ]


def _attributes(kind: str, one: Node) -> dict[str, str]:
    media = next((one[name]["id"].id() for name in _MEDIA if one[name]), "")
    interactive = one["interactive"]
    return {
        "type": kind if kind != "text" else "",
        "media_id": media,
        "button_id": interactive["button_reply"]["id"].id() or interactive["list_reply"]["id"].id(),
        "payload": one["button"]["payload"].text(),
        "in_reply_to": one["context"]["id"].id(),
        "forwarded": "true" if one["context"]["forwarded"].flag() else "",
        "user_id": one["from_user_id"].id(),
        "group_id": one["group_id"].id(),
        "referral_url": one["referral"]["source_url"].text(),
        "referral_headline": one["referral"]["headline"].text(),
    }


ADAPTER = Adapter(
    name="whatsapp_cloud",
    read=read,
    channel="messaging",
    schemes=("meta",),
    secrets=META_SECRETS,
    handshake=handshake,
)
