"""What is published is what aiokafka's own batches would have held, and they say so to its sender."""

from typing import Any

from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record.memory_records import MemoryRecords
from hypothesis import given
from hypothesis import strategies as st

from shared.contract.envelope import Message
from shared.kafka import OutputLog
from shared.process.settings import CommonSettings

BATCH_BYTES_MAX = 300
HEADERS = st.lists(st.tuples(st.sampled_from(["ce_type", "ce_id", "\u00e9"]), st.binary(max_size=9)), max_size=4)
MESSAGES = st.lists(st.builds(Message, st.binary(max_size=9), st.binary(max_size=400), HEADERS), max_size=12)


class Producer:
    """Takes aiokafka's batches, and keeps what its sender would ask them for."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, list[Any]]] = []

    async def start(self) -> None:
        """There is nothing to connect to."""

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(BATCH_BYTES_MAX, 0)

    async def send_batch(self, batch: BatchBuilder, topic: str, *, partition: int) -> Any:
        assert batch.append(timestamp=None, key=b"", value=b"", headers=[]) is None, "nobody else adds to it"
        self.sent.append((topic, told(batch)))
        return _acknowledged()


async def _acknowledged() -> None:
    """What a broker says."""


def told(batch: BatchBuilder) -> list[Any]:
    """How many records a batch says that it holds, and those; their times are the clock's."""
    count = batch.record_count()
    records = list(MemoryRecords(bytes(batch._build())).next_batch())
    assert all(record.timestamp > 0 for record in records)
    return [count, *((record.offset, record.key, record.value, record.headers) for record in records)]


def by_hand(messages: list[Message]) -> list[list[Any]]:
    """The batches of messages, filled by aiokafka's public way."""
    batches: list[BatchBuilder] = []
    for message in messages:
        said = {"timestamp": None, "key": message.key, "value": message.value, "headers": message.headers}
        if not batches or batches[-1].append(**said) is None:
            batches.append(Producer().create_batch())
            assert batches[-1].append(**said) is not None
    return [told(batch) for batch in batches]


@given(MESSAGES, MESSAGES)
async def test_batches_are_those_that_aiokafkas_public_way_fills(one: list[Message], other: list[Message]) -> None:
    producer = Producer()
    outputs = OutputLog(CommonSettings(), lambda **_: producer)
    await outputs.publish_all(4, [*(("one", message) for message in one), *(("other", message) for message in other)])
    for topic, messages in (("one", one), ("other", other)):
        found = [batch for where, batch in producer.sent if where == CommonSettings().topic_prefix + topic]
        assert found == by_hand(messages)
