"""Which hours ``usher report`` is about: in every time zone, at every edge, whatever somebody writes."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.output import UsageError
from cli.report.span import hours_of
from services.sla.domain.hours import HOUR_MS
from shared.times import rfc3339, to_ms

NOW = to_ms(datetime(2026, 11, 29, 10, 20, tzinfo=UTC))
HOUR = NOW // HOUR_MS
ZONES = [None, UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))]
BOUNDS = st.one_of(
    st.text(max_size=30),
    st.from_regex(r"-?[0-9]{0,12}[hd]", fullmatch=True),
    st.datetimes(
        timezones=st.sampled_from([None, UTC, timezone(timedelta(hours=14)), timezone(-timedelta(hours=12))])
    ).map(datetime.isoformat),
    st.sampled_from(["0001-01-01", "9999-12-31T23:59:59-12:00", "9" * 5000 + "h", "\u0663h", "24H", "-7d", "0h", ""]),
)


@given(BOUNDS, st.none() | BOUNDS)
def test_whatever_is_written_is_some_hours_that_there_were_or_a_line_that_says_what_to_write(
    since: str, until: str | None
) -> None:
    try:
        first, end = hours_of(since, until, NOW)
    except UsageError as error:
        assert len(str(error)) < 200
        assert "\n" not in str(error)
    else:
        assert 0 <= first < end < 2**31
        assert rfc3339(first * HOUR_MS) < rfc3339(min(NOW, end * HOUR_MS))


@pytest.mark.parametrize(
    ("since", "until", "hours"),
    [
        ("24h", None, (HOUR - 24, HOUR + 1)),
        ("-1d", "1h", (HOUR - 24, HOUR)),
        ("0h", None, (HOUR, HOUR + 1)),
        ("2026-11-29T08:00:00Z", "2026-11-29T09:00:00Z", (HOUR - 2, HOUR - 1)),
        ("2026-11-29T08:00:00Z", "2026-11-29T09:00:01Z", (HOUR - 2, HOUR)),
        ("2026-11-29T13:30:00+05:30", "2026-11-29T15:30:00+05:30", (HOUR - 2, HOUR)),
        ("2026-11-29T13:15:00+05:30", "2026-11-29T14:15:00+05:30", (HOUR - 3, HOUR - 1)),
        ("1960-01-01T00:00:00Z", "1970-01-01T01:00:00Z", (0, 1)),
    ],
)
def test_each_hour_of_which_some_lies_between_the_two_is_reported(
    since: str, until: str | None, hours: tuple[int, int]
) -> None:
    assert hours_of(since, until, NOW) == hours


def test_the_hour_that_begins_this_very_millisecond_is_one_that_may_be_asked_for() -> None:
    assert hours_of("0h", None, HOUR * HOUR_MS) == (HOUR, HOUR + 1)


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2027-01-01T00:00:00Z", None, "--from '2027-01-01T00:00:00Z' lies ahead"),
        ("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z", "--from '2027-01-01T00:00:00Z' lies ahead"),
        ("1h", "3h", "--to '3h' does not lie after"),
        ("99999999999d", None, "--from 99999999999d: so long ago"),
        ("24h", "tomorrow", "--to 'tomorrow': write 2026-11-28"),
        ("0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00+14:00", "--to '0001-01-01T00:00:00+14:00' does not"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_option(since: str, until: str | None, says: str) -> None:
    with pytest.raises(UsageError) as refused:
        hours_of(since, until, NOW)
    assert str(refused.value).startswith(says)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("24h", "2020-01-01", "--to '2020-01-01' does not lie after --from '24h': swap them, or name both"),
        ("2099-01-01\n08:00", None, "--from '2099-01-01\\n08:00' lies ahead: a report is of what was"),
    ],
)
def test_what_is_wrong_with_the_hours_is_said_of_what_was_asked_for_in_one_line(
    since: str, until: str | None, said: str
) -> None:
    with pytest.raises(UsageError) as told:
        hours_of(since, until, NOW)
    assert str(told.value) == said
