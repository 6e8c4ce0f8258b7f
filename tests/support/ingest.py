"""An ingest service in this process, on real Kafka and PostgreSQL, and readers of what it publishes."""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from services.ingest.app import Ingest
from services.ingest.settings import IngestSettings, load_sources
from shared.contract.inputs import INGEST_ALIVE
from shared.contract.topics import CHANNELS, all_topics
from shared.kafka import ensure_topics
from shared.process.logs import configure
from tests.support.in_process import until

PARTITIONS = 2
PSEUDONYM_KEY = "a-key-for-tests-only-0123456789"
API_KEY = "acme-back-office"
READ_ONLY_KEY = "acme-agents-only"
OTHER_KEY = "globex-back-office"
WEBHOOK_TOKEN = "help-webhook-token"


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


SOURCES = f"""
workspaces:
  acme:
    api_keys:
      - {{name: back-office, sha256: {sha256(API_KEY)}, may: [contacts, agents, updates, commands]}}
      - {{name: desktops, sha256: {sha256(READ_ONLY_KEY)}, may: [agents, updates]}}
  globex:
    api_keys:
      - {{name: back-office, sha256: {sha256(OTHER_KEY)}, may: [contacts, agents, updates, commands]}}
sources:
  help: {{workspace: acme, adapter: canonical, queue: orders, channel: email, secrets: {{bearer: "file:{{token}}"}}}}
"""


def write_sources(folder: Path) -> Path:
    """The sources file of the tests, with its one secret beside it."""
    token = folder / "token"
    token.write_text(WEBHOOK_TOKEN + "\n")
    path = folder / "sources.yaml"
    path.write_text(SOURCES.replace("{token}", str(token)))
    return path


def settings_for(bootstrap: str, database: str, topic_prefix: str, **more: Any) -> IngestSettings:
    """Settings of an ingest service of a test."""
    return IngestSettings(
        kafka_bootstrap_servers=bootstrap,
        postgres_dsn=database,
        topic_prefix=topic_prefix,
        partitions=PARTITIONS,
        pseudonym_key=PSEUDONYM_KEY,
        log_level="WARNING",
        **more,
    )


async def make_topics(settings: IngestSettings) -> None:
    """Every topic of the deployment, with leaders."""
    await ensure_topics(settings, all_topics((*CHANNELS, "help")))


async def installed(bootstrap: str, database: str, topic_prefix: str, folder: Path, **more: Any) -> IngestSettings:
    """Settings with the sources of the tests, written to the folder, and every topic there."""
    settings = settings_for(bootstrap, database, topic_prefix, sources_file=str(write_sources(folder)), **more)
    await make_topics(settings)
    return settings


@contextlib.asynccontextmanager
async def running(settings: IngestSettings) -> AsyncIterator[Ingest]:
    """A service that is ready inside the block and stopped after it."""
    service = Ingest(
        settings, load_sources(settings.sources_file), PSEUDONYM_KEY.encode(), configure("ingest", "ERROR")
    )
    task = asyncio.ensure_future(service.run())
    try:
        await until(lambda: _ready(service, task))
        yield service
    finally:
        service.stop()
        await asyncio.wait_for(task, 30)


async def _ready(service: Ingest, task: "asyncio.Task[None]") -> bool:
    if task.done():
        task.result()
    return not await service.problems()


@contextlib.asynccontextmanager
async def producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer as any channel's connector might use it."""
    client = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_request_size=4 * 1024 * 1024)
    try:
        await client.start()
        yield client
    finally:
        await client.stop()


class Topic:
    """Everything on one topic so far."""

    def __init__(self, bootstrap: str, name: str, partitions: int = PARTITIONS) -> None:
        self._bootstrap = bootstrap
        self._where = [TopicPartition(name, number) for number in range(partitions)]

    async def records(self) -> list[Any]:
        """All records, partition by partition in order, but for ingest's signs of life."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        try:
            await consumer.start()
            consumer.assign(self._where)
            ends = await consumer.end_offsets(self._where)
            begins = await consumer.beginning_offsets(self._where)
            found: dict[TopicPartition, list[Any]] = {where: [] for where in self._where}
            for where in self._where:
                consumer.seek(where, begins[where])
            waiting = {where for where in self._where if ends[where] > begins[where]}
            while waiting:
                for where, records in (await consumer.getmany(timeout_ms=1000)).items():
                    found[where] += records
                    if records[-1].offset >= ends[where] - 1:
                        waiting.discard(where)
            return [record for where in self._where for record in found[where] if not _is_beat(record)]
        finally:
            await consumer.stop()

    async def bodies(self) -> list[dict[str, Any]]:
        """All records as JSON."""
        return [orjson.loads(record.value) for record in await self.records()]


def _is_beat(record: Any) -> bool:
    return ("ce_type", INGEST_ALIVE.encode()) in record.headers


def headers_of(record: Any) -> dict[str, str]:
    """A record's headers as text."""
    return {name: value.decode() for name, value in record.headers}


async def dead_letters(database: str) -> Sequence[Any]:
    """All rows of the table of refused inputs."""
    connection = await asyncpg.connect(database)
    try:
        return await connection.fetch("SELECT * FROM usher.dead_letter ORDER BY created_at, id")
    finally:
        await connection.close()
