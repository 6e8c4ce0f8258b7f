"""What a later version may do to an event: add. Everything else is a new major version, which is another type."""

from collections.abc import Iterator, Mapping
from typing import Any

__all__ = ["broken"]

Json = dict[str, Any]

# Of a value, what makes a reader refuse or misread it when it changes.
_KIND = ("type", "format", "const")
_UPPER = ("maximum", "maxLength", "maxItems", "maxProperties")
_LOWER = ("minimum", "minLength", "minItems")
_INNER = ("items", "additionalProperties")


def broken(before: Json, after: Json, *, written: bool) -> list[str]:
    """What readers of ``before`` or writers to it would stumble over, each with its path.

    ``written``: Usher writes the event, so a field that was always there must stay so; else others write it, so nothing
    more may be asked for. A closed set may grow only where others write it.
    """
    return list(_compare(_Side(before, written), _Side(after, written), ""))


class _Side:
    """A schema and the parts that it refers to."""

    def __init__(self, schema: Json, written: bool, parts: Mapping[str, Json] | None = None) -> None:
        self.parts = schema.get("$defs", {}) if parts is None else parts
        self.written = written
        while "$ref" in schema:
            schema = self.parts[schema["$ref"].rsplit("/", 1)[1]]
        self.schema = schema

    def at(self, schema: Json) -> "_Side":
        return _Side(schema, self.written, self.parts)

    def kinds(self) -> dict[str, "_Side"]:
        """The alternatives of a value, by type; a value of one kind is one alternative."""
        options = [self.at(each) for each in self.schema.get("anyOf", ())] or [self]
        return {str(each.schema.get("type", "")): each for each in options}


def _compare(before: _Side, after: _Side, path: str) -> Iterator[str]:
    old, new = before.kinds(), after.kinds()
    gained = new.keys() - old.keys() if before.written else old.keys() - new.keys()
    if gained:
        yield f"{path or 'the body'}: was {_words(old)}, is {_words(new)}"
    for kind in old.keys() & new.keys():
        yield from _compare_one(old[kind], new[kind], path)


def _compare_one(before: _Side, after: _Side, path: str) -> Iterator[str]:
    old, new = before.schema, after.schema
    for word in _KIND:
        if word == "format" and before.written and word not in old:
            continue  # who reads any text reads this one too; who writes any may not have written it
        if old.get(word) != new.get(word) and word in old | new:
            yield f"{path or 'the body'}: {word} was {old.get(word)}, is {new.get(word)}"
    yield from _closed(old, new, before.written, path)
    yield from _limits(old, new, before.written, path)
    yield from _fields(before, after, path)
    for word in _INNER:
        if isinstance(old.get(word), dict) and isinstance(new.get(word), dict):
            yield from _compare(before.at(old[word]), after.at(new[word]), f"{path}[]")


def _fields(before: _Side, after: _Side, path: str) -> Iterator[str]:
    old, new = before.schema.get("properties", {}), after.schema.get("properties", {})
    for name, schema in old.items():
        inner = f"{path}.{name}" if path else name
        if name not in new:
            yield f"{inner}: is gone"
        else:
            yield from _compare(before.at(schema), after.at(new[name]), inner)
    was, now = set(before.schema.get("required", ())), set(after.schema.get("required", ()))
    for name in sorted(was - now if before.written else now - was):
        inner = f"{path}.{name}" if path else name
        yield f"{inner}: may be absent now" if before.written else f"{inner}: is required now"


def _closed(old: Json, new: Json, written: bool, path: str) -> Iterator[str]:
    was, now = set(old.get("enum", ())), set(new.get("enum", ()))
    if not was and not now:
        return
    # Readers are told that words may come; those who write must be able to say what they said.
    lost = was - now if not written else set()
    if lost or (not was and not written):
        yield f"{path}: may not be {sorted(lost) or 'anything'} any more"


def _limits(old: Json, new: Json, written: bool, path: str) -> Iterator[str]:
    if written:
        return
    for word in _UPPER:
        if word in new and new[word] < old.get(word, float("inf")):
            yield f"{path}: {word} is {new[word]} now"
    for word in _LOWER:
        if word in new and new[word] > old.get(word, 0 if word != "minimum" else float("-inf")):
            yield f"{path}: {word} is {new[word]} now"
    if new.get("pattern", old.get("pattern")) != old.get("pattern"):
        yield f"{path}: pattern is {new['pattern']} now"


def _words(kinds: Mapping[str, Any]) -> str:
    return " or ".join(sorted(kind or "anything" for kind in kinds))
