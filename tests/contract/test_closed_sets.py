"""Sets that stand in several places: forgetting a place is named here. Each check is tried on a set with one more."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from pydantic import BaseModel, create_model

from services.ingest.domain.types import EVENT_TYPES
from services.ingest.settings import IngestSettings
from services.router.domain import engine, events, states
from services.router.domain.matcher import Matcher
from services.router.domain.needs import ask
from services.router.domain.state.book import Book
from services.router.domain.state.rows import Needs
from services.router.settings import RouterSettings
from services.sla.domain.clock import Kind
from services.sla.domain.effects import OWED
from services.sla.domain.engine import SlaEngine
from services.sla.settings import SlaSettings
from shared.contract.ids import derive
from shared.contract.inputs import INPUT_TYPES, AssignmentEnded, MessageReceived, OutcomeReported, PolicyActivated
from shared.policy import Policy
from shared.policy.kinds import SPANS, TargetKind
from shared.policy.supported import NOT_YET
from tests.contract.events.payloads import FILE, read

ROOT = Path(__file__).resolve().parents[2]
PAGES = "".join((ROOT / "docs" / name).read_text() for name in ("integrators.md", "states.md"))
# Beside the table: these need what the engine alone has, the classifier or a workspace that does not exist yet.
CLASSIFYING = {PolicyActivated, MessageReceived, OutcomeReported, AssignmentEnded}
READERS = ("services/router", "services/sla", "services/ingest", "shared/policy", "lab")


def inputs_without_a_handler(types: Mapping[str, type]) -> set[str]:
    """Types of input that the engine would not know what to do with."""
    return {name for name, kind in types.items() if kind not in engine._HANDLERS and kind not in CLASSIFYING}


def inputs_without_a_door(types: Mapping[str, type]) -> set[str]:
    """Types of input that ingest would not take, or would write as something else; policies come another way."""
    taken = {name: entry.canonical for name, entry in EVENT_TYPES.items()}
    return {name for name, kind in types.items() if kind is not PolicyActivated and taken.get(name) is not kind}


def told_contact_events(module: Any = events) -> set[str]:
    """Every type of a contact's event that the router can tell."""
    return {value for value in vars(module).values() if isinstance(value, str) and value.startswith("usher.contact.")}


def events_without_a_state(types: Iterable[str]) -> set[str]:
    """Types whose transitions no table tells."""
    return set(types) - set(states.CONTACT)


def kinds_without_a_span(kinds: Iterable[str]) -> set[str]:
    """Kinds of promise that nothing starts or ends."""
    return set(kinds) - set(SPANS)


def settings_that_nothing_reads(kind: type[BaseModel]) -> set[str]:
    """Settings that an operator may set and that change nothing."""
    return {name for name in kind.model_fields if not re.search(rf"\.{name}\b", _code())}


@cache
def _code() -> str:
    tops = ("services", "shared", "cli", "deploy")
    return "\n".join(path.read_text() for top in tops for path in sorted((ROOT / top).rglob("*.py")))


def fields_of(model: type[BaseModel], seen: frozenset[type] = frozenset()) -> Iterator[tuple[str, str]]:
    """(model, field) of the policy's types, all the way down."""
    for name, field in model.model_fields.items():
        yield model.__name__, name
        for inner in _models_in(field.annotation):
            if inner not in seen:
                yield from fields_of(inner, seen | {model, inner})


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)


@cache
def names_read() -> frozenset[str]:
    """Every attribute that a service, or the policy for it, reads of anything."""
    found: set[str] = set()
    for folder in READERS:
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
                    found.add(node.attr)
    return frozenset(found)


def fields_that_nothing_reads(fields: Iterable[tuple[str, str]]) -> set[str]:
    """``Model.field`` of the policy that is accepted and then ignored."""
    refused = {entry.path.rpartition(".")[2] for entry in NOT_YET}
    return {f"{model}.{name}" for model, name in fields if name not in names_read() and name not in refused}


def test_every_input_has_a_handler_and_forgetting_one_is_named() -> None:
    assert inputs_without_a_handler(INPUT_TYPES) == set()
    assert set(engine._HANDLERS) | CLASSIFYING == set(INPUT_TYPES.values())
    assert inputs_without_a_handler({**INPUT_TYPES, "usher.new.v1": type("New", (), {})}) == {"usher.new.v1"}


def test_every_input_comes_in_by_the_door_and_forgetting_one_is_named() -> None:
    assert inputs_without_a_door(INPUT_TYPES) == set()
    assert set(EVENT_TYPES) <= set(INPUT_TYPES)
    assert inputs_without_a_door({**INPUT_TYPES, "usher.new.v1": type("New", (), {})}) == {"usher.new.v1"}


@pytest.mark.parametrize("kind", [kind for kind in INPUT_TYPES if kind != "usher.policy.activated.v1"])
def test_what_an_input_names_and_is_not_live_is_looked_up(kind: str) -> None:
    named = {"contact_id", "offer_id", "assignment_id", "customer_id", "conversation_id"}
    body = {**read(FILE.read_bytes())["canonical", kind].body, **dict.fromkeys(named, derive("not live"))}
    needs = Needs()
    ask(needs, Book(Matcher), msgspec.convert(body, INPUT_TYPES[kind]))
    looked_up = bool(needs.contacts or needs.offers or needs.assignments or needs.customers or needs.conversations)
    assert looked_up == (not named.isdisjoint(INPUT_TYPES[kind].__struct_fields__))


def test_every_event_has_its_transitions_and_its_place_on_the_page_and_forgetting_one_is_named() -> None:
    told = told_contact_events()
    assert told == set(states.CONTACT)
    assert {name for name in told if name.split(".")[2] not in PAGES} == set()
    assert events_without_a_state({*told, "usher.contact.teleported.v1"}) == {"usher.contact.teleported.v1"}


def test_the_sla_service_listens_to_nothing_that_is_never_told() -> None:
    heard = {name for name in SlaEngine("log", 0, lateness_ms=0)._handlers if name.startswith("usher.contact.")}
    assert heard and heard <= told_contact_events()


def test_every_kind_of_promise_has_a_span_and_forgetting_one_is_named() -> None:
    assert set(get_args(TargetKind)) == set(SPANS)
    assert kinds_without_a_span([*get_args(TargetKind), "time_to_smile"]) == {"time_to_smile"}


def test_every_kind_of_promise_counts_from_its_start_unless_a_contact_tells_since_when() -> None:
    told_by_the_contact = {Kind.TIME_TO_ANSWER, Kind.FIRST_RESPONSE, Kind.RESOLUTION, Kind.SELF_SERVICE_RESPONSE}
    assert set(Kind) - told_by_the_contact == set(OWED), "a new kind belongs into OWED, or has a time of the contact"


def test_every_field_of_the_policy_is_read_or_refused_and_one_that_is_not_is_named() -> None:
    fields = list(fields_of(Policy))
    assert len(fields) > 80
    assert fields_that_nothing_reads(fields) == set()
    assert fields_that_nothing_reads([*fields, ("Queue", "hold_music")]) == {"Queue.hold_music"}


def test_the_page_for_contributors_names_the_places_of_each_first_change() -> None:
    page = (ROOT / "docs" / "contributors.md").read_text()
    for change in ("A type of input", "A kind of clock", "A step of relaxation"):
        section = re.search(rf"^\*\*{change}\.\*\*(.*?)(?=^\*\*|\Z)", page, re.MULTILINE | re.DOTALL)
        assert section, change
        places = re.findall(r"`([\w./-]+\.(?:py|md|json|jsonl|yaml))`", section[1])
        assert len(places) >= 3, change
        names = {path.name for path in ROOT.rglob("*") if ".venv" not in path.parts and path.is_file()}
        assert {Path(place).name for place in places} <= names, change


@pytest.mark.parametrize("kind", [IngestSettings, RouterSettings, SlaSettings])
def test_every_setting_is_read_by_somebody(kind: type[BaseModel]) -> None:
    assert settings_that_nothing_reads(kind) == set()
    assert settings_that_nothing_reads(create_model("More", __base__=kind, never_read=(int, 1))) == {"never_read"}
