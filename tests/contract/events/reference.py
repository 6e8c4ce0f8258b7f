"""The field reference: a page for each direction, made of the schemas and the examples."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from tests.contract.events.catalogue import Described
from tests.contract.events.payloads import Payload

__all__ = ["pages"]

Json = dict[str, Any]

_ABOUT = {
    "inbound": ("Events in", "What you send, on a topic or over HTTP. Unknown fields are ignored."),
    "canonical": (
        "Canonical events",
        "What the door makes of them on `usher.router-input.v1`: Usher's own, and good to read for an audit.",
    ),
    "outbound": (
        "Events out",
        "What Usher tells. Fields and words may be added within a version; ignore what you do not know.",
    ),
    "hand-off": (
        "Hand-off topics",
        "Copies for whoever has the contact, with what only they may see beside the event's own fields.",
    ),
}
_LIMITS = {
    "minimum": "from {}", "maximum": "to {}", "minLength": "at least {} characters",
    "maxLength": "at most {} characters", "maxItems": "at most {}", "maxProperties": "at most {}", "pattern": "`{}`",
}  # fmt: skip


def pages(events: list[Described], payloads: Mapping[tuple[str, str], Payload]) -> dict[str, str]:
    """Page by file name in docs/reference."""
    found = {"README.md": _contents(events)}
    for direction, (title, about) in _ABOUT.items():
        mine = [event for event in events if event.direction == direction]
        parts = [_section(event, payloads[event.direction, event.type]) for event in mine]
        found[f"{direction}.md"] = "\n\n".join([f"# {title}", about, *parts]) + "\n"
    return found


def _contents(events: list[Described]) -> str:
    lines = [
        "# Reference of events",
        "",
        "Made by `python -m tests.contract.events.write` from the types that read and write them;",
    ]
    lines += [
        "the same as JSON Schemas in [schemas](../schemas), as AsyncAPI in [asyncapi.yaml](../asyncapi.yaml).",
        "",
    ]
    lines += ["| event | direction | topics |", "|---|---|---|"]
    for event in events:
        anchor = event.type.replace(".", "")
        topics = ", ".join(f"`{topic}`" for topic in event.topics)
        lines.append(f"| [{event.type}]({event.direction}.md#{anchor}) | {event.direction} | {topics} |")
    return "\n".join(lines) + "\n"


def _section(event: Described, payload: Payload) -> str:
    topics = ", ".join(f"`{topic}`" for topic in event.topics)
    about = " ".join(event.schema.get("description", "").replace("``", "`").split())
    rows = ["| field | type | |", "|---|---|---|", *_rows(event.schema, event.schema.get("$defs", {}), "", ())]
    example = json.dumps(payload.body, ensure_ascii=False, indent=1)
    words = [f"## {event.type}", f"On {topics}; schema: [{event.file}](../schemas/{event.file})."]
    return "\n\n".join([*words, *([about] if about else []), "\n".join(rows), f"```json\n{example}\n```"])


def _rows(schema: Json, parts: Mapping[str, Json], prefix: str, within: tuple[str, ...]) -> Iterator[str]:
    for name, field in schema.get("properties", {}).items():
        needed = "always" if name in schema.get("required", ()) else ""
        yield f"| `{prefix}{name}` | {_kind(field, parts).replace('|', chr(92) + '|')} | {needed} |"
        for part, suffix in _objects(field):
            if part not in within:
                yield from _rows(parts[part], parts, f"{prefix}{name}{suffix}.", (*within, part))


def _objects(field: Json) -> Iterator[tuple[str, str]]:
    """The parts with fields of their own that a value is, or holds."""
    for each in field.get("anyOf", (field,)):
        if "$ref" in each:
            yield _part(each), ""
        elif isinstance(each.get("items"), dict) and "$ref" in each["items"]:
            yield _part(each["items"]), "[]"


def _part(schema: Json) -> str:
    return str(schema["$ref"].rsplit("/", 1)[1])


def _kind(field: Json, parts: Mapping[str, Json]) -> str:
    if "anyOf" in field:
        return " or ".join(_kind(each, parts) for each in field["anyOf"])
    if "$ref" in field:
        part = parts[_part(field)]
        return "object" if "properties" in part else _kind(part, parts)
    if "enum" in field:
        return ", ".join(f"`{word}`" for word in field["enum"])
    if "const" in field:
        return f"`{field['const']}`"
    words = [str(field.get("format") or field.get("type") or "any value").replace("date-time", "time (RFC 3339)")]
    if isinstance(field.get("items"), dict) and field["items"]:
        words[0] += f" of {_kind(field['items'], parts)}"
    if isinstance(field.get("additionalProperties"), dict):
        words[0] += f" of {_kind(field['additionalProperties'], parts) or 'any value'} by name"
    return ", ".join([*words, *(text.format(field[word]) for word, text in _LIMITS.items() if word in field)])
