"""Producers that are not ours in every compression, and mail by SMTP, through a running service.

Kafka's console producer, KafkaJS and exim are fetched by ``make setup-tests`` where their registries answer.
"""

import asyncio
import smtplib
import socket
import subprocess
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import orjson
import pytest
import pytest_asyncio
from confluent_kafka import Producer

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from deploy.local.java import find_java, kafka_folder
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from shared.contract.topics import CHANNELS, ROUTER_INPUT, all_topics, channel_topic
from shared.kafka import ensure_topics
from tests.producers import fetch
from tests.support import ingest, servers
from tests.support.channel_payloads import LETTER
from tests.support.exim import Exim
from tests.support.in_process import until
from tests.support.ingest_builders import body

SOURCES = """
sources:
  mail: {workspace: acme, adapter: email_mime, addresses: [help@shop.example.net]}
"""
RECORDS = 50  # of each producer
CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
PROGRAM_SECONDS_MAX = 60.0
ACKNOWLEDGED_SECONDS_MAX = 60.0


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


@pytest.mark.parametrize("codec", CODECS)
async def test_every_record_of_librdkafka_arrives_in_every_compression(
    service: tuple[Ingest, IngestSettings], codec: str
) -> None:
    _, settings = service
    wanted = {f"librdkafka-{codec}-{number}" for number in range(RECORDS)}

    def produce() -> None:
        producer = Producer({"bootstrap.servers": settings.kafka_bootstrap_servers, "compression.type": codec})
        for identity in sorted(wanted):
            said = record(identity)
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


def record(identity: str) -> str:
    return orjson.dumps(body(message_id=identity, conversation_id=identity, text="words " * 50)).decode()


def run(*command: str, text: str, folder: Path | None = None) -> None:
    done = subprocess.run(
        command, input=text, cwd=folder, capture_output=True, text=True, timeout=PROGRAM_SECONDS_MAX, check=False
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("codec", CODECS)
async def test_every_record_of_kafkas_console_producer_arrives_with_keys_and_headers(
    service: tuple[Ingest, IngestSettings], codec: str
) -> None:
    tools = fetch.console_producer()
    if tools is None:
        pytest.skip("no kafka-tools here: make setup-tests fetches them with Maven")
    _, settings = service
    wanted = {f"console-{codec}-{number}" for number in range(RECORDS)}
    lines = [f"content-type:application/json,x-odd:1\t{one}\t{record(one)}" for one in sorted(wanted)]

    await asyncio.to_thread(
        run,
        str(await find_java()), "-cp", f"{tools}/*:{kafka_folder()}/libs/*", "org.apache.kafka.tools.ConsoleProducer",
        "--bootstrap-server", settings.kafka_bootstrap_servers,
        "--topic", settings.topic_prefix + channel_topic("chat"), "--compression-codec", codec,
        "--reader-property", "parse.headers=true", "--reader-property", "parse.key=true",
        text="\n".join(lines) + "\n",
    )  # fmt: skip

    await until(lambda: _are(settings, f"console-{codec}-", wanted))


@pytest.mark.parametrize("codec", ["None", "GZIP"])  # all that it brings; the others are packages beside it
async def test_every_record_of_kafkajs_arrives_with_its_own_partitioner(
    service: tuple[Ingest, IngestSettings], codec: str
) -> None:
    folder = fetch.kafkajs()
    if folder is None:
        pytest.skip("no KafkaJS here: make setup-tests fetches it with npm")
    _, settings = service
    wanted = {f"kafkajs-{codec}-{number}" for number in range(RECORDS)}
    headers = {"content-type": "application/json", "x-odd": ""}
    lines = [orjson.dumps({"key": one, "value": record(one), "headers": headers}).decode() for one in sorted(wanted)]

    topic = settings.topic_prefix + channel_topic("chat")
    await asyncio.to_thread(
        run,
        "node", "kafkajs.mjs", settings.kafka_bootstrap_servers, topic, codec, text="\n".join(lines), folder=folder,
    )  # fmt: skip

    await until(lambda: _are(settings, f"kafkajs-{codec}-", wanted))


async def _are(settings: IngestSettings, begins: str, wanted: set[str]) -> bool:
    return await admitted(settings, "message_id", begins) == wanted


@pytest.fixture
def mail_server(service: tuple[Ingest, IngestSettings]) -> Iterator[Exim]:
    if fetch.exim() is None:
        pytest.skip("no exim here: make setup-tests fetches it from Debian's packages")
    server = Exim(service[1].smtp_port)
    try:
        yield server
    finally:
        server.close()


async def test_a_mail_server_delivers_what_was_written_and_hears_which_address_is_none(
    service: tuple[Ingest, IngestSettings], mail_server: Exim
) -> None:
    _, settings = service
    letter = (
        "From: =?utf-8?q?Ana_Mu=C3=B1oz?= <ana@example.com>\nTo: help@shop.example.net\nSubject: Order 4711\n"
        "Message-ID: <by-exim@example.com>\nContent-Type: text/plain; charset=utf-8\n"
        "Content-Transfer-Encoding: 8bit\n\n¿Dónde está?\n.\n.. and From\nFrom here\n" + "x" * 900 + "\n"
    )
    log = await asyncio.to_thread(
        mail_server.send, letter.encode(), "ana@example.com", ["help@shop.example.net", "nobody@shop.example.net"]
    )

    assert "=> help@shop.example.net" in log and "250 2.0.0 taken" in log
    assert "** nobody@shop.example.net" in log and "550 5.1.1" in log
    topic = ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + ROUTER_INPUT)
    (event,) = [one for one in await topic.bodies() if one["message_id"] == "by-exim@example.com"]
    assert event["party"]["name"] == "Ana Muñoz"
    assert event["text"] == "¿Dónde está?\n.\n.. and From\nFrom here\n" + "x" * 900


async def test_what_a_mail_server_sends_back_is_no_contact_and_is_taken_all_the_same(
    service: tuple[Ingest, IngestSettings], mail_server: Exim
) -> None:
    _, settings = service
    letter = b"From: ana@example.com\nMessage-ID: <back@example.com>\nSubject: Undeliverable\n\nSorry\n"
    log = await asyncio.to_thread(mail_server.send, letter, "<>", ["help@shop.example.net"])

    assert "=> help@shop.example.net" in log and "250 2.0.0 taken" in log
    assert await admitted(settings, "message_id", "back@") == set()
