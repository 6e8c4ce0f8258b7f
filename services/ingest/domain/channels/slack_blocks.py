"""The words of Slack's messages as a person reads them: marked-up text, and blocks where a message has nothing else."""

import re
from collections.abc import Iterable
from html import unescape

from services.ingest.domain.channels.node import Node

__all__ = ["plain", "text_of_blocks"]

TEXT_READ_MAX = 49_152  # characters whose links and escapes are undone: Slack cuts a text at 40,000
POINTS_MAX = 16  # code points of one emoji that are looked at; the longest of Unicode has ten
_LINK = re.compile(r"<(?:[@#!]?)([^<>|]{1,2000}+)(?:\|([^<>]{0,2000}+))?+>")
_NAMED = ("user_id", "usergroup_id", "channel_id", "team_id", "range", "fallback", "value")  # of what is no text


def plain(text: str) -> str:
    """Slack's links and mentions as a person reads them, its three escapes undone; as far as TEXT_READ_MAX."""
    if "<" not in text and "&" not in text:
        return text
    read, rest = text[:TEXT_READ_MAX], text[TEXT_READ_MAX:]
    return unescape(_LINK.sub(lambda link: link[2] or link[1], read)) + rest


def text_of_blocks(blocks: Node) -> str:
    """What is written in blocks, a line for each part. Of those that are not known, nothing."""
    return _lines(_block(one) for one in blocks.items())


def _block(block: Node) -> str:
    match block.text("type"):
        case "rich_text":
            return _lines(_rich(one) for one in block["elements"].items())
        case "section" | "header" | "alert":
            return _lines([_object(block["text"]), *map(_object, block["fields"].items())])
        case "context":
            return _lines(_object(one) for one in block["elements"].items() if one["text"])
        case "markdown":
            return block.words("text")
        case "image" | "video":
            return _object(block["title"]) or block.words("alt_text")
        case "table":
            return _lines(_row(one) for one in block["rows"].items())
    return ""


def _object(text: Node) -> str:
    """A text object, marked up or plain; some apps of Slack's write the text itself."""
    return plain(text.words("text") if isinstance(text.value, dict) else text.words())


def _row(cells: Node) -> str:
    return " | ".join(_block(one) if one.text("type") == "rich_text" else one.words("text") for one in cells.items())


def _rich(part: Node) -> str:
    """A paragraph, quote or code, or a list of those."""
    if part.text("type") == "rich_text_list":
        return _lines(_paragraph(one) for one in part["elements"].items())
    return _paragraph(part).strip("\n")


def _paragraph(part: Node) -> str:
    return "".join(_inline(one) for one in part["elements"].items())


def _inline(one: Node) -> str:
    if one.text("type") == "emoji":
        return _sign(one.id("unicode")) or f":{one.id('name')}:"
    words = one.words("text") or one.words("url")
    return words or next(filter(None, (one.id(name) for name in _NAMED)), "")


def _sign(points: str) -> str:
    """An emoji of its code points, ``1f44b-1f3fd``; "" where they are none."""
    try:
        return "".join(chr(int(point, 16)) for point in points.split("-", POINTS_MAX)) if points else ""
    except (ValueError, OverflowError):
        return ""


def _lines(parts: Iterable[str]) -> str:
    return "\n".join(filter(None, parts))
