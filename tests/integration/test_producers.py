"""Producers that are not ours in every compression, and mail by SMTP, through a running service."""

import asyncio
import smtplib
import socket
from collections.abc import AsyncIterator

import orjson
import pytest
import pytest_asyncio
from confluent_kafka import Producer

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from shared.contract.topics import CHANNELS, ROUTER_INPUT, all_topics, channel_topic
from shared.kafka import ensure_topics
from tests.support import ingest, servers
from tests.support.channel_payloads import LETTER
from tests.support.in_process import until
from tests.support.ingest_builders import body

SOURCES = """
sources:
  mail: {workspace: acme, adapter: email_mime, addresses: [help@shop.example.net]}
"""
RECORDS = 50  # of each producer
ACKNOWLEDGED_SECONDS_MAX = 20.0


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    kafka: KafkaBroker, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Ingest, IngestSettings]]:
    await servers.heal_kafka(kafka)
    database = await servers.make_database(postgres)
    path = tmp_path_factory.mktemp("sources") / "sources.yaml"
    path.write_text(SOURCES)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ingest.settings_for(
        kafka.bootstrap, database, servers.make_topic_prefix(), sources_file=str(path), smtp_port=port
    )
    await ensure_topics(settings, all_topics((*CHANNELS, "mail")))
    async with ingest.running(settings) as running:
        yield running, settings


async def admitted(settings: IngestSettings, field: str, begins: str) -> set[str]:
    """Values of a field of the canonical events so far that begin like this."""
    topic = ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + ROUTER_INPUT)
    found = [orjson.loads(record.value).get(field) or "" for record in await topic.records()]
    return {value for value in found if value.startswith(begins)}


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
async def test_every_record_of_librdkafka_arrives_in_every_compression(
    service: tuple[Ingest, IngestSettings], codec: str
) -> None:
    _, settings = service
    wanted = {f"librdkafka-{codec}-{number}" for number in range(RECORDS)}

    def produce() -> None:
        producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers, "compression.type": codec})
        for identity in sorted(wanted):
            said = orjson.dumps(body(message_id=identity, conversation_id=identity, text="words " * 50))
            topic = settings.topic_prefix + channel_topic("chat")
            producer.produce(topic, said, key=identity, headers={"content-type": "application/json", "x-odd": None})
        assert producer.flush(ACKNOWLEDGED_SECONDS_MAX) == 0

    await asyncio.to_thread(produce)

    async def arrived() -> bool:
        return await admitted(settings, "message_id", f"librdkafka-{codec}-") == wanted

    await until(arrived)


async def test_mail_that_the_smtp_door_took_is_on_the_routers_log_already(
    service: tuple[Ingest, IngestSettings],
) -> None:
    _, settings = service

    def talk() -> dict[str, tuple[int, bytes]]:
        with smtplib.SMTP("127.0.0.1", settings.smtp_port, timeout=20) as client:
            return client.sendmail("ana@example.com", ["help@shop.example.net", "nobody@shop.example.net"], LETTER)

    refused = await asyncio.to_thread(talk)

    assert {address: code for address, (code, _) in refused.items()} == {"nobody@shop.example.net": 550}
    assert await admitted(settings, "source", "mail") == {"mail"}
