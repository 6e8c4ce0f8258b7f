"""What comes in on topics, on real Kafka and PostgreSQL: canonical events, dead letters, and nothing lost between."""

from pathlib import Path

import orjson
import pytest

from deploy.local.broker import KafkaBroker
from services.ingest.settings import IngestSettings
from tests.support import hostile, ingest
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
