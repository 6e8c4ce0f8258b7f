"""Every event of Usher, in and out, with the JSON Schema of its body, made from the types that read and write it."""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import msgspec
from pydantic.json_schema import models_json_schema

from services.ingest.domain.types import EVENT_TYPES, MESSAGE, Right
from services.router.domain.events import Head
from services.router.domain.published import PUBLISHED, Published
from services.router.domain.states import CONTACT
from services.sla.domain.clock import Fact
from services.sla.domain.sla_event import Body as SlaBody
from services.sla.domain.sla_event import BreachBody
from shared.contract.envelope import DEAD_LETTER_TYPE, DeadLetterBody
from shared.contract.inputs import INGEST_ALIVE, INPUT_TYPES, HandOffContext, IngestAlive
from shared.contract.topics import (
    AGENT_ACTIVITY,
    CONTACT_EVENTS,
    CONTACT_UPDATES,
    DEAD_LETTERS,
    ROUTER_INPUT,
    SLA_EVENTS,
)

__all__ = ["CHANNEL_TOPICS", "DIRECTIONS", "Described", "described"]

Json = dict[str, Any]

DRAFT = "https://json-schema.org/draft/2020-12/schema"
CHANNEL_TOPICS = "usher.channel.{source}.v1"
DIRECTIONS = ("inbound", "canonical", "outbound", "hand-off")
_REF = "#/$defs/{name}"
_TIMES = ("_at", "until")  # how names of times end; one is all there is of it: "at"
_LEVELS: Json = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1, "maximum": 5}}
_REQUIREMENTS: Json = {
    "title": "Requirements",
    "description": "What an agent must have: every skill of `must` at its level, of each group of `any` at least one,"
    " none of `not`; `prefer` decides between agents who all qualify.",
    "type": "object",
    "properties": {
        "must": _LEVELS,
        "prefer": _LEVELS,
        "any": {"type": "array", "items": {"type": "array", "items": _LEVELS}},
        "not": {"type": "array", "items": {"type": "string"}},
    },
    "required": ["must", "prefer", "any", "not"],
}


class Described(NamedTuple):
    """One event on the topics that carry it; ``direction`` is one of DIRECTIONS."""

    type: str
    direction: str
    topics: tuple[str, ...]
    schema: Json

    @property
    def file(self) -> str:
        """Where its schema lies in docs/schemas."""
        return f"{self.direction}/{self.type}.json"


def described() -> list[Described]:
    """All of them, by direction and type."""
    found = [*_inbound(), *_canonical(), *_of_router(), *_of_sla(), _dead_letter()]
    return sorted(found, key=lambda one: (DIRECTIONS.index(one.direction), one.type))


def _inbound() -> Iterator[Described]:
    models = sorted({entry.body for entry in EVENT_TYPES.values()}, key=lambda model: model.__name__)
    _, made = models_json_schema([(model, "validation") for model in models], ref_template="#/$defs/{model}")
    for kind, entry in EVENT_TYPES.items():
        body = _untitled(made["$defs"][entry.body.__name__])
        needed = body["required"]
        body["required"] = needed if kind == MESSAGE else ["type", *needed]
        body["properties"] = {"type": {"const": kind}, **body["properties"]}
        yield Described(kind, "inbound", _inbound_topics(kind, entry.right), _whole(kind, body, made["$defs"]))


def _inbound_topics(kind: str, right: Right) -> tuple[str, ...]:
    if kind == MESSAGE:
        return (CHANNEL_TOPICS,)
    if right is Right.AGENTS:
        return (AGENT_ACTIVITY,)
    return (CHANNEL_TOPICS, CONTACT_UPDATES) if kind == "usher.conversation.ended.v1" else (CONTACT_UPDATES,)


def _canonical() -> Iterator[Described]:
    models: dict[str, type[msgspec.Struct]] = {**INPUT_TYPES, INGEST_ALIVE: IngestAlive}
    for kind, model in models.items():
        parts = _structs(model)
        yield Described(kind, "canonical", (ROUTER_INPUT,), _whole(kind, parts[model.__name__], parts))


def _of_router() -> Iterator[Described]:
    for kind, one in PUBLISHED.items():
        yield Described(kind, "outbound", (CONTACT_EVENTS,), _published(kind, one))
        if one.copies:
            yield Described(kind, "hand-off", one.copies, _published(kind, one, copy=True))


def _published(kind: str, one: Published, *, copy: bool = False) -> Json:
    structs = [Head] * one.headed + [one.body] + ([one.private] if copy and one.private is not None else [])
    parts = _structs(*structs, HandOffContext)
    bodies = [parts[struct.__name__] for struct in structs]
    merged = {**bodies[-2 if copy and one.private is not None else -1]}
    merged["properties"] = {name: schema for body in bodies for name, schema in body["properties"].items()}
    always = bodies[:-1] if copy and one.private is not None else bodies
    merged["required"] = [name for body in always for name in body.get("required", ())]
    states = sorted({state.value for after in CONTACT.get(kind, {}).values() for state in after})
    if states:
        merged["properties"]["state"] = {"enum": states}
    return _whole(kind, merged, {**parts, "Requirements": _REQUIREMENTS})


def _of_sla() -> Iterator[Described]:
    parts = _structs(SlaBody, BreachBody)
    for fact in Fact:
        body = parts["BreachBody" if fact is Fact.BREACHED else "Body"]
        yield Described(fact.value, "outbound", (SLA_EVENTS,), _whole(fact.value, body, parts))


def _dead_letter() -> Described:
    parts = _structs(DeadLetterBody)
    schema = _whole(DEAD_LETTER_TYPE, parts["DeadLetterBody"], parts)
    return Described(DEAD_LETTER_TYPE, "outbound", (DEAD_LETTERS,), schema)


def _structs(*models: type[msgspec.Struct]) -> dict[str, Json]:
    """The schemas of structs and all they refer to, by name."""
    _, parts = msgspec.json.schema_components(models, ref_template=_REF)
    always = {model.__name__: model for model in models if not model.__struct_config__.omit_defaults}
    for name, part in parts.items():
        if "description" in part:
            part["description"] = " ".join(part["description"].split())
        for field, schema in part.get("properties", {}).items():
            part["properties"][field] = _said(field, schema)
        if name in always:  # nothing is left out of what is written with its defaults
            part["required"] = list(part["properties"])
    return parts


def _said(field: str, schema: Json) -> Json:
    """What the type cannot say of a field of this name."""
    if field == "requirements":
        return {"$ref": _REF.format(name="Requirements")}
    if field == "context" and not schema:
        return {"$ref": _REF.format(name="HandOffContext")}
    if schema.get("type") == "string" and (field == "at" or field.endswith(_TIMES)):
        return {**schema, "format": "date-time"}
    return schema


def _untitled(schema: Any) -> Any:
    """Without the titles that pydantic makes of names."""
    if isinstance(schema, dict):
        return {key: _untitled(value) for key, value in schema.items() if key != "title" or not isinstance(value, str)}
    return [_untitled(each) for each in schema] if isinstance(schema, list) else schema


def _whole(kind: str, body: Json, parts: dict[str, Json]) -> Json:
    """A schema that stands alone: with the parts that it refers to, and no others."""
    needed: dict[str, Json] = {}
    pending: list[Any] = [body]
    for item in pending:
        if isinstance(item, dict):
            name = item.get("$ref", "").removeprefix(_REF.format(name=""))
            if name and name not in needed:
                needed[name] = _untitled(parts[name])
                pending.append(needed[name])
            pending.extend(item.values())
        elif isinstance(item, list):
            pending.extend(item)
    rest = {key: value for key, value in body.items() if key != "title"}
    whole = {"$schema": DRAFT, "title": kind, **rest}
    return {**whole, "$defs": dict(sorted(needed.items()))} if needed else whole


def names(schema: Json) -> Sequence[str]:
    """The top-level fields."""
    return list(schema["properties"])
