"""Record batches that aiokafka's own producer would not write."""

import struct
from collections.abc import Collection, Sequence

from aiokafka import AIOKafkaProducer
from aiokafka.record.default_records import _DefaultRecordBatchBuilderPy
from aiokafka.record.util import calc_crc32c

BATCH_HEAD = 61  # bytes of a batch before its records
ATTRIBUTES_AT = 21
SNAPPY = 2
XERIAL = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
PACKED_BYTES_MAX = 256 * 1024 * 1024  # of a batch before it is packed
LITERAL_MAX = 60  # bytes that one tag of the simplest kind can carry


class _Raw(str):
    """A header name with its own idea of UTF-8."""

    def encode(self, *_: object) -> bytes:
        return b"\xff\xfe"


async def publish(
    producer: AIOKafkaProducer, topic: str, partition: int, values: Sequence[bytes], *, odd: Collection[int]
) -> None:
    """Publish the values in one batch; those at ``odd`` get a header whose name aiokafka cannot decode."""
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1024 * 1024)
    for number, value in enumerate(values):
        headers = [(_Raw("name"), b"value")] if number in odd else []
        assert batch.append(timestamp=None, key=None, value=value, headers=headers) is not None
    await (await producer.send_batch(batch, topic, partition=partition))


async def publish_packed(
    producer: AIOKafkaProducer, topic: str, partition: int, values: Sequence[bytes], codec: int
) -> None:
    """Publish the values in one batch, packed by Kafka's codec of that number, however large it is unpacked."""
    batch = producer.create_batch()
    batch._builder = _DefaultRecordBatchBuilderPy(2, codec, 0, -1, -1, 0, PACKED_BYTES_MAX)
    for value in values:
        assert batch.append(timestamp=None, key=None, value=value) is not None
    await (await producer.send_batch(batch, topic, partition=partition))


async def publish_snappy(producer: AIOKafkaProducer, topic: str, partition: int, value: bytes) -> None:
    """Publish one record in a batch compressed with Snappy, as producers in Java often do."""
    builder = _DefaultRecordBatchBuilderPy(2, 0, 0, -1, -1, 0, 1024 * 1024)
    builder.append(0, None, key=None, value=value, headers=[])
    plain = bytes(builder.build())
    batch = producer.create_batch()
    assert batch.append(timestamp=None, key=None, value=value) is not None
    batch._buffer = _compressed(plain)
    batch.close()
    await (await producer.send_batch(batch, topic, partition=partition))


def _compressed(plain: bytes) -> bytes:
    block = _snappy(plain[BATCH_HEAD:])
    records = XERIAL + struct.pack(">i", len(block)) + block
    checked = struct.pack(">h", SNAPPY) + plain[ATTRIBUTES_AT + 2 : BATCH_HEAD] + records
    length = BATCH_HEAD - 12 + len(records)
    return plain[:8] + struct.pack(">i", length) + plain[12:17] + struct.pack(">I", calc_crc32c(checked)) + checked


def _snappy(data: bytes) -> bytes:
    """A valid Snappy block that compresses nothing."""
    size, head = len(data), b""
    while size >= 128:
        head += bytes([size & 127 | 128])
        size >>= 7
    pieces = [data[at : at + LITERAL_MAX] for at in range(0, len(data), LITERAL_MAX)]
    return head + bytes([size]) + b"".join(bytes([(len(piece) - 1) << 2]) + piece for piece in pieces)
