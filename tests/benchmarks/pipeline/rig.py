"""Servers, topics, databases and processes of one benchmark run; CPU time by process."""

import asyncio
import contextlib
import json
import os
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import psutil
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from deploy.local.process import Command, LeashedProcess
from shared.clock import monotonic
from shared.contract.topics import all_topics
from shared.kafka import ensure_topics
from shared.kafka.reader import silence_retries
from shared.migrate import migrate
from shared.process.settings import CommonSettings
from tests.support import servers

ROOT = Path(__file__).resolve().parents[3]
READY_SECONDS_MAX = 60.0


@dataclass(slots=True)
class Rig:
    """One design under test: its own topic prefix and database on the shared servers."""

    kafka: KafkaBroker
    postgres: PostgresServer
    prefix: str
    dsn: str
    folder: Path
    policy: Path | None
    processes: dict[str, LeashedProcess] = field(default_factory=dict)
    urls: dict[str, dict[str, str]] = field(default_factory=dict)
    _connection: Any = None

    @property
    def settings(self) -> CommonSettings:
        return CommonSettings(
            kafka_bootstrap_servers=self.kafka.bootstrap, postgres_dsn=self.dsn, topic_prefix=self.prefix, partitions=1
        )

    def environment(self, name: str) -> dict[str, str]:
        return {
            **os.environ,
            "USHER_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap,
            "USHER_POSTGRES_DSN": self.dsn,
            "USHER_TOPIC_PREFIX": self.prefix,
            "USHER_PARTITIONS": "1",
            "USHER_ENVIRONMENT": "local",
            "USHER_READY_FILE": str(self.folder / f"{name}.json"),
            "USHER_LOG_LEVEL": "WARNING",
            "USHER_BENCH_POLICY": str(self.policy or ""),
        }

    async def start(self, name: str, arguments: Sequence[str], *, wait: bool = True) -> None:
        """Start ``python ARGUMENTS`` as process ``name``; wait for its ready file and /readyz."""
        log = self.folder / f"{name}.log"
        command = Command(
            arguments=[sys.executable, *arguments], log=log, folder=ROOT, environment=self.environment(name)
        )
        self.processes[name] = await LeashedProcess.start(command)
        if wait:
            await self._ready(name, log)

    async def _ready(self, name: str, log: Path) -> None:
        path, deadline = self.folder / f"{name}.json", monotonic() + READY_SECONDS_MAX
        while not path.exists():
            if monotonic() > deadline or not self.processes[name].running:
                raise SystemExit(f"{name} did not start; see {log}")
            await asyncio.sleep(0.05)
        self.urls[name] = json.loads(path.read_text())

    async def stop(self) -> None:
        for process in self.processes.values():
            await process.stop(grace_seconds=12.0)
        self.processes.clear()
        if self._connection is not None:
            await self._connection.close()

    def cpu_seconds(self) -> dict[str, float]:
        """User and system time so far, by process name, plus broker and database with its backends."""
        pids = {name: process.pid for name, process in self.processes.items()}
        spent = {name: _cpu(psutil.Process(pid)) for name, pid in pids.items()}
        spent["broker"] = _cpu(psutil.Process(self.kafka.pid))
        server = psutil.Process(self.postgres.pid)
        spent["postgres"] = _cpu(server, reaped=True) + sum(_cpu(child) for child in server.children(recursive=True))
        return spent

    @contextlib.asynccontextmanager
    async def from_now(self, topic: str) -> AsyncIterator[Callable[[int], Awaitable[list[ConsumerRecord]]]]:
        """What comes on a topic's only partition from now on: asked for within so many milliseconds."""
        place = TopicPartition(self.prefix + topic, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap, enable_auto_commit=False)
        consumer.assign([place])
        await consumer.start()
        try:
            await consumer.seek_to_end(place)
            await consumer.position(place)

            async def came(timeout_ms: int) -> list[ConsumerRecord]:
                return list((await consumer.getmany(place, timeout_ms=timeout_ms)).get(place, []))

            yield came
        finally:
            await consumer.stop()

    async def end_offset(self, topic: str) -> int:
        """Records of a topic's only partition."""
        place = TopicPartition(self.prefix + topic, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap, enable_auto_commit=False)
        consumer.assign([place])
        try:
            await consumer.start()
            return int((await consumer.end_offsets([place]))[place])
        finally:
            await consumer.stop()

    async def value(self, sql: str) -> int:
        """One number of the database, over one connection that is kept."""
        if self._connection is None:
            self._connection = await asyncpg.connect(self.dsn, server_settings={"search_path": "usher"})
        return int(await self._connection.fetchval(sql) or 0)


def _cpu(process: psutil.Process, *, reaped: bool = False) -> float:
    try:
        times = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0
    children = times.children_user + times.children_system if reaped else 0.0
    return float(times.user + times.system + children)


@contextlib.asynccontextmanager
async def shared_servers() -> AsyncIterator[tuple[KafkaBroker, PostgresServer]]:
    """A broker and a database server with production-like start options, for all designs of one run."""
    silence_retries()  # among the figures they look like faults
    folder = servers.temporary_folder()
    kafka, postgres = KafkaBroker(folder / "kafka"), PostgresServer(folder / "postgres")
    try:
        await asyncio.gather(kafka.start(), postgres.start())
        await servers.make_template(postgres)
        yield kafka, postgres
    finally:
        await kafka.kill()
        await postgres.kill()
        postgres.remove()
        servers.remove(folder)


@contextlib.asynccontextmanager
async def rig(kafka: KafkaBroker, postgres: PostgresServer, policy: Path | None = None) -> AsyncIterator[Rig]:
    """A fresh prefix, topics of one partition, and a fresh database; processes are stopped at the end."""
    dsn = await servers.make_database(postgres)
    with tempfile.TemporaryDirectory(prefix="usher-bench-") as name:
        made = Rig(kafka, postgres, servers.make_topic_prefix(), dsn, Path(name), policy)
        await migrate(dsn)
        await ensure_topics(made.settings, all_topics())
        try:
            yield made
        finally:
            await made.stop()
