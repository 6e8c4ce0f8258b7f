"""The system as processes of a test: services that can be killed, customers, a ledger of what was acknowledged."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from signal import SIGKILL, Signals
from typing import Any

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.errors import KafkaError

from cli.demo.people import Pace
from cli.policy.in_force import publish
from deploy.local.broker import KafkaBroker
from deploy.local.process import Command, LeashedProcess
from shared.clock import monotonic, now_ms
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT, all_topics, channel_topic
from shared.kafka import ensure_topics
from shared.policy import Policy
from shared.policy.load import load_policy
from shared.process.settings import CommonSettings
from shared.times import rfc3339
from tests.support import checker
from tests.support.evidence import gather
from tests.support.people import PACE, background, people
from tests.support.service_process import ServiceProcess, listening

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "tests" / "fault" / "policy.yaml"
SERVICES = ("ingest", "router", "sla")
CHANNELS = ("chat", "voice", "email", "sms")
TEXTS = ("status of my order please", "I want to change my plan", "help me with this", "help, it is broken", "hello")
# Bounds of waiting, for a machine that is slow and busy: nothing is slower for them where it goes well.
QUIESCE_SECONDS_MAX = 180.0
CALL_SECONDS_MAX = 10.0  # of a call to the database
LATENESS_MS = 1000  # desks that share two cores with everything else report what they did in time a moment later


@dataclass(slots=True)
class System:
    """Services under test on their own topics and database.

    ``ledger``: the (workspace, source, message id) that were acknowledged."""

    kafka: KafkaBroker
    dsn: str
    prefix: str
    folder: Path
    partitions: int = 1
    call_seconds_max: float = CALL_SECONDS_MAX
    policy: Policy = field(default_factory=lambda: load_policy(POLICY))
    repeats: float = 0.1  # of the messages are sent twice by their channel
    lateness_ms: int = LATENESS_MS
    processes: dict[str, LeashedProcess | ServiceProcess] = field(default_factory=dict)
    ledger: list[tuple[str, str, str]] = field(default_factory=list)
    rows_seen: dict[tuple[str, int], tuple[int, int]] = field(default_factory=dict)
    went_back: list[str] = field(default_factory=list)
    _number: int = 0

    @property
    def settings(self) -> CommonSettings:
        return CommonSettings(
            kafka_bootstrap_servers=self.kafka.bootstrap,
            postgres_dsn=self.dsn,
            topic_prefix=self.prefix,
            partitions=self.partitions,
        )

    async def prepare(self) -> None:
        """Topics and policy."""
        assert not await ensure_topics(self.settings, all_topics())
        await publish(self.settings, [self.policy])

    @property
    def environment(self) -> dict[str, str]:
        """Where everything is, for services and commands."""
        return {
            **os.environ,
            "USHER_KAFKA_BOOTSTRAP_SERVERS": self.kafka.bootstrap,
            "USHER_POSTGRES_DSN": self.dsn,
            "USHER_TOPIC_PREFIX": self.prefix,
            "USHER_PARTITIONS": str(self.partitions),
            "USHER_ENVIRONMENT": "local",
        }

    async def start(
        self, service: str, *, name: str = "", failpoints: str = "", code: Path = ROOT, **more: str
    ) -> LeashedProcess | ServiceProcess:
        """Start a replica (``name`` default: the service's) of the tree ``code`` and wait until it listens; ``more``:
        its environment."""
        name = name or service
        ready = self.folder / f"{name}.json"
        ready.unlink(missing_ok=True)
        environment = {
            **self.environment,
            "USHER_READY_FILE": str(ready),
            "USHER_INSTANCE": name,
            "USHER_SESSION_TIMEOUT_MS": "1500",
            "USHER_HEARTBEAT_MS": "300",
            "USHER_REBALANCE_TIMEOUT_MS": "3000",
            "USHER_COMMIT_SECONDS_MAX": str(self.call_seconds_max),
            "USHER_WATERMARK_LATENESS_MS": str(self.lateness_ms),
            "USHER_FAILPOINTS": failpoints,
            **more,
        }
        log = self.folder / f"{name}.log"
        if code == ROOT:
            process: LeashedProcess | ServiceProcess = await ServiceProcess.start(service, environment, log)
        else:  # what is imported here is another tree's
            module = [sys.executable, "-m", f"services.{service}"]
            process = await LeashedProcess.start(
                Command(arguments=module, log=log, environment=environment, folder=code)
            )
        self.processes[name] = process
        await listening(process, ready)
        assert failpoints or process.running, f"{name} ended at its start\n{self.logs()}"
        return process

    def kill(self, name: str) -> None:
        """kill -9."""
        self.processes[name].send(SIGKILL)

    def signal(self, name: str, number: Signals) -> None:
        """SIGSTOP, SIGCONT and the like."""
        self.processes[name].send(number)

    async def stop(self) -> None:
        """A clean stop of everything that runs."""
        await asyncio.gather(*(process.stop() for process in self.processes.values()))

    def logs(self) -> str:
        """The end of every log, for the message of a failed test."""
        return "\n".join(f"--- {path.name}\n{_telling(path.read_text())}" for path in sorted(self.folder.glob("*.log")))

    # ---- customers ----

    async def customers(self, per_second: float) -> None:
        """Contacts at a rate until cancelled. What Kafka acknowledged goes into the ledger; what is in doubt is sent
        again under the same id, as a careful channel does."""
        chance, producer = Random(7), await self._producer()
        try:
            while True:
                self._number += 1
                source, body = self.contact(self._number, chance)
                while not await self._send(producer, channel_topic(source), body):
                    await asyncio.sleep(0.2)
                if chance.random() < self.repeats:
                    await self._send(producer, channel_topic(source), body)
                self.ledger.append(("fault", source, body["message_id"]))
                await asyncio.sleep(1 / per_second)
        finally:
            await producer.stop()

    async def _producer(self) -> AIOKafkaProducer:
        while True:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.kafka.bootstrap, acks="all", request_timeout_ms=3000, metadata_max_age_ms=2000
            )
            try:
                await producer.start()
                return producer
            except KafkaError:
                await producer.stop()
                await asyncio.sleep(0.3)

    async def _send(self, producer: AIOKafkaProducer, topic: str, body: dict[str, Any]) -> bool:
        try:
            await producer.send_and_wait(self.prefix + topic, orjson.dumps(body))
            return True
        except KafkaError:
            return False

    def contact(self, number: int, chance: Random) -> tuple[str, dict[str, Any]]:
        """(source, body) of a customer's message; every seventh belongs to the conversation before it."""
        conversation = number - 1 if number % 7 == 0 else number
        source = CHANNELS[conversation % len(CHANNELS)]
        return source, {
            "type": "usher.channel.message.v1",
            "workspace": "fault",
            "channel": source,
            "conversation_id": f"c{conversation}",
            "message_id": f"m{number}",
            "occurred_at": rfc3339(now_ms()),
            "from": {"handle": f"person-{conversation}@example.com"},
            "text": chance.choice(TEXTS),
        }

    # ---- what is asked of it ----

    async def first_routed_after(self, at_ms: int, seconds_max: float) -> float:
        """Seconds until the log has a ``classified`` event that happened after ``at_ms``; fails after the bound, which
        is that of a machine with nothing else to do."""
        started, seconds_max = monotonic(), seconds_max * crowd()
        while (left := started + seconds_max - monotonic()) > 0:
            try:
                await asyncio.wait_for(self._classified_after(at_ms), left)
                return monotonic() - started
            except (KafkaError, AssertionError, TimeoutError):
                await asyncio.sleep(0.1)
        raise AssertionError(f"no progress within {seconds_max:.0f} s\n{self.logs()}")

    async def _classified_after(self, at_ms: int) -> None:
        """Read the log, from a little before its end on, until it tells of a contact that was classified later."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.kafka.bootstrap, enable_auto_commit=False, request_timeout_ms=3000
        )
        place = TopicPartition(self.prefix + CONTACT_EVENTS, 0)
        consumer.assign([place])
        try:
            await consumer.start()
            end = (await consumer.end_offsets([place]))[place]
            consumer.seek(place, max(0, end - 60))
            while True:
                for raw in (await consumer.getmany(place, timeout_ms=500)).get(place, []):
                    if raw.headers[0][1] == b"usher.contact.classified.v1" and raw.timestamp > at_ms:
                        return
        finally:
            await consumer.stop()

    async def watch(self) -> None:
        """S7 and S8: epochs and offsets never go back; until cancelled."""
        while True:
            try:
                connection = await asyncpg.connect(self.dsn, timeout=2, server_settings={"search_path": "usher"})
            except (OSError, asyncpg.PostgresError, TimeoutError):
                await asyncio.sleep(0.2)
                continue
            try:
                while True:
                    await self._look(connection)
                    await asyncio.sleep(0.05)
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
                continue
            finally:
                connection.terminate()

    async def _look(self, connection: Any) -> None:
        for row in await connection.fetch("SELECT service, partition, epoch, next_offset FROM lane", timeout=2):
            key, now = (row["service"], row["partition"]), (row["epoch"], row["next_offset"])
            before = self.rows_seen.get(key, (0, 0))
            if now[0] < before[0]:
                self.went_back.append(f"S7: {key}: epoch {before[0]} -> {now[0]}")
            if now[1] < before[1]:
                self.went_back.append(f"S8: {key}: offset {before[1]} -> {now[1]}")
            self.rows_seen[key] = now

    @asynccontextmanager
    async def watched(self) -> AsyncIterator[None]:
        """Watch while the block runs, then stop everything, however it ends."""
        try:
            async with background(self.watch()):
                yield
        finally:
            for process in self.processes.values():
                process.send(Signals.SIGCONT)
            await self.stop()

    async def quiesce(self) -> None:
        """Wait until every acknowledged message is decided, every contact ended and sla has read everything."""
        deadline = monotonic() + QUIESCE_SECONDS_MAX
        connection = await asyncpg.connect(self.dsn, server_settings={"search_path": "usher"})
        try:
            while (open_ends := await self._open_ends(connection)) != {}:
                assert monotonic() < deadline, f"after {QUIESCE_SECONDS_MAX} s still {open_ends}\n{self.logs()}"
                await asyncio.sleep(0.3)
        finally:
            await connection.close()

    async def _open_ends(self, connection: Any) -> dict[str, Any]:
        """What is not yet done: live contacts, events that sla has not read, messages that no step has taken."""
        live = await connection.fetch(
            "SELECT * FROM router_contact c WHERE NOT EXISTS"
            " (SELECT 1 FROM router_outcome o WHERE o.contact_id = c.contact_id)"
        )
        behind = await connection.fetchval(
            "SELECT count(*) FROM lane r JOIN lane s ON s.service = 'sla' AND s.partition = r.partition"
            " WHERE r.service = 'router' AND s.input_seq <> r.next_seq - 1"
        )
        found = {"live": [dict(row) for row in live[:5]], "sla_behind": behind, "lag": await self._lag()}
        return {name: value for name, value in found.items() if value}

    async def _lag(self) -> int:
        consumer = AIOKafkaConsumer(bootstrap_servers=self.kafka.bootstrap, enable_auto_commit=False)
        places = [TopicPartition(self.prefix + ROUTER_INPUT, number) for number in range(self.partitions)]
        consumer.assign(places)
        connection = await asyncpg.connect(self.dsn, server_settings={"search_path": "usher"})
        try:
            await consumer.start()
            ends = await consumer.end_offsets(places)
            rows = await connection.fetch("SELECT partition, next_offset FROM lane WHERE service = 'router'")
            applied = {row["partition"]: row["next_offset"] for row in rows}
            return sum(end - applied.get(place.partition, 0) for place, end in ends.items())
        finally:
            await consumer.stop()
            await connection.close()

    async def verdict(self) -> list[str]:
        """All violations, by the checker that reads topics and tables only."""
        evidence = await gather(self.kafka.bootstrap, self.prefix, self.dsn, checker.TOPICS, checker.TABLES)
        assert len(evidence.topics[CONTACT_EVENTS]) > 20, "nothing happened, so nothing is shown"
        return [*self.went_back, *checker.violations(evidence, self.ledger)]

    def report(self, name: str, **figures: float) -> None:
        """One line of JSON a fault, for whoever reads the test's output."""
        sys.stdout.write(json.dumps({"fault": name, **figures}) + "\n")


def crowd() -> float:
    """How many want to run for each core that we may use, over the last minute or now, 1 at least: a promise in seconds
    takes so many times as long here."""
    last_minute, _, _, running, _ = Path("/proc/loadavg").read_text().split()
    return max(1.0, max(float(last_minute), int(running.partition("/")[0])) / len(os.sched_getaffinity(0)))


def _telling(log: str) -> str:
    """The end of a log without what a Kafka client says of a broker that is away."""
    noise = ("Unable connect", "Unable to update metadata", "Failed fetch", "Got error produce", "Heartbeat failed")
    return "\n".join(line for line in log.splitlines() if not any(word in line for word in noise))[-4000:]


@asynccontextmanager
async def system(
    kafka: KafkaBroker,
    database: str,
    prefix: str,
    folder: Path,
    *,
    partitions: int = 1,
    call_seconds_max: float = CALL_SECONDS_MAX,
    policy: Policy | None = None,
    pace: Pace = PACE,
) -> AsyncIterator[System]:
    """A running system with customers and agents; everything is stopped at the end, however it ends."""
    made = System(kafka, database, prefix, folder, partitions, call_seconds_max, policy=policy or load_policy(POLICY))
    await made.prepare()
    await asyncio.gather(*(made.start(service) for service in SERVICES))
    async with people(made.kafka.bootstrap, made.prefix, made.policy, pace), made.watched():
        yield made


@asynccontextmanager
async def traffic(made: System, per_second: float) -> AsyncIterator[None]:
    """Customers write while the block runs."""
    async with background(made.customers(per_second)):
        yield
