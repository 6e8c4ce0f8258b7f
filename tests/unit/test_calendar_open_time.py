"""Opening hours against a naive oracle that looks at every minute, over the days when clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.policy.calendar import ALWAYS_OPEN, SEARCH_DAYS_MAX, Calendar
from shared.policy.hours import DAYS, Hours

MINUTE_MS = 60_000
DAY_MS = 86_400_000
OFFICE = [[(32400, 48600), (54000, 64800)]] * 5 + [[(36000, 50400)], []]


def at(text: str, zone: str = "UTC") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


def shown(ms: int, zone: str) -> str:
    return datetime.fromtimestamp(ms / 1000, ZoneInfo(zone)).strftime("%Y-%m-%dT%H:%M:%S")


class Oracle:
    """Is this minute open? Asked of the wall clock, minute by minute."""

    def __init__(self, zone, week, holidays=frozenset()):
        self.zone, self.week, self.holidays = ZoneInfo(zone), week, holidays

    def is_open(self, ms):
        local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(self.zone)
        if local.date() in self.holidays:
            return False
        second = local.hour * 3600 + local.minute * 60 + local.second
        return any(opens <= second < closes for opens, closes in self.week[local.weekday()])

    def add(self, start, minutes):
        while True:
            if minutes == 0:
                return start
            minutes -= self.is_open(start)
            start += MINUTE_MS

    def minutes_between(self, start, end):
        return sum(self.is_open(ms) for ms in range(start, end, MINUTE_MS))

    def next_opening(self, start):
        while not self.is_open(start):
            start += MINUTE_MS
        return start

    def next_closing(self, start):
        if not self.is_open(start):
            return None
        closed = (ms for ms in range(start, start + 7 * DAY_MS, MINUTE_MS) if not self.is_open(ms))
        return next(closed, None)


def spans_of_a_day():
    edges = st.lists(st.integers(0, 96), min_size=0, max_size=6, unique=True).map(sorted)
    return edges.map(lambda e: [(e[i] * 900, e[i + 1] * 900) for i in range(0, len(e) - 1, 2)])


weeks = st.lists(spans_of_a_day(), min_size=7, max_size=7).filter(any)
# Every zone with both of its changes: an hour lost, an hour repeated, half an hour (Lord Howe), midnight (Santiago).
CHANGES = {
    "Europe/Madrid": (date(2026, 3, 29), date(2026, 10, 25)),
    "America/New_York": (date(2026, 3, 8), date(2026, 11, 1)),
    "Australia/Lord_Howe": (date(2026, 4, 5), date(2026, 10, 4)),
    "America/Santiago": (date(2026, 4, 4), date(2026, 9, 6)),
    "Asia/Kathmandu": (date(2026, 1, 5), date(2026, 7, 1)),
}


@st.composite
def situations(draw):
    zone = draw(st.sampled_from(sorted(CHANGES)))
    day = draw(st.sampled_from(CHANGES[zone])) + timedelta(days=draw(st.integers(-2, 1)))
    start = at(day.isoformat()) + draw(st.integers(0, 1439)) * MINUTE_MS
    holidays = frozenset(day + timedelta(days=n) for n in draw(st.sets(st.integers(0, 3), max_size=2)))
    return zone, draw(weeks), holidays, start


@given(situations(), st.integers(0, 2000))
@settings(max_examples=150, deadline=None)
def test_open_time_is_what_a_clock_on_the_wall_says(situation, minutes):
    zone, week, holidays, start = situation
    calendar, oracle = Calendar(zone, week, holidays), Oracle(zone, week, holidays)
    end = start + 3 * DAY_MS
    assert calendar.open_seconds_between(start, end) == 60 * oracle.minutes_between(start, end)
    assert calendar.next_opening(start) == oracle.next_opening(start)
    assert calendar.next_closing(start) == oracle.next_closing(start)
    assert [calendar.is_open(ms) for ms in range(start, start + DAY_MS, 7 * MINUTE_MS)] == [
        oracle.is_open(ms) for ms in range(start, start + DAY_MS, 7 * MINUTE_MS)
    ]
    weekly = sum(closes - opens for spans in week for opens, closes in spans) // 60
    minutes = min(minutes, weekly)  # the oracle is slow over weeks of nearly closed days
    due = calendar.add_open_time(start, minutes * 60)
    assert calendar.open_seconds_between(start, due) == minutes * 60
    # The oracle stops after the minute in which the time is used up; so does the calendar, to the millisecond.
    assert due == oracle.add(start, minutes)


@given(situations(), st.floats(0.001, 5000, allow_nan=False), st.integers(0, 59_999))
@settings(max_examples=100, deadline=None)
def test_the_due_time_is_the_first_instant_by_which_the_open_time_has_passed(situation, seconds, odd_ms):
    zone, week, holidays, start = situation
    calendar = Calendar(zone, week, holidays)
    start += odd_ms
    due = calendar.add_open_time(start, seconds)
    wanted = round(seconds * 1000)
    assert round(calendar.open_seconds_between(start, due) * 1000) == wanted
    if wanted:
        assert round(calendar.open_seconds_between(start, due - 1) * 1000) == wanted - 1


class Written:
    """Hours as a policy writes them, the same on some weekdays; the end may lie behind midnight."""

    minutes_between, add = Oracle.minutes_between, Oracle.add

    def __init__(self, zone, days, opens, closes, holidays):
        self.zone, self.days, self.opens, self.closes, self.holidays = ZoneInfo(zone), days, opens, closes, holidays

    def is_open(self, ms):
        local = datetime.fromtimestamp(ms // 1000, UTC).astimezone(self.zone)
        minute = local.hour * 60 + local.minute
        today, yesterday = local.weekday() in self.days, (local.weekday() - 1) % 7 in self.days
        if local.date() in self.holidays:
            return False
        if self.opens < self.closes:
            return today and self.opens <= minute < self.closes
        return (today and minute >= self.opens) or (yesterday and minute < self.closes)


def written(minute):
    return f"{minute // 60:02}:{minute % 60:02}"


@given(
    situations(), st.sets(st.integers(0, 6), min_size=1), st.integers(0, 95), st.integers(1, 96), st.integers(0, 2000)
)
@settings(max_examples=60, deadline=None)
def test_hours_as_they_are_written_are_those_of_the_wall_also_over_midnight(situation, days, opens, closes, minutes):
    zone, _, holidays, start = situation
    assume(opens != closes)
    spans = {DAYS[day]: (f"{written(opens * 15)}-{written(closes * 15)}",) for day in days}
    calendar = Hours.model_validate({"open": spans, "holidays": tuple(sorted(map(str, holidays)))}).calendar(zone)
    oracle, end = Written(zone, days, opens * 15, closes * 15, holidays), start + 3 * DAY_MS
    assert calendar.open_seconds_between(start, end) == 60 * oracle.minutes_between(start, end)
    minutes = min(minutes, (closes - opens) % 96 * 15 * len(days))
    assert calendar.add_open_time(start, minutes * 60) == oracle.add(start, minutes)


def test_lunch_is_not_open_time():
    office = Calendar("Europe/Madrid", OFFICE)
    due = office.add_open_time(at("2026-06-01T13:00:00", "Europe/Madrid"), 3600)
    assert shown(due, "Europe/Madrid") == "2026-06-01T15:30:00"


def test_time_that_ends_with_the_span_is_due_at_the_spans_end_and_not_at_the_next_opening():
    office = Calendar("Europe/Madrid", OFFICE)
    due = office.add_open_time(at("2026-06-01T13:00:00", "Europe/Madrid"), 1800)
    assert shown(due, "Europe/Madrid") == "2026-06-01T13:30:00"


def test_a_weekend_and_a_holiday_are_skipped():
    office = Calendar("Europe/Madrid", OFFICE, frozenset([date(2026, 6, 8)]))
    friday_evening = at("2026-06-05T19:00:00", "Europe/Madrid")
    assert shown(office.next_opening(friday_evening), "Europe/Madrid") == "2026-06-06T10:00:00"
    due = office.add_open_time(friday_evening, 4 * 3600 + 1)
    assert shown(due, "Europe/Madrid") == "2026-06-09T09:00:01"


def test_an_hour_that_the_clock_skips_is_not_open_time():
    night = Calendar("Europe/Madrid", [[(0, 86400)]] * 7)
    start = at("2026-03-29T01:30:00", "Europe/Madrid")
    assert shown(night.add_open_time(start, 3600), "Europe/Madrid") == "2026-03-29T03:30:00"
    only_the_lost_hour = Calendar("Europe/Madrid", [[(7200, 10800)]] * 7)
    day = at("2026-03-29T00:00:00", "Europe/Madrid")
    assert only_the_lost_hour.open_seconds_between(day, day + 23 * 3_600_000) == 0


def test_an_hour_that_the_clock_repeats_is_open_twice():
    early = Calendar("Europe/Madrid", [[(7200, 10800)]] * 7)
    day = at("2026-10-25T00:00:00", "Europe/Madrid")
    assert early.open_seconds_between(day, day + 25 * 3_600_000) == 7200


def test_the_end_of_a_span_is_closed_and_its_start_is_open():
    office = Calendar("UTC", OFFICE)
    assert office.is_open(at("2026-06-01T09:00:00"))
    assert not office.is_open(at("2026-06-01T13:30:00"))
    assert office.is_open(at("2026-06-01T13:30:00") - 1)
    assert not office.is_open(at("2026-06-01T09:00:00") - 1)


def test_without_opening_hours_it_is_always_open():
    assert ALWAYS_OPEN.is_always_open
    assert ALWAYS_OPEN.is_open(0)
    assert ALWAYS_OPEN.add_open_time(1000, 1.5) == 2500
    assert ALWAYS_OPEN.open_seconds_between(1000, 3500) == 2.5
    assert ALWAYS_OPEN.next_opening(77) == 77
    assert ALWAYS_OPEN.next_closing(77) is None


def test_no_time_at_all_is_due_at_once_even_when_closed():
    assert Calendar("UTC", OFFICE).add_open_time(at("2026-06-07T12:00:00"), 0) == at("2026-06-07T12:00:00")


def test_an_interval_that_goes_backwards_holds_no_open_time():
    assert Calendar("UTC", OFFICE).open_seconds_between(at("2026-06-02T12:00:00"), at("2026-06-01T12:00:00")) == 0


def test_the_search_for_open_time_ends():
    every_day_a_holiday = frozenset(date(2026, 1, 1) + timedelta(days=n) for n in range(800))
    closed = Calendar("UTC", OFFICE, every_day_a_holiday)
    start = at("2026-01-05T10:00:00")
    assert closed.next_opening(start) is None
    assert closed.add_open_time(start, 60) == at("2026-01-05T00:00:00") + SEARCH_DAYS_MAX * DAY_MS


@pytest.mark.parametrize("zone", sorted(CHANGES))
def test_days_before_the_epoch_and_far_ahead_are_worked_out_alike(zone):
    calendar, oracle = Calendar(zone, OFFICE), Oracle(zone, OFFICE)
    for text in ("1969-12-31T23:30:00", "2037-10-25T00:59:00"):
        start = at(text)
        assert calendar.next_opening(start) == oracle.next_opening(start)


def test_who_is_open_day_and_night_closes_at_no_time_and_before_a_holiday_at_midnight():
    always = [[(0, 86_400)]] * 7
    assert Calendar("Europe/Madrid", always).next_closing(at("2026-11-29")) is None
    feast = Calendar("Europe/Madrid", always, frozenset({date(2026, 12, 2)}))
    assert shown(feast.next_closing(at("2026-11-29")), "Europe/Madrid") == "2026-12-02T00:00:00"
