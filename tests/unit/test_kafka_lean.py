"""A lane's records are those that aiokafka's own would have been, and whoever does not ask for them gets aiokafka's."""

from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.consumer.fetcher import PartitionRecords
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

import shared.kafka  # noqa: F401 - puts itself between aiokafka's decoder and its consumers
from shared.contract.envelope import to_record
from shared.contract.records import Record
from shared.kafka.lean import as_records

WHERE = TopicPartition("topic", 3)
BYTES = st.none() | st.binary(max_size=20)
NAMES = st.sampled_from(["ce_type", "ce_id", "ce_sequence", "traceparent", "other"])
HEADERS = st.lists(st.tuples(NAMES, st.none() | st.sampled_from([b"", b"7", b"kind", b"\xff"])), max_size=6)
PUBLISHED = st.lists(st.tuples(st.integers(0, 10**12), BYTES, BYTES, HEADERS), min_size=1, max_size=5)


def read(published: list[Any], mark: Any) -> list[Any]:
    """What a consumer is given of a batch whose first offset is 40."""
    batch = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 10_000)
    for number, (at_ms, key, value, headers) in enumerate(published):
        batch.append(number, at_ms, key, value, headers)
    packed = batch.build()
    packed[:8] = (40).to_bytes(8, "big")
    return list(PartitionRecords(WHERE, MemoryRecords(bytes(packed)), [], 40, None, mark, True, 0))


@given(PUBLISHED)
def test_our_records_are_those_that_aiokafkas_make(published: list[Any]) -> None:
    theirs = read(published, None)
    ours = read(published, as_records)
    assert ours == [to_record(raw.offset, raw.timestamp, raw.value, raw.headers) for raw in theirs]
    assert [record.offset for record in ours] == list(range(40, 40 + len(published)))


def test_who_does_not_ask_for_ours_gets_theirs() -> None:
    published = [(5, b"key", b"value", [("ce_type", b"kind")])]
    assert [type(record) for record in read(published, None)] == [ConsumerRecord]
    assert [type(record) for record in read(published, bytes.upper)] == [ConsumerRecord]
    assert read(published, as_records) == [Record(40, 5, "kind", "", b"value")]
