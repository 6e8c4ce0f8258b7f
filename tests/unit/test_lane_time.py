"""How long a lane waits for more records before it takes a batch."""

from shared.contract.records import Record
from shared.lane.time import gather_ms


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


def test_nothing_is_waited_for_without_a_record_or_without_a_time():
    assert gather_ms([], 1000, 8) == 0
    assert gather_ms(batch(1000), 1000, 0) == 0
