"""Policies that change while contacts are there: which of their promises hold for whom, and from when on."""

from typing import Any

import orjson
import pytest

from shared.policy.kinds import SPANS
from tests.support.sla_story import Story, policy_of

NOTHING: dict[str, Any] = {"orders": {}, "cards": {"targets": {"resolution": {"within": "1d"}}}}
OF_0_1 = {
    "contact_id", "workspace", "channel", "queue", "entered_ms", "received_ms", "home", "tier", "priority_seconds",
    "attributes", "human_ms", "answered", "replied_ms", "holds", "rests", "once", "taken_back", "kept", "clocks",
}  # fmt: skip
"""What rows of contacts hold that were written before policies stood in them."""
LIFE_LONG = ("resolution", "first_response")
QUEUED = ("queued", {"target_seconds": 10_800.0})
AGENT_ANSWERS = ("reply_sent", {"by": "agent", "public": True})
TO_A_BOT = ("09:10", "sent_to_bot", {"bot": "default"})
# How a contact that arrived at 09:00 comes into the phase of each kind, since when that counts, and what ends it.
PHASES: dict[str, tuple[list[tuple[str, str, dict[str, Any]]], str, tuple[str, dict[str, Any]]]] = {
    "time_to_answer": ([("09:05", *QUEUED)], "09:05", ("assigned", {"agent_id": "a1"})),
    "first_response": ([("09:05", "queued", {})], "09:00", AGENT_ANSWERS),
    "next_response": (
        [
            ("09:00", "queued", {}),
            ("09:05", *AGENT_ANSWERS),
            ("09:10", "message_added", {"sender": "customer"}),
            ("09:20", "message_added", {"sender": "customer"}),
        ],
        "09:10",
        AGENT_ANSWERS,
    ),
    "resolution": ([TO_A_BOT], "09:00", ("contained", {})),
    "self_service_response": (
        [("09:10", "classified", {"tier": "self_service"})],
        "09:00",
        ("sent_to_self_service", {"articles": []}),
    ),
    "bot_response": ([TO_A_BOT], "09:10", ("reply_sent", {"by": "bot", "public": True})),
    "handling": (
        [("09:00", "queued", {}), ("09:10", "assigned", {"agent_id": "a1"})],
        "09:10",
        ("closed", {"agent_id": "a1"}),
    ),
}


def promising(kind: str, within: str, **more: Any) -> dict[str, Any]:
    """A policy with one target, in ``orders``."""
    return policy_of(NOTHING | {"orders": {"targets": {kind: {"within": within}}}}, **more)


LONG = {"targets": {"resolution": {"within": "1d"}}}


def with_target(kind: str, within: str) -> dict[str, Any]:
    return {"targets": LONG["targets"] | {kind: {"within": within}}}


def comes_into(kind: str, *policies: dict[str, Any]) -> Story:
    """A contact that is in the phase of this kind at 09:20."""
    story = Story(policy_of(NOTHING), *policies).at("2026-06-11T09:00", "received", attributes={})
    for at, event, fields in PHASES[kind][0]:
        story.at(f"2026-06-11T{at}", event, **fields)
    return story


def clock(at: str) -> str:
    return f"2026-06-11T{at}:00"


def test_every_kind_is_tried() -> None:
    assert PHASES.keys() == SPANS.keys()


@pytest.mark.parametrize("kind", PHASES)
def test_a_new_target_that_applies_to_what_is_open_starts_in_every_phase_as_of_its_beginning(kind: str) -> None:
    story = comes_into(kind, promising(kind, "1h", apply_to_open=True)).activate("2026-06-11T09:30", 2)
    _, began, (event, fields) = PHASES[kind]
    story.at("2026-06-11T09:50", event, **fields).play(until="2026-06-11T12:00")
    assert story.told(kind) == [("started", clock(began)), ("met", clock("09:50"))]


@pytest.mark.parametrize("kind", PHASES)
def test_a_new_target_that_applies_to_what_is_open_is_broken_no_sooner_than_it_is_made(kind: str) -> None:
    story = comes_into(kind, promising(kind, "5m", apply_to_open=True)).activate("2026-06-11T09:30", 2)
    story.play(until="2026-06-11T12:00")
    assert story.told(kind) == [("started", clock(PHASES[kind][1])), ("breached", clock("09:30"))]


def test_nobody_is_warned_of_a_promise_before_it_is_made() -> None:
    target = {"resolution": {"within": "1h", "warn_at": 0.25}}
    promised = policy_of(NOTHING | {"orders": {"targets": target}}, apply_to_open=True)
    story = comes_into("resolution", promised).activate("2026-06-11T09:30", 2).play(until="2026-06-11T12:00")
    facts = ["started", "warned", "breached"]
    assert story.told("resolution") == list(zip(facts, map(clock, ["09:00", "09:30", "10:00"]), strict=True))


@pytest.mark.parametrize("kind", PHASES)
def test_a_new_target_of_any_kind_is_not_promised_to_whoever_is_in_that_phase_already(kind: str) -> None:
    story = comes_into(kind, promising(kind, "5m")).activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T09:40", "message_added", sender="customer")  # the oldest message is one of before
    event, fields = PHASES[kind][2]
    story.at("2026-06-11T09:50", event, **fields).play(until="2026-06-11T12:00")
    assert story.told(kind) == []


@pytest.mark.parametrize("kind", PHASES)
def test_a_phase_that_is_over_when_the_policy_comes_is_promised_nothing(kind: str) -> None:
    story = comes_into(kind, promising(kind, "5m", apply_to_open=True))
    event, fields = PHASES[kind][2]
    story.at("2026-06-11T09:25", event, **fields).activate("2026-06-11T09:30", 2).play(until="2026-06-11T12:00")
    assert story.told(kind) == []


@pytest.mark.parametrize("kind", PHASES)
def test_a_target_that_is_removed_and_made_again_starts_as_of_the_beginning_of_the_phase(kind: str) -> None:
    story = comes_into(kind, promising(kind, "3h"), policy_of(NOTHING), promising(kind, "2h", apply_to_open=True))
    story.log.records.insert(1, story.activate("2026-06-11T08:30", 2).log.records.pop())
    story.activate("2026-06-11T09:30", 3).activate("2026-06-11T09:40", 4).play(until="2026-06-11T12:00")
    began, hour = PHASES[kind][1], PHASES[kind][1].replace("09:", "11:")
    again = [("started", clock(began)), ("breached", clock(hour))]
    assert story.told(kind) == [("started", clock(began)), ("cancelled", clock("09:30")), *again]


@pytest.mark.parametrize("nothing", [{}, {"targets": {"time_to_answer": {"within": "9h"}}}])
@pytest.mark.parametrize("kind", PHASES)
def test_what_was_done_while_no_policy_asked_for_it_is_promised_by_no_later_one(
    kind: str, nothing: dict[str, Any]
) -> None:
    between, again = policy_of({"orders": nothing, "cards": {}}), promising(kind, "5m", apply_to_open=True)
    story = comes_into(kind, promising(kind, "9h"), between, again)
    story.log.records.insert(1, story.activate("2026-06-11T08:30", 2).log.records.pop())
    event, fields = ("requeued", {"to": {"queue": "orders"}}) if kind == "handling" else PHASES[kind][2]
    story.activate("2026-06-11T09:30", 3).at("2026-06-11T09:40", event, **fields)
    story.activate("2026-06-11T09:50", 4).play(until="2026-06-11T12:00")
    assert [name for name, _ in story.told(kind)][2:] == []


@pytest.mark.parametrize("kind", LIFE_LONG)
def test_a_contact_of_the_version_before_is_held_to_the_policy_that_held_until_another_came(kind: str) -> None:
    story = Story(policy_of(NOTHING), promising(kind, "10m")).arrives("2026-06-11T09:00", queue="cards").play()
    rows = story.runner.database.contacts
    rows["c1"] = orjson.dumps({name: value for name, value in orjson.loads(rows["c1"]).items() if name in OF_0_1})
    story.runner.restart()
    story.activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "queued", queue="orders", entered_at="2026-06-11T09:00").play(until="2026-06-11T12:00")
    assert [name for name, body in story.bodies() if body["queue"] == "orders"] == []


def test_a_message_ends_the_wait_for_the_customer_also_while_nothing_is_promised() -> None:
    nothing, again = policy_of({"orders": {}, "cards": {}}), promising("resolution", "2h", apply_to_open=True)
    story = Story(promising("resolution", "9h"), nothing, again).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:10", "pending_changed", pending=True).activate("2026-06-11T09:20", 2)
    story.at("2026-06-11T09:30", "message_added", sender="customer").activate("2026-06-11T09:40", 3)
    story.play(until="2026-06-11T12:00")
    assert story.told("resolution")[-2:] == [("started", clock("09:00")), ("breached", clock("11:20"))]


@pytest.mark.parametrize("kind", LIFE_LONG)
def test_who_came_before_a_promise_does_not_break_it_by_changing_the_queue(kind: str) -> None:
    story = Story(policy_of(NOTHING), promising(kind, "10m")).arrives("2026-06-11T09:00", queue="cards")
    story.activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "queued", queue="orders", entered_at="2026-06-11T09:00").play(until="2026-06-11T12:00")
    assert [name for name, body in story.bodies() if body["queue"] == "orders"] == []


def test_who_came_before_a_promise_that_applies_to_what_is_open_breaks_it_when_the_policy_came() -> None:
    story = Story(policy_of(NOTHING), promising("first_response", "10m", apply_to_open=True))
    story.arrives("2026-06-11T09:00", queue="cards").activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "queued", queue="orders", entered_at="2026-06-11T09:00").play(until="2026-06-11T12:00")
    assert story.told("first_response") == [("started", clock("09:00")), ("breached", clock("09:30"))]


@pytest.mark.parametrize("kind", LIFE_LONG)
@pytest.mark.parametrize("kept", [True, False])
def test_a_contact_in_another_queue_is_promised_what_that_promised_when_it_came_while_it_still_does(
    kind: str, kept: bool
) -> None:
    now = {"targets": {kind: {"within": "10m"}}} if kept else {"targets": {"handling": {"within": "10m"}}}
    story = Story(
        policy_of({"cards": {}, "orders": {"targets": {kind: {"within": "2h"}}}}),
        policy_of({"cards": {}, "orders": now}),
    )
    story.arrives("2026-06-11T09:00", queue="cards").activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "queued", queue="orders", entered_at="2026-06-11T09:00").play(until="2026-06-11T12:00")
    assert story.told(kind) == ([("started", clock("09:00")), ("breached", clock("11:00"))] if kept else [])
    assert not kept or story.last(kind, "breached", "policy_version") == 1


def test_a_hand_off_after_the_policy_is_promised_its_first_response() -> None:
    story = Story(policy_of(NOTHING), promising("first_response", "10m")).at("2026-06-11T09:00", "received")
    story.at("2026-06-11T09:00", "sent_to_bot").activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T10:00", "queued").play(until="2026-06-11T12:00")
    assert story.told("first_response") == [("started", clock("10:00")), ("breached", clock("10:10"))]


@pytest.mark.parametrize("before", ["2h", None])
def test_an_answer_in_another_queue_is_what_the_log_says_where_that_queue_promised_one_when_the_wait_began(
    before: str | None,
) -> None:
    was = {"targets": {"time_to_answer": {"within": before}}} if before else {}
    now = {"targets": {"time_to_answer": {"within": "20s"}}}
    story = Story(policy_of({"cards": {}, "orders": was}), policy_of({"cards": {}, "orders": now}))
    story.arrives("2026-06-11T09:00", queue="cards").activate("2026-06-11T09:30", 2)
    entry = {"entered_at": "2026-06-11T09:00", "target_seconds": 20.0}
    story.at("2026-06-11T09:40", "queued", queue="orders", **entry).play(until="2026-06-11T12:00")
    told = [("started", clock("09:00")), ("breached", clock("09:40"))]
    assert story.told("time_to_answer") == (told if before else [])


def test_another_queue_that_is_told_late_breaks_no_promise_before_the_policy_that_makes_it() -> None:
    was = {"targets": {"time_to_answer": {"within": "2h"}}}
    now = {"targets": {"time_to_answer": {"within": "20s"}}}
    story = Story(policy_of({"cards": {}, "orders": was}), policy_of({"cards": {}, "orders": now}))
    story.arrives("2026-06-11T09:00", queue="cards").activate("2026-06-11T09:30", 2)
    entry = {"entered_at": "2026-06-11T09:00", "target_seconds": 20.0}
    story.at("2026-06-11T09:29", "queued", queue="orders", **entry).play(until="2026-06-11T12:00")
    assert story.told("time_to_answer") == [("started", clock("09:00")), ("breached", clock("09:30"))]


@pytest.mark.parametrize("kind", ["time_to_answer", "first_response", "resolution"])
def test_a_contact_that_is_reported_after_its_policy_is_due_when_the_log_says_though_it_came_before(kind: str) -> None:
    story = Story(policy_of(NOTHING), promising(kind, "5m")).activate("2026-06-11T09:30", 2)
    story.arrives("2026-06-11T09:00", target_seconds=300).play(until="2026-06-11T12:00")
    told = next(orjson.loads(record.value) for record in story.log.records if record.type.endswith(".queued.v1"))
    assert story.told(kind) == [("started", clock("09:00")), ("breached", clock("09:05"))]
    assert story.due(kind) == told["due_at"][:19]


AGAIN = {
    "time_to_answer": ("queued", {"entered_at": "2026-06-11T09:00", "target_seconds": 300.0}),
    "next_response": ("message_added", {"sender": "customer"}),
}


@pytest.mark.parametrize("kind", AGAIN)
def test_what_begins_for_who_is_known_and_is_reported_after_its_policy_is_due_when_it_says(kind: str) -> None:
    story = Story(policy_of(NOTHING | {"orders": LONG}), policy_of(NOTHING | {"orders": with_target(kind, "5m")}))
    story.arrives("2026-06-11T08:00").at("2026-06-11T08:01", "assigned", agent_id="a1")
    story.at("2026-06-11T08:02", "reply_sent", by="agent", public=True).activate("2026-06-11T09:30", 2)
    event, fields = AGAIN[kind]
    story.at("2026-06-11T09:00", event, **fields).play(until="2026-06-11T12:00")
    assert story.told(kind) == [("started", clock("09:00")), ("breached", clock("09:05"))]


def test_who_waits_when_a_policy_comes_is_remembered_for_what_it_promises_later() -> None:
    answers = policy_of({"orders": {"targets": {"time_to_answer": {"within": "9h"}}}})
    story = Story(answers, promising("next_response", "10m")).arrives("2026-06-11T09:00")
    story.activate("2026-06-11T09:30", 2).at("2026-06-11T09:40", "assigned", agent_id="a1")
    story.at("2026-06-11T09:45", AGENT_ANSWERS[0], **AGENT_ANSWERS[1])
    story.at("2026-06-11T09:50", "message_added", sender="customer").play(until="2026-06-11T12:00")
    assert story.told("next_response") == [("started", clock("09:50")), ("breached", clock("10:00"))]


def test_a_pause_at_the_very_due_time_while_closed_means_the_same_whenever_the_promise_is_told() -> None:
    hours = {"mon-fri": ["09:00-17:00"]}
    target = {"orders": {"targets": {"resolution": {"within": "1h", "calendar": "office"}}}}
    other = {"orders": {"targets": {"handling": {"within": "9h"}}}}
    ends = []
    for first in (target, other):
        story = Story(policy_of(first, hours), policy_of(target, hours, apply_to_open=True))
        story.arrives("2026-06-11T16:00").at("2026-06-11T17:00", "pending_changed", pending=True)
        story.at("2026-06-11T17:10", "pending_changed", pending=False)
        story.at("2026-06-11T17:10", "pending_changed", pending=True).activate("2026-06-11T17:30", 2)
        story.at("2026-06-12T09:10", "pending_changed", pending=False).play(until="2026-06-12T12:00")
        ends.append(story.told("resolution")[-1])
    assert ends == [("breached", "2026-06-12T09:10:00")] * 2


@pytest.mark.parametrize("kind", PHASES)
def test_a_promise_that_only_priority_makes_is_made_when_that_is_given_and_broken_no_sooner(kind: str) -> None:
    rule = {"name": "urgent", "when": {"priority_at_least": "1m"}, "then": {kind: {"within": "5m"}}}
    story = Story(policy_of({"orders": {}}, targets=[rule])).at("2026-06-11T09:00", "received", attributes={})
    for at, event, fields in PHASES[kind][0]:
        story.at(f"2026-06-11T{at}", event, **fields)
    story.at("2026-06-11T09:30", "reprioritised", priority_seconds=60.0)
    story.at("2026-06-11T09:40", "queued", entered_at="2026-06-11T09:05", target_seconds=300.0)
    story.play(until="2026-06-11T12:00")
    assert story.told(kind)[:2] == [("started", clock(PHASES[kind][1])), ("breached", clock("09:30"))]


@pytest.mark.parametrize("kind", PHASES)
def test_a_target_that_is_removed_and_made_again_is_promised_to_nobody_who_had_it_taken_back(kind: str) -> None:
    story = comes_into(kind, promising(kind, "3h"), policy_of(NOTHING), promising(kind, "2h"))
    story.log.records.insert(1, story.activate("2026-06-11T08:30", 2).log.records.pop())
    story.activate("2026-06-11T09:30", 3).activate("2026-06-11T09:40", 4)
    event, fields = PHASES[kind][0][-1][1:]  # what would start it is told again
    story.at("2026-06-11T09:50", event, **fields).play(until="2026-06-11T14:00")
    assert story.told(kind) == [("started", clock(PHASES[kind][1])), ("cancelled", clock("09:30"))]


@pytest.mark.parametrize("kind", ["next_response", "bot_response", "handling"])
def test_what_begins_while_nothing_is_promised_counts_from_there_when_it_is_promised_again(kind: str) -> None:
    story = Story(
        promising(kind, "9h"), policy_of({"orders": {}, "cards": {}}), promising(kind, "2h", apply_to_open=True)
    )
    story.at("2026-06-11T09:00", "received", attributes={}).activate("2026-06-11T09:01", 2)
    for at, event, fields in PHASES[kind][0]:
        story.at(f"2026-06-11T{at}".replace("09:00", "09:02"), event, **fields)
    story.activate("2026-06-11T09:30", 3).play(until="2026-06-11T14:00")
    began = PHASES[kind][1]
    assert story.told(kind) == [("started", clock(began)), ("breached", clock(began.replace("09:", "11:")))]


def test_an_answer_to_who_waits_is_remembered_over_a_restart_while_only_an_answer_is_promised() -> None:
    answers = policy_of({"orders": {"targets": {"time_to_answer": {"within": "9h"}}}})
    story = Story(answers, promising("first_response", "10m", apply_to_open=True)).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:05", AGENT_ANSWERS[0], **AGENT_ANSWERS[1]).activate("2026-06-11T09:30", 2)
    story.play(until="2026-06-11T12:00")
    assert story.told("first_response") == []


@pytest.mark.parametrize("kind", LIFE_LONG)
@pytest.mark.parametrize("apply", [True, False])
def test_who_was_answered_before_anything_else_was_promised_breaks_no_such_promise_after_a_transfer(
    kind: str, apply: bool
) -> None:
    answers = policy_of({"orders": {"targets": {"time_to_answer": {"within": "9h"}}}})
    story = Story(answers, promising(kind, "10m", apply_to_open=apply)).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:05", "assigned", agent_id="a1").at("2026-06-11T09:06", AGENT_ANSWERS[0], **AGENT_ANSWERS[1])
    story.activate("2026-06-11T10:00", 2).at("2026-06-11T10:05", "transferred", agent_id="a1", to={"queue": "orders"})
    story.at("2026-06-11T10:05", "queued", entered_at="2026-06-11T09:00", wait_started_at="2026-06-11T10:05")
    story.play(until="2026-06-11T12:00")
    assert story.told(kind) == []


@pytest.mark.parametrize("ends", ["message_added", "pending_changed", "closed"])
def test_who_waits_for_the_customer_while_with_an_agent_waits_for_no_answer_after_a_transfer(ends: str) -> None:
    answer = {"orders": {"targets": {"time_to_answer": {"within": "10m", "pause_on": ["pending"]}}}}
    story = Story(policy_of(answer)).arrives("2026-06-11T09:00", target_seconds=600.0)
    story.at("2026-06-11T09:05", "assigned", agent_id="a1")
    story.at("2026-06-11T09:10", "pending_changed", pending=True)
    story.at("2026-06-11T09:20", "transferred", agent_id="a1", to={"queue": "orders"})
    story.at("2026-06-11T09:20", "queued", target_seconds=600.0)
    fields = {"message_added": {"sender": "customer"}, "pending_changed": {"pending": False}, "closed": {}}[ends]
    story.at("2026-06-11T11:00", ends, **fields).play(until="2026-06-11T12:00")
    again = [("started", clock("09:20")), ("paused", clock("09:20"))]
    counts = [("resumed", clock("11:00")), ("breached", clock("11:10"))]
    after = [("cancelled", clock("11:00"))] if ends == "closed" else counts
    assert story.told("time_to_answer")[2:] == again + after
    story.at("2026-06-11T12:10", "assigned").play()
    assert story.runner.database.contacts == {}, "nothing that may come depends on it"


def test_a_promise_that_a_policy_broke_is_broken_then_also_when_a_pause_before_is_told_later() -> None:
    story = Story(policy_of(NOTHING), promising("first_response", "10m", apply_to_open=True))
    story.arrives("2026-06-11T09:00").activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T09:40", "scheduled").at("2026-06-11T09:50", "queued", entered_at="2026-06-11T09:00")
    waits = {"orders": {"targets": {"first_response": {"within": "10m", "pause_on": ["scheduled"]}}}}
    story.policies["acme", 2] = policy_of(NOTHING | waits, apply_to_open=True)
    story.runner.database.bodies["acme", 2] = orjson.dumps(story.policies["acme", 2]).decode()
    story.play(until="2026-06-11T12:00")
    assert story.told("first_response")[-1] == ("breached", clock("10:00"))


def test_what_a_new_target_counts_again_counts_from_its_policy_on_though_that_breaks_it() -> None:
    rests = {"orders": {"targets": {"first_response": {"within": "9h", "pause_on": ["pending"]}}}}
    story = Story(policy_of(rests), promising("first_response", "3m", apply_to_open=True)).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:05", "pending_changed", pending=True).activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T10:30", AGENT_ANSWERS[0], **AGENT_ANSWERS[1]).play()
    assert story.told("first_response")[-2:] == [("breached", clock("10:00")), ("ended_late", clock("10:30"))]
    assert story.last("first_response", "ended_late", "elapsed_seconds") == 300 + 1800


@pytest.mark.parametrize("last", ["escalated", "reply_sent"])
def test_who_is_known_only_for_a_clock_is_forgotten_when_that_has_ended(last: str) -> None:
    story = Story(promising("bot_response", "10m")).at("2026-06-11T09:00", "pending_changed", pending=True)
    story.at("2026-06-11T09:05", "sent_to_bot", bot="default").at("2026-06-11T09:06", "pending_changed", pending=False)
    assert [*story.play().runner.database.contacts] == ["c1"]
    story.at(
        "2026-06-11T09:07", last, **{"escalated": {"reason": "resolved"}, "reply_sent": {"by": "bot"}}[last]
    ).play()
    assert story.told("bot_response")[-1] == ("met", clock("09:07"))
    assert story.runner.database.contacts == {}
