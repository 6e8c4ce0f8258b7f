"""Thousands of hostile records among good ones through real Kafka: each is accounted for, and no neighbour is lost."""

import asyncio
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import psutil
import pytest
from aiokafka import AIOKafkaProducer

from deploy.local.broker import KafkaBroker
from services.ingest.settings import IngestSettings
from tests.support import hostile, ingest, malformed
from tests.support.in_process import until

RECORDS = 3000
OTHERS_SECONDS_MAX = 12.0  # FastStream by itself sleeps 15 s after such an error
QUIET_CPU_SECONDS_MAX = 1.0  # of two seconds with nothing to do; a hot loop would take all of them


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    return await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path)


async def publish(producer: AIOKafkaProducer, topic: str, records: list[hostile.Record]) -> dict[tuple[int, int], Any]:
    """Publish all; what was published by (partition, offset)."""
    futures = [
        await producer.send(topic, record.value, key=record.key or b"%d" % number, headers=record.headers)
        for number, record in enumerate(records)
    ]
    places = await asyncio.gather(*futures)
    return {(place.partition, place.offset): record for place, record in zip(places, records, strict=True)}


async def test_each_hostile_record_is_a_dead_letter_with_reason_and_path_and_each_good_one_is_published(
    settings: IngestSettings, database: str
) -> None:
    prefix, bootstrap = settings.topic_prefix, settings.kafka_bootstrap_servers
    router_input = ingest.Topic(bootstrap, f"{prefix}usher.router-input.v1")
    announced = ingest.Topic(bootstrap, f"{prefix}usher.dead-letters.v1")
    records = list(hostile.records(RECORDS))
    refused = sum(record.reason is not None for record in records)
    assert refused >= 1500 and RECORDS - refused >= 1000

    async with ingest.running(settings) as service, ingest.producer(bootstrap) as producer:
        published = await publish(producer, f"{prefix}usher.channel.chat.v1", records)

        async def taken() -> bool:
            count = service.registry.get_sample_value
            accepted = count("usher_ingest_accepted_total", {"type": "usher.channel.message.v1", "channel": "chat"})
            dead = sum(
                sample.value
                for metric in service.registry.collect()
                for sample in metric.samples
                if sample.name == "usher_dead_letters_total"
            )
            return (accepted or 0) + dead >= RECORDS

        await until(taken, 90)
        process = psutil.Process()
        before = sum(process.cpu_times()[:2])
        await asyncio.sleep(2)
        assert sum(process.cpu_times()[:2]) - before < QUIET_CPU_SECONDS_MAX
        assert await service.problems() == []

    came_out = Counter()
    last: dict[int, int] = {}
    for record in await router_input.records():
        origin = orjson.loads(record.value)["origin"]
        came_out[origin["partition"], origin["offset"]] += 1
        assert origin["offset"] > last.get((record.partition, origin["partition"]), -1), "order of a partition"
        last[record.partition, origin["partition"]] = origin["offset"]
    letters = {
        (origin["partition"], origin["offset"]): row
        for row in await ingest.dead_letters(database)
        if (origin := orjson.loads(row["origin"]))
    }
    events = {orjson.loads(record.value)["origin"]["offset"]: record for record in await announced.records()}

    assert set(came_out) | set(letters) == set(published)
    assert set(came_out) & set(letters) == set()
    assert set(came_out.values()) == {1}
    assert len(await announced.records()) == len(letters) == refused
    assert len(events) > 0
    for place, record in published.items():
        if record.reason is None:
            assert place in came_out, record.label
        else:
            row = letters[place]
            assert (row["reason"], row["path"]) == (record.reason, record.path), record.label
            assert row["payload"] == (record.value or b"")[: 1024 * 1024]
            assert row["payload_bytes"] == len(record.value or b"")
    for record in await announced.records():
        document = orjson.loads(record.value)
        assert "payload" not in document
        assert record.key == (document["workspace"] or "-").encode()


async def test_header_names_that_the_client_library_cannot_decode_cost_no_record_and_no_neighbour(
    settings: IngestSettings, database: str
) -> None:
    prefix, bootstrap = settings.topic_prefix, settings.kafka_bootstrap_servers
    router_input = ingest.Topic(bootstrap, f"{prefix}usher.router-input.v1")
    chat, voice = f"{prefix}usher.channel.chat.v1", f"{prefix}usher.channel.voice.v1"
    values = [orjson.dumps(hostile.good(number)) for number in range(400)]
    values[50] = b"{"

    async with ingest.producer(bootstrap) as producer:
        for number in range(300, 400):
            await producer.send(voice, values[number], partition=number % 2)
        await malformed.publish(producer, chat, 0, values[:100], odd={40, 41, 90})
        await malformed.publish(producer, chat, 0, values[100:200], odd={0, 99})
        for number in range(200, 300):
            await producer.send(chat, values[number], partition=1)
        await producer.flush()
    async with ingest.running(settings), ingest.producer(bootstrap) as producer:
        await producer.send_and_wait(chat, orjson.dumps(hostile.good(999)), partition=0)

        async def arrived() -> bool:
            return len(await router_input.records()) >= 400

        await until(arrived)

    ids = Counter(body["message_id"] for body in await router_input.bodies())
    rows = await ingest.dead_letters(database)
    assert ids == Counter(f"message-{number}" for number in {*range(400), 999} - {50})
    assert [(row["reason"], orjson.loads(row["origin"])["offset"]) for row in rows] == [("not_json", 50)]


async def test_a_codec_that_is_not_installed_holds_up_its_own_partition_only(settings: IngestSettings) -> None:
    prefix, bootstrap = settings.topic_prefix, settings.kafka_bootstrap_servers
    router_input = ingest.Topic(bootstrap, f"{prefix}usher.router-input.v1")
    chat = f"{prefix}usher.channel.chat.v1"

    async with ingest.producer(bootstrap) as producer:
        await malformed.publish_snappy(producer, chat, 0, orjson.dumps(hostile.good(77)))
        for number in range(50):
            await producer.send(chat, orjson.dumps(hostile.good(number)), partition=1)
        await producer.flush()
    async with ingest.running(settings):

        async def arrived() -> bool:
            return len(await router_input.records()) >= 50

        await until(arrived, OTHERS_SECONDS_MAX)

    ids = Counter(body["message_id"] for body in await router_input.bodies())
    del ids["message-77"]  # delivered where the codec is installed
    assert ids == Counter(f"message-{number}" for number in range(50))
