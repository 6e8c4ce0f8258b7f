"""Where logs and database agree, and where the partition stays closed: each bound, and one beyond it."""

from collections.abc import Sequence

import pytest

from shared.contract.records import Record
from shared.errors import PartitionClosed
from shared.lane.opening import agrees_with_input, agrees_with_output
from shared.lane.store import Claim

CLAIM = Claim(
    partition=1, epoch=4, next_step=6, next_offset=20, next_seq=10, published_step=4, published_seq=7, input_id="id-19"
)


def records(*seqs: int | None) -> list[Record]:
    return [Record(offset, 0, "t", f"id-{offset}", b"", seq) for offset, seq in enumerate(seqs)]


@pytest.mark.parametrize("tail", [(7,), (9,), (6, 7, 8, 9, 8), (None, 7)])
def test_the_output_log_may_end_anywhere_between_what_is_published_and_what_is_committed(tail: Sequence[int]) -> None:
    agrees_with_output(CLAIM, records(*tail))


@pytest.mark.parametrize(
    ("tail", "reason"),
    [
        ((10,), "has seq 10, but the database committed only up to 9"),
        ((10, 9), "has seq 10"),
        ((6,), "ends at seq 6, but 7 was acknowledged"),
        ((None,), "ends at seq 0"),
        ((), "published up to seq 7, but the output log is empty"),
    ],
)
def test_an_output_log_that_is_ahead_or_behind_or_gone_keeps_the_partition_closed(
    tail: Sequence[int], reason: str
) -> None:
    with pytest.raises(PartitionClosed, match=reason):
        agrees_with_output(CLAIM, records(*tail))


def test_an_output_log_may_be_empty_where_nothing_is_known_to_be_on_it() -> None:
    agrees_with_output(Claim(partition=1, epoch=1), [])
    agrees_with_output(Claim(partition=1, epoch=1, next_step=2, next_seq=5), [])


def test_the_next_offset_lies_in_the_input_log() -> None:
    for begin, end in ((20, 20), (0, 20), (20, 99)):
        agrees_with_input(CLAIM, begin, end, None)
    for begin, end in ((21, 99), (0, 19)):
        with pytest.raises(PartitionClosed, match=f"the next offset is 20, but the input log holds {begin} to {end}"):
            agrees_with_input(CLAIM, begin, end, None)


def test_only_the_record_that_was_applied_last_is_held_against_what_was_applied() -> None:
    def last(offset: int, identity: str) -> Record:
        return Record(offset, 0, "t", identity, b"")

    agrees_with_input(CLAIM, 0, 30, last(19, "id-19"))
    agrees_with_input(CLAIM, 0, 30, last(22, "the first that is still there"))
    agrees_with_input(Claim(partition=1, epoch=1, next_offset=20), 0, 30, last(19, "nobody wrote its id down"))
    with pytest.raises(PartitionClosed, match="the record at offset 19 is another, but id-19 was applied there"):
        agrees_with_input(CLAIM, 0, 30, last(19, "another"))
    with pytest.raises(PartitionClosed, match="the record at offset 19 is unnamed"):
        agrees_with_input(CLAIM, 0, 30, last(19, ""))
