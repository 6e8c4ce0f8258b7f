"""Records that are no input of the router: one dead letter each, and nothing else happens."""

import msgspec
import pytest

from shared.contract import inputs
from shared.contract.ids import derive
from shared.contract.records import Origin, Record, refusal_id
from shared.errors import Reason
from tests.support.router_builders import START_MS, Router

GOOD = {"event_id": derive("x"), "workspace": "acme", "occurred_ms": START_MS, "arrived_ms": START_MS}


@pytest.fixture
def router() -> Router:
    return Router()


@pytest.mark.parametrize(
    ("kind", "value", "reason", "path"),
    [
        ("usher.offer.answered.v1", b"", "not_json", ""),
        ("usher.offer.answered.v1", b"{", "not_json", ""),
        ("usher.offer.answered.v1", b"\xff", "not_json", ""),
        ("usher.offer.answered.v1", b"[]", "invalid", ""),
        ("usher.offer.answered.v1", b"{}", "invalid", ""),
        ("usher.nothing.v1", b"{}", "unknown_type", "type"),
        ("", b"{}", "unknown_type", "type"),
    ],
)
def test_an_unreadable_record_is_dead_with_its_place(
    router: Router, kind: str, value: bytes, reason: str, path: str
) -> None:
    before = len(router.events)
    router.batch([Record(77, START_MS, kind, "id", value)])
    (dead,) = router.dead
    assert (dead.reason, dead.path, dead.workspace) == (reason, path, None)
    assert dead.origin == Origin(topic="usher.router-input.v1", partition=0, offset=77)
    assert dead.payload == value
    assert len(router.events) == before


@pytest.mark.parametrize(
    ("kind", "fields", "path"),
    [
        ("usher.agent.signed_on.v1", {"agent_id": "a", "skills": {}, "capacity": {"units": 0}}, "capacity.units"),
        ("usher.agent.signed_on.v1", {"agent_id": "a", "skills": {}, "capacity": {"units": 2**40}}, "capacity.units"),
        (
            "usher.agent.signed_on.v1",
            {"agent_id": "a", "skills": {}, "capacity": {"units": 1}, "presence": "offline"},
            "presence",
        ),
        (
            "usher.agent.signed_on.v1",
            {"agent_id": "a", "skills": {}, "capacity": {"units": 1, "costs": {"chat": -1}}},
            "capacity.costs",
        ),
        ("usher.agent.presence_changed.v1", {"agent_id": "a", "presence": "gone"}, "presence"),
        ("usher.offer.answered.v1", {"offer_id": "o", "agent_id": "a", "answer": "perhaps"}, "answer"),
        ("usher.offer.answered.v1", {"offer_id": 5, "agent_id": "a", "answer": "accepted"}, "offer_id"),
        (
            "usher.contact.commanded.v1",
            {"contact_id": "c", "command": "dance", "actor": "x", "reason": "y"},
            "command",
        ),
        (
            "usher.contact.commanded.v1",
            {"contact_id": "c", "command": "prioritise", "actor": "x", "reason": "y", "seconds": 1e300},
            "seconds",
        ),
    ],
)
def test_a_value_outside_its_set_is_invalid_with_its_path(
    router: Router, kind: str, fields: dict[str, object], path: str
) -> None:
    router.batch([Record(1, START_MS, kind, "id", msgspec.json.encode({**GOOD, **fields}))])
    (dead,) = router.dead
    assert (dead.reason, dead.path) == ("invalid", path)


def test_a_bad_record_takes_no_neighbour_with_it(router: Router) -> None:
    good = [router.record(router.message(f"c{number}")) for number in range(4)]
    bad = Record(9999, START_MS, "usher.channel.message.v1", "id", b"nonsense")
    told = router.batch([*good[:2], bad, *good[2:]])
    assert [event.type for event in told].count("usher.contact.received.v1") == 4
    assert len(router.dead) == 1


def test_a_dead_letter_names_where_the_input_came_from_and_is_no_duplicate_later(router: Router) -> None:
    said = inputs.AgentHeartbeat(**router.common(derive("beat")), agent_id="ghost")
    said.origin = Origin(source="api", index=3)
    router.say(said)
    router.say(said)
    assert [dead.origin for dead in router.dead] == [Origin(source="api", index=3)] * 2
    assert router.dead[0].id != router.dead[1].id
    assert ("usher_duplicates_total",) not in router.counts


def test_a_refused_input_works_when_it_is_replayed_after_its_cause_is_gone(router: Router) -> None:
    said = inputs.PresenceChanged(**router.common(derive("early")), agent_id="a1", presence="not_ready")
    router.say(said)
    router.sign_on("a1")
    (_, *told) = router.batch([_replayed(router, said)]), router.batch([_replayed(router, said)])
    assert told == [[]], "a replay that was sent twice is one"
    assert router.engine.book.workspaces["acme"].agents["a1"].presence == "not_ready"


def test_what_was_refused_and_is_read_twice_by_the_door_is_one_dead_letter_and_never_happens(router: Router) -> None:
    router.sign_on("a1")
    off = inputs.AgentSignedOff(**router.common(derive("off")), agent_id="a1")
    again = inputs.AgentSignedOff(**router.common(derive("again")), agent_id="a1")
    router.say(off)
    router.say(again)
    router.sign_on("a1")
    router.restart()
    assert router.say(off) == router.say(again) == []
    assert router.engine.book.workspaces["acme"].agents["a1"].presence == "available"
    (dead,) = router.dead
    assert dead.id == refusal_id(again.event_id, again.origin)


def test_what_a_sender_sends_again_after_it_was_refused_is_judged_anew(router: Router) -> None:
    said = inputs.PresenceChanged(**router.common(derive("early")), agent_id="a1", presence="not_ready")
    router.say(said)
    router.sign_on("a1")
    elsewhere = msgspec.structs.replace(said, origin=msgspec.structs.replace(said.origin, offset=4711))
    assert len(router.say(elsewhere)) == 1


def test_a_replay_that_is_refused_again_is_another_dead_letter(router: Router) -> None:
    said = inputs.PresenceChanged(**router.common(derive("early")), agent_id="a1", presence="not_ready")
    router.say(said)
    router.batch([_replayed(router, said)])
    first, second = router.dead
    assert first.id != second.id
    assert first.origin == second.origin == said.origin


def test_the_lane_can_refuse_any_record(router: Router) -> None:
    record = router.record(router.message("c1"))
    dead = router.engine.reject(record, Reason.DATABASE, "a value that the database refuses")
    assert (dead.reason, dead.workspace, dead.at_ms) == ("database", "acme", START_MS)
    said = msgspec.json.decode(record.value, type=inputs.MessageReceived)
    assert dead.id == refusal_id(said.event_id, said.origin)
    assert router.say(said), "what no rule of the router refused is tried again when it is read again"


def _replayed(router: Router, said: inputs.Input) -> Record:
    """As ``usher dlq replay`` sends it: the same input under another id of the record."""
    return msgspec.structs.replace(router.record(said), id=derive("replay", said.event_id))
