"""The words of what is sent over Telegram without any: places, contacts, polls, rich messages, pressed buttons."""

from services.ingest.domain.channels.node import Node

__all__ = ["label_of", "words_of"]

RICH_PARTS_MAX = 2000  # of a rich message that are looked at
_RICH = ("caption", "cells", "items", "blocks", "text")  # where a block holds others; the last is read first


def label_of(message: Node, data: str) -> str:
    """What a person read on the button of our message that has this data; "" where the message is not told, and of
    games, whose button has no data."""
    if not data:
        return ""
    rows = message["reply_markup"]["inline_keyboard"].items()
    return next((one.text("text") for row in rows for one in row.items() if one.text("callback_data") == data), "")


def words_of(message: Node) -> str:
    """ "" where there are none."""
    contact, place, venue = message["contact"], message["location"], message["venue"]
    if contact:
        parts = (contact.words(name) for name in ("first_name", "last_name", "phone_number"))
        return " ".join(part for part in parts if part)
    if venue:
        return f"{venue.words('title')}, {venue.words('address')}"
    if place:
        return f"{place['latitude'].number()}, {place['longitude'].number()}"
    listed = (
        message["web_app_data"]["data"],
        message["poll"]["question"],
        message["dice"]["emoji"],
        message["checklist"]["title"],
        message["game"]["title"],
        message["invoice"]["title"],
    )
    return next((one.words() for one in listed if one), "") or _rich(message["rich_message"]["blocks"])


def _rich(blocks: Node) -> str:
    """The words of a rich message, in order: its blocks hold texts, lists of texts, and texts within styles."""
    words: list[str] = []
    pending = [blocks.value]
    for _ in range(RICH_PARTS_MAX):
        if not pending:
            break
        part = pending.pop()
        if isinstance(part, str):
            words.append(part)
        elif isinstance(part, list):
            pending.extend(reversed(part))
        elif isinstance(part, dict):
            pending.extend(part[name] for name in _RICH if name in part)
    return " ".join(word for word in words if word.strip())
