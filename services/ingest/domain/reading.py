"""From bytes to a JSON object: strict UTF-8, strict JSON, no NUL, no lone surrogate, bounded size and depth."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

from pydantic_core import from_json

from services.ingest.domain.rejection import Rejected, path_of
from shared.errors import Reason

__all__ = ["BODY_BYTES_MAX", "INTEGER_MAX", "INTEGER_MIN", "read_object"]

BODY_BYTES_MAX = 256 * 1024  # of a record or request body; the contract's limit, whatever the fields allow
INTEGER_MAX = 2**63 - 1
INTEGER_MIN = -(2**63)
NUMBER_DIGITS_MAX = 4300  # digits; the parser's own limit

_NUL = "\x00"
_NUL_ESCAPE = b"\\u0000"
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_HUGE = object()  # stands for a number that the parser could not hold
# The parser's own words for what is JSON by the grammar and yet can never be accepted.
_TOO_DEEP = "recursion limit"
_GRAMMATICAL = ("hex escape", "number out of range")


def read_object(value: bytes | None) -> dict[str, Any]:
    """The JSON object of a record or body. Of a repeated key the last value counts.

    Rejected: empty, too_large, not_utf8, not_json (NaN and Infinity included), or invalid when it is JSON but no
    object, nested too deep, or holds a NUL, a lone surrogate or a number beyond all bounds.
    """
    if not value or not value.strip():
        raise Rejected(Reason.EMPTY, "", "the body is empty; send one JSON object")
    if len(value) > BODY_BYTES_MAX:
        raise Rejected(Reason.TOO_LARGE, "", f"{len(value)} bytes; at most {BODY_BYTES_MAX} are accepted")
    try:
        document = from_json(value, allow_inf_nan=False, cache_strings="none")  # a cache of hostile keys costs most
    except ValueError as error:
        raise _why(value, str(error)) from None
    if _NUL_ESCAPE in value:
        _refuse_text(document, lambda text: _NUL in text, "NUL (U+0000) is not allowed anywhere")
    if not isinstance(document, dict):
        raise Rejected(Reason.INVALID, "", "must be a JSON object")
    return document


def _why(value: bytes, complaint: str) -> Rejected:
    """The rejection for bytes that the strict parser refused; slow and only taken then."""
    try:
        text = value.decode()
    except UnicodeDecodeError as error:
        return Rejected(Reason.NOT_UTF8, "", f"not UTF-8 at byte {error.start}")
    if _TOO_DEEP in complaint:
        return Rejected(Reason.INVALID, "", "nested too deep")
    if any(mark in complaint for mark in _GRAMMATICAL):
        found = _beyond_the_grammar(text)
        if found is not None:
            return found
    return Rejected(Reason.NOT_JSON, "", f"not JSON: {complaint}")


def _beyond_the_grammar(text: str) -> Rejected | None:
    """Why a text that is JSON by the grammar is refused all the same; None when it is no JSON either."""
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
    return Rejected(Reason.INVALID, "", "a lone surrogate or a number beyond all bounds")


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
