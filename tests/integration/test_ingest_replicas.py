"""Two replicas of ingest on one database: what one of them took, the other knows where it has to."""

import asyncio
import hmac
import time
from pathlib import Path
from urllib.parse import urlencode

import httpx
import pytest

from deploy.local.broker import KafkaBroker
from services.ingest.app import Ingest
from services.ingest.postgres import PostgresTokens
from services.ingest.settings import IngestSettings
from shared.clock import now_ms
from shared.contract.ids import derive
from shared.contract.topics import CHANNELS, all_topics
from shared.kafka import ensure_topics
from shared.postgres import Database
from tests.support import ingest
from tests.support.channel_payloads import FORM, MAILGUN

SOURCES = """
sources:
  mail-in: {workspace: acme, adapter: mailgun, secrets: {signing_key: "file:{secret}"}}
"""
NOBODY = "postgresql://usher:usher@127.0.0.1:1/usher"


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    (tmp_path / "secret").write_text("the-secret")
    file = tmp_path / "sources.yaml"
    file.write_text(SOURCES.replace("{secret}", str(tmp_path / "secret")))
    made = ingest.settings_for(kafka.bootstrap, database, topic_prefix, sources_file=str(file))
    await ensure_topics(made, all_topics((*CHANNELS, "mail-in")))
    return made


def delivery(text: str) -> bytes:
    """A letter under the same token, whatever it says."""
    at, token = str(int(time.time())), MAILGUN["token"]
    signature = hmac.digest(b"the-secret", (at + token).encode(), "sha256").hex()
    fields = {**MAILGUN, "timestamp": at, "signature": signature, "body-plain": text, "stripped-text": text}
    return urlencode({**fields, "Message-Id": f"<{text}@example.com>", "message-headers": "[]"}).encode()


async def post(service: Ingest, body: bytes) -> int:
    async with httpx.AsyncClient(base_url=service.endpoints()["ingest_url"], timeout=20) as client:
        answer = await client.post("/v1/webhooks/mail-in", content=body, headers={"Content-Type": FORM})
        return answer.status_code


async def test_a_token_is_one_messages_at_all_replicas(settings: IngestSettings) -> None:
    async with ingest.running(settings) as one, ingest.running(settings) as other:
        first, second = delivery("first"), delivery("second")
        at_once = await asyncio.gather(post(one, first), post(other, second))
        taken, forged = (first, second) if at_once[0] == 200 else (second, first)
        later = [await post(replica, body) for body in (taken, forged) for replica in (one, other)]
        topic = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.router-input.v1")
        published = await topic.bodies()

    assert (sorted(at_once), later) == ([200, 401], [200, 200, 401, 401])
    assert len({body["event_id"] for body in published}) == 1, "a repeat is one event to the router"


async def test_without_the_database_a_token_is_not_taken_and_mailgun_hears_503_in_time(
    settings: IngestSettings,
) -> None:
    async with ingest.running(settings.model_copy(update={"postgres_dsn": type(settings.postgres_dsn)(NOBODY)})) as one:
        began = time.monotonic()
        assert await post(one, delivery("first")) == 503
        assert time.monotonic() - began < 3.0
        topic = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.router-input.v1")
        assert await topic.records() == []


async def test_tokens_are_dropped_when_their_time_is_over_and_good_until_then(database: str) -> None:
    pool = Database(database, connections_max=1, seconds_max=5.0)
    await pool.open()
    tokens, token = PostgresTokens(pool), derive("token", "mail-in", "a")
    assert await tokens.take(token, b"a", 5.0)
    assert (await tokens.purge(now_ms() - 60_000), await tokens.take(token, b"b", 5.0)) == (0, False)
    assert (await tokens.purge(now_ms() + 60_000), await tokens.take(token, b"b", 5.0)) == (1, True)
    await pool.close()
