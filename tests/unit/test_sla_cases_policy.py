"""Policies that change while clocks run: targets removed, moved and promised again."""

import pytest

from shared.contract.ids import event_id
from tests.support.sla_story import Story, policy_of, resolution

TEN_TO_SIX = {"mon-fri": ["10:00-18:00"]}


@pytest.mark.parametrize("applies", [False, True])
def test_case_33_the_clocks_of_a_target_that_is_removed_end_as_cancelled_and_nobody_is_escalated(applies: bool) -> None:
    both = policy_of({"orders": {"targets": {"resolution": {"within": "1h"}, "first_response": {"within": "1h"}}}})
    less = policy_of({"orders": {"targets": {"first_response": {"within": "1h"}}}}, apply_to_open=applies)
    story = Story(both, less).arrives("2026-06-11T09:00").activate("2026-06-11T09:30", 2).play(until="2026-06-12T00:00")
    assert story.told("resolution") == [("started", "2026-06-11T09:00:00"), ("cancelled", "2026-06-11T09:30:00")]
    assert [name for name, _ in story.told("first_response")] == ["started", "breached"]


@pytest.mark.parametrize("kind", ["resolution", "first_response"])
@pytest.mark.parametrize("applies", [True, False])
def test_a_target_that_is_removed_and_promised_again_counts_for_whoever_is_open_where_the_policy_says_so(
    kind: str, applies: bool
) -> None:
    promised = policy_of({"orders": {"targets": {kind: {"within": "4h"}}}}) | {"apply_to_open": applies}
    nothing = policy_of({"orders": {"targets": {"handling": {"within": "4h"}}}})
    story = Story(promised, nothing, promised).at("2026-06-11T09:00", "received")
    story.at("2026-06-11T09:10", "queued", queue="orders")
    story.activate("2026-06-11T10:00", 2).activate("2026-06-11T11:00", 3)
    story.at("2026-06-11T13:30", "queued", queue="orders", entered_at="2026-06-11T09:10").play(until="2026-06-11T14:00")
    again = [("started", "2026-06-11T09:00:00"), ("breached", "2026-06-11T13:00:00")] if applies else []
    assert story.told(kind) == [("started", "2026-06-11T09:00:00"), ("cancelled", "2026-06-11T10:00:00"), *again]


def test_a_target_that_came_due_before_it_was_removed_is_still_breached() -> None:
    story = Story(resolution("1h"), policy_of({"orders": {}})).arrives("2026-06-11T09:00")
    story.activate("2026-06-11T10:30", 2).play()
    assert story.told("resolution")[1:] == [], "a policy does not show that nobody did the work in time"
    story.play(until="2026-06-11T10:31")
    assert story.told("resolution")[1:] == [("breached", "2026-06-11T10:00:00")]


@pytest.mark.parametrize("done", ["2026-06-11T09:59", "2026-06-11T10:00", "2026-06-11T10:10"])
@pytest.mark.parametrize("within", ["10m", "55m", "2h", None])
def test_what_was_done_before_a_policy_came_is_judged_the_same_when_it_is_read_after_it(
    done: str, within: str | None
) -> None:
    """Policies do not wait in the topics that reports come through, so they overtake what is on its way."""
    new = resolution(within) | {"apply_to_open": True} if within else policy_of({"orders": {}})
    in_order = Story(resolution("1h"), new).arrives("2026-06-11T09:00").at(done, "closed")
    in_order.activate("2026-06-11T10:30", 2).play(until="2026-06-11T12:00")
    overtaken = Story(resolution("1h"), new).arrives("2026-06-11T09:00").activate("2026-06-11T10:30", 2)
    overtaken.at(done, "closed").play(until="2026-06-11T12:00")
    assert overtaken.told("resolution") == in_order.told("resolution")
    assert [name for name, _ in overtaken.told("resolution")].count("met") == (done <= "2026-06-11T10:00")


def test_open_clocks_keep_their_target_and_the_log_says_under_which_policy() -> None:
    story = Story(resolution("4h"), resolution("1h")).arrives("2026-06-11T09:00").activate("2026-06-11T09:30", 2)
    story.at("2026-06-11T09:40", "received", "c2").at("2026-06-11T09:40", "queued", "c2").play(until="2026-06-11T12:00")
    assert story.told("resolution", "c1") == [("started", "2026-06-11T09:00:00")]
    assert story.told("resolution", "c2")[-1] == ("breached", "2026-06-11T10:40:00")
    story.at("2026-06-11T12:30", "closed").play()
    met = next(body for name, body in story.bodies() if name == "met")
    assert (met["target"], met["policy_version"]) == ("4h", 1)


@pytest.mark.parametrize("where", ["policy", "target"])
def test_open_clocks_take_a_new_target_where_the_policy_says_so_and_the_log_tells_both(where: str) -> None:
    new = resolution("1h") | {"apply_to_open": True} if where == "policy" else resolution("1h", apply_to_open=True)
    story = Story(resolution("4h"), new).arrives("2026-06-11T09:00").activate("2026-06-11T09:30", 2)
    story.play(until="2026-06-11T12:00")
    assert story.told("resolution") == [
        ("started", "2026-06-11T09:00:00"),
        ("retargeted", "2026-06-11T09:30:00"),
        ("breached", "2026-06-11T10:00:00"),
    ]
    before = story.last("resolution", "retargeted", "previous")
    assert (before["target"], before["policy_version"]) == ("4h", 1)
    assert story.last("resolution", "breached", "policy_version") == 2


@pytest.mark.parametrize(("between", "warned"), [("11:30", ["11:00"]), ("10:30", ["17:00"])])
def test_a_clock_warns_once_also_where_a_policy_between_asked_for_no_warning(between: str, warned: list[str]) -> None:
    no_more, again = resolution("5h", apply_to_open=True), resolution("10h", warn_at=0.8, apply_to_open=True)
    story = Story(resolution("4h", warn_at=0.5), no_more, again).arrives("2026-06-11T09:00")
    story.activate(f"2026-06-11T{between}", 2).activate("2026-06-11T12:00", 3).play(until="2026-06-11T20:00")
    assert [at for name, at in story.told("resolution") if name == "warned"] == [f"2026-06-11T{at}:00" for at in warned]
    ids = [event_id(event.cause_id, event.ordinal) for event in story.runner.events]
    assert len(set(ids)) == len(ids)


def test_a_policy_that_promises_the_same_moves_nothing_and_tells_nothing() -> None:
    same = resolution("4h", TEN_TO_SIX)
    story = Story(same, same | {"apply_to_open": True}).arrives("2026-06-11T11:00").activate("2026-06-11T12:00", 2)
    story.at("2026-06-11T13:00", "pending_changed", pending=True)
    story.at("2026-06-11T14:00", "pending_changed", pending=False).play()
    assert [name for name, _ in story.told("resolution")] == ["started", "paused", "resumed"]
    assert story.due("resolution") == "2026-06-11T16:00:00"


def test_a_clock_goes_on_by_the_calendar_of_its_own_policy_after_a_restart() -> None:
    late_hours = resolution("4h", {"mon-fri": ["20:00-22:00"]})
    story = Story(resolution("4h", TEN_TO_SIX), late_hours).arrives("2026-06-11T11:00").activate("2026-06-11T12:00", 2)
    story.at("2026-06-11T13:00", "pending_changed", pending=True)
    story.at("2026-06-11T17:00", "pending_changed", pending=False).play()
    assert story.due("resolution") == "2026-06-12T11:00:00"
