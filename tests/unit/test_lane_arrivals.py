"""How a lane reads a log whose records are numbered: each once and in order, however often it is repeated."""

from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contract.records import Record
from shared.errors import PartitionClosed
from shared.lane.arrivals import Arrivals
from shared.lane.phases import Life
from shared.lane.store import Claim
from shared.process.failpoints import Failpoints

PARTITION = 3


class Inputs:
    """Keeps from where it was told to deliver again."""

    def __init__(self) -> None:
        self.opened: list[tuple[int, int]] = []

    def open(self, partition: int, offset: int) -> None:
        self.opened.append((partition, offset))


def arrivals() -> tuple[Arrivals, Inputs]:
    inputs = Inputs()
    parts: Any = SimpleNamespace(inputs=inputs, sense=SimpleNamespace(clock=None))
    return Arrivals(PARTITION, parts, Life(Failpoints("", ())), SimpleNamespace(ended=False)), inputs  # type: ignore[arg-type]


def records(*seqs: int | None, first: int = 10) -> list[Record]:
    return [Record(offset, 1000, "t", f"id-{offset}", b"", seq) for offset, seq in enumerate(seqs, first)]


def claim(input_seq: int, next_step: int = 5) -> Claim:
    return Claim(partition=PARTITION, epoch=1, next_step=next_step, input_seq=input_seq)


def test_a_log_without_numbers_is_taken_as_it_comes() -> None:
    reader, _ = arrivals()
    assert reader.unseen([], claim(7)) == ([], [])
    found = records(None, None)
    assert reader.unseen(found, claim(7)) == (found, found)


def test_what_was_applied_already_is_passed_and_not_applied() -> None:
    reader, inputs = arrivals()
    found = records(6, 7, 8, 8, 9)
    assert reader.unseen(found, claim(7)) == ([found[2], found[4]], found)
    assert reader.unseen(records(6, 7), claim(7)) == ([], records(6, 7))
    assert inputs.opened == []


def test_everything_before_a_gap_is_applied_and_then_the_gap_closes_the_partition() -> None:
    reader, inputs = arrivals()
    found = records(8, 9, 11, 12)
    assert reader.unseen(found, claim(7)) == (found[:2], found[:2])
    assert inputs.opened == [(PARTITION, 12)], "it is read again, and then it is the first"
    with pytest.raises(PartitionClosed, match="jumps from seq 9 to 11 at offset 12"):
        reader.unseen(found[2:], claim(9))
    assert inputs.opened == [(PARTITION, 12)]


def test_only_who_never_committed_may_begin_in_the_middle_of_the_numbers() -> None:
    reader, _ = arrivals()
    found = records(40, 41)
    assert reader.unseen(found, claim(0, next_step=0)) == (found, found)
    for known in (claim(0, next_step=1), claim(38, next_step=0)):
        with pytest.raises(PartitionClosed, match="to 40"):
            reader.unseen(found, known)


@given(start=st.integers(1, 5), steps=st.lists(st.integers(-3, 2), max_size=12), last=st.integers(1, 8))
def test_what_is_applied_goes_on_by_one_and_nothing_before_the_gap_is_left_out(
    start: int, steps: list[int], last: int
) -> None:
    """Numbers that go up, stay, fall back and jump, against the rule told one record at a time."""
    seqs = [start]
    for step in steps:
        seqs.append(max(1, seqs[-1] + step))
    expected, applied = [], last
    for at, seq in enumerate(seqs):
        if seq > applied + 1:
            break
        if seq == applied + 1:
            expected.append(at)
            applied = seq
    else:
        at = len(seqs)
    reader, inputs = arrivals()
    found = records(*seqs)
    if at == 0:
        with pytest.raises(PartitionClosed):
            reader.unseen(found, claim(last))
        return
    fresh, passed = reader.unseen(found, claim(last))
    assert ([record.offset - 10 for record in fresh], passed) == (expected, found[:at])
    assert inputs.opened == ([(PARTITION, 10 + at)] if at < len(seqs) else [])
