"""The input log over a scripted client: what one poll takes, whatever happens halfway."""

from collections import deque

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import (
    CorruptRecordException,
    KafkaError,
    NoOffsetForPartitionError,
    NotLeaderForPartitionError,
    OffsetOutOfRangeError,
    RecordTooLargeError,
    TopicAuthorizationFailedError,
    UnsupportedCodecError,
)

from shared.contract.records import Record
from shared.errors import Fatal, PartitionClosed, Retryable
from shared.kafka.input import SLICE_RECORDS_MAX, InputLog
from shared.process.settings import LaneSettings


class Client:
    """Gives what stands in the log, at most as many as are asked for; then the faults, one a call; then nothing."""

    def __init__(self, records: int, *faults: KafkaError) -> None:
        self.log = deque(range(records))
        self.faults = deque(faults)
        self.waits: list[int] = []

    async def getmany(self, where: TopicPartition, *, timeout_ms: int, max_records: int) -> dict[object, list[Record]]:
        self.waits.append(timeout_ms)
        if not self.log and self.faults:
            raise self.faults.popleft()
        taken = [self.log.popleft() for _ in range(min(max_records, len(self.log)))]
        records = [Record(offset, 0, "", "", b"{}") for offset in taken]
        return {where: records} if records else {}


async def poll(client: Client, records_max: int = 1000) -> list[int]:
    """Offsets that one poll gives."""
    inputs = InputLog(LaneSettings(), "topic", "group", lambda **_: client)
    return [record.offset for record in await inputs.poll(0, wait_ms=250, records_max=records_max)]


@pytest.mark.parametrize("there", [0, 1, SLICE_RECORDS_MAX - 1, SLICE_RECORDS_MAX, SLICE_RECORDS_MAX + 1, 1000])
async def test_a_poll_gives_all_that_is_there_in_order(there: int) -> None:
    assert await poll(Client(there)) == list(range(there))


async def test_a_poll_takes_no_more_than_it_may_and_leaves_the_rest_in_place() -> None:
    client, limit = Client(1000), 2 * SLICE_RECORDS_MAX + 7
    assert await poll(client, limit) == list(range(limit))
    assert await poll(client, 1) == [limit]


async def test_only_the_first_slice_is_waited_for() -> None:
    client = Client(SLICE_RECORDS_MAX + 1)
    await poll(client)
    assert client.waits == [250, 0, 0]


async def test_what_was_taken_before_a_fault_is_given_and_the_fault_is_met_by_the_next_poll() -> None:
    client = Client(3, NotLeaderForPartitionError(), NotLeaderForPartitionError())
    assert await poll(client) == [0, 1, 2]
    with pytest.raises(Retryable):
        await poll(client)


@pytest.mark.parametrize(
    ("error", "meaning"),
    [
        (NotLeaderForPartitionError(), Retryable),
        (OffsetOutOfRangeError({}), PartitionClosed),
        (CorruptRecordException("Invalid CRC"), PartitionClosed),
        (RecordTooLargeError("a length that is damaged"), PartitionClosed),
        (UnsupportedCodecError("zstd"), PartitionClosed),
        (TopicAuthorizationFailedError("topic"), Fatal),
        (KafkaError(), Fatal),
    ],
)
async def test_a_fault_with_nothing_taken_is_told(error: KafkaError, meaning: type[Exception]) -> None:
    with pytest.raises(meaning):
        await poll(Client(0, error))


async def test_an_answer_from_before_the_partition_was_opened_is_nothing() -> None:
    assert await poll(Client(0, NoOffsetForPartitionError(0))) == []
