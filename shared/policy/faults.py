"""Validation errors in plain words: the path as it is written in the file, what is wrong, how to fix it."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from shared.policy.errors import PolicyError, did_you_mean
from shared.policy.policy import Policy
from shared.written import in_words

__all__ = ["Loc", "faults_of", "loc_of", "path_of"]

Loc = tuple[str | int, ...]

_PART = re.compile(r"\[(\d+)\]|([^.\[\]]+)")
_SHOWN_CHARACTERS_MAX = 60  # of a wrong value
_TEXT = ("a text", "put it in quotes if it looks like something else")
_WHOLE = ("a whole number", "digits without quotes, such as 3")
_NUMBER = ("a number", "digits without quotes, such as 2.5")
_MAPPING = ("a mapping", "write {key: value}, or indented lines of key: value")
_KINDS = {
    "string_type": _TEXT,
    "int_type": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "bool_type": ("true or false", "without quotes"),
    "list_type": ("a list", "write [a, b], or indented lines that begin with -"),
    "tuple_type": ("a list", "write [a, b], or indented lines that begin with -"),
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "finite_number": ("a finite number", _NUMBER[1]),
}
_BOUNDS = {
    "greater_than": ("gt", "more than", "a larger number"),
    "greater_than_equal": ("ge", "at least", "{:g} or more"),
    "less_than": ("lt", "less than", "a smaller number"),
    "less_than_equal": ("le", "at most", "{:g} or less"),
}


def path_of(loc: Loc) -> str:
    """``queues.orders.relax[1].after``."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


def loc_of(path: str) -> Loc:
    """The location that a path names; the reverse of :func:`path_of` for keys without dots and brackets."""
    return tuple(int(index) if index else name for index, name in _PART.findall(path))


def faults_of(error: ValidationError, model: type[BaseModel] = Policy) -> list[tuple[Loc, Loc, PolicyError]]:
    """Each fault with its location, and the location of what to remove so that the rest can be read (() for all).

    ``model`` is what was validated: its keys are the ones that may have been meant.
    """
    found = error.errors(include_url=False)
    misnamed = {tuple(details["loc"][:-1]) for details in found if details["loc"][-1:] == ("[key]",)}
    return [_fault(details, model) for details in found if not _is_below(tuple(details["loc"]), misnamed)]


def _is_below(loc: Loc, misnamed: set[Loc]) -> bool:
    """Whether the location lies under a key that is itself at fault: what stands there says nothing."""
    return loc[-1:] != ("[key]",) and any(loc[:size] in misnamed for size in range(len(loc)))


def _fault(details: ErrorDetails, model: type[BaseModel]) -> tuple[Loc, Loc, PolicyError]:
    loc = tuple(details["loc"])
    is_key = bool(loc) and loc[-1] == "[key]"
    if is_key:
        loc = loc[:-1]
    kind = details["type"]
    if kind == "missing":
        return loc, loc[:-1], PolicyError(path_of(loc), "is missing", f"add {loc[-1]}: ...")
    if kind == "extra_forbidden":
        known = _known_keys(model, loc[:-1])
        return loc, loc, PolicyError(path_of(loc), f"unknown key {loc[-1]!r}", did_you_mean(str(loc[-1]), known))
    message, hint = _words(kind, details.get("ctx", {}), details["input"])
    return loc, loc, PolicyError(path_of(loc), f"as a name: {message}" if is_key else message, hint)


def _words(kind: str, context: Mapping[str, Any], given: Any) -> tuple[str, str]:
    shown = _shown(given)
    if kind == "usher":
        return context["message"], context["hint"]
    if kind in _KINDS:
        words, hint = _KINDS[kind]
        return f"must be {words}, not {shown}", hint
    if kind in _BOUNDS:
        name, words, hint = _BOUNDS[kind]
        return f"must be {words} {context[name]:g}, not {shown}", hint.format(context[name])
    handler = _OTHERS.get(kind)
    return handler(context, given, shown) if handler else (f"is not valid: {shown}", kind.replace("_", " "))


def _literal(context: Mapping[str, Any], given: Any, shown: str) -> tuple[str, str]:
    expected = str(context["expected"])
    choices = [word.strip("'") for word in expected.replace(" or ", ", ").split(", ")]
    return f"must be {expected}, not {shown}", did_you_mean(given if isinstance(given, str) else "", choices)


def _length(context: Mapping[str, Any], given: Any, shown: str) -> tuple[str, str]:
    actual = context.get("actual_length", len(given) if hasattr(given, "__len__") else "?")
    if "min_length" in context:
        return "is empty" if actual == 0 else f"has {actual}, too few", f"at least {context['min_length']}"
    return f"has {actual}, too many", f"at most {context['max_length']}"


def _pattern(context: Mapping[str, Any], given: Any, shown: str) -> tuple[str, str]:
    return f"{shown} is not allowed", in_words(context["pattern"])


_OTHERS: dict[str, Callable[[Mapping[str, Any], Any, str], tuple[str, str]]] = {
    "literal_error": _literal,
    "too_short": _length,
    "too_long": _length,
    "string_too_short": _length,
    "string_too_long": _length,
    "string_pattern_mismatch": _pattern,
}


def _shown(value: Any) -> str:
    if isinstance(value, tuple):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    text = "nothing" if value is None else repr(value)
    return text if len(text) <= _SHOWN_CHARACTERS_MAX else text[: _SHOWN_CHARACTERS_MAX - 3] + "..."


def _known_keys(root: type[BaseModel], loc: Loc) -> list[str]:
    """Keys that the mapping at this location may have, found by walking the types."""
    at: Any = root
    for part in loc:
        at = _step(at, part)
    model = next((kind for kind in _kinds(at) if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
    return [field.alias or name for name, field in model.model_fields.items()] if model else []


def _step(at: Any, part: str | int) -> Any:
    for kind in _kinds(at):
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            for name, field in kind.model_fields.items():
                if part in (name, field.alias):
                    return field.annotation
        elif get_origin(kind) in (dict, tuple, list):
            arguments = get_args(kind)
            return arguments[1] if get_origin(kind) is dict else arguments[0]
    return None


def _kinds(at: Any) -> list[Any]:
    """The alternatives of a type: members of a union, without their annotations."""
    while hasattr(at, "__metadata__"):
        at = at.__origin__
    if get_origin(at) is Union or type(at).__name__ == "UnionType":
        return [kind for member in get_args(at) for kind in _kinds(member)]
    return [at]
