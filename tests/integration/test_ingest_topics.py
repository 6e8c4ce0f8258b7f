"""What comes in on topics, on real Kafka and PostgreSQL: canonical events, dead letters, and nothing lost between."""

from pathlib import Path

import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from deploy.local.broker import KafkaBroker
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from shared.clock import monotonic
from shared.process.service import health
from tests.support import hostile, ingest, malformed
from tests.support.in_process import until


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    return await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path)


def message(number: int, **changes: object) -> dict[str, object]:
    return {**hostile.good(number), **changes}


async def test_a_message_becomes_a_canonical_event_with_the_headers_of_the_contract(settings: IngestSettings) -> None:
    router_input = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.router-input.v1")
    async with ingest.running(settings), ingest.producer(settings.kafka_bootstrap_servers) as producer:
        topic = f"{settings.topic_prefix}usher.channel.chat.v1"
        await producer.send_and_wait(topic, orjson.dumps(message(1)), key=b"any key")

        async def arrived() -> bool:
            return len(await router_input.records()) == 1

        await until(arrived)
    (record,) = await router_input.records()
    headers = ingest.headers_of(record)
    body = orjson.loads(record.value)

    assert record.key == b"acme"
    assert record.headers[0][0] == "ce_type"
    assert record.headers[1][0] == "ce_id"
    assert headers["ce_type"] == "usher.channel.message.v1"
    assert headers["ce_source"] == "/usher/ingest/acme"
    assert headers["ce_partitionkey"] == "acme"
    assert headers["ce_id"] == body["event_id"]
    assert headers["content-type"] == "application/json"
    assert body["source"] == "chat"
    assert body["origin"] == {"topic": topic, "partition": body["origin"]["partition"], "offset": 0}
    assert len(body["party"]["customer_id"]) == 32


async def test_a_refused_record_is_stored_and_published_without_its_payload(
    settings: IngestSettings, database: str
) -> None:
    published = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.dead-letters.v1")
    async with ingest.running(settings), ingest.producer(settings.kafka_bootstrap_servers) as producer:
        topic = f"{settings.topic_prefix}usher.channel.chat.v1"
        await producer.send_and_wait(topic, orjson.dumps(message(1, channel="fax")), headers=[("x", b"y")])

        async def arrived() -> bool:
            return len(await published.records()) == 1

        await until(arrived)
    (record,) = await published.records()
    (row,) = await ingest.dead_letters(database)
    body = orjson.loads(record.value)

    assert record.key == b"acme"
    assert ingest.headers_of(record)["ce_id"] == str(row["id"])
    assert (body["reason"], body["path"], body["workspace"]) == ("invalid", "channel", "acme")
    assert b"customer-1" not in record.value
    assert body["payload_bytes"] == row["payload_bytes"] == len(row["payload"])
    assert body["payload_sha256"] == row["payload_sha256"]
    assert orjson.loads(row["headers"]) == {"x": "y"}
    assert (row["service"], row["state"]) == ("ingest", "open")


async def test_of_transactions_only_the_committed_count_and_an_open_one_is_named_as_what_holds_others_back(
    kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    """Beside a header that aiokafka cannot decode too: then the batches are read in another way."""
    settings = await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path, stuck_seconds_max=3.0)
    router_input = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.router-input.v1")
    topic = f"{settings.topic_prefix}usher.channel.chat.v1"
    client = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap, transactional_id=f"{topic_prefix}channel")
    plain = AIOKafkaProducer(bootstrap_servers=kafka.bootstrap)
    await client.start()
    await plain.start()

    async def send(number: int) -> None:
        await client.send_and_wait(topic, orjson.dumps(message(number)), partition=0)

    async def take_back(number: int) -> None:
        await client.begin_transaction()
        await send(number)
        await client.abort_transaction()

    async def arrived() -> list[str]:
        return sorted(body["message_id"] for body in await router_input.bodies())

    try:
        async with client.transaction():
            await send(1)
        await take_back(2)
        await take_back(3)
        await malformed.publish(plain, topic, 0, [orjson.dumps(message(4))], odd={0})
        async with ingest.running(settings) as service:
            await until(lambda: _has(router_input, 2))
            await until(lambda: _lags(service, {0.0}))
            await client.begin_transaction()
            await send(5)
            await plain.send_and_wait(topic, orjson.dumps(message(6)), partition=0)
            await until(lambda: _lags(service, {0.0, 2.0}))
            held_at = monotonic()
            await until(lambda: _over(held_at + settings.stuck_seconds_max + 1))  # what waits so is no hang

            status, (state, note) = await readyz(service)
            assert (status, state) == (200, "ok"), "it can take more, and no other process could do better"
            assert note.startswith(f"note: {topic}:0: an open transaction has held back 2 records")
            assert await arrived() == sorted(message(number)["message_id"] for number in (1, 4))
            await client.commit_transaction()
            await until(lambda: _has(router_input, 4))
            await until(lambda: _lags(service, {0.0}))
            assert await readyz(service) == (200, ["ok"])
            await take_back(7)
            await malformed.publish(plain, topic, 0, [orjson.dumps(message(8))], odd={0})
            await take_back(9)
            await take_back(10)
            await until(lambda: _has(router_input, 5))
            await until(lambda: _is_committed(settings, topic))
            assert await arrived() == sorted(message(number)["message_id"] for number in (1, 4, 5, 6, 8))
    finally:
        await client.stop()
        await plain.stop()


async def readyz(service: Ingest) -> tuple[int, list[str]]:
    """Status and lines of the page that operators look at."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(health(service)), base_url="http://ingest") as client:
        answer = await client.get("/readyz")
    return answer.status_code, answer.text.splitlines()


async def _is_committed(settings: IngestSettings, topic: str) -> bool:
    """Whether the group has passed the end of the topic, marks of transactions and all: sla waits for that."""
    where = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        group_id=f"{settings.topic_prefix}usher.ingest.contacts",
        enable_auto_commit=False,
    )
    consumer.assign([where])
    try:
        await consumer.start()
        return bool(await consumer.committed(where) == (await consumer.end_offsets([where]))[where])
    finally:
        await consumer.stop()


async def _over(at: float) -> bool:
    return monotonic() > at


async def _lags(service: Ingest, expected: set[float]) -> bool:
    return lags(service) == expected


async def _has(topic: ingest.Topic, count: int) -> bool:
    return len(await topic.records()) == count


def lags(service: Ingest) -> set[float]:
    """The different lags of all owned partitions."""
    (family,) = (each for each in service.registry.collect() if each.name == "usher_lag_records")
    return {sample.value for sample in family.samples}
