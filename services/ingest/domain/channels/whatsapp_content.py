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
        return reply.words("title") or inside["nfm_reply"].words("response_json") or inside["body"].words("text")
    if kind == "location":
        parts = (inside.words("name"), inside.words("address"))
        point = f"{inside['latitude'].number()}, {inside['longitude'].number()}"
        return ", ".join([part for part in parts if part] + [point])
    if kind == "contacts":
        return "\n".join(_card(card) for card in inside.items())
    if kind == "order":
        return "\n".join([inside.words("text"), *_products(inside)]).strip()
    if kind == "text":
        return inside.needed("body") if not inside else inside.words("body")
    return inside.words("caption") or inside.words("text") if isinstance(inside.value, dict) else ""


def _card(card: Node) -> str:
    """``Bo Miles +34 600 999 888``: a name, and the numbers by which that person can be called."""
    phones = (one.words("phone") for one in card["phones"].items())
    return " ".join(part for part in (card["name"].words("formatted_name"), *phones) if part)


def _products(order: Node) -> list[str]:
    """``2 x SKU-1``: what somebody asks for is what they say."""
    listed = list(order["product_items"].items())[:ORDER_LINES_MAX]
    return [f"{item.words('quantity') or 1} x {item.words('product_retailer_id')}" for item in listed]


def attachments_of(one: Node) -> list[Attachment]:
    """Media come as an id, to be fetched with the account's token; newer payloads add a url."""
    return [
        Attachment(
            content_type=one[kind].text("mime_type"),
            url=one[kind].text("url"),
            name=one[kind].text("filename"),
        )
        for kind in _MEDIA
        if one[kind]
    ]


def attributes_of(kind: str, one: Node) -> dict[str, str]:
    """What is told beside its words, of an optional one: ids to answer or fetch by, what it is about, how they came."""
    media = next((one[name].id("id") for name in _MEDIA if one[name]), "")
    interactive, context = one["interactive"], one["context"]
    action = interactive["action"] if interactive["action"] else interactive["product"]
    product = action if action else context["referred_product"]
    referral = {f"referral_{name.removeprefix('source_')}": one["referral"].id(name) for name in _REFERRAL}
    return {
        "type": kind if kind != "text" else "",
        "unsupported_type": one["unsupported"].text("type") if kind == "unsupported" else "",
        "media_id": media,
        "button_id": interactive["button_reply"].id("id") or interactive["list_reply"].id("id"),
        "flow": interactive["nfm_reply"].text("name"),
        "call_permission": interactive["call_permission_reply"].text("response"),
        "payload": one["button"].text("payload"),
        "in_reply_to": context.id("id"),
        "product": product.id("product_retailer_id"),
        "catalog": one["order"].id("catalog_id") or product.id("catalog_id"),
        "forwarded": "true" if context.flag("forwarded") or context.flag("frequently_forwarded") else "",
        "user_id": one.id("from_user_id"),
        "group_id": one.id("group_id"),
        **referral,
    }
