"""Payloads as broken and hostile senders write them: damage from a seed, and the smallest payload that still fails."""

import json
from collections.abc import Callable
from random import Random
from typing import Any

import orjson

__all__ = ["changed", "damaged", "odd_text", "smallest", "written"]

ODD_TEXTS = [
    "", " ", "\x00", "\ud800", "=?utf-8?b?////?=", "=?x?q?a?=", "<a@b>", "<", "9" * 400, "1e999", "-1", "0", "true",
    "2026-02-30T00:00:00Z", "<p>x", "&amp;", "[]", "{}", "\ufeff", "e\u0301", "\u202e", "\x1f", "a@b, c@d", "%", "%zz",
]  # fmt: skip
ODD_VALUES: list[Any] = [
    None, True, False, 0, -1, 1.5, 10**20, -(10**20), 2**63, float("nan"), float("inf"), -0.0, 1e308, [], {}, [[]],
    [None], {"": None},
]  # fmt: skip
PLANES = [
    (0, 0x7F),
    (0x80, 0x24F),
    (0x300, 0x36F),
    (0x590, 0x6FF),
    (0x2000, 0x206F),
    (0x3040, 0xFFFF),
    (0xD800, 0x1FFFF),
]
MARKS = b'{}[]",:=&%+<>;()-\r\n\t 0a\x00'  # bytes that mean something to one reader or another
CHARSETS = ["utf-16", "utf-16-le", "utf-8-sig", "utf-7", "utf-32", "latin-1", "cp1252", "shift_jis", "iso2022_jp"]
DEPTH_MAX = 3  # of a made value
NESTING_MAX = 2000  # brackets around a value; no sender nests twenty
REPEATS_BYTES_MAX = 64 * 1024  # of a piece that is repeated
SHRINKING_MAX = 2000  # payloads that are tried on the way to the smallest


def damaged(body: bytes, seed: int) -> bytes:
    """A copy with its structure changed, its bytes, or both; of one seed always the same."""
    chance = Random(seed)
    kind = chance.random()
    copy = _restructured(body, chance) if kind < 0.65 else body
    return _scrambled(copy, chance) if kind > 0.5 else copy


def smallest(body: bytes, fails: Callable[[bytes], bool]) -> bytes:
    """A payload that still fails, with pieces taken out as long as it does."""
    tried = 0
    size = len(body) // 2
    while size:
        at = 0
        while at < len(body) and tried < SHRINKING_MAX:
            shorter = body[:at] + body[at + size :]
            tried += 1
            if fails(shorter):
                body = shorter
            else:
                at += size
        size //= 2
    return body


def odd_text(chance: Random) -> str:
    """One that is known to be odd, or any characters of any writing."""
    if chance.random() < 0.5:
        return chance.choice(ODD_TEXTS)
    return "".join([chr(chance.randint(*chance.choice(PLANES))) for _ in range(chance.randrange(30))])


def changed(document: Any, chance: Random) -> Any:
    """A document (object or list) with some values anywhere in it replaced, taken out, wrapped or repeated."""
    places: list[tuple[Any, Any]] = []
    pending = [document]
    while pending:
        item = pending.pop()
        keys = list(item) if isinstance(item, dict) else range(len(item))
        for key in keys:
            places.append((item, key))
            if isinstance(item[key], dict | list):
                pending.append(item[key])
    for holder, key in chance.choices(places, k=chance.randint(1, 3)) if places else ():
        _change(holder, key, chance)
    return document


def written(document: Any) -> bytes:
    """As a lax writer writes it: NaN, lone surrogates and integers of any size included."""
    return json.dumps(document, default=str).encode("utf-8", "surrogatepass")


def _change(holder: Any, key: Any, chance: Random) -> None:
    what = chance.random()
    if isinstance(holder, dict) and key in holder and what < 0.3:
        taken = holder.pop(key)
        if what < 0.1:
            holder[odd_text(chance)] = taken
    elif isinstance(holder, list) and what < 0.2:
        holder.extend(holder[:2])
    elif what < 0.35:
        inside = holder[key] if isinstance(holder, list) else holder.get(key)
        holder[key] = [inside] if what < 0.32 else {"": inside}
    else:
        holder[key] = _value(chance)


def _value(chance: Random, depth: int = 0) -> Any:
    """Any JSON value, and what is no JSON although writers write it."""
    kind = chance.randrange(6 if depth < DEPTH_MAX else 4)
    if kind < 2:
        return odd_text(chance)
    if kind < 4:
        return chance.choice(ODD_VALUES) if chance.random() < 0.7 else chance.randint(-(10**20), 10**20)
    if kind == 4:
        return [_value(chance, depth + 1) for _ in range(chance.randrange(4))]
    return {odd_text(chance): _value(chance, depth + 1) for _ in range(chance.randrange(4))}


def _restructured(body: bytes, chance: Random) -> bytes:
    """By what it is: a JSON document, a form's fields, or lines."""
    try:
        document = orjson.loads(body)
    except ValueError:
        return _repieced(body, chance)
    if not isinstance(document, dict | list):
        return body
    whole = written(changed(document, chance))
    what = chance.random()
    if what < 0.05 and whole[-1:] == b"}":  # a key that comes twice, the second time with anything
        name = chance.choice(list(document) or [""])
        return whole[:-1] + b"," + written({name: _value(chance)})[1:]
    if what < 0.08:
        depth = chance.randint(1, NESTING_MAX)
        return b"[" * depth + whole + b"]" * depth
    return whole


def _repieced(body: bytes, chance: Random) -> bytes:
    mark = b"&" if b"=" in body and b"\n" not in body else b"\n"
    pieces = body.split(mark)
    for _ in range(chance.randint(1, 3)):
        at = chance.randrange(len(pieces))
        what = chance.random()
        if what < 0.2 and len(pieces) > 1:
            del pieces[at]
        elif what < 0.4:
            pieces.insert(chance.randrange(len(pieces)), pieces[at])
        else:
            name, separator, _ = pieces[at].partition(b"=" if mark == b"&" else b":")
            pieces[at] = name + separator + odd_text(chance).encode("utf-8", "surrogatepass")
    return mark.join(pieces)


def _scrambled(body: bytes, chance: Random) -> bytes:
    """Bytes spliced, cut off, repeated, or in another charset than they say."""
    what, at = chance.random(), chance.randint(0, len(body))
    if what < 0.1:
        return body[:at]
    if what < 0.2:
        return body.decode("utf-8", "replace").encode(chance.choice(CHARSETS), "replace")
    if what < 0.25:
        piece = body[at : at + chance.randint(1, 40)]
        return body[:at] + piece * chance.randint(1, REPEATS_BYTES_MAX // (len(piece) or 1)) + body[at:]
    copy = bytearray(body)
    for _ in range(chance.randint(1, 4)):
        at = chance.randint(0, len(copy))
        length = chance.randrange(13)
        spliced = chance.randbytes(length) if what < 0.5 else bytes(chance.choices(MARKS, k=length))
        copy[at : at + chance.randint(0, 40)] = spliced
    return bytes(copy)
