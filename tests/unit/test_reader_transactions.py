"""Which batches of a partition count, where the reader itself must tell what was taken back."""

from types import SimpleNamespace
from typing import Any

from services.ingest.reader.kafka import _committed

ABORT, COMMIT = b"\x00\x00\x00\x00", b"\x00\x00\x00\x01"


def batch(offset: int, producer: int = -1, *, mark: bytes = b"") -> Any:
    """A batch of one record, or the mark that ends a producer's transaction; without a producer no transaction."""

    class Batch(SimpleNamespace):
        def __iter__(self) -> Any:
            return iter([SimpleNamespace(key=mark)])

    return Batch(base_offset=offset, producer_id=producer, is_transactional=producer >= 0, is_control_batch=bool(mark))


def counted(batches: list[Any], aborted: list[tuple[int, int]]) -> list[int]:
    return [each.base_offset for each in _committed(batches, aborted)]


def test_what_a_producer_took_back_does_not_count_and_what_it_sent_before_and_after_does() -> None:
    log = [
        batch(0, 7), batch(1, 7, mark=COMMIT),
        batch(2, 7), batch(3), batch(4, 8), batch(5, 7), batch(6, 7, mark=ABORT),
        batch(7, 8, mark=COMMIT), batch(8, 7), batch(9, 7, mark=COMMIT),
    ]  # fmt: skip
    assert counted(log, [(7, 2)]) == [0, 3, 4, 8]


def test_a_transaction_that_began_before_what_is_read_is_known_by_its_first_offset() -> None:
    assert counted([batch(10, 7), batch(11, 7, mark=ABORT), batch(12, 7)], [(7, 3)]) == [12]


def test_two_aborts_of_one_producer_are_told_apart() -> None:
    log = [
        batch(0, 7), batch(1, 7, mark=ABORT), batch(2, 7), batch(3, 7, mark=COMMIT),
        batch(4, 7), batch(5, 7, mark=ABORT), batch(6),
    ]  # fmt: skip
    assert counted(log, [(7, 4), (7, 0)]) == [2, 6]


def test_without_transactions_everything_counts() -> None:
    assert counted([batch(0), batch(1), batch(2)], []) == [0, 1, 2]
