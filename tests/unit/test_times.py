"""Times as milliseconds, as datetimes and as texts are the same instants, to the millisecond."""

from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from shared.times import DAY_MS, from_ms, rfc3339, to_ms

CENTURIES_MS = st.integers(-100 * 366 * DAY_MS, 200 * 365 * DAY_MS)


@given(CENTURIES_MS)
def test_a_time_is_the_same_to_the_millisecond_however_it_is_written(at_ms: int) -> None:
    assert to_ms(from_ms(at_ms)) == at_ms
    assert to_ms(datetime.fromisoformat(rfc3339(at_ms))) == at_ms


@given(CENTURIES_MS, st.integers(0, 999), st.integers(-14 * 60, 14 * 60))
def test_a_part_of_a_millisecond_is_dropped_in_every_time_zone(at_ms: int, microseconds: int, minutes: int) -> None:
    at = (from_ms(at_ms) + timedelta(microseconds=microseconds)).astimezone(timezone(timedelta(minutes=minutes)))
    assert to_ms(at) == at_ms


def test_no_millisecond_is_lost_after_two_to_the_31_seconds() -> None:
    at = datetime(2038, 8, 3, 9, 32, 40, 588_000, tzinfo=UTC)
    assert rfc3339(to_ms(at)) == "2038-08-03T09:32:40.588Z"
