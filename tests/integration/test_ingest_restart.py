"""Crashes and faults: offsets are committed only after delivery, so nothing is lost and some of it is repeated."""

import asyncio
import signal
from collections import Counter
from pathlib import Path

import httpx
import orjson
import pytest

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from services.ingest.broker.kafka import COMMIT_EVERY_SECONDS
from services.ingest.settings import IngestSettings
from tests.support import hostile, ingest
from tests.support.in_process import until
from tests.support.ingest_process import metrics_url, process

OWNED = "usher_owned_partitions"
ACCEPTED = 'usher_ingest_accepted_total{channel="chat",type="usher.channel.message.v1"}'


@pytest.fixture
async def settings(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> IngestSettings:
    ready = str(tmp_path / "ready.json")
    return await ingest.installed(kafka.bootstrap, database, topic_prefix, tmp_path, ready_file=ready)


async def publish(settings: IngestSettings, numbers: range, broken: frozenset[int] = frozenset()) -> None:
    async with ingest.producer(settings.kafka_bootstrap_servers) as producer:
        for number in numbers:
            value = b"{" if number in broken else orjson.dumps(hostile.good(number))
            await producer.send(f"{settings.topic_prefix}usher.channel.chat.v1", value, key=b"%d" % number)
        await producer.flush()


async def published(settings: IngestSettings) -> dict[str, list[str]]:
    """Event ids by message id, as often as they stand on the log."""
    topic = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.router-input.v1")
    found: dict[str, list[str]] = {}
    for body in await topic.bodies():
        found.setdefault(body["message_id"], []).append(body["event_id"])
    return found


async def until_published(settings: IngestSettings, count: int) -> dict[str, list[str]]:
    async def complete() -> bool:
        return len(await published(settings)) >= count

    await until(complete)
    return await published(settings)


@pytest.mark.parametrize(("failpoint", "on_the_log_before"), [("ingest.admitted", False), ("ingest.delivered", True)])
async def test_a_batch_that_was_not_acknowledged_before_a_crash_is_delivered_after_it(
    settings: IngestSettings, database: str, failpoint: str, on_the_log_before: bool
) -> None:
    await publish(settings, range(200), broken=frozenset({7}))
    async with process(settings, f"{failpoint}=kill") as crashing:
        assert await asyncio.wait_for(crashing.wait(), 60) == -signal.SIGKILL
    before = await published(settings)
    letters_before = len(await ingest.dead_letters(database))

    async with process(settings):

        async def delivered() -> bool:
            found = await published(settings)
            repeated = any(len(ids) == 2 for ids in found.values())
            return len(found) == 199 and repeated == on_the_log_before and len(await ingest.dead_letters(database)) == 1

        await until(delivered)
    after = await published(settings)

    assert bool(before) == on_the_log_before
    assert letters_before == int(on_the_log_before)
    assert set(after) == {f"message-{number}" for number in range(200)} - {"message-7"}
    assert all(len(set(ids)) == 1 for ids in after.values())


async def test_kills_in_the_middle_of_a_stream_lose_nothing(settings: IngestSettings) -> None:
    total = 6000
    publishing = asyncio.ensure_future(publish(settings, range(total)))
    for minimum in (1, 1500):
        async with process(settings) as running:
            await until_published(settings, minimum)
            running.send(signal.SIGKILL)
    await publishing
    async with process(settings):
        after = await until_published(settings, total)

    assert len(after) == total
    assert all(len(set(ids)) == 1 for ids in after.values())


async def test_a_clean_stop_commits_what_was_delivered(settings: IngestSettings) -> None:
    await publish(settings, range(300))
    async with process(settings) as first:
        await until_published(settings, 300)
        first.send(signal.SIGTERM)
        assert await asyncio.wait_for(first.wait(), 15) == 0
    async with process(settings):
        await publish(settings, range(300, 310))
        after = await until_published(settings, 310)

    assert Counter(len(ids) for ids in after.values()) == {1: 310}


async def test_dead_letters_wait_for_the_database_and_hold_back_no_canonical_event(
    settings: IngestSettings, database: str, postgres: PostgresServer
) -> None:
    announced = ingest.Topic(settings.kafka_bootstrap_servers, f"{settings.topic_prefix}usher.dead-letters.v1")
    async with ingest.running(settings) as service:
        await postgres.kill()
        await publish(settings, range(100), broken=frozenset({3, 50}))
        await until_published(settings, 98)
        await publish(settings, range(100, 150))
        await until_published(settings, 148)  # batches behind the one whose dead letters wait

        async def held_up() -> bool:
            return bool(await service.problems())

        await until(held_up)
        assert await announced.records() == []
        await postgres.start()

        async def kept() -> bool:
            return len(await announced.records()) == 2 and not await service.problems()

        await until(kept)
    after = await published(settings)

    assert len(await ingest.dead_letters(database)) == 2
    assert Counter(len(ids) for ids in after.values()) == {1: 148}


async def test_after_a_crash_while_dead_letters_waited_the_next_process_starts_with_their_batch(
    settings: IngestSettings, database: str, postgres: PostgresServer
) -> None:
    async with process(settings) as crashing:
        await publish(settings, range(10))
        await until_published(settings, 10)
        await postgres.kill()
        await publish(settings, range(10, 20), broken=frozenset({13}))
        await until_published(settings, 19)
        await publish(settings, range(20, 30))
        await until_published(settings, 29)
        await asyncio.sleep(2 * COMMIT_EVERY_SECONDS)  # whatever may be committed is
        crashing.send(signal.SIGKILL)
    await postgres.start()
    async with process(settings):

        async def kept() -> bool:
            return len(await ingest.dead_letters(database)) == 1

        await until(kept)
    assert set(await published(settings)) == {f"message-{number}" for number in range(30)} - {"message-13"}


async def test_a_broker_that_dies_and_returns_costs_time_and_nothing_else(
    settings: IngestSettings, kafka: KafkaBroker
) -> None:
    async with ingest.running(settings):
        await publish(settings, range(200))
        await until_published(settings, 200)
        await kafka.kill()
        await asyncio.sleep(1)
        await kafka.start()
        await publish(settings, range(200, 400))
        after = await until_published(settings, 400)

    assert len(after) == 400
    assert all(len(set(ids)) == 1 for ids in after.values())


async def test_health_says_whether_the_service_is_ready_and_metrics_count_what_passed(
    settings: IngestSettings,
) -> None:
    async with process(settings), httpx.AsyncClient() as client:
        url = await metrics_url(settings)
        base = url.removesuffix("/metrics")

        async def ready() -> bool:
            return (await client.get(f"{base}/readyz")).status_code == 200

        await until(ready)
        await publish(settings, range(50), broken=frozenset({1, 2}))
        await until_published(settings, 48)

        async def counted() -> dict[str, float]:
            """The page, once all that passed is counted and nothing waits."""
            lines = [line for line in (await client.get(url)).text.splitlines() if not line.startswith("#")]
            page = {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}
            lags = [value for name, value in page.items() if name.startswith("usher_lag_records{")]
            counts = (page.get(ACCEPTED), page.get('usher_dead_letters_total{reason="not_json"}'))
            return page if counts == (48, 2) and lags and not any(lags) else {}

        page = await until(counted)
        assert (await client.get(f"{base}/livez")).status_code == 200
    assert page['usher_event_age_seconds_count{service="ingest"}'] >= 1


async def test_replicas_share_the_partitions_and_take_over_from_each_other(settings: IngestSettings) -> None:
    async with ingest.running(settings) as first:
        await publish(settings, range(200))
        await until_published(settings, 200)
        async with ingest.running(settings) as second:

            async def shared() -> bool:
                owned = [service.registry.get_sample_value(OWNED, {"service": "ingest"}) for service in (first, second)]
                return sum(owned) == sum(map(len, first.topics.values())) * settings.partitions and min(owned) > 0

            await until(shared)
            await publish(settings, range(200, 400))
            await until_published(settings, 400)
        await publish(settings, range(400, 600))
        after = await until_published(settings, 600)

    assert len(after) == 600
    assert Counter(len(ids) for ids in after.values()) == {1: 600}
