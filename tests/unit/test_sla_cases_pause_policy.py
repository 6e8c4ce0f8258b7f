"""A policy that takes effect while a clock of resolution rests, or was used up before it rested."""

import pytest

from tests.support.sla_story import Story, instant, policy_of, resolution


@pytest.mark.parametrize(("before", "after", "facts"), [
    (["pending"], [], ["started", "paused", "retargeted", "resumed"]),
    ([], ["pending"], ["started", "retargeted", "paused"]),
])  # fmt: skip
def test_a_target_that_pauses_on_something_else_takes_effect_where_the_contact_stands(before, after, facts) -> None:
    story = Story(resolution("4h", pause_on=before), resolution("4h", pause_on=after) | {"apply_to_open": True})
    story.arrives("2026-06-11T09:00").at("2026-06-11T09:10", "pending_changed", pending=True)
    story.activate("2026-06-11T09:30", 2).play()
    assert [name for name, _ in story.told("resolution")] == facts


def test_a_target_that_was_used_up_before_the_pause_is_breached_when_it_is_made_though_the_clock_rests() -> None:
    story = Story(resolution("4h"), resolution("10m") | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:30", "pending_changed", pending=True).activate("2026-06-11T10:00", 2)
    story.play(until="2026-06-11T11:00")
    assert [name for name, _ in story.told("resolution")] == ["started", "paused", "retargeted", "breached"]
    assert story.told("resolution")[-1] == ("breached", "2026-06-11T10:00:00")


@pytest.mark.parametrize(
    ("done", "pause_on", "end", "elapsed_minutes"),
    [
        ("09:50", ["pending"], "met", 30),
        ("09:50", [], "met", 30),
        ("10:20", ["pending"], "ended_late", 30),
        ("10:20", [], "ended_late", 50),  # the pause ends with the policy
    ],
)
def test_a_target_that_was_used_up_before_the_pause_waits_for_work_that_was_done_before_its_policy_and_is_told_later(
    done: str, pause_on: list[str], end: str, elapsed_minutes: int
) -> None:
    story = Story(resolution("4h"), resolution("10m", pause_on=pause_on) | {"apply_to_open": True})
    story.arrives("2026-06-11T09:00").at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2)
    story.at(f"2026-06-11T{done}", "closed", stamped=instant("2026-06-11T10:30") / 1000).play()
    assert story.told("resolution")[-1] == (end, f"2026-06-11T{done}:00")
    assert story.last("resolution", end, "elapsed_seconds") == 60 * elapsed_minutes


def test_a_pause_that_ended_before_the_policy_that_used_up_its_target_and_is_told_later_puts_nothing_off() -> None:
    story = Story(resolution("4h"), resolution("10m") | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:30", "pending_changed", pending=True).activate("2026-06-11T10:00", 2)
    later = instant("2026-06-11T10:30") / 1000
    story.at("2026-06-11T09:55", "pending_changed", pending=False, stamped=later)
    story.at("2026-06-11T09:58", "closed", stamped=later).play()
    assert [name for name, _ in story.told("resolution")] == ["started", "paused", "retargeted", "met"]
    assert story.last("resolution", "met", "elapsed_seconds") == 60 * 33


def test_work_that_is_told_after_a_policy_ended_its_pause_took_no_time_below_zero() -> None:
    story = Story(resolution("4h"), resolution("5h", pause_on=[]) | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:05", "pending_changed", pending=True).activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T09:10", "closed", stamped=instant("2026-06-11T10:30") / 1000).play()
    assert story.told("resolution")[-1] == ("met", "2026-06-11T09:10:00")
    assert 0 <= story.last("resolution", "met", "elapsed_seconds") <= 60 * 10


def test_what_a_policy_used_up_in_a_pause_and_the_next_one_gives_back_at_once_has_rested_since_the_pause_began() -> (
    None
):
    shorter, longer = ({**resolution(within), "apply_to_open": True} for within in ("10m", "5h"))
    story = Story(resolution("4h"), shorter, longer).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2).activate("2026-06-11T10:00", 3).at("2026-06-11T11:00", "closed").play()
    assert story.told("resolution")[-1] == ("met", "2026-06-11T11:00:00")
    assert story.last("resolution", "met", "elapsed_seconds") == 60 * 30


def test_what_is_late_took_as_long_whether_its_breach_was_told_before_it_or_with_it() -> None:
    def took(told: str) -> float:
        story = Story(resolution("4h"), resolution("10m", pause_on=[]) | {"apply_to_open": True})
        story.arrives("2026-06-11T09:00").at("2026-06-11T09:30", "pending_changed", pending=True)
        story.activate("2026-06-11T10:00", 2)
        story.at("2026-06-11T10:20", "closed", stamped=instant(f"2026-06-11T{told}") / 1000).play()
        assert story.told("resolution")[-1] == ("ended_late", "2026-06-11T10:20:00")
        seconds: float = story.last("resolution", "ended_late", "elapsed_seconds")
        return seconds

    assert took("10:00") == took("10:30") == 60 * 50  # 10:00: by a log whose clock is behind


def test_a_new_promise_that_was_used_up_before_the_pause_waits_for_work_that_is_told_later() -> None:
    elsewhere = policy_of({"orders": {}, "cards": {"targets": {"resolution": {"within": "1d"}}}})
    story = Story(elsewhere, resolution("10m") | {"apply_to_open": True}).arrives("2026-06-11T09:00")
    story.at("2026-06-11T09:30", "pending_changed", pending=True).activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T09:50", "closed", stamped=instant("2026-06-11T10:30") / 1000).play()
    assert story.told("resolution") == [("started", "2026-06-11T09:00:00"), ("met", "2026-06-11T09:50:00")]


def test_a_target_that_is_shortened_into_the_past_is_breached_when_the_policy_comes_and_not_before() -> None:
    shorter = resolution("10m") | {"apply_to_open": True}
    story = Story(resolution("4h"), shorter).arrives("2026-06-11T09:00").activate("2026-06-11T10:00", 2)
    story.at("2026-06-11T10:30", "closed").play()
    assert story.told("resolution")[1:] == [
        ("retargeted", "2026-06-11T10:00:00"),
        ("breached", "2026-06-11T10:00:00"),
        ("ended_late", "2026-06-11T10:30:00"),
    ]
    assert story.last("resolution", "ended_late", "lateness_seconds") == 1800
    assert story.last("resolution", "ended_late", "elapsed_seconds") == 5400


@pytest.mark.parametrize("rests", [False, True])
def test_a_promise_that_is_used_up_when_it_is_made_is_broken_without_a_warning(rests: bool) -> None:
    shorter = resolution("10m", warn_at=0.5) | {"apply_to_open": True}
    story = Story(resolution("4h", warn_at=0.5), shorter).arrives("2026-06-11T09:00")
    if rests:
        story.at("2026-06-11T09:30", "pending_changed", pending=True)
    story.activate("2026-06-11T10:00", 2).play(until="2026-06-11T11:00")
    names = [name for name, _ in story.told("resolution") if name != "paused"]
    assert names == ["started", "retargeted", "breached"]


def test_a_promise_of_which_less_is_left_than_a_warning_leaves_is_warned_of_when_it_is_made() -> None:
    shorter = resolution("70m", warn_at=0.5) | {"apply_to_open": True}
    story = Story(resolution("4h", warn_at=0.5), shorter).arrives("2026-06-11T09:00")
    story.activate("2026-06-11T10:00", 2).play(until="2026-06-11T11:00")
    assert story.told("resolution")[1:] == [
        ("retargeted", "2026-06-11T10:00:00"),
        ("warned", "2026-06-11T10:00:00"),
        ("breached", "2026-06-11T10:10:00"),
    ]
