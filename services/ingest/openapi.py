"""The HTTP API as OpenAPI 3.1, made of the types that read it, so that it cannot say anything else than they do."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from pydantic.json_schema import models_json_schema

from services.ingest.domain.cloudevents import SPEC_VERSION, STRUCTURED
from services.ingest.domain.reading import BODY_BYTES_MAX
from services.ingest.domain.types import AREAS, EVENT_TYPES, MESSAGE, Area
from services.ingest.examples import ACCEPTED, EXAMPLES, WEBHOOKS
from shared.process.problem import PROBLEM_MEDIA_TYPE, problem_document

__all__ = ["openapi"]

Json = dict[str, Any]

_FROM_THE_KEY = frozenset({"workspace", "source"})  # over HTTP the key names the one, and `api` stands for the other
_SUMMARIES = {
    Area.CONTACTS: "A message of a customer, or the end of a conversation",
    Area.AGENT_ACTIVITY: "What an agent's desktop reports",
    Area.CONTACT_UPDATES: "What bots, self-service, desktops and supervisors report about contacts",
}
_MEANINGS = {
    HTTPStatus.BAD_REQUEST: "Not JSON, not UTF-8, or no proper HTTP.",
    HTTPStatus.UNAUTHORIZED: "No key, an unknown key, or a signature that does not fit.",
    HTTPStatus.FORBIDDEN: "Another workspace than the key's, or a right that the key lacks.",
    HTTPStatus.NOT_FOUND: "Unknown path or source.",
    HTTPStatus.METHOD_NOT_ALLOWED: "Another method than those of this path.",
    HTTPStatus.REQUEST_TIMEOUT: "Header or body came too slowly; the connection is closed.",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: f"A body over {BODY_BYTES_MAX} bytes.",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "Another content type than those of this path.",
    HTTPStatus.UNPROCESSABLE_ENTITY: "A field is wrong; `errors` names each.",
    HTTPStatus.TOO_MANY_REQUESTS: "Too fast for this key or source.",
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE: "Too many headers, or too large ones.",
    HTTPStatus.INTERNAL_SERVER_ERROR: "An error on our side; send the same again.",
    HTTPStatus.NOT_IMPLEMENTED: "A transfer coding other than chunked.",
    HTTPStatus.SERVICE_UNAVAILABLE: "Kafka or the database does not answer, or too many requests wait; send it again.",
}
_RETRY = frozenset({HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE})


def openapi(version: str) -> Json:
    """The document; ``version`` is that of the service."""
    schemas = {**_bodies(), **_common()}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Usher ingest",
            "version": version,
            "description": "The door for events over HTTP. 2xx means that Kafka has acknowledged; a repeat changes"
            " nothing, so send again whatever was not answered with 2xx.",
        },
        "security": [{"key": []}],
        "paths": {
            **{f"/v1/{area}": {"post": _area(area)} for area in Area},
            "/v1/webhooks/{source}": _webhooks(),
            "/openapi.json": {"get": _self()},
        },
        "components": {
            "schemas": schemas,
            "responses": {str(status.value): _problem(status) for status in _MEANINGS},
            "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
        },
    }


def _name(kind: str) -> str:
    """``usher.agent.signed_on.v1`` as ``AgentSignedOn``."""
    words = kind.removeprefix("usher.").removesuffix(".v1").replace("_", ".").split(".")
    return "".join(map(str.capitalize, words))


def _bodies() -> dict[str, Json]:
    """A schema for each event type, with its example, and what they have in common."""
    models = {entry.body for entry in EVENT_TYPES.values()}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, made = models_json_schema(
        [(model, "validation") for model in ordered], ref_template="#/components/schemas/{model}"
    )
    shared: dict[str, Json] = made["$defs"]
    events: dict[str, Json] = {}
    for kind, entry in EVENT_TYPES.items():
        body = shared[entry.body.__name__]
        needed = [name for name in body["required"] if name not in _FROM_THE_KEY]
        events[_data_name(kind)] = {**body, "title": f"data of {kind}", "required": needed}
        events[_name(kind)] = _event(kind, body, needed)
    parts = {name: schema for name, schema in shared.items() if name not in {model.__name__ for model in models}}
    return {**parts, **events}


def _data_name(kind: str) -> str:
    """The same event without its type, which the envelope of a CloudEvent names."""
    return f"{_name(kind)}Data"


def _event(kind: str, body: Json, needed: list[str]) -> Json:
    required = needed if kind == MESSAGE else ["type", *needed]
    properties = {"type": {"const": kind}, **body["properties"]}
    return {**body, "title": kind, "properties": properties, "required": required, "examples": [EXAMPLES[kind]]}


def _common() -> dict[str, Json]:
    text: Json = {"type": "string"}
    fault = {"type": "object", "properties": {"path": text, "message": text}, "required": ["path", "message"]}
    problem: Json = {
        "type": "object",
        "properties": {
            "type": text,
            "title": text,
            "status": {"type": "integer"},
            "detail": text,
            "errors": {"type": "array", "items": fault, "minItems": 1},
        },
        "required": ["type", "title", "status", "detail", "errors"],
    }
    told = "of the contact that the event is about; of a message, of the conversation's first one (episode 1)"
    uuid: Json = {"type": "string", "format": "uuid"}
    accepted = {
        "type": "object",
        "properties": {
            "event_id": uuid,
            "contact_id": {"type": "string", "description": f"Id {told}."},
            "episode": {"type": "integer", "minimum": 1},
            "earlier_contact_id": {**uuid, "description": "What that one is called if it began before ids changed."},
        },
        "required": ["event_id"],
    }
    return {"Problem": problem, "Accepted": accepted}


def _area(area: Area) -> Json:
    kinds = sorted(AREAS[area])
    events = {"oneOf": [_ref(_name(kind)) for kind in kinds]}
    structured = {"oneOf": [_structured(kind) for kind in kinds]}
    examples = {_name(kind): {"value": EXAMPLES[kind]} for kind in kinds}
    wrapped = {"specversion": SPEC_VERSION, "id": "1", "source": "/crm", "type": kinds[-1], "data": EXAMPLES[kinds[-1]]}
    return {
        "operationId": area.replace("-", "_"),
        "summary": _SUMMARIES[area],
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": events, "examples": examples},
                STRUCTURED: {"schema": structured, "examples": {"Structured": {"value": wrapped}}},
            },
        },
        "responses": {
            "202": {
                "description": "Kafka has the event.",
                "content": {"application/json": {"schema": _ref("Accepted"), "example": ACCEPTED}},
            },
            **_problems({HTTPStatus.NOT_FOUND}),
        },
    }


def _structured(kind: str) -> Json:
    """A CloudEvent in one document; the door can do without ``id`` and ``source``, which the standard asks for."""
    return {
        "type": "object",
        "properties": {
            "specversion": {"const": SPEC_VERSION},
            "id": {"type": "string"},
            "source": {"type": "string"},
            "type": {"const": kind},
            "data": _ref(_data_name(kind)),
        },
        "required": ["specversion", "type", "data"],
    }


def _webhooks() -> Json:
    source: Json = {"name": "source", "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
    anything: Json = {"*/*": {"schema": {}}}
    examples = {name: {"value": value} for name, value in WEBHOOKS.items()}
    sent = {**anything, "application/json": {"schema": {}, "examples": examples}}
    answered = {"description": "Taken, repeated or of no interest; the body is the provider's.", "content": anything}
    return {
        "parameters": [source],
        "post": {
            "operationId": "webhook",
            "summary": "A provider's webhook, signed as the sources file says; without secrets there, a key is needed",
            "security": [{}, {"key": []}],
            "requestBody": {"required": True, "content": sent},
            "responses": {"200": answered, **_problems(set())},
        },
        "get": {
            "operationId": "webhook_challenge",
            "summary": "A provider checks who we are",
            "security": [],
            "responses": {"200": answered, **_problems(set())},
        },
        "options": {
            "operationId": "webhook_preflight",
            "summary": "A browser asks whether a page of the source's origins may post (CORS)",
            "security": [],
            "responses": {"204": {"description": "See the Access-Control headers."}, **_problems(set())},
        },
    }


def _self() -> Json:
    content: Json = {"application/json": {"schema": {"type": "object"}}}
    here = {HTTPStatus.BAD_REQUEST, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE}
    return {
        "operationId": "openapi",
        "summary": "This document",
        "security": [],
        "responses": {
            "200": {"description": "OpenAPI 3.1.", "content": content},
            **_problems(set(_MEANINGS) - here),
        },
    }


def _problems(without: set[HTTPStatus]) -> Mapping[str, Json]:
    return {
        str(status.value): {"$ref": f"#/components/responses/{status.value}"}
        for status in _MEANINGS
        if status not in without
    }


def _problem(status: HTTPStatus) -> Json:
    response: Json = {
        "description": _MEANINGS[status],
        "content": {PROBLEM_MEDIA_TYPE: {"schema": _ref("Problem"), "example": _problem_of(status)}},
    }
    if status in _RETRY:
        seconds = {"description": "Seconds.", "required": True, "schema": {"type": "string", "pattern": "^[0-9]+$"}}
        response["headers"] = {"Retry-After": seconds}
    return response


def _problem_of(status: HTTPStatus) -> Json:
    document: Json = orjson.loads(problem_document(status, _MEANINGS[status]))
    return document


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}
