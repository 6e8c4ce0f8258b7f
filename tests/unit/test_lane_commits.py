"""What a commit writes down of a step: where the next owner goes on, and what is to be published."""

from msgspec.structs import replace

from shared.contract.records import DeadLetter, Event, Origin, Record
from shared.errors import Reason
from shared.lane.commits import commit_of, decode_batch
from shared.lane.engine import Step
from shared.lane.store import Claim

BEFORE = Claim(
    partition=2,
    epoch=7,
    next_step=40,
    next_offset=100,
    next_seq=12,
    published_step=38,
    published_seq=9,
    input_seq=70,
    input_id="id-99",
)
PUBLISHED = (39, 10)
EVENTS = [Event("t", "w", f"k{number}", 1000, "c", number, b"{}") for number in range(3)]
DEAD = DeadLetter("d", "w", Reason.ILLEGAL, "", "why", Origin(topic="t", partition=2, offset=102), b"", 1000)


def record(offset: int, seq: int | None = None) -> Record:
    return Record(offset, 1000, "t", f"id-{offset}", b"", seq)


def test_a_commit_passes_its_records_and_numbers_its_events_after_those_before_them() -> None:
    records = [record(100, 71), record(101, 72)]
    commit, batch = commit_of(BEFORE, Step(writes="rows", events=EVENTS), records, records[-1], 1234, PUBLISHED)
    after = replace(
        BEFORE,
        next_step=41,
        next_offset=102,
        next_seq=15,
        published_step=39,
        published_seq=10,
        input_seq=72,
        input_id="id-101",
    )
    assert (commit.before, commit.after, commit.at_ms, commit.writes) == (BEFORE, after, 1234, "rows")
    assert (batch.step, batch.first_seq, batch.next_offset, batch.events) == (40, 12, 102, EVENTS)
    assert decode_batch(commit.outbox or b"") == batch


def test_repeats_at_the_end_of_a_batch_are_passed_and_the_number_of_the_last_applied_stays() -> None:
    commit, _ = commit_of(BEFORE, Step(writes=None), [record(100, 71)], record(103, 71), 0, PUBLISHED)
    assert (commit.after.next_offset, commit.after.input_seq, commit.after.input_id) == (104, 71, "id-103")
    commit, _ = commit_of(BEFORE, Step(writes=None), [], record(103, 70), 0, PUBLISHED)
    assert (commit.after.next_offset, commit.after.input_seq, commit.after.input_id) == (104, 70, "id-103")


def test_a_log_without_numbers_leaves_none() -> None:
    commit, _ = commit_of(replace(BEFORE, input_seq=0), Step(writes=None), [record(100)], record(100), 0, PUBLISHED)
    assert commit.after.input_seq == 0


def test_a_deadline_passes_no_input() -> None:
    commit, batch = commit_of(BEFORE, Step(writes=None, events=EVENTS), [], None, 0, PUBLISHED)
    assert (commit.after.next_offset, commit.after.input_seq, commit.after.input_id) == (100, 70, "id-99")
    assert (batch.next_offset, commit.after.next_step, commit.after.next_seq) == (100, 41, 15)


def test_the_outbox_has_a_row_only_of_what_is_to_be_published_and_a_dead_letter_is() -> None:
    assert commit_of(BEFORE, Step(writes=None), [], None, 0, PUBLISHED)[0].outbox is None
    commit, batch = commit_of(BEFORE, Step(writes=None, dead=[DEAD]), [], record(102), 0, PUBLISHED)
    assert commit.dead == [DEAD]
    assert decode_batch(commit.outbox or b"") == batch
    assert (batch.dead, commit.after.next_seq) == ([DEAD], 12)
