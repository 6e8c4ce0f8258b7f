"""A lane's records straight from aiokafka's decoder.

aiokafka makes an object of its own of each record, of eleven fields, passes it through three frames, and checks a
batch's CRC in software: together nearly half of what reading took. Consumers with ``as_records`` as their
``value_deserializer`` give shared.contract.records.Record instead, made where they are decoded, of batches whose CRC
the processor has computed. What is passed over, refused and read again is aiokafka's rule, word for word.
"""

from collections.abc import Callable, Iterator
from functools import wraps
from itertools import islice
from struct import Struct
from typing import Any

from aiokafka import conn
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException, KafkaError
from aiokafka.record.default_records import DefaultRecordBatch

from shared.contract.envelope import to_record
from shared.contract.records import Record
from shared.kafka.crc import crc32c

__all__ = ["as_records", "read_lean"]

_LENGTH = Struct(">8xi")  # of a batch, what comes before its length, and that: the bytes that follow it
_CHECKED = 21  # bytes of a batch that its CRC, which is the last of them, does not cover
# Twice so much of a reply waits before the socket is told to wait until it is read, and that is when all of it came: at
# aiokafka's 64 KB megabytes were stopped and started again a dozen times (measured: a third of receiving them).
_READ_AHEAD_BYTES = 1024 * 1024


def as_records(value: bytes | None) -> bytes | None:
    """The mark of a consumer whose ``getmany`` gives our records."""
    return value


def read_lean() -> None:
    """Once for the process, before the first client is made."""
    conn.READER_LIMIT = _READ_AHEAD_BYTES
    fetcher.MemoryRecords = _Fetched
    fetcher.PartitionRecords._unpack_records = _either(fetcher.PartitionRecords._unpack_records, _unpacked)  # noqa: SLF001
    fetcher.FetchResult.getall = _either(fetcher.FetchResult.getall, _taken)


class _Fetched(fetcher.MemoryRecords):  # type: ignore[misc]
    """What a broker sent of a partition, which also gives the bytes of its batches."""

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self._data = data
        self._at = 0

    def next_sound(self) -> Any:
        """The next batch; None if it is damaged."""
        batch = self.next_batch()
        begin = self._at
        self._at = end = begin + _LENGTH.size + _LENGTH.unpack_from(self._data, begin)[0]
        if type(batch) is not DefaultRecordBatch:
            return batch if batch.validate_crc() else None  # of the time before Kafka 0.11, with a CRC of another kind
        return batch if crc32c(self._data[begin + _CHECKED : end]) == batch.crc else None


def _either(theirs: Callable[..., Any], ours: Callable[..., Any]) -> Callable[..., Any]:
    """``ours`` for those who asked for it."""

    @wraps(theirs)
    def chosen(self: Any, *arguments: Any) -> Any:
        records = self if isinstance(self, fetcher.PartitionRecords) else self._partition_records
        asked = records is not None and records._value_deserializer is as_records
        return ours(self, *arguments) if asked else theirs(self, *arguments)

    return chosen


def _unpacked(self: Any) -> Iterator[Record]:
    """PartitionRecords._unpack_records."""
    fetched = self._records
    while fetched.has_next():
        batch = fetched.next_sound() if self._check_crcs else fetched.next_batch()
        if batch is None:
            raise CorruptRecordException(f"Invalid CRC - {self._tp}")
        if not _is_passed(self, batch):
            for raw in batch:
                offset = raw.offset
                if offset >= self.next_fetch_offset:  # of a compressed batch, the wanted record may not be the first
                    record = to_record(offset, raw.timestamp, raw.value, raw.headers)
                    self.next_fetch_offset = offset + 1
                    yield record
        self.next_fetch_offset = batch.next_offset  # compaction may have taken the last ones


def _is_passed(self: Any, batch: Any) -> bool:
    """Whether a batch holds no records for us: it was aborted, or says how a transaction ended."""
    control = batch.is_control_batch
    if self._isolation_level == fetcher.READ_COMMITTED and batch.producer_id is not None:
        self._consume_aborted_up_to(batch.base_offset)
        if control and self._contains_abort_marker(batch):
            self._aborted_producers.discard(batch.producer_id)
        return control or (batch.is_transactional and batch.producer_id in self._aborted_producers)
    return bool(control)


def _taken(self: Any, max_records: int | None = None) -> list[Record]:
    """FetchResult.getall; but what stands before a batch that cannot be read is given, and only then is that told."""
    if not self.check_assignment(self._topic_partition):
        return []
    taken: list[Record] = []
    try:
        taken.extend(islice(self._partition_records._records_iterator, max_records))
    except Exception as error:
        if not taken:  # else the fault is met again, and first, by whoever asks for what follows
            if isinstance(error, KafkaError):
                raise
            raise CorruptRecordException(repr(error)) from error
    self._update_position()
    if max_records is None or len(taken) < max_records:
        self._partition_records = None
    return taken
