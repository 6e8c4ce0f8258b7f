"""How long a lane waits for records or a deadline, and when it counts as late."""

from types import SimpleNamespace
from typing import Any

from shared.contract.records import Record
from shared.lane.engine import PUNCTUAL, Delay
from shared.lane.publisher import LATE_MS
from shared.lane.time import TICK_MS_MIN, LaneTime, delay_of, gather_ms, is_due, wait_ms


def batch(*at_ms: int) -> list[Record]:
    return [Record(offset, each, "t", f"id-{offset}", b"") for offset, each in enumerate(at_ms)]


def test_a_batch_is_left_to_grow_until_its_oldest_record_has_waited_long_enough():
    assert gather_ms(batch(1000), 1000, 8) == 8
    assert gather_ms(batch(1000, 1004), 1005, 8) == 3


def test_a_record_that_has_waited_already_waits_no_longer():
    assert gather_ms(batch(1000), 1008, 8) == 0
    assert gather_ms(batch(1000), 9000, 8) == 0


def test_a_brokers_clock_that_is_ahead_makes_nobody_wait_longer():
    assert gather_ms(batch(5000), 1000, 8) == 8


def test_a_batch_grows_no_longer_than_to_the_next_deadline_and_one_that_has_come_is_none():
    assert [gather_ms(batch(1000), 1000, 200, at_ms) for at_ms in (1001, 1050, 1200, 1300)] == [1, 50, 200, 200]
    assert [gather_ms(batch(1000), 1000, 200, at_ms) for at_ms in (None, 1000, 900)] == [200, 200, 200]
    assert gather_ms(batch(1000), 1150, 200, 1170) == 20
    assert gather_ms(batch(5000), 1000, 200, 1050) == 50


def test_nothing_is_waited_for_without_a_record_or_without_a_time():
    assert gather_ms([], 1000, 8) == 0
    assert gather_ms(batch(1000), 1000, 0) == 0


def test_a_deadline_is_due_from_its_own_millisecond_on():
    assert [is_due(1000, wall_ms) for wall_ms in (999, 1000, 1001)] == [False, True, True]
    assert not is_due(None, 1000)


def test_an_idle_lane_waits_for_its_deadline_and_never_spins():
    assert [wait_ms(deadline_ms, 250, 1000) for deadline_ms in (None, 1200, 2000)] == [250, 200, 250]
    assert [wait_ms(deadline_ms, 250, 1000) for deadline_ms in (1000, 10)] == [TICK_MS_MIN, TICK_MS_MIN]


def test_people_get_more_time_only_where_a_record_or_what_is_under_way_was_late():
    records, wall_ms = batch(1000, 9000), 1000 + LATE_MS
    assert delay_of(records, wall_ms, None) is PUNCTUAL
    assert delay_of(records, wall_ms + 1, None) == Delay(wall_ms + 1, None)
    assert delay_of([], wall_ms + 1, None) is PUNCTUAL
    assert delay_of([], wall_ms, 400) == Delay(wall_ms, 400)


def test_a_lane_lives_by_the_wall_when_it_is_caught_up_and_by_the_log_when_it_is_not_and_never_goes_back():
    wall, asked = 5_000, []

    def caught_up(partition: int, next_offset: int) -> bool:
        asked.append((partition, next_offset))
        return next_offset == 9

    clock, inputs = SimpleNamespace(now_ms=lambda: wall), SimpleNamespace(caught_up=caught_up)
    parts: Any = SimpleNamespace(settled_ms=None, inputs=inputs, sense=SimpleNamespace(clock=clock))
    time = LaneTime(3, parts)
    assert [time.at(1_000, 7), time.at(2_000, 8)] == [1_000, 2_000]
    assert time.at(2_000, 9) == 5_000
    assert time.at(6_000, 9) == 6_000, "the log's clock may be ahead of ours"
    assert (time.at(2_500, 8), time.last_ms) == (6_000, 6_000)
    assert asked == [(3, 7), (3, 8), (3, 9), (3, 9), (3, 8)]


def test_on_a_log_that_another_service_writes_only_what_is_settled_counts():
    settled = [700, 650, 800]
    parts: Any = SimpleNamespace(settled_ms=lambda partition: settled.pop(0) + partition)
    time = LaneTime(3, parts)
    assert [time.at(9_000, 1) for _ in range(3)] == [703, 703, 803]
