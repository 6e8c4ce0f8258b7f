"""What ``usher explain`` says of open clocks: working time left over nights and weekends, and why a clock rests."""

from typing import Any

import msgspec
import orjson

from cli.clocks import clock_lines
from services.sla.domain.rows import decode_contact
from services.sla.domain.standing import standing
from shared.policy.parse import parse_policy
from tests.support.sla_story import Story, instant, policy_of

HOURS = {"open": {"mon-fri": ["09:00-17:00"]}, "timezone": "Europe/Berlin"}
FRIDAY, SATURDAY, MONDAY = "2026-06-12", "2026-06-13", "2026-06-15"


def promised(**more: Any) -> dict[str, Any]:
    target = {"within": "2h", "calendar": "office", **more}
    return policy_of({"orders": {"targets": {"resolution": target}}}, HOURS)


def stands(story: Story, at: str) -> list[dict[str, Any]]:
    """The clocks of c1 as its row says, in UTC."""
    story.play()
    contact = decode_contact(story.runner.database.contacts["c1"])
    found = []
    for clock in contact.clocks:
        calendar = parse_policy(story.policies["acme", clock.policy]).calendar(clock.calendar or None)
        found.append(msgspec.to_builtins(standing(clock, contact, calendar, instant(at))))
    return orjson.loads(orjson.dumps(found))  # type: ignore[no-any-return]


def test_what_is_left_over_a_weekend_is_working_time_and_due_on_the_wall_clock_of_the_calendar() -> None:
    story = Story(promised()).arrives(f"{FRIDAY}T14:00")  # 16:00 in Berlin: an hour before it closes
    for at, left in ((f"{FRIDAY}T14:30", 5400), (f"{FRIDAY}T20:00", 3600), (f"{SATURDAY}T12:00", 3600)):
        (clock,) = stands(story, at)
        assert clock["left_seconds"] == left, at
    (clock,) = stands(story, f"{MONDAY}T07:30")
    assert clock["left_seconds"] == 1800
    assert clock["due_at"] == f"{MONDAY}T10:00:00.000+02:00"
    assert clock_lines([clock]) == [
        f"clock: resolution 2h of orders: 30 min 0 s of office left, due {MONDAY}T10:00:00.000+02:00"
    ]


def test_a_clock_that_rests_says_for_what_and_keeps_what_is_left() -> None:
    story = Story(promised()).arrives(f"{FRIDAY}T14:00").at(f"{FRIDAY}T14:20", "pending_changed", pending=True)
    for at in (f"{FRIDAY}T14:30", f"{SATURDAY}T12:00", f"{MONDAY}T12:00"):
        (clock,) = stands(story, at)
        assert (clock["left_seconds"], clock["due_at"], clock["waits_for"]) == (6000, None, ["pending"])
    assert clock_lines([clock]) == [
        f"clock: resolution 2h of orders: rests for pending since {FRIDAY}T14:20:00.000Z,"
        " 1 h 40 min of office will be left"
    ]
    story.at(f"{MONDAY}T07:40", "pending_changed", pending=False)
    (clock,) = stands(story, f"{MONDAY}T07:50")
    assert (clock["left_seconds"], clock["due_at"]) == (5400, f"{MONDAY}T11:20:00.000+02:00")


def test_what_is_late_is_late_by_working_time_and_stands_still_in_a_pause() -> None:
    story = Story(promised()).arrives(f"{FRIDAY}T12:30")  # due at 16:30 in Berlin
    (clock,) = stands(story, f"{SATURDAY}T12:00")
    assert (clock["state"], clock["left_seconds"]) == ("running", -1800)
    story.play(until=f"{SATURDAY}T12:00")
    (clock,) = stands(story, f"{MONDAY}T07:10")
    assert (clock["state"], clock["left_seconds"]) == ("breached", -2400)
    assert clock_lines([clock]) == [
        f"clock: resolution 2h of orders: late by 40 min 0 s of office, was due {FRIDAY}T16:30:00.000+02:00"
    ]
    story.at(f"{MONDAY}T07:20", "pending_changed", pending=True)
    assert stands(story, f"{MONDAY}T12:00")[0]["left_seconds"] == -3000
    story.at(f"{MONDAY}T12:00", "pending_changed", pending=False)
    assert stands(story, f"{MONDAY}T12:00")[0]["left_seconds"] == -3000, "and goes on from there"
    assert stands(story, f"{MONDAY}T12:10")[0]["left_seconds"] == -3600
    story.at(f"{MONDAY}T12:10", "closed").play()
    assert story.last("resolution", "ended_late", "elapsed_seconds") == 7200 + 3600


def test_a_pause_before_the_breach_is_no_time_by_which_it_is_late_less() -> None:
    story = Story(promised()).arrives(f"{FRIDAY}T12:00").at(f"{FRIDAY}T12:30", "pending_changed", pending=True)
    story.at(f"{FRIDAY}T13:00", "pending_changed", pending=False).play(until=f"{SATURDAY}T12:00")  # due at 14:30
    assert stands(story, f"{FRIDAY}T14:40")[0]["left_seconds"] == -600


def test_a_promise_at_all_hours_is_told_in_utc_and_by_its_rule() -> None:
    rule = {"name": "gold", "when": {"channel": ["email"]}, "then": {"resolution": {"within": "1d"}}}
    story = Story(policy_of({"orders": {}}, targets=[rule])).arrives(f"{FRIDAY}T14:00")
    (clock,) = stands(story, f"{SATURDAY}T12:00")
    assert clock_lines([clock]) == [
        f"clock: resolution 1d of orders by rule gold: 2 h 0 min left, due {SATURDAY}T14:00:00.000+00:00"
    ]


def test_a_login_that_may_not_read_clocks_is_told_so_and_who_has_none_has_no_line() -> None:
    assert clock_lines(None) == ["clocks: this login may not read them"]
    assert clock_lines([]) == []
