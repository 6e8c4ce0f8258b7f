"""Whether events are what their published schemas say, with no field beside those that stand there."""

from collections.abc import Iterable
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from shared.contract.envelope import merged
from shared.contract.records import Event
from tests.contract.events.catalogue import described

__all__ = ["faults_of", "undocumented"]


def undocumented(events: Iterable[Event]) -> list[str]:
    """What is wrong with the events and their copies; one line for each fault."""
    found: list[str] = []
    for event in events:
        found += faults_of("outbound", event.type, orjson.loads(event.body))
        for topic, more in event.copies:
            if topic not in _topics()[event.type]:
                found.append(f"{event.type}: a copy on {topic} is not documented")
            found += faults_of("hand-off", event.type, orjson.loads(merged(event.body, more)))
    return found


def faults_of(direction: str, kind: str, body: Any) -> list[str]:
    """What is wrong with one body."""
    validator = _validators().get((direction, kind))
    if validator is None:
        return [f"{direction} {kind}: has no schema"]
    if validator.is_valid(body):
        return []
    return [f"{direction} {kind}: {error.message} at {error.instance_path}" for error in validator.iter_errors(body)]


@cache
def _topics() -> dict[str, tuple[str, ...]]:
    return {event.type: event.topics for event in described() if event.direction == "hand-off"}


@cache
def _validators() -> dict[tuple[str, str], Any]:
    return {
        (event.direction, event.type): jsonschema_rs.validator_for(_closed(event.schema), validate_formats=True)
        for event in described()
    }


def _closed(schema: Any) -> Any:
    """The schema of exactly what is written today: later fields are additions, and have a schema by then."""
    if isinstance(schema, list):
        return [_closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {key: _closed(value) for key, value in schema.items()}
    if isinstance(inner.get("properties"), dict) and inner.get("type") == "object":
        inner.setdefault("additionalProperties", False)
    return inner
