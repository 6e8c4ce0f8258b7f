"""Calendar cases that other systems got wrong, each with its right value; its number is that of the collection.

Decided where sources disagree: a target that is used up exactly at closing time is due at closing time; a span is half
open; a target that starts while closed starts at the next opening.
"""

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.policy.calendar import Calendar
from shared.policy.hours import Hours

OFFICE = {"mon-fri": ["09:00-17:00"]}
TEN_TO_SIX = {"mon-fri": ["10:00-18:00"]}


def hours(opening: dict[str, Any], zone: str = "UTC", holidays: tuple[Any, ...] = ()) -> Calendar:
    """The calendar of a policy that says so."""
    week = {days: tuple(spans) for days, spans in opening.items()}
    return Hours.model_validate({"open": week, "holidays": holidays}).calendar(zone)


def at(text: str, zone: str = "UTC") -> int:
    moment = datetime.fromisoformat(text)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(zone))
    return round(moment.timestamp() * 1000)


CLOSED_THU_FRI = ("2026-06-11", "2026-06-12")

ELAPSED = {
    "case_01_a_weekend_between_two_minutes_does_not_count": (
        hours(OFFICE), "2023-12-01T16:58", "2023-12-04T09:01:01", 181.0),
    "case_02_a_night_does_not_count": (
        hours({"mon-sun": ["08:00-17:00"]}), "2023-04-27T15:43", "2023-04-28T13:02", 379 * 60.0),
    "case_03_hours_over_midnight_end_after_midnight": (
        hours({"mon-sun": ["17:00-01:00"]}), "2021-11-15T02:00", "2021-11-15T04:48", 0.0),
    "case_04_whole_days_have_no_gap_at_midnight": (
        hours({"mon-fri": ["00:00-24:00"]}), "2019-06-08T23:07:02", "2019-06-11T02:53:20.900", 96_800.9),
    "case_05_what_starts_after_closing_counts_from_the_next_opening": (
        hours({"mon-fri": ["07:00-16:00"]}), "2015-02-23T16:01", "2015-02-24T14:20", 7 * 3600 + 20 * 60.0),
    "case_21_work_that_is_done_before_the_opening_took_no_time": (
        hours({"mon-fri": ["00:00-24:00"]}, "America/New_York"),
        "2023-10-16T01:29+00:00", "2023-10-16T01:33+00:00", 0.0),
}  # fmt: skip

DUE = {
    "case_06_an_end_at_2359_leaves_one_minute_a_day_closed": (
        hours({"mon-sun": ["00:00-23:59"]}), "2026-06-10T23:50", 20 / 60, "2026-06-11T00:11"),
    "case_06_an_end_at_2400_leaves_none": (
        hours({"mon-sun": ["00:00-24:00"]}), "2026-06-10T23:50", 20 / 60, "2026-06-11T00:10"),
    "case_07_the_rest_of_a_target_goes_over_the_weekend": (hours(OFFICE), "2026-06-12T16:30", 1, "2026-06-15T09:30"),
    "case_08_the_rest_of_a_target_goes_over_the_night": (hours(OFFICE), "2026-06-10T16:00", 4, "2026-06-11T12:00"),
    "case_09_an_hour_before_the_weekend_three_after_it": (
        hours({"mon-fri": ["08:00-18:00"]}), "2026-06-12T17:00", 4, "2026-06-15T11:00"),
    "case_10_the_lunch_break_does_not_count": (
        hours({"mon-fri": ["09:00-13:00", "14:00-18:00"]}), "2026-06-08T12:30", 1, "2026-06-08T14:30"),
    "case_11_one_day_a_week_goes_on_a_week_later": (
        hours({"tue": ["08:00-17:00"]}), "2026-06-09T16:00", 2, "2026-06-16T09:00"),
    "case_13_the_repeated_hour_of_autumn_counts_twice": (
        hours({"mon-sun": ["00:00-10:00"]}, "Europe/Amsterdam"),
        "2022-10-30T02:00+02:00", 1, "2022-10-30T02:00+01:00"),
    "case_14_a_whole_day_of_work_ends_at_the_same_time_of_the_next": (
        hours(OFFICE), "2026-06-12T16:00", 8, "2026-06-15T16:00"),
    "case_14_two_hours_end_at_ten": (hours(OFFICE), "2026-06-12T16:00", 2, "2026-06-15T10:00"),
    "case_15_a_target_used_up_at_closing_time_is_due_at_closing_time": (
        hours(TEN_TO_SIX), "2026-06-06T15:00", 24, "2026-06-10T18:00"),
    "case_15_nine_days_of_work_end_on_the_second_thursday": (
        hours(TEN_TO_SIX), "2026-06-06T15:00", 72, "2026-06-18T18:00"),
    "case_16_an_evening_counts_from_the_next_morning": (
        hours(TEN_TO_SIX), "2026-06-08T20:00", 0.5, "2026-06-09T10:30"),
    "case_16_two_hours_from_the_next_morning": (hours(TEN_TO_SIX), "2026-06-08T20:00", 2, "2026-06-09T12:00"),
    "case_17_holidays_before_a_weekend_count_from_monday": (
        hours(TEN_TO_SIX, "UTC", CLOSED_THU_FRI), "2026-06-11T15:00", 0.5, "2026-06-15T10:30"),
    "case_17_two_hours_after_holidays_and_a_weekend": (
        hours(TEN_TO_SIX, "UTC", CLOSED_THU_FRI), "2026-06-11T15:00", 2, "2026-06-15T12:00"),
    "case_18_twenty_four_office_hours_are_three_days_of_work": (
        hours(OFFICE), "2026-06-12T16:55", 24, "2026-06-17T16:55"),
    "case_19_days_of_different_length": (
        hours({"mon": ["09:00-17:00"], "tue": ["09:00-16:00"], "thu": ["08:00-17:00"]}),
        "2026-06-08T11:00", 16, "2026-06-11T11:00"),
    "case_20_nine_hours_a_day_end_at_the_same_time_of_the_next": (
        hours({"mon-sun": ["14:30-23:30"]}), "2023-10-17T14:51:01", 9, "2023-10-18T14:51:01"),
}  # fmt: skip


@pytest.mark.parametrize("case", sorted(ELAPSED))
def test_elapsed_time_of(case: str) -> None:
    calendar, start, end, seconds = ELAPSED[case]
    assert calendar.open_seconds_between(at(start), at(end)) == seconds


@pytest.mark.parametrize("case", sorted(DUE))
def test_due_time_of(case: str) -> None:
    calendar, start, needed, due = DUE[case]
    assert calendar.add_open_time(at(start), needed * 3600) == at(due)


def test_case_12_the_next_opening_in_the_night_of_the_repeated_hour_is_the_second_two_o_clock() -> None:
    calendar = hours({"sun": ["02:00-17:00"]}, "America/New_York")
    assert calendar.next_opening(at("2015-11-01T01:59:30-04:00")) == at("2015-11-01T02:00-05:00")


def test_case_22_a_holiday_is_the_local_day_from_midnight_to_midnight() -> None:
    calendar = hours({"mon-sun": ["00:00-24:00"]}, "America/New_York", ("2026-12-25",))
    midnight, next_midnight = at("2026-12-25", "America/New_York"), at("2026-12-26", "America/New_York")
    assert calendar.is_open(midnight - 1)
    assert not calendar.is_open(midnight)
    assert not calendar.is_open(next_midnight - 1), "its last second is closed too"
    assert calendar.is_open(next_midnight)
    assert calendar.add_open_time(midnight - 1000, 2) == next_midnight + 1000


def test_case_23_the_schedule_of_a_zone_that_stopped_daylight_saving_still_holds_years_later() -> None:
    calendar = hours({"mon-fri": ["09:00-17:00"]}, "America/Sao_Paulo")  # no daylight saving since 2019
    for year in (2018, 2026, 2040):
        monday = next(day for day in (date(year, 1, n) for n in range(1, 8)) if day.weekday() == 0)
        opens = at(f"{monday}T09:00", "America/Sao_Paulo")
        assert calendar.next_opening(opens - 3_600_000) == opens
        assert calendar.open_seconds_between(opens - 3_600_000, opens + 86_400_000 - 3_600_000) == 8 * 3600


def test_public_holidays_of_a_country_and_of_its_region_close_every_year() -> None:
    plain = hours({"mon-sun": ["00:00-24:00"]}, "Europe/Madrid", ({"country": "ES"},))
    regional = hours({"mon-sun": ["00:00-24:00"]}, "Europe/Madrid", ({"country": "ES", "region": "MD"}, "2026-07-01"))
    for year in (2025, 2026, 2031):
        epiphany = at(f"{year}-01-06T12:00", "Europe/Madrid")
        assert not plain.is_open(epiphany)
        assert not regional.is_open(epiphany)
    madrid_only = at("2026-05-02T12:00", "Europe/Madrid")
    assert plain.is_open(madrid_only)
    assert not regional.is_open(madrid_only)
    assert not regional.is_open(at("2026-07-01T12:00", "Europe/Madrid"))


def test_hours_over_midnight_are_closed_on_a_holiday_and_open_again_after_it() -> None:
    calendar = hours({"mon-sun": ["17:00-01:00"]}, "UTC", ("2026-12-25",))
    assert calendar.is_open(at("2026-12-24T23:59"))
    assert not calendar.is_open(at("2026-12-25T00:30")), "the holiday's own local day is closed"
    assert not calendar.is_open(at("2026-12-25T18:00"))
    assert calendar.is_open(at("2026-12-26T00:30")), "the span of the holiday's evening goes on after midnight"


def test_a_span_over_midnight_is_its_two_halves() -> None:
    whole = hours({"fri": ["22:00-06:00"]}, "Europe/Madrid")
    halves = hours({"fri": ["22:00-24:00"], "sat": ["00:00-06:00"]}, "Europe/Madrid")
    start = at("2026-10-23T00:00", "Europe/Madrid")
    for step in range(0, int(timedelta(days=3).total_seconds()), 1800):
        assert whole.is_open(start + step * 1000) == halves.is_open(start + step * 1000)
