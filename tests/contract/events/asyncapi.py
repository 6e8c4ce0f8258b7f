"""AsyncAPI 3.0 of all topics: what is sent and received on each, with headers, keys and examples."""

from collections.abc import Mapping
from typing import Any

from shared.contract.topics import CHANNELS
from tests.contract.events.catalogue import CHANNEL_TOPICS, Described
from tests.contract.events.payloads import Payload

__all__ = ["asyncapi"]

Json = dict[str, Any]

_TEXT: Json = {"type": "string"}
_HEADERS: dict[str, Json] = {
    "ce_id": {"type": "string", "description": "The event's id: the same however often it is sent."},
    "ce_source": {"type": "string", "description": "Who says it: `/usher/<service>/<workspace>` of Usher's own."},
    "ce_type": {"type": "string"},
    "ce_specversion": {"const": "1.0"},
    "ce_time": {"type": "string", "format": "date-time"},
    "ce_subject": {"type": "string", "description": "The contact's id, or the agent's."},
    "ce_partitionkey": {"type": "string", "description": "The workspace."},
    "ce_sequence": {"type": "string", "pattern": "^[0-9]+$", "description": "Dense per partition of a log."},
    "content-type": _TEXT,
    "traceparent": {"type": "string", "description": "W3C Trace Context, when known."},
}
_ALWAYS = ("ce_id", "ce_source", "ce_type", "ce_specversion", "ce_time", "ce_partitionkey", "content-type")
_SEQUENCED = ("usher.contact-events.v1", "usher.sla-events.v1")


def asyncapi(events: list[Described], payloads: Mapping[tuple[str, str], Payload], version: str) -> Json:
    """The document; from the point of view of Usher: it receives what comes in and sends what goes out."""
    topics = sorted({topic for event in events for topic in event.topics})
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Usher",
            "version": version,
            "description": "Events on Kafka: CloudEvents 1.0 in binary mode. Inbound topics take CloudEvents structured"
            " mode and bare JSON with a `type` as well.",
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "channels": {_id(topic): _channel(topic, events) for topic in topics},
        "operations": {_id(topic): _operation(topic, events) for topic in topics},
        "components": {"messages": {_message_id(event): _message(event, payloads) for event in events}},
    }


def _id(text: str) -> str:
    words = text.replace("{source}", "source").removeprefix("usher.").replace("-", "_").replace(".", "_")
    return str(words)


def _message_id(event: Described) -> str:
    return f"{event.direction.replace('-', '_')}_{_id(event.type)}"


def _carried(topic: str, events: list[Described]) -> list[Described]:
    return [event for event in events if topic in event.topics]


def _channel(topic: str, events: list[Described]) -> Json:
    channel: Json = {
        "address": topic,
        "messages": {
            _message_id(event): {"$ref": f"#/components/messages/{_message_id(event)}"}
            for event in _carried(topic, events)
        },
        "bindings": {"kafka": {"topic": topic, "bindingVersion": "0.5.0"}},
    }
    if topic == CHANNEL_TOPICS:
        about = "A connection of the sources file, or one of the channels."
        channel["parameters"] = {"source": {"description": about, "examples": list(CHANNELS)}}
        del channel["bindings"]["kafka"]["topic"]
    return channel


def _operation(topic: str, events: list[Described]) -> Json:
    receives = all(event.direction == "inbound" for event in _carried(topic, events))
    channel = f"#/channels/{_id(topic)}"
    return {
        "action": "receive" if receives else "send",
        "channel": {"$ref": channel},
        "messages": [{"$ref": f"{channel}/messages/{_message_id(event)}"} for event in _carried(topic, events)],
    }


def _message(event: Described, payloads: Mapping[tuple[str, str], Payload]) -> Json:
    payload = payloads[event.direction, event.type]
    about = "The workspace; any other key is taken." if event.direction == "inbound" else "The workspace."
    return {
        "name": event.type,
        "title": event.type,
        "contentType": "application/json",
        "headers": _headers(event),
        "payload": _rooted(event.schema, _message_id(event)),
        "bindings": {"kafka": {"key": {"type": "string", "description": about}, "bindingVersion": "0.5.0"}},
        "examples": [{"headers": payload.headers, "payload": payload.body}],
    }


def _headers(event: Described) -> Json:
    if event.direction == "inbound":
        return {"type": "object", "properties": {"content-type": _TEXT, "traceparent": _HEADERS["traceparent"]}}
    names = [name for name in _HEADERS if name != "ce_sequence" or event.topics[0] in _SEQUENCED]
    properties = {name: _HEADERS[name] for name in names}
    needed = [*_ALWAYS, *(["ce_sequence"] if "ce_sequence" in properties and event.direction == "outbound" else [])]
    return {"type": "object", "properties": {**properties, "ce_type": {"const": event.type}}, "required": needed}


def _rooted(schema: Any, message: str) -> Any:
    """The schema with references that hold inside the whole document."""
    if isinstance(schema, dict):
        inner = {key: _rooted(value, message) for key, value in schema.items() if key != "$schema"}
        if "$ref" in inner:
            inner["$ref"] = inner["$ref"].replace("#/$defs/", f"#/components/messages/{message}/payload/$defs/")
        return inner
    return [_rooted(each, message) for each in schema] if isinstance(schema, list) else schema
