"""The sla service on real Kafka and PostgreSQL: breaches on time, none while the router lags, exact over kill -9."""

import asyncio
import contextlib
import os
import signal
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import orjson
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from msgspec.structs import replace
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from deploy.local.broker import KafkaBroker
from services.sla.app import SlaService
from services.sla.settings import SlaSettings
from shared.clock import now_ms
from shared.contract.envelope import Message
from shared.contract.progress import Note, note_of
from shared.contract.records import Record
from shared.contract.topics import CONTACT_EVENTS, DEAD_LETTERS, ROUTER_INPUT, SLA_EVENTS, TopicSpec
from shared.kafka import OutputLog, ensure_topics
from shared.process.logs import configure
from shared.times import rfc3339
from tests.support.commands import rows
from tests.support.in_process import SETTLE_SECONDS_MAX, running, until
from tests.support.service_process import ServiceProcess, listening
from tests.support.sla_builders import BASE_MS, INSERT_POLICY, Log, policy_rows
from tests.support.sla_oracle import recompute
from tests.support.system import crowd
from tests.support.tail import tail

SECONDS_MAX = SETTLE_SECONDS_MAX
SOON_MS = 6_000  # after its due time, on a machine with nothing else to do


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str) -> SlaSettings:
    made = SlaSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=2
    )
    names = (ROUTER_INPUT, CONTACT_EVENTS, SLA_EVENTS, DEAD_LETTERS)
    await ensure_topics(made, [TopicSpec(name=name, retention_ms=3_600_000) for name in names])
    connection = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    await connection.executemany(INSERT_POLICY, policy_rows())
    await connection.close()
    return made


class Router:
    """What the sla service sees of a router: a log, and how much of its input it says it has handled."""

    def __init__(self, settings: SlaSettings) -> None:
        self._settings = settings
        self._outputs = OutputLog(settings)
        self._sent: Counter[int] = Counter()

    async def publish(self, log: Log, partition: int = 0) -> None:
        """Append what the log holds beyond what was appended before."""
        records = log.records[self._sent[partition] :]
        self._sent[partition] = len(log.records)
        await self._outputs.publish(CONTACT_EVENTS, partition, [_message(record) for record in records])

    async def receives(self, partition: int = 0) -> None:
        """One more input that is not handled yet."""
        await self._outputs.publish(ROUTER_INPUT, partition, [Message(b"acme", b"{}", [])])

    async def handled(self, offset: int, partitions: tuple[int, ...] = (0, 1), *, noted: bool = False) -> None:
        """Everything below this offset is handled, and its events are on the log; ``noted``: with which of them, and
        that nothing else falls due for an hour. A router of version 0.1 said neither."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka_bootstrap_servers,
            group_id=self._settings.group_of_router,
            enable_auto_commit=False,
        )
        where = [TopicPartition(self._settings.topic_prefix + ROUTER_INPUT, partition) for partition in partitions]
        consumer.assign(where)
        try:
            await consumer.start()
            notes = {each: note_of(Note(now_ms() + 3_600_000, self._sent[each.partition])) for each in where}
            await consumer.commit({each: (offset, notes[each] if noted else "") for each in where})
        finally:
            await consumer.stop()

    async def stop(self) -> None:
        await self._outputs.stop()


def _message(record: Record) -> Message:
    headers = [("ce_type", record.type.encode()), ("ce_id", record.id.encode())]
    return Message(b"acme", record.value, [*headers, ("ce_sequence", str(record.seq).encode())])


@pytest.fixture
async def router(settings: SlaSettings) -> AsyncIterator[Router]:
    made = Router(settings)
    yield made
    await made.stop()


def sla(settings: SlaSettings) -> contextlib.AbstractAsyncContextManager[SlaService]:
    return running(SlaService(settings, configure("sla", "WARNING")))


async def published(settings: SlaSettings, partition: int = 0) -> list[tuple[str, dict[str, Any]]]:
    """The log of the sla service as a consumer takes it: seq == last + 1; a gap fails."""
    accepted: list[tuple[str, dict[str, Any]]] = []
    for record in await tail(settings, SLA_EVENTS, partition):
        if record.seq == len(accepted) + 1:
            accepted.append((record.type.split(".")[2].removeprefix("clock_"), orjson.loads(record.value)))
        else:
            assert record.seq is not None
            assert record.seq <= len(accepted), "a gap in the log"
    return accepted


async def names(settings: SlaSettings, partition: int = 0) -> list[str]:
    return [name for name, _ in await published(settings, partition)]


def samples(text: str) -> dict[str, float]:
    """Samples by name and label values, joined by commas; the exposition sorts labels by name."""
    return {
        ",".join([sample.name, *sample.labels.values()]): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def shown(service: SlaService) -> dict[str, float]:
    return samples(generate_latest(service.registry).decode())


async def test_a_promise_that_nobody_keeps_is_breached_soon_after_its_due_time(
    settings: SlaSettings, router: Router
) -> None:
    log = Log(base_ms=now_ms() - 8_000).policy().queued("c1", 0, "cards")
    await router.handled(0)
    async with sla(settings) as service:
        await router.publish(log)
        await until(lambda: names(settings))
        could_ms = max(now_ms(), log.ms(10))  # where the machine is slow the service opens after the due time
        await until(lambda: _is(names(settings), ["started", "breached"]))
        assert now_ms() - could_ms < SOON_MS * crowd()
        ((_, breached),) = [fact for fact in await published(settings) if fact[0] == "breached"]
        assert breached["at"] == breached["due_at"]
        assert shown(service)["usher_sla_breaches_total,voice,time_to_answer,0,cards,10s,acme"] == 1
        assert shown(service)["usher_sla_open_clocks,time_to_answer"] == 0
        await until(lambda: _holds(lambda: shown(service)["usher_sla_watermark_lag_seconds"] < 5))
        await until(lambda: _opened(service))  # the other partition may take longer


async def test_a_row_that_cannot_be_read_closes_its_partition_and_names_the_row_until_it_is_mended(
    settings: SlaSettings, router: Router
) -> None:
    log = Log(base_ms=now_ms()).policy().queued("c1", 0, "cards")
    await router.publish(log)
    async with sla(settings):
        await until(lambda: _is(names(settings), ["started"]))
    await rows(settings, 'UPDATE sla_contact SET body = \'{"contact_id": "c1"}\'')
    async with sla(settings) as service:
        (problem,) = await until(lambda: _closed(service))
        assert "partition 0: its rows cannot be read" in problem
        assert 'sla_contact {"contact_id": "c1"}' in problem
        await rows(settings, "DELETE FROM sla_contact")
        await until(lambda: _opened(service))


async def _closed(service: SlaService) -> list[str]:
    return [problem for problem in await service.problems() if "rows cannot be read" in problem]


async def _opened(service: SlaService) -> bool:
    return await service.problems() == []


@pytest.mark.parametrize("noted", [True, False])
async def test_a_router_that_is_behind_never_causes_a_false_breach(
    settings: SlaSettings, router: Router, noted: bool
) -> None:
    log = Log(base_ms=now_ms() - 20_000).policy().queued("c1", 0, "cards")
    await router.receives()
    async with sla(settings) as service:
        await router.publish(log)
        await until(lambda: _is(names(settings), ["started"]))
        await asyncio.sleep(3)
        assert await names(settings) == ["started"], "the answer may be what the router has not handled yet"
        assert shown(service)["usher_sla_watermark_lag_seconds"] > 15
        await router.publish(log.event("assigned", "c1", 9))
        await router.handled(1, noted=noted)
        await until(lambda: _is(names(settings), ["started", "met"]))
        await asyncio.sleep(2)
        assert await names(settings) == ["started", "met"]
        assert shown(service)["usher_sla_breaches_total,voice,time_to_answer,0,cards,10s,acme"] == 0


@pytest.mark.parametrize("noted", [True, False])
async def test_steady_input_that_moves_no_contact_does_not_hold_breaches_back(
    settings: SlaSettings, router: Router, noted: bool
) -> None:
    log = Log(base_ms=now_ms() - 9_000).policy().queued("c1", 0, "cards")
    async with sla(settings):
        await router.publish(log)
        received = 0
        async with asyncio.timeout(SECONDS_MAX):
            while await names(settings) != ["started", "breached"]:
                for _ in range(5):  # the router tells its offset only now and then, while heartbeats keep coming
                    await router.receives()
                    received += 1
                await router.handled(received, (0,), noted=noted)


async def test_the_sum_over_replicas_is_the_truth(settings: SlaSettings, router: Router) -> None:
    for partition, number in ((0, 3), (1, 4)):
        log = Log(base_ms=BASE_MS).policy()
        for contact in range(number):
            log.queued(f"c{partition}-{contact}", 0, "cards").event("assigned", f"c{partition}-{contact}", 11)
        await router.publish(log, partition)
    async with sla(settings) as first:
        await until(lambda: _holds(lambda: breached(first) == 7))
        async with sla(settings) as second:
            await until(lambda: _holds(lambda: _share_all(first, second)))
            assert {breached(first), breached(second)} == {3, 4}
        await until(lambda: _holds(lambda: breached(first) == 7))


def breached(service: SlaService) -> float:
    """What a replica counts over its partitions, each a series of its own."""
    return sum(value for series, value in shown(service).items() if series.startswith("usher_sla_breaches_total"))


PLACES = ("lane.stepped", "lane.committed@2", "publisher.before_send@2", "publisher.acknowledged@2")


@pytest.mark.parametrize("failpoint", PLACES)
async def test_kill_9_anywhere_neither_loses_nor_repeats_a_breach(
    settings: SlaSettings, router: Router, tmp_path: Path, failpoint: str
) -> None:
    log = many_contacts()
    await router.publish(log)
    name, _, passes = failpoint.partition("@")
    process, _ = await spawn(settings, tmp_path, f"{name}=kill@{passes or 1}")
    assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == -signal.SIGKILL
    process, metrics_url = await spawn(settings, tmp_path, "")
    expected = recompute(log.records, 0)
    try:
        await until(lambda: _holds_count(settings, expected.total()))
        told = await published(settings)
        assert (
            Counter((name, body["contact_id"], body["kind"], _seconds(body["at"])) for name, body in told) == expected
        )
        breaches = sum(number for (name, *_), number in expected.items() if name == "breached")
        assert breaches > 20
        # All may have been told before the kill: then there is nothing to wait for but the lane.
        await until(lambda: _counts(metrics_url))
        assert await _counted(metrics_url) == breaches
        assert await breach_rows(settings) == breaches
    finally:
        process.send(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == 0


def many_contacts() -> Log:
    """120 contacts in the past, every third answered late, all closed; several batches of a small lane."""
    log = Log(base_ms=BASE_MS).policy()
    for number in range(120):
        at, name = number * 0.1, f"c{number}"
        log.event("received", name, at).queued(name, at, "orders")
        answered = at + (25 if number % 3 == 0 else 5)
        log.event("assigned", name, answered, stamped=answered).event("closed", name, answered + 1)
    # The log's own stamps are the time of publication, long after; and the order is that of the story above, in which
    # answers run ahead of other contacts by less than the lateness that the service allows.
    log.records.sort(key=lambda record: record.at_ms)
    log.records[:] = [
        replace(record, offset=index, seq=index + 1, id=f"id-{index + 1}") for index, record in enumerate(log.records)
    ]
    return log


async def test_talk_and_waiting_for_the_customer_breach_nothing_over_a_kill_9(
    settings: SlaSettings, router: Router, tmp_path: Path
) -> None:
    log = held_and_transferred()
    await router.publish(log)
    process, _ = await spawn(settings, tmp_path, "lane.committed=kill@3")
    assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == -signal.SIGKILL
    process, metrics_url = await spawn(settings, tmp_path, "")
    try:
        await until(lambda: _holds_count(settings, HELD * 11))
        told = Counter((name, body["kind"]) for name, body in await published(settings))
        answers = {("started", "time_to_answer"): 2, ("met", "time_to_answer"): 2, ("warned", "time_to_answer"): 1}
        resolution = {(name, "resolution"): 1 for name in ("started", "paused", "resumed", "met")}
        replies = {("started", "first_response"): 1, ("met", "first_response"): 1}
        assert told == {key: number * HELD for key, number in {**answers, **resolution, **replies}.items()}
        resolved = [body for name, body in await published(settings) if (name, body["kind"]) == ("met", "resolution")]
        elapsed = {body["elapsed_seconds"] for body in resolved}
        assert elapsed == {500.0}
        assert await _counted(metrics_url) == await breach_rows(settings) == 0
    finally:
        process.send(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == 0


HELD = 60


def held_and_transferred() -> Log:
    """Contacts of a queue that promises an answer in 20 s and a resolution in 10 minutes, none of them late: answered
    after 16 s, transferred after a minute of talk, answered again; ten minutes of waiting for the customer."""
    log = Log(base_ms=BASE_MS, channel="chat", workspace="initech").policy("initech")
    for number in range(HELD):
        at, name = number * 0.1, f"c{number}"
        log.event("received", name, at).queued(name, at, "orders", target_seconds=20)
        log.event("assigned", name, at + 16, agent_id="a1")
        log.event("reply_sent", name, at + 20, by="agent", agent_id="a1", public=True)
        log.event("transferred", name, at + 60, agent_id="a1")
        began = {"wait_started_at": rfc3339(log.ms(at + 60)), "due_at": rfc3339(log.ms(at + 80))}
        log.queued(name, at + 60, "orders", entered=at, target_seconds=20, **began).event(
            "assigned", name, at + 65, agent_id="a2"
        )
        log.event("pending_changed", name, at + 100, pending=True)
        log.event("pending_changed", name, at + 700, pending=False).event("closed", name, at + 1100, agent_id="a2")
    log.records.sort(key=lambda record: record.at_ms)
    log.records[:] = [
        replace(record, offset=index, seq=index + 1, id=f"id-{index + 1}") for index, record in enumerate(log.records)
    ]
    return log


async def spawn(settings: SlaSettings, folder: Path, failpoints: str) -> tuple[ServiceProcess, str]:
    """The service as a process of its own; the process and, once it listens, its metrics URL."""
    ready = folder / f"ready-{failpoints or 'last'}.json"
    environment = {
        **os.environ,
        "USHER_KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "USHER_POSTGRES_DSN": settings.postgres_dsn.get_secret_value(),
        "USHER_TOPIC_PREFIX": settings.topic_prefix,
        "USHER_PARTITIONS": str(settings.partitions),
        "USHER_BATCH_RECORDS_MAX": "100",
        "USHER_READY_FILE": str(ready),
        "USHER_FAILPOINTS": failpoints,
        "USHER_LOG_LEVEL": "WARNING",
    }
    process = await ServiceProcess.start("sla", environment, folder / "sla.log")
    await listening(process, ready)
    return process, orjson.loads(ready.read_bytes())["metrics_url"]


async def breach_rows(settings: SlaSettings) -> int:
    return len(await rows(settings, "SELECT FROM sla_breach"))


async def _is(found: Awaitable[list[str]], expected: list[str]) -> bool:
    return await found == expected


async def _holds(condition: Callable[[], bool]) -> bool:
    return condition()


def _share_all(first: SlaService, second: SlaService) -> bool:
    """Whether each has one of the two partitions; who lost one may hold it a moment longer."""
    held = [{lane.partition for lane in service.lanes()} for service in (first, second)]
    return held in ([{0}, {1}], [{1}, {0}])


async def _holds_count(settings: SlaSettings, number: int) -> bool:
    return len(await published(settings)) == number


async def _counts(metrics_url: str) -> bool:
    return bool(await _counted(metrics_url))


async def _counted(metrics_url: str) -> float:
    """The breaches that a process shows."""
    async with httpx.AsyncClient() as client:
        text = (await client.get(metrics_url)).text
    return sum(value for series, value in samples(text).items() if series.startswith("usher_sla_breaches_total"))


def _seconds(text: str) -> float:
    return (round(datetime.fromisoformat(text).timestamp() * 1000) - BASE_MS) / 1000
