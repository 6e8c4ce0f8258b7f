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
SIZES = (10, REQUEST_BYTES_MAX - ROOM, 20, FETCH_BYTES_MAX - 30, FETCH_BYTES_MAX + 1, 30)


async def test_a_record_larger_than_a_reply_comes_like_any_other(kafka: KafkaBroker, topic_prefix: str) -> None:
    settings = LaneSettings(kafka_bootstrap_servers=kafka.bootstrap, topic_prefix=topic_prefix, partitions=1)
    await ensure_topics(settings, all_topics(()))
    producer = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, max_request_size=REQUEST_BYTES_MAX)
    await producer.start()
    for size in SIZES:
        await producer.send_and_wait(topic_prefix + ROUTER_INPUT, b"1" * size, partition=0)
    await producer.stop()

    inputs, ours = InputLog(settings, ROUTER_INPUT, topic_prefix + "reader"), asyncio.Event()

    def assigned(partitions: list[int]) -> None:
        inputs.close(partitions)
        inputs.open(0, 0)
        ours.set()

    async def revoked(_: list[int]) -> None: ...

    records: list[Record] = []
    await inputs.start(assigned, revoked)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            await ours.wait()
            while len(records) < len(SIZES):
                records += await inputs.poll(0, wait_ms=250, records_max=100)
    finally:
        await inputs.stop()
    assert [len(record.value) for record in records] == list(SIZES)
    assert [record.offset for record in records] == list(range(len(SIZES)))
