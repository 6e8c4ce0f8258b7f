"""The published description of every event: held equal to the types, true of the engines, and never taken back."""

import re
from copy import deepcopy
from typing import Any

import orjson
import pytest
import yaml
from jsonschema import Draft202012Validator

from services.ingest.domain.types import EVENT_TYPES
from services.router.domain import events as router_events_module
from services.router.domain.published import PUBLISHED
from services.router.domain.states import CONTACT
from shared.contract.topics import CHANNELS, all_topics, channel_topic
from tests.contract.events.catalogue import CHANNEL_TOPICS, described
from tests.contract.events.evolution import broken
from tests.contract.events.payloads import FILE, Payload, read, router_events, sla_events
from tests.contract.events.write import RELEASED, documents
from tests.support.documented import faults_of, undocumented
from tests.support.documents import DOCS, ROOT
from tests.support.ingest_builders import put_body

WRITE = "run `.venv/bin/python -m tests.contract.events.write`"
EVENTS = {(event.direction, event.type): event for event in described()}
PAYLOADS = read(FILE.read_bytes())
RELEASES = sorted(path.name for path in RELEASED.iterdir())


def test_schemas_reference_and_asyncapi_say_what_the_types_say() -> None:
    wanted = documents(FILE.read_bytes())
    stale = [
        str(path.relative_to(ROOT)) for path, text in wanted.items() if not path.exists() or path.read_bytes() != text
    ]
    assert stale == [], WRITE
    left = set(DOCS.glob("schemas/*/*.json")) - wanted.keys()
    assert left == set(), WRITE


def test_every_event_has_an_example_that_its_schema_takes() -> None:
    assert PAYLOADS.keys() == EVENTS.keys(), WRITE
    faults = [fault for name, one in PAYLOADS.items() for fault in faults_of(*name, one.body)]
    assert faults == [], WRITE


def test_contacts_and_traces_of_examples_have_ids_as_on_the_topics() -> None:
    """Whoever tries a reader with them must not stumble over what no service writes."""
    shapes = {
        "contact_id": "[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
        "traceparent": "00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]",
    }
    told = [(one, {**one.headers, **one.body}) for name, one in PAYLOADS.items() if name[0] == "outbound"]
    faults = [(one.type, name, said[name]) for one, said in told for name, shape in shapes.items()
              if said.get(name) and not re.fullmatch(shape, said[name])]  # fmt: skip
    assert faults == [], WRITE


def test_whatever_is_a_time_in_an_example_is_one_in_its_schema() -> None:
    faults = [
        f"{kind}: {fault.json_path}"
        for (_, kind), event in EVENTS.items()
        for fault in Draft202012Validator(_timeless(event.schema)).iter_errors(PAYLOADS[event.direction, kind].body)
    ]
    assert faults == []


def _timeless(schema: Any) -> Any:
    """The same schema, whose texts are no times unless it says that they are."""
    if isinstance(schema, list):
        return [_timeless(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    told = {key: _timeless(value) for key, value in schema.items()}
    if told.get("type") == "string" and told.get("format") != "date-time":
        told["not"] = {"pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d"}
    return told


def test_every_type_of_the_code_is_in_the_catalogue() -> None:
    told = {value for value in vars(router_events_module).values() if isinstance(value, str) and value[:6] == "usher."}
    assert told == PUBLISHED.keys()
    assert CONTACT.keys() == {kind for kind, one in PUBLISHED.items() if one.headed}
    assert {kind for direction, kind in EVENTS if direction == "inbound"} == EVENT_TYPES.keys()
    topics = {spec.name for spec in all_topics()} - {channel_topic(name) for name in CHANNELS} | {CHANNEL_TOPICS}
    assert {topic for event in EVENTS.values() for topic in event.topics} == topics


@pytest.mark.parametrize("seed", range(6))
def test_every_event_of_the_engines_is_what_its_schema_says(seed: int) -> None:
    for said in (router_events(seed), sla_events(seed)):
        assert len(said) > 20, "a dull play"
        assert undocumented(said) == []


def test_what_the_schema_of_an_inbound_event_takes_the_door_takes() -> None:
    for (direction, _), one in PAYLOADS.items():
        if direction == "inbound":
            passed = put_body(one.body, topic=one.topic)
            assert (len(passed.admitted), passed.refused) == (1, [])


def test_asyncapi_names_every_topic_with_keys_headers_and_examples() -> None:
    document = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
    assert document["asyncapi"] == "3.0.0"
    assert {channel["address"] for channel in document["channels"].values()} == {
        topic for event in EVENTS.values() for topic in event.topics
    }
    for message in document["components"]["messages"].values():
        assert message["headers"]["properties"]
        assert message["bindings"]["kafka"]["key"]
        assert message["examples"]


# Releases


def test_there_is_a_released_version_to_hold_to() -> None:
    assert RELEASES, f"freeze one: {WRITE} release VERSION"


@pytest.mark.parametrize("version", RELEASES)
def test_nothing_of_a_released_version_was_taken_back(version: str) -> None:
    faults = []
    for path in sorted((RELEASED / version).rglob("*.json")):
        direction, kind = path.parent.name, path.stem
        now = EVENTS.get((direction, kind))
        if now is None:
            faults.append(f"{direction} {kind}: is gone")
            continue
        found = broken(orjson.loads(path.read_bytes()), now.schema, written=direction in ("outbound", "hand-off"))
        faults += [f"{direction} {kind}: {fault}" for fault in found]
    assert faults == []


@pytest.mark.parametrize("version", RELEASES)
def test_what_was_sent_to_a_released_version_is_still_taken(version: str) -> None:
    golden = read((RELEASED / version / "payloads.jsonl").read_bytes())
    taken = [one for (direction, _), one in golden.items() if direction == "inbound"]
    assert taken
    assert [one.type for one in taken if not _is_taken(one)] == []


@pytest.mark.parametrize("version", RELEASES)
def test_who_reads_by_a_released_schema_reads_what_is_written_today(version: str) -> None:
    for direction in ("outbound", "hand-off"):
        for path in sorted((RELEASED / version / direction).glob("*.json")):
            released = Draft202012Validator(orjson.loads(path.read_bytes()))
            faults = [error.message for error in released.iter_errors(PAYLOADS[direction, path.stem].body)]
            assert (path.stem, faults) == (path.stem, [])


def _is_taken(one: Payload) -> bool:
    passed = put_body(one.body, topic=one.topic)
    return len(passed.admitted) == 1 and not passed.refused


BASE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": {"type": "string"},
        "level": {"type": "integer", "minimum": 1, "maximum": 5},
        "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "word": {"enum": ["a", "b"]},
        "inner": {"$ref": "#/$defs/Inner"},
        "many": {"type": "array", "items": {"$ref": "#/$defs/Inner"}},
    },
    "required": ["id"],
    "$defs": {"Inner": {"type": "object", "properties": {"at": {"type": "string"}}, "required": ["at"]}},
}


def changed(path: str, value: Any = None) -> dict[str, Any]:
    """BASE with a value set, or, for None, taken away."""
    schema = deepcopy(BASE)
    place: Any = schema
    *way, last = path.split("/")
    for step in way:
        place = place[step]
    if value is None:
        del place[last]
    else:
        place[last] = value
    return schema


def test_a_version_may_add_optional_fields_and_nothing_else() -> None:
    for written in (True, False):
        assert broken(BASE, BASE, written=written) == []
        assert broken(BASE, changed("properties/new", {"type": "string"}), written=written) == []
        assert broken(BASE, changed("$defs/Inner/properties/more", {"type": "integer"}), written=written) == []


def test_of_a_text_that_usher_writes_a_version_may_say_more() -> None:
    told = changed("properties/id/format", "date-time")
    assert broken(BASE, told, written=True) == []
    assert broken(told, BASE, written=True) == ["id: format was date-time, is None"]


@pytest.mark.parametrize(
    ("path", "value", "written", "found"),
    [
        ("properties/note", None, True, "note: is gone"),
        ("properties/note", None, False, "note: is gone"),
        ("properties/id", {"type": "integer"}, True, "id: was string, is integer"),
        ("properties/id", {"type": "integer"}, False, "id: was string, is integer"),
        ("properties/id", {"anyOf": [{"type": "string"}, {"type": "null"}]}, True, "id: was string, is null or string"),
        ("properties/note", {"type": "string"}, False, "note: was null or string, is string"),
        ("properties/id/format", "date-time", False, "id: format was None, is date-time"),
        ("required", ["id", "note"], False, "note: is required now"),
        ("required", [], True, "id: may be absent now"),
        ("properties/word/enum", ["a"], False, "word: may not be ['b'] any more"),
        ("properties/level/maximum", 4, False, "level: maximum is 4 now"),
        ("properties/level/minimum", 2, False, "level: minimum is 2 now"),
        ("properties/id/maxLength", 3, False, "id: maxLength is 3 now"),
        ("$defs/Inner/properties/at", {"type": "number"}, True, "inner.at: was string, is number"),
        ("$defs/Inner/required", [], True, "many[].at: may be absent now"),
    ],
)
def test_whatever_breaks_somebody_is_named_with_its_path(path: str, value: Any, written: bool, found: str) -> None:
    assert found in broken(BASE, changed(path, value), written=written)
