"""From bytes to a JSON object: strict UTF-8, strict JSON, no NUL, no lone surrogate, bounded size, depth and number.

Whatever the bytes, this takes no longer than a letter of that size takes the standard library (the goal is 5 ms).
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
from pydantic_core import from_json

from services.ingest.domain.rejection import Rejected, path_of
from shared.errors import Reason

__all__ = [
    "BODY_BYTES_MAX",
    "INTEGER_MAX",
    "INTEGER_MIN",
    "MEMBERS_MAX",
    "OBJECTS_MAX",
    "PATH_BYTES_MAX",
    "read_object",
]

BODY_BYTES_MAX = 256 * 1024  # of a record or request body; the contract's limit, whatever the fields allow
INTEGER_MAX = 2**63 - 1
INTEGER_MIN = -(2**63)
# Of one body. Each takes some tenths of a microsecond; the largest batch of a provider has 10,000 of each.
OBJECTS_MAX = 16_000  # and lists
MEMBERS_MAX = 20_000
TEXTS_MAX = MEMBERS_MAX  # among which they are counted
PATH_BYTES_MAX = 16 * 1024  # of a body in which the path of what is refused is looked for: that takes ten times as long
NUMBER_DIGITS_MAX = 4300  # digits; the parser's own limit

_NUL = "\x00"
_NUL_ESCAPE = b"\\u0000"
_BACKSLASH, _QUOTE = b"\\\\", b'\\"'  # as they are escaped
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_ANY_ESCAPE = rb"\\u0041"
_NO_NUL = "NUL (U+0000) is not allowed anywhere"
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_skip = msgspec.json.Decoder(msgspec.Raw).decode
_HUGE = object()  # stands for a number that the parser could not hold
# The parser's own words for what is JSON by the grammar and yet can never be accepted.
_TOO_DEEP = "recursion limit"
_GRAMMATICAL = ("hex escape", "number out of range")


def read_object(value: bytes | None) -> dict[str, Any]:
    """The JSON object of a record or body. Of a repeated key the last value counts.

    Rejected: empty, too_large, not_utf8, not_json (NaN and Infinity included), or invalid when it is JSON but no
    object, nested too deep, of too many parts, or holds a NUL, a lone surrogate or a number beyond all bounds.
    """
    if not value or not value.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send one JSON object")
    if len(value) > BODY_BYTES_MAX:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(value)} bytes; at most {BODY_BYTES_MAX} are accepted")
    _check_number(value)
    try:
        document = from_json(value, allow_inf_nan=False, cache_strings="none")  # a cache of hostile keys costs most
    except ValueError as error:
        raise _why(value, str(error)) from None
    if _NUL_ESCAPE in value and _NUL_ESCAPE in value.replace(_BACKSLASH, b""):
        if len(value) <= PATH_BYTES_MAX:
            _refuse_text(document, lambda text: _NUL in text, _NO_NUL)
        raise Rejected(Reason.INVALID, "", _NO_NUL)
    if not isinstance(document, dict):
        raise Rejected(Reason.INVALID, "", "must be a JSON object")
    return document


def _check_number(value: bytes) -> None:
    """Rejected: more objects, lists or members than can be read in time. What stands in texts is not counted."""
    if len(value) <= OBJECTS_MAX:
        return  # each is a byte at least
    if value.count(b"{") + value.count(b"[") <= OBJECTS_MAX and value.count(b":") <= MEMBERS_MAX:
        return
    unescaped = value.replace(_BACKSLASH, b"").replace(_QUOTE, b"")
    if unescaped.count(b'"') <= 2 * TEXTS_MAX:
        bare = b"".join(unescaped.split(b'"')[::2])
        if bare.count(b"{") + bare.count(b"[") <= OBJECTS_MAX and bare.count(b":") <= MEMBERS_MAX:
            return
    raise _unlike_json(value) or Rejected(
        Reason.INVALID, "", f"more than {OBJECTS_MAX} objects and lists, or {MEMBERS_MAX} members of objects"
    )


def _why(value: bytes, complaint: str) -> Rejected:
    """The rejection for bytes that the strict parser refused; slow and only taken then."""
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        return Rejected(Reason.NOT_UTF8, "", f"not UTF-8 at byte {error.start}")
    if _TOO_DEEP in complaint:
        return Rejected(Reason.INVALID, "", "nested too deep")
    if any(mark in complaint for mark in _GRAMMATICAL):
        found = _beyond_the_grammar(value, text)
        if found is not None:
            return found
    return Rejected(Reason.NOT_JSON, "", f"not JSON: {complaint}")


def _beyond_the_grammar(value: bytes, text: str) -> Rejected | None:
    """Why a text that is JSON by the grammar is refused all the same; None when it is no JSON either."""
    other = Rejected(Reason.INVALID, "", "a lone surrogate or a number beyond all bounds")
    if len(value) > PATH_BYTES_MAX:
        return _unlike_json(value) or other
    try:
        document = json.loads(
            text, parse_constant=_refuse_constant, parse_int=_bounded(int), parse_float=_bounded(float)
        )
        _refuse_text(document, _has_surrogate, "lone surrogates are not allowed anywhere")
        _refuse(document, lambda item: item is _HUGE, f"a number of more than {NUMBER_DIGITS_MAX} digits")
    except RecursionError:
        return Rejected(Reason.INVALID, "", "nested too deep")
    except Rejected as rejected:
        return rejected
    except ValueError:
        return None
    return other


def _unlike_json(value: bytes) -> Rejected | None:
    """Why bytes are no JSON by the grammar, None where they are; nothing is made of them, so it takes no time."""
    try:
        value.decode()
        _skip(_SURROGATE_ESCAPE.sub(_ANY_ESCAPE, value))
    except UnicodeDecodeError as error:
        return Rejected(Reason.NOT_UTF8, "", f"not UTF-8 at byte {error.start}")
    except RecursionError:
        return Rejected(Reason.INVALID, "", "nested too deep")
    except msgspec.DecodeError as error:
        return Rejected(Reason.NOT_JSON, "", f"not JSON: {error}")
    return None


def _refuse_constant(_: str) -> Any:
    raise ValueError("NaN and Infinity are not JSON")


def _bounded(parse: Callable[[str], Any]) -> Callable[[str], Any]:
    return lambda digits: parse(digits) if len(digits) < NUMBER_DIGITS_MAX else _HUGE


def _has_surrogate(text: str) -> bool:
    return _SURROGATE.search(text) is not None


def _refuse_text(document: Any, bad: Callable[[str], bool], message: str) -> None:
    _refuse(document, lambda item: isinstance(item, str) and bad(item), message)


def _refuse(document: Any, bad: Callable[[Any], bool], message: str) -> None:
    for path, item in _walk(document):
        if bad(item):
            raise Rejected(Reason.INVALID, path_of(path), message)


def _walk(document: Any) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Every value and every key with its path, without recursion; a key comes with the path of its value."""
    pending: list[tuple[tuple[Any, ...], Any]] = [((), document)]
    while pending:
        path, item = pending.pop()
        yield path, item
        if isinstance(item, dict):
            for key, value in item.items():
                yield (*path, key), key
                pending.append(((*path, key), value))
        elif isinstance(item, list):
            pending.extend(((*path, index), value) for index, value in enumerate(item))
