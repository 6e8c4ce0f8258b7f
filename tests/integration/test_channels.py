"""Providers' payloads through a running service: webhook and topic give the same event; a bad part is kept, once."""

import hmac
from collections.abc import AsyncIterator
from typing import Any

import httpx
import orjson
import pytest
import pytest_asyncio
from prometheus_client import generate_latest

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from shared.contract.topics import CHANNELS, all_topics, channel_topic
from shared.kafka import ensure_topics
from tests.support import ingest, servers
from tests.support.channel_payloads import LETTER, whatsapp, whatsapp_text
from tests.support.in_process import until

SOURCES = """
sources:
  wa: {workspace: acme, adapter: whatsapp_cloud, secrets: {app_secret: "file:{secret}"}}
  mail: {workspace: acme, adapter: email_mime, secrets: {bearer: "file:{secret}"}, queue: orders}
"""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def service(
    kafka: KafkaBroker, postgres: PostgresServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[tuple[Ingest, IngestSettings]]:
    await servers.heal_kafka(kafka)
    database = await servers.make_database(postgres)
    folder = tmp_path_factory.mktemp("sources")
    (folder / "secret").write_text("the-secret\n")
    (folder / "sources.yaml").write_text(SOURCES.replace("{secret}", str(folder / "secret")))
    prefix = servers.make_topic_prefix()
    settings = ingest.settings_for(kafka.bootstrap, database, prefix, sources_file=str(folder / "sources.yaml"))
    await ensure_topics(settings, all_topics((*CHANNELS, "wa", "mail")))
    async with ingest.running(settings) as running:
        yield running, settings


def topic(settings: IngestSettings, name: str) -> ingest.Topic:
    return ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + name)


async def post(service: Ingest, source: str, body: bytes, headers: dict[str, str]) -> httpx.Response:
    async with httpx.AsyncClient(base_url=service.endpoints()["ingest_url"], timeout=20) as client:
        return await client.post(f"/v1/webhooks/{source}", content=body, headers=headers)


def signed(body: bytes) -> dict[str, str]:
    signature = hmac.new(b"the-secret", body, "sha256").hexdigest()
    return {"X-Hub-Signature-256": f"sha256={signature}", "Content-Type": "application/json"}


async def records_of(settings: IngestSettings, source: str) -> list[Any]:
    records = await topic(settings, "usher.router-input.v1").records()
    return [record for record in records if orjson.loads(record.value)["source"] == source]


async def test_a_batch_over_http_and_again_on_its_topic_gives_the_same_events_and_one_dead_letter_each_way(
    service: tuple[Ingest, IngestSettings],
) -> None:
    running, settings = service
    body = orjson.dumps(whatsapp(whatsapp_text(1), whatsapp_text(2, id=None), whatsapp_text(3)))
    answers = [await post(running, "wa", body, signed(body)) for _ in range(2)]
    async with ingest.producer(settings.kafka_bootstrap_servers) as producer:
        await producer.send_and_wait(settings.topic_prefix + channel_topic("wa"), body)

    async def arrived() -> bool:
        return len(await records_of(settings, "wa")) == 4

    await until(arrived)

    assert [(answer.status_code, answer.json()) for answer in answers] == [(200, {}), (200, {})]
    records = await records_of(settings, "wa")
    assert len({ingest.headers_of(record)["ce_id"] for record in records}) == 2
    assert {orjson.loads(record.value)["message_id"] for record in records} == {"wamid.1", "wamid.3"}

    async def kept() -> bool:
        return len(await ingest.dead_letters(settings.postgres_dsn.get_secret_value())) == 2

    await until(kept)
    letters = await ingest.dead_letters(settings.postgres_dsn.get_secret_value())
    origins = [orjson.loads(letter["origin"]) for letter in letters]
    assert {"source": "wa", "index": 1} in origins
    assert [origin["index"] for origin in origins] == [1, 1]
    told = await topic(settings, "usher.dead-letters.v1").bodies()
    assert {one["path"] for one in told} == {"entry[0].changes[0].value.messages[1].id"}
    assert {one["workspace"] for one in told} == {"acme"}
    assert 'usher_ingest_ignored_total{adapter="whatsapp_cloud",reason="repeat"} 2.0' in (
        generate_latest(running.registry).decode()
    )


async def test_a_letter_is_a_contact_of_its_sources_queue_and_a_forged_one_is_none(
    service: tuple[Ingest, IngestSettings],
) -> None:
    running, settings = service
    kind = {"Content-Type": "message/rfc822"}
    forged = await post(running, "mail", LETTER, {**kind, "Authorization": "Bearer no"})
    good = await post(running, "mail", LETTER, {**kind, "Authorization": "Bearer the-secret"})

    assert (forged.status_code, good.status_code) == (401, 200)
    (record,) = await records_of(settings, "mail")
    event = orjson.loads(record.value)
    assert (event["text"], event["routing"]["queue"]) == ("¿Dónde está mi paquete?", "orders")
    assert event["party"]["handle"] == "ana@example.com"
