"""What a message of WhatsApp says, holds and tells beside: its words by kind, its files, its attributes."""

from services.ingest.domain.channels.message import Attachment
from services.ingest.domain.channels.node import Node

__all__ = ["attachments_of", "attributes_of", "text_of"]

_MEDIA = ("image", "video", "audio", "document", "sticker", "voice")
_REFERRAL = ("source_type", "source_id", "source_url", "headline", "body", "ctwa_clid")
ORDER_LINES_MAX = 50  # products of one order that are named


def text_of(kind: str, one: Node) -> str:
    """What a message says by its kind: its words, or those of what was chosen, ordered or shown; "" for none."""
    inside = one[kind] if kind and kind != "unsupported" else Node(None, one.path)
    if kind == "interactive":
        reply = inside["button_reply"] if inside["button_reply"] else inside["list_reply"]
        return reply["title"].words() or inside["nfm_reply"]["response_json"].words() or inside["body"]["text"].words()
    if kind == "location":
        parts = (inside["name"].words(), inside["address"].words())
        point = f"{inside['latitude'].number()}, {inside['longitude'].number()}"
        return ", ".join([part for part in parts if part] + [point])
    if kind == "contacts":
        return "\n".join(_card(card) for card in inside.items())
    if kind == "order":
        return "\n".join([inside["text"].words(), *_products(inside)]).strip()
    if kind == "text":
        return inside["body"].needed() if not inside else inside["body"].words()
    return inside["caption"].words() or inside["text"].words() if isinstance(inside.value, dict) else ""


def _card(card: Node) -> str:
    """``Bo Miles +34 600 999 888``: a name, and the numbers by which that person can be called."""
    phones = (one["phone"].words() for one in card["phones"].items())
    return " ".join(part for part in (card["name"]["formatted_name"].words(), *phones) if part)


def _products(order: Node) -> list[str]:
    """``2 x SKU-1``: what somebody asks for is what they say."""
    listed = list(order["product_items"].items())[:ORDER_LINES_MAX]
    return [f"{item['quantity'].words() or 1} x {item['product_retailer_id'].words()}" for item in listed]


def attachments_of(one: Node) -> list[Attachment]:
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


def attributes_of(kind: str, one: Node) -> dict[str, str]:
    """What is told beside its words, of an optional one: ids to answer or fetch by, what it is about, how they came."""
    media = next((one[name]["id"].id() for name in _MEDIA if one[name]), "")
    interactive, context = one["interactive"], one["context"]
    action = interactive["action"] if interactive["action"] else interactive["product"]
    product = action if action else context["referred_product"]
    referral = {f"referral_{name.removeprefix('source_')}": one["referral"][name].id() for name in _REFERRAL}
    return {
        "type": kind if kind != "text" else "",
        "unsupported_type": one["unsupported"]["type"].text() if kind == "unsupported" else "",
        "media_id": media,
        "button_id": interactive["button_reply"]["id"].id() or interactive["list_reply"]["id"].id(),
        "flow": interactive["nfm_reply"]["name"].text(),
        "call_permission": interactive["call_permission_reply"]["response"].text(),
        "payload": one["button"]["payload"].text(),
        "in_reply_to": context["id"].id(),
        "product": product["product_retailer_id"].id(),
        "catalog": one["order"]["catalog_id"].id() or product["catalog_id"].id(),
        "forwarded": "true" if context["forwarded"].flag() or context["frequently_forwarded"].flag() else "",
        "user_id": one["from_user_id"].id(),
        "group_id": one["group_id"].id(),
        **referral,
    }
