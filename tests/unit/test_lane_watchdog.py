"""When a lane counts as stuck: work was seen waiting, and nothing moved since."""

from hypothesis import given
from hypothesis import strategies as st

from shared.lane.watchdog import Watchdog

LOOK_SECONDS = 1.0


def test_a_quiet_partition_is_not_stuck_by_the_record_that_ends_the_quiet() -> None:
    watchdog = Watchdog()
    assert watchdog.stuck_seconds(0.0, waits=False, progress=7) == 0
    assert watchdog.stuck_seconds(3600.0, waits=True, progress=7) == 0, "the work is new"
    assert watchdog.stuck_seconds(3601.0, waits=True, progress=7) == 1


def test_work_that_waits_while_nothing_moves_is_counted_from_when_it_was_first_seen() -> None:
    watchdog = Watchdog()
    assert [watchdog.stuck_seconds(100.0 + second, waits=True, progress=1) for second in range(4)] == [0, 1, 2, 3]


def test_a_step_begins_the_count_anew_though_more_work_waits() -> None:
    watchdog = Watchdog()
    watchdog.stuck_seconds(0.0, waits=True, progress=1)
    assert watchdog.stuck_seconds(50.0, waits=True, progress=2) == 0
    assert watchdog.stuck_seconds(55.0, waits=True, progress=2) == 5


def test_a_known_fault_excuses_what_lies_before_it() -> None:
    watchdog = Watchdog()
    watchdog.stuck_seconds(0.0, waits=True, progress=1)
    assert watchdog.stuck_seconds(50.0, waits=True, progress=1, excused_at=48.0) == 2


@given(st.lists(st.tuples(st.floats(0.1, 100.0), st.booleans(), st.booleans()), max_size=40))
def test_nobody_is_stuck_for_longer_than_work_was_seen_without_a_step(looks: list[tuple[float, bool, bool]]) -> None:
    """The oracle: time since the first of the unbroken row of looks that saw work and no step."""
    watchdog, now, step, since = Watchdog(), 0.0, 0, None
    for gap, waits, moved in looks:
        now += gap
        step += moved
        since = None if not waits else now if since is None or moved else since
        assert watchdog.stuck_seconds(now, waits=waits, progress=step) == (0.0 if since is None else now - since)
