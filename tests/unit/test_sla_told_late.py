"""What is told only after a policy, of the time before it: each time counts as the target of that time says."""

from typing import Any

import orjson
import pytest

from tests.support.sla_story import Story, resolution

COUNTS_ALL: list[str] = []


def changed(before: list[str], after: list[str]) -> Story:
    """Comes at 09:00 and is to be resolved in four hours; from 10:00 on another target holds for it."""
    later: dict[str, Any] = resolution("4h", pause_on=after) | {"apply_to_open": True}
    return Story(resolution("4h", pause_on=before), later).arrives("2026-06-11T09:00")


@pytest.mark.parametrize(
    ("before", "after", "due"),
    [
        (["scheduled"], ["pending"], "13:10"),  # counted until the policy, and not from there
        (["pending"], ["scheduled"], "13:10"),  # the other way round
        (["pending"], ["pending", "scheduled"], "13:20"),
        (["scheduled"], COUNTS_ALL, "13:00"),
    ],
)
def test_a_pause_that_is_told_after_a_policy_is_one_in_the_time_of_the_target_that_pauses_on_it(
    before: list[str], after: list[str], due: str
) -> None:
    story = changed(before, after).activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T09:50", "pending_changed", pending=True).at("2026-06-11T10:10", "pending_changed")
    story.play(until="2026-06-12T09:00")
    assert story.told("resolution")[-1] == ("breached", f"2026-06-11T{due}:00")


@pytest.mark.parametrize(("closed", "minutes"), [("09:45", 30), ("09:59", 30), ("10:00", 30), ("10:20", 50)])
@pytest.mark.parametrize("ended", [False, True])
def test_work_done_in_a_pause_that_a_policy_ended_took_as_long_as_before_the_pause(
    closed: str, minutes: int, ended: bool
) -> None:
    story = changed(["pending"], COUNTS_ALL).at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2)
    if ended:  # which changes nothing: the policy ended the pause, and told so
        story.at("2026-06-11T09:40", "pending_changed", pending=False)
    story.at(f"2026-06-11T{closed}", "closed").play()
    assert story.last("resolution", "met", "elapsed_seconds") == 60 * minutes


def test_work_done_before_a_policy_that_pauses_the_clock_took_no_longer_than_until_then() -> None:
    story = changed(COUNTS_ALL, ["pending"]).at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2).at("2026-06-11T09:50", "closed").play()
    assert story.last("resolution", "met", "elapsed_seconds") == 60 * 50


def test_two_waits_of_which_each_target_pauses_on_another_count_once() -> None:
    story = changed(["pending"], ["scheduled"]).at("2026-06-11T09:20", "assigned")
    story.at("2026-06-11T09:30", "scheduled").activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T09:40", "pending_changed", pending=True)
    story.at("2026-06-11T10:30", "queued", entered_at="2026-06-11T09:00")
    story.at("2026-06-11T10:40", "pending_changed", pending=False).play(until="2026-06-12T09:00")
    # Pending from 09:40 to 10:00 by the first target, scheduled from 10:00 to 10:30 by the second.
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T13:50:00")


def test_a_clock_that_goes_on_resting_for_another_wait_counts_the_time_that_the_target_before_counted() -> None:
    story = changed(["pending"], ["pending", "scheduled"]).at("2026-06-11T09:10", "assigned")
    story.at("2026-06-11T09:20", "scheduled").at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2).at("2026-06-11T09:40", "pending_changed", pending=False)
    story.at("2026-06-11T10:30", "queued", entered_at="2026-06-11T09:00").play(until="2026-06-12T09:00")
    # Pending from 09:30 to 09:40 by the first target, scheduled from 10:00 to 10:30 by the second.
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T13:40:00")


def test_the_end_of_a_wait_that_no_target_paused_on_changes_nothing_of_a_clock_that_rests() -> None:
    story = changed(["bot"], ["pending", "bot"]).at("2026-06-11T09:10", "assigned")
    story.at("2026-06-11T09:20", "scheduled").at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2).at("2026-06-11T09:40", "queued", entered_at="2026-06-11T09:00")
    story.at("2026-06-11T10:30", "pending_changed", pending=False).play(until="2026-06-12T09:00")
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T13:30:00")


def test_a_target_that_was_used_up_before_two_pauses_in_a_row_is_used_up() -> None:
    story = Story(resolution("9h"), resolution("2m") | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    for at, pending in (("09:10", True), ("09:20", False), ("09:20", True)):
        story.at(f"2026-06-11T{at}", "pending_changed", pending=pending)
    story.activate("2026-06-11T09:40", 2).at("2026-06-11T10:00", "pending_changed", pending=False)
    story.play(until="2026-06-11T12:00")
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T09:40:00")


def test_a_warning_that_a_late_pause_puts_off_is_given_no_sooner_than_its_policy_came() -> None:
    later = resolution("2h", pause_on=["pending"], warn_at=0.5) | {"apply_to_open": True}
    story = Story(resolution("4h", pause_on=["pending"]), later).arrives("2026-06-11T09:00")
    story.activate("2026-06-11T10:30", 2).at("2026-06-11T10:00", "pending_changed", pending=True)
    story.at("2026-06-11T10:10", "pending_changed", pending=False).play(until="2026-06-12T09:00")
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T11:10:00")
    assert [at for fact, at in story.told("resolution") if fact == "warned"] == ["2026-06-11T10:30:00"]


def test_targets_in_a_row_that_pause_on_the_same_are_remembered_once_and_all_count() -> None:
    policies = [resolution(within, pause_on=["pending"]) | {"apply_to_open": True} for within in ("4h", "5h") * 6]
    policies.append(resolution("4h", pause_on=COUNTS_ALL) | {"apply_to_open": True})
    story = Story(*policies).arrives("2026-06-11T09:00")
    for version in range(2, len(policies) + 1):
        story.activate(f"2026-06-11T10:{version:02}", version)
    story.play()
    (clock,) = orjson.loads(story.runner.database.contacts["c1"])["clocks"]
    assert len(clock["former"]) == 1, "a clock of days outlives many policies"
    story.at("2026-06-11T09:50", "pending_changed", pending=True).at("2026-06-11T10:20", "pending_changed")
    story.play(until="2026-06-12T09:00")
    # Pending from 09:50 to 10:13, when the last policy came.
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T13:23:00")
