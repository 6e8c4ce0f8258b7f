"""What an operator's decision about a closed partition sets: it opens the partition, and never twice."""

from hypothesis import given
from hypothesis import strategies as st

from shared.contract.records import Record
from shared.errors import PartitionClosed
from shared.lane.acceptance import Input, input_disagreement, plan
from shared.lane.opening import agrees_with_input, agrees_with_output
from shared.lane.store import Claim

small = st.integers(0, 30)


def record(offset: int, *, seq: int | None = None) -> Record:
    return Record(offset, 0, "t", f"id-{offset}", b"", seq)


def log(begin: int, end: int, claim: Claim, *, start: int | None = None, first_seq: int | None = None) -> Input:
    """A log of records ``id-<offset>``, numbered from ``first_seq`` at ``begin`` where that is given."""
    last = record(claim.next_offset - 1) if begin < claim.next_offset <= end else None
    place = max(begin, claim.next_offset)
    if input_disagreement(claim, begin, end, last):
        place = begin if start is None else start
    unread = [
        record(offset, seq=None if first_seq is None else first_seq + offset - begin) for offset in range(place, end)
    ]
    return Input(begin, end, last, place, unread)


@st.composite
def claims(draw: st.DrawFn) -> Claim:
    next_seq, next_step = draw(st.integers(1, 30)), draw(small)
    next_offset = draw(small)
    return Claim(
        partition=0,
        epoch=draw(st.integers(1, 5)),
        next_step=next_step,
        next_offset=next_offset,
        next_seq=next_seq,
        published_step=draw(st.integers(0, next_step)),
        published_seq=draw(st.integers(0, next_seq - 1)),
        input_seq=draw(small),
        input_id=draw(st.sampled_from(["", "another", f"id-{next_offset - 1}"])),
    )


@given(claims(), small, small, st.lists(st.integers(1, 40), max_size=4), st.one_of(st.none(), st.integers(1, 40)))
def test_what_was_accepted_opens_and_leaves_nothing_to_accept(
    claim: Claim, begin: int, length: int, seqs: list[int], first_seq: int | None
) -> None:
    tail = [record(number, seq=seq) for number, seq in enumerate(sorted(seqs))]
    end = begin + length

    made = plan(claim, log(begin, end, claim, first_seq=first_seq), tail)

    after, seen = made.after, log(begin, end, made.after, first_seq=first_seq)
    agrees_with_output(after, tail)
    if after.next_step or after.next_offset >= begin:
        agrees_with_input(after, begin, end, seen.last_applied)
    assert plan(after, seen, tail).found == []
    assert bool(made.found) == (made.after != claim)
    assert after.published_step <= after.next_step
    assert after.published_seq < after.next_seq
    assert after.next_seq >= claim.next_seq, "a number that consumers know is never given again"


@given(claims(), small, small, st.lists(st.integers(1, 40), max_size=4))
def test_nothing_is_found_exactly_where_the_lane_would_open(
    claim: Claim, begin: int, length: int, seqs: list[int]
) -> None:
    tail = [record(number, seq=seq) for number, seq in enumerate(sorted(seqs))]
    seen = log(begin, begin + length, claim)
    opens = True
    try:
        agrees_with_output(claim, tail)
        if claim.next_step or claim.next_offset >= begin:
            agrees_with_input(claim, begin, begin + length, seen.last_applied)
    except PartitionClosed:
        opens = False

    assert (plan(claim, seen, tail).found == []) == opens


def test_a_database_older_than_the_log_goes_on_behind_it_and_applies_its_inputs_again() -> None:
    claim = Claim(partition=0, epoch=3, next_step=7, next_offset=20, next_seq=21, published_step=5, published_seq=18)

    made = plan(claim, log(0, 30, claim), [record(0, seq=30), record(1, seq=31)])

    assert made.changes() == {"next_seq": (21, 32), "published_step": (5, 7), "published_seq": (18, 31)}
    assert "inputs from offset 20 on are applied again" in made.repeated[0]
    assert "numbered from 32" in made.repeated[0]
    assert made.lost == []


def test_inputs_that_expired_unread_are_named_as_lost() -> None:
    claim = Claim(partition=0, epoch=1, next_step=1, next_offset=5)

    made = plan(claim, log(9, 12, claim), [])

    assert made.changes() == {"next_offset": (5, 9)}
    assert made.lost == ["inputs 5 to 8, which expired unread"]


def test_whoever_starts_at_the_end_of_another_log_is_told_what_is_left_out() -> None:
    claim = Claim(partition=0, epoch=1, next_step=1, next_offset=5, input_id="another")

    made = plan(claim, log(0, 12, claim, start=12), [])

    assert made.changes() == {"next_offset": (5, 12), "input_id": ("another", "")}
    assert made.lost == ["inputs 0 to 11, which will not be applied unless they were before"]
    assert made.repeated == []


def test_a_jump_in_a_numbered_log_is_taken_where_it_comes_next() -> None:
    claim = Claim(partition=0, epoch=1, next_step=4, next_offset=2, input_seq=2)

    jump = plan(claim, log(0, 5, claim)._replace(unread=[record(2, seq=2), record(3, seq=6)]), [])
    later = plan(claim, log(0, 5, claim)._replace(unread=[record(2, seq=3), record(3, seq=6)]), [])

    assert jump.changes() == {"input_seq": (2, 5)}
    assert jump.lost == ["facts 3 to 5 of the input log"]
    assert later.found == [], "what comes before the jump must be applied first"


def test_a_lane_that_never_committed_begins_where_the_log_begins() -> None:
    claim = Claim(partition=0, epoch=1)

    assert plan(claim, log(9, 12, claim, first_seq=50), []).found == []
