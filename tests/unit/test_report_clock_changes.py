"""Reports over the days when clocks change, and over holidays: each promise in the hour when its open time was over."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from cli.report.figures import REPORTS
from cli.report.span import hours_of
from services.sla.domain.hours import HOUR_MS, HourRow, first_kept
from shared.times import DAY_MS, rfc3339
from tests.support.router_builders import Router, policy_with
from tests.support.sla_builders import BASE_MS, Runner
from tests.support.sla_story import Story, instant, policy_of
from tests.unit.test_sla_account import rows_of
from tests.unit.test_sla_after_router import log_of

NIGHT = {"timezone": "Europe/Berlin", "open": {"mon-sun": ["00:00-06:00"]}}
OFFICE = {
    "timezone": "Europe/Berlin",
    "open": {"mon-fri": ["09:00-13:00", "14:00-17:00"]},
    "holidays": [{"country": "DE"}, "2026-12-24"],
}
# Hours, when the contact came, what is promised, when that is over: the last two as instants, worked out by hand.
DUE = {
    "spring: the night is an hour shorter": (NIGHT, "2026-03-29T00:30+01:00", "2h", "2026-03-29T01:30Z"),
    "spring: used up as the clocks jump": (NIGHT, "2026-03-29T00:30+01:00", "90m", "2026-03-29T01:00Z"),
    "spring: the day before is none": (NIGHT, "2026-03-28T00:30+01:00", "2h", "2026-03-28T01:30Z"),
    "spring: of five hours one is left": (NIGHT, "2026-03-29T00:00+01:00", "6h", "2026-03-29T23:00Z"),
    "autumn: the night is an hour longer": (NIGHT, "2026-10-25T00:30+02:00", "4h", "2026-10-25T02:30Z"),
    "autumn: in the first of both hours": (NIGHT, "2026-10-25T00:30+02:00", "2h", "2026-10-25T00:30Z"),
    "autumn: in the second of both hours": (NIGHT, "2026-10-25T00:30+02:00", "3h", "2026-10-25T01:30Z"),
    "autumn: seven hours are one night": (NIGHT, "2026-10-25T00:00+02:00", "7h", "2026-10-25T05:00Z"),
    "a weekend in spring": (OFFICE, "2026-03-27T16:30+01:00", "1h", "2026-03-30T07:30Z"),
    "a weekend in autumn": (OFFICE, "2026-10-23T16:30+02:00", "1h", "2026-10-26T08:30Z"),
    "Christmas, the eve by its date": (OFFICE, "2026-12-23T16:30+01:00", "1h", "2026-12-28T08:30Z"),
    "a lunch break after a holiday": (OFFICE, "2026-05-01T10:00+02:00", "5h", "2026-05-04T13:00Z"),
    "Easter of 2027, when the clocks change": (OFFICE, "2027-03-25T16:30+01:00", "1h", "2027-03-30T07:30Z"),
    "Unity Day of 2025 before a weekend": (OFFICE, "2025-10-02T16:59+02:00", "2m", "2025-10-06T07:01Z"),
}


def by_hour(rows: list[HourRow], kind: str) -> dict[str, dict[str, Any]]:
    """Hour -> what the report of service levels says of one kind of promise in it."""
    levels = REPORTS["service-levels"](rows, ["queue", "hour"])
    return {level["hour"]: level["promises"][kind] for level in levels if kind in level["promises"]}


def hour_of(text: str) -> str:
    return rfc3339(instant(text) // HOUR_MS * HOUR_MS)


@pytest.mark.parametrize("case", DUE)
def test_a_promise_in_open_hours_is_missed_in_the_hour_in_which_they_are_used_up(case: str) -> None:
    hours, came, within, due = DUE[case]
    target = {"resolution": {"within": within, "calendar": "office"}}
    story = Story(policy_of({"orders": {"targets": target}}, hours)).arrives(came)
    story.play(until=rfc3339(instant(due) + DAY_MS))
    assert story.due("resolution") == rfc3339(instant(due))[:19]
    missed = {"met": 0, "breached": 1, "cancelled": 0, "kept": 0.0}
    assert by_hour(rows_of(story.runner), "resolution") == {hour_of(due): missed}
    kept = Story(policy_of({"orders": {"targets": target}}, hours)).arrives(came).at(due, "closed").play()
    assert by_hour(rows_of(kept.runner), "resolution")[hour_of(due)]["kept"] == 1.0, "at the very end is in time"


@pytest.mark.parametrize("case", [case for case in DUE if DUE[case][0] is NIGHT])
def test_router_and_report_agree_when_an_answer_is_due_on_the_night_when_clocks_change(case: str) -> None:
    hours, came, within, due = DUE[case]
    target = {"time_to_answer": {"within": within, "calendar": "night"}}
    document = policy_with(calendars={"night": hours})
    document["queues"]["orders"] = {"targets": target}
    router = Router(document, start_ms=instant(came))
    router.contact("c1", queue="orders")
    assert router.last("queued")["due_at"] == rfc3339(instant(due))
    runner = Runner({("acme", 1): router.store.policies["acme"][0].body})
    runner.step(log_of(router))
    runner.step([], (instant(due) + DAY_MS - BASE_MS) / 1000)
    assert [(each, level["breached"]) for each, level in by_hour(rows_of(runner), "time_to_answer").items()] == [
        (hour_of(due), 1)
    ]


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., int]]:
    """How many hours are reported between two times that somebody writes in Berlin."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()

    def number(since: str, until: str) -> int:
        first, end = hours_of(since, until, instant("2026-11-29T10:20Z"))
        return end - first

    yield number
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("2026-03-28", "2026-03-29", 24),
        ("2026-03-29", "2026-03-30", 23),
        ("2026-10-25", "2026-10-26", 25),
        ("2026-03-29T01:00", "2026-03-29T03:00", 1),
        ("2026-10-25T01:00", "2026-10-25T03:00", 3),
        ("2026-10-25T02:00", "2026-10-25T03:00", 2),
        ("2026-10-25T02:15", "2026-10-25T02:45", 2),  # which of both hours was not said: both
        ("2026-03-29T02:15", "2026-03-29T02:45", 2),  # there was no such time: from before the jump until after it
        ("2026-10-25T02:15+01:00", "2026-10-25T02:45+01:00", 1),
    ],
)
def test_a_local_day_has_as_many_hours_as_passed_in_it(
    berlin: Callable[..., int], since: str, until: str, hours: int
) -> None:
    assert berlin(since, until) == hours


@pytest.mark.parametrize("now", ["2026-03-29T01:00Z", "2026-10-25T00:59:59Z", "2026-10-25T01:00Z", "2026-12-25T22:30Z"])
@pytest.mark.parametrize("days", [1, 7, 400])
def test_what_is_kept_is_what_a_report_of_so_many_days_begins_with(now: str, days: int) -> None:
    first, end = hours_of(f"{days}d", None, instant(now))
    assert first_kept(instant(now), days * DAY_MS) == first
    assert end - first == days * 24 + 1, "the hour that goes on is one more, however many local days these are"
