"""What a breach tells of its contact's past: in order, nothing that the log does not tell, and no other fact does."""

from collections import defaultdict
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain.clock import Fact, Kind
from services.sla.domain.contact import RESTS_MAX, Contact
from services.sla.domain.timeline import MOMENTS_MAX, timeline
from shared.contract.records import Record
from tests.support.sla_story import Story, instant, policy_of
from tests.unit.test_sla_kinds_properties import finish, random_log, runner

DAY = "2026-03-02T"
TARGETS = {
    "time_to_answer": {"within": "10m"}, "first_response": {"within": "30m"}, "next_response": {"within": "20m"},
    "resolution": {"within": "8h", "pause_on": ["pending"]}, "handling": {"within": "2h"},
}  # fmt: skip
HOURS = policy_of({"orders": {"targets": TARGETS}, "cards": {}})
# What a moment is called -> the events of the log that it may be, and of each what it says.
MEANS: dict[str, tuple[tuple[str, dict[str, Any]], ...]] = {
    "received": (("received", {}),),
    "sent_to_bot": (("sent_to_bot", {}),),
    "sent_to_self_service": (("sent_to_self_service", {}),),
    "scheduled": (("scheduled", {}),),
    "pending": (("pending_changed", {"pending": True}),),
    "bot_ended": (("queued", {}), ("sent_to_self_service", {})),
    "self_service_ended": (("queued", {}), ("sent_to_bot", {})),
    "scheduled_ended": (("queued", {}),),
    "pending_ended": (("pending_changed", {"pending": False}), ("message_added", {"sender": "customer"})),
    "handed_off": (("queued", {}),),
    "queued": (("queued", {}),),
    "assigned": (("assigned", {}),),
    "customer_wrote": (("message_added", {"sender": "customer"}),),
    "agent_replied": (("reply_sent", {"by": "agent"}), ("message_added", {"sender": "agent"}), ("assigned", {})),
}


def told(story: Story, kind: str) -> list[tuple[str, ...]]:
    """(time to the minute, what, queue) of the latest breach of this kind."""
    found = story.last(kind, "breached", "timeline")
    return [(each["at"][11:16], each["what"], *([each["queue"]] if "queue" in each else [])) for each in found]


def test_a_breach_tells_how_the_contact_came_to_its_queue() -> None:
    story = Story(HOURS)
    story.at(DAY + "09:00", "received", attributes={}).at(DAY + "09:01", "sent_to_bot")
    story.at(DAY + "09:20", "escalated", reason="handoff").at(DAY + "09:20", "queued").play(DAY + "10:00")
    way = [("09:00", "received"), ("09:01", "sent_to_bot"), ("09:20", "bot_ended"), ("09:20", "handed_off")]
    assert told(story, "time_to_answer") == [*way, ("09:20", "queued", "orders")]
    assert told(story, "first_response") == told(story, "time_to_answer")


def test_a_breach_tells_who_wrote_last_who_took_it_and_how_long_it_rested() -> None:
    story = Story(HOURS)
    story.arrives(DAY + "09:00").at(DAY + "09:05", "assigned", agent_id="ana")
    story.at(DAY + "09:06", "reply_sent", by="agent", public=True)
    story.at(DAY + "09:07", "pending_changed", pending=True).at(DAY + "09:30", "message_added", sender="customer")
    story.at(DAY + "09:40", "message_added", sender="customer").play(DAY + "18:00")
    way = [("09:00", "received"), ("09:00", "queued", "orders"), ("09:05", "assigned"), ("09:06", "agent_replied")]
    way += [("09:07", "pending"), ("09:30", "pending_ended"), ("09:30", "customer_wrote")]
    assert told(story, "next_response") == told(story, "handling") == told(story, "resolution") == way


def test_a_breach_names_who_had_the_contact_when_it_was_due_and_nobody_who_took_it_later() -> None:
    story = Story(HOURS).arrives(DAY + "09:00").at(DAY + "09:12", "assigned", agent_id="ana")
    story.at(DAY + "10:00", "transferred", agent_id="ana").at(DAY + "10:00", "queued", queue="cards")
    story.at(DAY + "10:30", "assigned", agent_id="bea").at(DAY + "16:00", "wrapping", agent_id="bea")
    story.play(DAY + "18:00")
    assert story.last("time_to_answer", "breached", "agent_id") is None, "it waited"
    assert story.last("first_response", "breached", "agent_id") == "ana"
    assert story.last("resolution", "breached", "agent_id") == "bea"


def test_what_comes_after_the_due_time_is_not_told_though_it_is_known_when_the_breach_is() -> None:
    story = Story(HOURS).arrives(DAY + "09:00").at(DAY + "09:20", "assigned", agent_id="ana").play()
    assert told(story, "time_to_answer") == [("09:00", "received"), ("09:00", "queued", "orders")]


def test_nothing_but_a_breach_has_a_timeline() -> None:
    story = Story(HOURS).arrives(DAY + "09:00").play(DAY + "20:00")
    assert {name for name, body in story.bodies() if "timeline" in body} == {"breached"}


@pytest.mark.parametrize("rests", [0, 3, RESTS_MAX])
def test_of_a_long_past_the_arrival_and_the_latest_are_told(rests: int) -> None:
    pauses = tuple(("pending", at_ms, at_ms + 5) for at_ms in range(100, 100 + 10 * rests, 10))
    contact = Contact(contact_id="c", workspace="acme", channel="chat", received_ms=1, rests=pauses, replied_ms=5_000)
    found = timeline(contact, 10_000)
    assert len(found) == min(MOMENTS_MAX, 2 * rests + 2)
    assert (found[0].what, found[-1].what) == ("received", "agent_replied")
    assert [each.what for each in found[-3:-1]] == (["pending", "pending_ended"] if rests else ["received"])


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_every_moment_of_a_timeline_stands_in_the_log_and_all_in_order_of_time(seed: int) -> None:
    log, player = random_log(seed), runner()
    player.step(log.records)
    finish(player, log)
    known = happened(log.records)
    for event in player.events:
        body = orjson.loads(event.body)
        if event.type != Fact.BREACHED:
            assert "timeline" not in body
            continue
        way = [(instant(each["at"]), each["what"], each.get("queue")) for each in body["timeline"]]
        assert way[0][1] == "received", "all of these are met at their arrival"
        assert [at_ms for at_ms, _, _ in way] == sorted(at_ms for at_ms, _, _ in way)
        assert way[-1][0] <= instant(body["at"])
        for at_ms, what, queue in way:
            said = known[body["contact_id"], at_ms]
            assert any(fits(each, kind, fields) for each in said for kind, fields in MEANS[what]), (what, said)
            assert queue is None or any(each.get("queue") == queue for each in said)
        if body["kind"] == Kind.TIME_TO_ANSWER:
            assert any(what == "queued" for _, what, _ in way)


def happened(records: list[Record]) -> dict[tuple[str, int], list[dict[str, Any]]]:
    """What the log tells of a contact and a time."""
    found: dict[tuple[str, int], list[dict[str, Any]]] = defaultdict(list)
    for record in records:
        body = orjson.loads(record.value)
        if "contact_id" in body:
            found[body["contact_id"], instant(body["occurred_at"])].append({"kind": record.type, **body})
    return found


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**9))
def test_a_breach_names_who_had_the_contact_when_it_was_due_or_when_what_was_due_before_was_promised(seed: int) -> None:
    log, player = random_log(seed), runner()
    told: dict[str, list[dict[str, Any]]] = {}  # what the log had told when a clock was started
    bodies = [orjson.loads(record.value) | {"kind": record.type} for record in log.records]
    for number, record in enumerate(log.records, 1):
        before = len(player.events)
        player.step([record])
        for event in player.events[before:]:
            if event.type == Fact.STARTED:
                told[event.cause_id] = bodies[:number]
    finish(player, log)
    for event in player.events:
        if event.type == Fact.BREACHED:
            body = orjson.loads(event.body)
            at_ms, until = instant(body["at"]), told[body["clock_id"]]
            if instant(until[-1]["occurred_at"]) <= at_ms:
                until = [each for each in bodies if instant(each["occurred_at"]) <= at_ms]
            assert body.get("agent_id") == holder(until, body["contact_id"])


def holder(bodies: list[dict[str, Any]], contact_id: str) -> str | None:
    """Who had the contact at the end of this."""
    found = None
    for body in bodies:
        if body.get("contact_id") == contact_id:
            phase = body["kind"].removeprefix("usher.contact.").removesuffix(".v1")
            if phase in ("assigned", "queued", "requeued", "transferred"):
                found = body["agent_id"] if phase == "assigned" else None
    return found


def fits(body: dict[str, Any], kind: str, fields: dict[str, Any]) -> bool:
    return body["kind"] == f"usher.contact.{kind}.v1" and fields.items() <= body.items()
