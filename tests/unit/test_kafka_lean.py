"""A lane's records are those that aiokafka's own would have been, and whoever does not ask for them gets aiokafka's."""

import asyncio
import struct
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.conn import AIOKafkaConnection
from aiokafka.consumer import fetcher
from aiokafka.errors import CorruptRecordException, KafkaError
from aiokafka.protocol.admin import ApiVersionRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.legacy_records import LegacyRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from hypothesis import given
from hypothesis import strategies as st

import shared.kafka  # noqa: F401 - puts itself between aiokafka's decoder and its consumers
from shared.contract.envelope import to_record
from shared.contract.records import Record
from shared.kafka.crc import crc32c
from shared.kafka.lean import as_records

WHERE = TopicPartition("topic", 3)
LARGE = 150_000  # entries of six bytes
BEGIN = 40  # the first offset of every log
BYTES = st.none() | st.binary(max_size=20)
NAMES = st.sampled_from(["ce_type", "ce_id", "ce_sequence", "traceparent", "other"])
HEADERS = st.lists(st.tuples(NAMES, st.none() | st.sampled_from([b"", b"7", b"kind", b"\xff"])), max_size=6)
RECORDS = st.lists(st.tuples(st.integers(0, 10**12), BYTES, BYTES, HEADERS), max_size=5)
NOTHING = ""
CHANGES = st.sampled_from([NOTHING] * 9 + ["sought", "paused", "lost"])
BASE_OFFSET = 8  # bytes
CONTROL = 32  # the bit of a batch's attributes
COMMIT, ABORT = b"\0\0\0\1", b"\0\0\0\0"  # keys of control records


class Batch(NamedTuple):
    """One batch of a log. ``gaps`` are how many records compaction took before each record, and after the last."""

    records: list[Any]
    gaps: list[int]
    compression: int
    producer: int
    transactional: bool
    marker: bytes | None

    def packed(self, base: int) -> tuple[bytes, int]:
        """The batch whose first offset is ``base``, and the offset after it."""
        builder = DefaultRecordBatchBuilder(2, self.compression, self.transactional, self.producer, 0, 0, 100_000)
        offset = 0
        records = self.records if self.marker is None else [(5, self.marker, b"", [])]
        for gap, (at_ms, key, value, headers) in zip(self.gaps, records, strict=False):
            offset += gap
            builder.append(offset, at_ms, key, value, headers)
            offset += 1
        data = builder.build()
        data[:8] = base.to_bytes(8)
        data[22] |= CONTROL if self.marker is not None else 0
        offset += self.gaps[-1] or not records  # an empty batch still has a last offset
        data[23:27] = (offset - 1).to_bytes(4)
        data[17:21] = calc_crc32c(bytes(data[21:])).to_bytes(4)
        return bytes(data), base + offset


BATCHES = st.builds(
    Batch,
    records=RECORDS,
    gaps=st.lists(st.sampled_from([0, 0, 0, 1, 3]), min_size=6, max_size=6),
    compression=st.sampled_from([0, 0, 1]),
    producer=st.sampled_from([-1, 7, 7, 8]),
    transactional=st.sampled_from([True, True, False]),
    marker=st.sampled_from([None, None, None, COMMIT, ABORT]),
)


class State:
    """Where a consumer stands in a partition."""

    paused = False
    has_valid_position = True

    def __init__(self, position: int) -> None:
        self.position = position

    def consumed_to(self, position: int) -> None:
        self.position = position


class Assignment:
    """What a group has given to a member."""

    active = True

    def __init__(self, position: int) -> None:
        self.state = State(position)

    def change(self, what: str) -> None:
        """What happens between two slices."""
        match what:
            case "sought":
                self.state.position += 1
            case "paused":
                self.state.paused = True
            case "lost":
                self.active = False

    def state_value(self, where: TopicPartition) -> State:
        assert where == WHERE
        return self.state


def taken(
    data: bytes, mark: Any, first: int, slices: list[int | None], changes: list[str] | None = None, **rules: Any
) -> list[Any]:
    """What a consumer at ``first`` is given of what a broker sent, slice by slice, with its place after each; an error
    is told in place of records, and then it asks once more. ``changes`` come before the slices."""
    asked = {"aborted_transactions": [], "check_crcs": True, "isolation_level": fetcher.READ_COMMITTED} | rules
    asked |= {"fetch_offset": first, "key_deserializer": None, "value_deserializer": mark}
    records = fetcher.PartitionRecords(WHERE, fetcher.MemoryRecords(data), **asked)
    at = Assignment(first)
    fetched = fetcher.FetchResult(WHERE, assignment=at, partition_records=records, backoff=0)
    found: list[Any] = []
    for slice_max, change in zip(slices, changes or [NOTHING] * len(slices), strict=True):
        at.change(change)
        if not fetched.has_more():
            break
        try:
            got: Any = fetched.getall(slice_max)
        except Exception as error:  # noqa: BLE001 - of a batch with another length or of another format, any
            got = (type(error), str(error))
        found.append((got, records.next_fetch_offset, at.state.position, fetched.has_more()))
    return found


def ours_of(found: list[Any]) -> list[Any]:
    """The same with our records in place of aiokafka's."""
    return [
        (
            got if isinstance(got, tuple) else [to_record(r.offset, r.timestamp, r.value, r.headers) for r in got],
            *places,
        )
        for got, *places in found
    ]


def until_a_fault(found: list[Any]) -> list[Any]:
    """The slices up to the first fault, and that one."""
    faults = [number for number, (got, *_) in enumerate(found) if isinstance(got, tuple)]
    return found[: faults[0] + 1] if faults else found


@given(
    st.lists(BATCHES, min_size=1, max_size=6),
    st.lists(st.integers(1, 7) | st.none(), min_size=30, max_size=30),
    st.integers(0, 12),
    st.sampled_from([fetcher.READ_COMMITTED, fetcher.READ_UNCOMMITTED]),
    st.lists(st.tuples(st.sampled_from([7, 8]), st.integers(BEGIN, BEGIN + 20)), max_size=3),
    st.none() | st.tuples(st.integers(0, 400), st.integers(0, 7)),
    st.just(0) | st.integers(1, 200),
    st.lists(CHANGES, min_size=30, max_size=30),
)
def test_ours_are_given_what_is_aiokafkas(
    batches: list[Batch], slices: list[int | None], skipped: int, isolation: int, aborted: list[tuple[int, int]],
    damage: tuple[int, int] | None, cut: int, changes: list[str],
) -> None:  # fmt: skip
    data, end, places = bytearray(), BEGIN, list[tuple[int, int]]()
    for batch in batches:
        begin = len(data)
        packed, end = batch.packed(end)
        places.append((end, begin))
        data += packed
    if damage is not None and damage[0] < len(data):
        data[damage[0]] ^= 1 << damage[1]
    read = bytes(data[: max(0, len(data) - cut)])
    rules = {"isolation_level": isolation, "aborted_transactions": aborted}
    first = BEGIN + skipped
    theirs = taken(read, None, first, slices, changes, **rules)
    if not any(isinstance(got, tuple) for got, *_ in theirs):
        assert taken(read, as_records, first, slices, changes, **rules) == ours_of(theirs)
        return
    if damage is not None and any(0 <= damage[0] - begin < BASE_OFFSET for _, begin in places):
        return  # no CRC covers the place of a batch; behind a wrong one nothing can be asked for again
    # Of a slice with a fault aiokafka gives nothing at all: what stands before it shows where one record is asked for.
    *before, _ = until_a_fault(ours_of(taken(read, None, first, [1] * 40, **rules)))
    *given, last = until_a_fault(taken(read, as_records, first, [*slices, None], **rules))
    if isinstance(last[0], list):
        given.append(last)
        begin = next(begin for end, begin in places if end > last[2])
        last = taken(read[begin:], as_records, last[2], [None], **rules)[0]  # the client asks for what follows
    assert [record for got, *_ in given for record in got] == [record for got, *_ in before for record in got]
    assert isinstance(last[0], tuple)
    assert issubclass(last[0][0], KafkaError), "also where aiokafka's decoder stumbles otherwise"


def test_what_a_producer_says_after_an_aborted_transaction_is_given() -> None:
    data, end = bytearray(), BEGIN
    said = [
        (b"lost", True, None),
        (b"apart", False, None),
        (b"", True, ABORT),
        (b"kept", True, None),
        (b"", True, COMMIT),
    ]
    for value, transactional, marker in said:
        packed, end = Batch([(5, b"", value, [])], [0, 0], 0, 7, transactional, marker).packed(end)
        data += packed
    for mark in (None, as_records):
        [[records, *places]] = taken(bytes(data), mark, BEGIN, [None], aborted_transactions=[(7, BEGIN)])
        assert [record.value for record in records] == [b"apart", b"kept"]
        assert places == [end, end, False]


ONE = Batch([(5, b"key", b"value", [("ce_type", b"kind")])], [0, 0], 0, -1, False, None)


@pytest.mark.parametrize("mark", [None, as_records])
def test_a_batch_with_any_bit_of_its_content_wrong_is_refused(mark: Any) -> None:
    whole, _ = ONE.packed(BEGIN)
    after, _ = ONE.packed(BEGIN + 1)
    assert [record.offset for record in taken(whole + after, mark, BEGIN, [None])[0][0]] == [BEGIN, BEGIN + 1]
    for place in range(17, len(after)):
        for bit in range(8):
            damaged = bytearray(after)
            damaged[place] ^= 1 << bit
            found = taken(whole + damaged, mark, BEGIN, [1, 1])
            assert [record.offset for record in found[0][0]] == [BEGIN], "what came before it is given"
            assert found[1][0] == (CorruptRecordException, str(CorruptRecordException(f"Invalid CRC - {WHERE}")))
            assert found[1][2] == BEGIN + 1, "and it is asked for again"


async def test_what_a_broker_answers_is_checked_where_the_client_makes_records_of_it() -> None:
    whole, _ = ONE.packed(BEGIN)
    damaged = bytearray(ONE.packed(BEGIN + 1)[0])
    damaged[-1] ^= 1

    class Broker:
        async def send(self, node: int, request: Any) -> Any:
            answer = (WHERE.partition, 0, BEGIN + 2, whole + bytes(damaged))
            return SimpleNamespace(API_VERSION=1, topics=[(WHERE.topic, [answer])])

    client: Any = SimpleNamespace(
        _client=Broker(), _client_rack=None, _records={}, _key_deserializer=None, _value_deserializer=as_records,
        _check_crcs=True, _isolation_level=fetcher.READ_UNCOMMITTED, _prefetch_backoff=0,
    )  # fmt: skip
    request = SimpleNamespace(topics=[(WHERE.topic, [(WHERE.partition, BEGIN, 1000)])])
    await fetcher.Fetcher._proc_fetch_request(client, Assignment(BEGIN), 0, request)
    fetched = client._records[WHERE]
    assert fetched.getall(1) == [Record(BEGIN, 5, "kind", "", b"value")]
    with pytest.raises(CorruptRecordException):
        fetched.getall(1)


def test_a_batch_of_the_time_before_kafka_0_11_is_read_and_checked() -> None:
    builder = LegacyRecordBatchBuilder(1, 0, 10_000)
    builder.append(0, 5, b"key", b"value")
    data = bytearray(builder.build())
    assert taken(bytes(data), as_records, 0, [None])[0][0] == [Record(0, 5, "", "", b"value")]
    data[-1] ^= 1
    assert taken(bytes(data), as_records, 0, [None])[0][0][0] is CorruptRecordException


def test_a_consumer_that_does_not_check_is_given_a_damaged_batch() -> None:
    data = bytearray(ONE.packed(BEGIN)[0])
    data[17] ^= 1  # the CRC itself
    for mark in (None, as_records):
        assert [record.offset for record in taken(bytes(data), mark, BEGIN, [None], check_crcs=False)[0][0]] == [BEGIN]


def test_who_does_not_ask_for_ours_gets_theirs() -> None:
    data, _ = ONE.packed(BEGIN)
    assert [type(record) for record in taken(data, None, BEGIN, [None])[0][0]] == [ConsumerRecord]
    assert [type(record) for record in taken(data, bytes.upper, BEGIN, [None])[0][0]] == [ConsumerRecord]
    assert taken(data, as_records, BEGIN, [None])[0][0] == [Record(BEGIN, 5, "kind", "", b"value")]


@given(st.binary(max_size=300))
def test_a_crc_is_the_same_by_the_processor_as_by_software(data: bytes) -> None:
    assert crc32c(data) == calc_crc32c(data)


class Paused:
    """A transport that counts how often it was told to wait."""

    def __init__(self, transport: Any) -> None:
        self.times = 0
        self._transport = transport

    def pause_reading(self) -> None:
        self.times += 1
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        self._transport.resume_reading()


async def test_a_large_reply_is_received_without_a_pause() -> None:
    answers = [1, LARGE]  # versions: six bytes each

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for number in answers:
            request = await reader.readexactly(int.from_bytes(await reader.readexactly(4), "big"))
            reply = request[4:8] + struct.pack(">hi", 0, number) + struct.pack(">hhh", 18, 0, 0) * number
            writer.write(len(reply).to_bytes(4, "big") + reply)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    connection: Any = AIOKafkaConnection("127.0.0.1", server.sockets[0].getsockname()[1])
    await connection.connect()
    transport = connection._reader._transport = Paused(connection._reader._transport)
    received = await connection.send(ApiVersionRequest())
    connection.close()
    server.close()
    await server.wait_closed()
    assert len(received.api_versions) == LARGE
    assert transport.times == 0
