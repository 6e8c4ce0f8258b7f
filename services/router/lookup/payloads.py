"""Whether a refused payload is about somebody: it names one of their ids, handles or contacts, in whatever form."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_plus

import msgspec

__all__ = ["is_about"]

TEXTS_MAX = 2000  # of one payload that are looked at; what comes later is a list that no customer wrote
TEXT_CHARACTERS_MAX = 256  # as long as an id may be, and longer than a handle
_WORD = re.compile(r"[^\s\"'<>,;=&(){}\[\]]{3,256}")


def is_about(payload: bytes, ids: frozenset[str], ids_of: Callable[[str], list[str]]) -> bool:
    """Whether any text or word of the payload is one of the ids, or a handle whose ids are."""
    for number, text in enumerate(_texts(payload)):
        if number >= TEXTS_MAX:
            return False
        if not ids.isdisjoint(ids_of(text)):
            return True
    return False


def _texts(payload: bytes) -> Iterator[str]:
    """The short strings of a JSON document; of anything else the words, as they stand and as of a form."""
    try:
        yield from _strings(msgspec.json.decode(payload))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        text = payload.decode(errors="replace")
        for form in (text, unquote_plus(text)):
            yield from _WORD.findall(form)


def _strings(document: Any) -> Iterator[str]:
    pending = [document]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if len(item) <= TEXT_CHARACTERS_MAX:
                yield item
        elif isinstance(item, dict):
            pending += [*item.values(), *item]
        elif isinstance(item, list):
            pending += item
