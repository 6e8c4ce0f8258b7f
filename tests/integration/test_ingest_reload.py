"""A sources file that changes while ingest runs: in force without a restart, and never in the way when it is broken."""

import asyncio
from pathlib import Path

import httpx
import orjson
import pytest

from cli.main import main
from deploy.local.broker import KafkaBroker
from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings
from shared.contract.topics import all_topics
from shared.kafka import ensure_topics
from tests.support import ingest
from tests.support.in_process import until
from tests.support.ingest_builders import body

NEW_KEY = "acme-new-key"
NEW_TOKEN = "shop-webhook-token"


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    return await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path, sources_poll_seconds=0.1)


def read(settings: IngestSettings) -> str:
    return Path(settings.sources_file).read_text()


def write(settings: IngestSettings, text: str) -> None:
    Path(settings.sources_file).write_text(text)


def remove(settings: IngestSettings) -> None:
    Path(settings.sources_file).unlink()


def changed(settings: IngestSettings, token: Path) -> str:
    """The file with another key in place of the old one, and one more source."""
    text = read(settings).replace(ingest.sha256(ingest.API_KEY), ingest.sha256(NEW_KEY))
    return text + f'  shop: {{workspace: acme, adapter: canonical, secrets: {{bearer: "file:{token}"}}}}\n'


async def post(service: Ingest, path: str, key: str) -> int:
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=service.endpoints()["ingest_url"], timeout=20) as client:
        content = orjson.dumps(body(message_id=f"by-{path}-{key}", source="shop"))
        return (await client.post(path, content=content, headers=headers)).status_code


async def test_keys_webhooks_and_topics_follow_the_file_and_a_rotated_secret(
    settings: IngestSettings, tmp_path: Path
) -> None:
    token = tmp_path / "shop-token"
    token.write_text(NEW_TOKEN)
    async with ingest.running(settings) as service, ingest.producer(settings.kafka_bootstrap_servers) as producer:
        assert await post(service, "/v1/contacts", ingest.API_KEY) == 202
        write(settings, changed(settings, token))

        async def renewed() -> bool:
            return await post(service, "/v1/contacts", NEW_KEY) == 202

        await until(renewed)
        assert await post(service, "/v1/contacts", ingest.API_KEY) == 401
        assert await post(service, "/v1/webhooks/shop", NEW_TOKEN) == 200
        assert not await service.problems()

        async def said() -> bool:
            return "usher.channel.shop.v1 is missing: run `usher topics`" in str(service.notes())

        await until(said)
        await ensure_topics(settings, all_topics(["shop"]))
        await until(lambda: _nothing_noted(service))
        record = orjson.dumps(body(message_id="by-topic", source="shop"))
        await producer.send_and_wait(settings.topic_prefix + "usher.channel.shop.v1", record)
        still = orjson.dumps(body(message_id="by-the-old-topic"))
        await producer.send_and_wait(settings.topic_prefix + "usher.channel.chat.v1", still)
        topic = ingest.Topic(settings.kafka_bootstrap_servers, settings.topic_prefix + "usher.router-input.v1")

        async def arrived() -> bool:
            return {"by-topic", "by-the-old-topic"} <= {one["message_id"] for one in await topic.bodies()}

        await until(arrived)
        token.write_text("rotated-token")

        async def rotated() -> bool:
            return await post(service, "/v1/webhooks/shop", "rotated-token") == 200

        await until(rotated)
        assert await post(service, "/v1/webhooks/shop", NEW_TOKEN) == 401


async def test_a_broken_file_changes_nothing_and_is_told(settings: IngestSettings) -> None:
    good = read(settings)
    async with ingest.running(settings) as service:
        write(settings, good.replace("adapter: canonical", "adapter: canonicle"))

        async def told() -> bool:
            return bool(service.notes())

        await until(told)
        (note,) = service.notes()
        assert note.startswith(f"the sources file is not in force: {settings.sources_file}:")
        assert "sources.help.adapter: unknown adapter 'canonicle' (did you mean canonical?)" in note
        assert ingest.WEBHOOK_TOKEN not in note
        assert service.registry.get_sample_value("usher_ingest_sources_valid") == 0
        assert not await service.problems()
        assert await post(service, "/v1/contacts", ingest.API_KEY) == 202
        remove(settings)
        await until(lambda: _noted(service, "No such file"))
        write(settings, good)
        await until(lambda: _nothing_noted(service))
        assert service.registry.get_sample_value("usher_ingest_sources_valid") == 1


async def _nothing_noted(service: Ingest) -> bool:
    return not service.notes()


async def _noted(service: Ingest, words: str) -> bool:
    return words in str(service.notes())


async def test_a_key_added_and_revoked_by_the_command_acts_without_a_restart(
    settings: IngestSettings, capfd: pytest.CaptureFixture[str]
) -> None:
    def keys(*words: str) -> str:
        with pytest.raises(SystemExit) as ended:
            main(["keys", *words, "--file", settings.sources_file])
        assert not ended.value.code
        return capfd.readouterr().out.strip()

    async with ingest.running(settings) as service:
        key = await asyncio.to_thread(keys, "add", "acme", "shop", "--may", "contacts")

        async def answers(status: int) -> bool:
            return await post(service, "/v1/contacts", key) == status

        await until(lambda: answers(202))
        await asyncio.to_thread(keys, "revoke", "acme", "shop")
        await until(lambda: answers(401))
        assert await post(service, "/v1/contacts", ingest.API_KEY) == 202
