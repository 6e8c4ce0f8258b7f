"""A lane's input with records that are larger than a reply should be, on a real broker."""

import asyncio

from aiokafka import AIOKafkaProducer

from deploy.local.broker import KafkaBroker
from shared.contract.records import Record
from shared.contract.topics import ROUTER_INPUT, all_topics
from shared.kafka import InputLog, ensure_topics
from shared.kafka.client import REQUEST_BYTES_MAX
from shared.kafka.input import FETCH_BYTES_MAX
from shared.process.settings import LaneSettings

SECONDS_MAX = 120.0
ROOM = 1024  # of a batch around its only record
BUSY = [10_000] * 1000  # sizes of the neighbour's records: some replies full
SIZES = (10, REQUEST_BYTES_MAX - ROOM, 20, FETCH_BYTES_MAX - 30, FETCH_BYTES_MAX + 1, 30)


async def test_a_record_larger_than_a_reply_comes_like_any_other_beside_a_busy_neighbour(
    kafka: KafkaBroker, topic_prefix: str
) -> None:
    settings = LaneSettings(kafka_bootstrap_servers=kafka.bootstrap, topic_prefix=topic_prefix, partitions=2)
    await ensure_topics(settings, all_topics(()))
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, max_request_size=REQUEST_BYTES_MAX)
    await producer.start()
    for partition, sizes in enumerate((BUSY, SIZES)):
        for sending in [
            await producer.send(topic_prefix + ROUTER_INPUT, b"1" * size, partition=partition) for size in sizes
        ]:
            await sending
    await producer.stop()

    inputs, ours = InputLog(settings, ROUTER_INPUT, topic_prefix + "reader"), asyncio.Event()

    def assigned(partitions: list[int]) -> None:
        inputs.close(partitions)
        for partition in partitions:
            inputs.open(partition, 0)
        ours.set()

    async def revoked(_: list[int]) -> None: ...

    busy: list[Record] = []
    records: list[Record] = []
    await inputs.start(assigned, revoked)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            await ours.wait()
            while len(records) < len(SIZES) or len(busy) < len(BUSY):
                busy += await inputs.poll(0, wait_ms=50, records_max=100)
                records += await inputs.poll(1, wait_ms=50, records_max=100)
    finally:
        await inputs.stop()
    for found, sizes in ((busy, BUSY), (records, SIZES)):
        assert [len(record.value) for record in found] == list(sizes)
        assert [record.offset for record in found] == list(range(len(sizes)))
