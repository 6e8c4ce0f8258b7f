"""kill -9 and worse while contacts flow: no invariant breaks, and progress resumes in the stated time."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGCONT, SIGSTOP, SIGTERM

import pytest

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer, StopMode
from shared.clock import monotonic, now_ms
from shared.lane.phases import FAILPOINTS, Phase
from tests.support.people import mischief
from tests.support.system import System, crowd, system, traffic

OWNERS = ("router", "sla")
# How often a place of the loop is passed before it kills. sla takes larger batches, and none while the router is dead.
PASSES = {"router": 20, "sla": 5}
OPENING = {Phase.CLAIMED, Phase.LOADED, Phase.CHECKED}
CONTACTS_PER_SECOND = 25.0
WARM_SECONDS = 1.5
DIES_SECONDS_MAX = 120.0  # on a slow machine, while the router that is to be heard dies now and then
DRAIN_SECONDS_MAX = 10.0
CALL_SECONDS_MAX = 4.0  # of a call to the database that freezes
FROZEN_SECONDS = 3 * CALL_SECONDS_MAX  # calls are given up and made again more than once
# L1 of the invariants: progress resumes after a fault heals.
ROUTER_SECONDS_MAX, BROKER_SECONDS_MAX, POSTGRES_SECONDS_MAX = 15.0, 30.0, 10.0


@pytest.fixture
async def running(kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path) -> AsyncIterator[System]:
    async with system(kafka, database, topic_prefix, tmp_path) as made:
        yield made


async def goes_on(made: System, after: str, seconds_max: float) -> None:
    """Contacts are routed again within that time of the healing, which is now."""
    seconds = await made.first_routed_after(now_ms(), seconds_max)
    made.report(after, seconds=round(seconds, 2))


async def finish(made: System) -> None:
    """Everything ends, stops cleanly, and is checked."""
    await made.quiesce()
    await made.stop()
    assert await made.verdict() == []


async def test_kill_9_at_every_failpoint_loses_and_repeats_nothing(running: System) -> None:
    async with traffic(running, CONTACTS_PER_SECOND):
        await asyncio.gather(*(die_everywhere(running, service) for service in OWNERS))
    await finish(running)


async def die_everywhere(made: System, service: str) -> None:
    """Kill it, then let it die at each place in turn, and be started again."""
    made.kill(service)
    for number, place in enumerate(FAILPOINTS):
        # Places of the opening are met once; those of the loop again and again: it dies at work, not at the door.
        passes = 1 if place in OPENING else PASSES[service] + number % 3
        healed, at_ms = monotonic(), now_ms()
        trapped = await made.start(service, failpoints=f"{place}=kill@{passes}")
        if service == "router" and place not in OPENING:
            await made.first_routed_after(at_ms, ROUTER_SECONDS_MAX)
            made.report(f"kill router, then at {place}", seconds=round(monotonic() - healed, 2))
        await asyncio.wait_for(trapped.wait(), DIES_SECONDS_MAX)
    await made.start(service)


async def test_stopped_owners_that_go_on_are_fenced_and_publish_nothing(running: System) -> None:
    async with traffic(running, CONTACTS_PER_SECOND):
        await asyncio.sleep(WARM_SECONDS)
        for service in OWNERS:
            running.signal(service, SIGSTOP)
        await asyncio.gather(*(running.start(service, name=f"{service}-2") for service in OWNERS))
        await running.first_routed_after(now_ms(), ROUTER_SECONDS_MAX)
        await asyncio.sleep(WARM_SECONDS)
        for service in OWNERS:
            running.signal(service, SIGCONT)
        await asyncio.sleep(2 * WARM_SECONDS)
        await running.first_routed_after(now_ms(), ROUTER_SECONDS_MAX)
    await finish(running)


async def test_the_broker_may_die_and_come_back(running: System, kafka: KafkaBroker) -> None:
    async with traffic(running, CONTACTS_PER_SECOND):
        await asyncio.sleep(WARM_SECONDS)
        await kafka.kill()
        await asyncio.sleep(1.0)
        await kafka.start()
        await goes_on(running, "broker kill -9", BROKER_SECONDS_MAX)
    await finish(running)


async def test_postgres_may_stop_at_once_and_come_back(running: System, postgres: PostgresServer) -> None:
    async with traffic(running, CONTACTS_PER_SECOND):
        await asyncio.sleep(WARM_SECONDS)
        await postgres.stop(StopMode.IMMEDIATE)
        await asyncio.sleep(2.0)
        await postgres.start()
        await goes_on(running, "postgres immediate stop", POSTGRES_SECONDS_MAX)
    await finish(running)


async def test_postgres_may_freeze_for_longer_than_any_call_waits(
    kafka: KafkaBroker, postgres: PostgresServer, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with system(kafka, database, topic_prefix, tmp_path, call_seconds_max=CALL_SECONDS_MAX) as running:
        async with traffic(running, CONTACTS_PER_SECOND):
            await asyncio.sleep(WARM_SECONDS)
            postgres.suspend()
            await asyncio.sleep(FROZEN_SECONDS)
            postgres.resume()
            await goes_on(running, f"postgres frozen for {FROZEN_SECONDS:.0f} s", POSTGRES_SECONDS_MAX)
        await finish(running)


async def test_rebalances_while_commits_are_under_way(
    kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with system(kafka, database, topic_prefix, tmp_path, partitions=3) as running:
        async with traffic(running, 2 * CONTACTS_PER_SECOND):
            for number in range(4):
                names = {service: f"{service}-{number}-b" for service in OWNERS}
                slow = "lane.stepped=sleep:0.3"
                await asyncio.gather(*(running.start(each, name=names[each], failpoints=slow) for each in OWNERS))
                await asyncio.sleep(WARM_SECONDS)
                leaving = [running.processes.pop(name) for name in names.values()]
                await asyncio.gather(*(each.stop() if number % 2 else each.kill() for each in leaving))
        await finish(running)


async def test_answers_twice_late_and_from_the_wrong_person_break_nothing(running: System) -> None:
    async with traffic(running, 2 * CONTACTS_PER_SECOND), mischief(running.kafka.bootstrap, running.prefix):
        await asyncio.sleep(6.0)
        running.kill("router")
        await running.start("router")
        await asyncio.sleep(3.0)
    await finish(running)


async def test_a_stop_under_load_drains_within_10_seconds(running: System) -> None:
    async with traffic(running, 4 * CONTACTS_PER_SECOND):
        await asyncio.sleep(WARM_SECONDS)
        for service in ("router", "sla", "ingest"):
            started = monotonic()
            running.processes[service].send(SIGTERM)
            status = await asyncio.wait_for(running.processes[service].wait(), DRAIN_SECONDS_MAX * crowd())
            running.report(f"stop {service}", seconds=round(monotonic() - started, 2))
            assert status == 0
            await running.start(service)
    await finish(running)


async def test_a_lane_that_hangs_ends_its_process_so_that_it_is_restarted(running: System) -> None:
    async with traffic(running, CONTACTS_PER_SECOND):
        await running.processes["router"].stop()
        hung = await running.start("router", failpoints="lane.stepped=sleep:600@3", USHER_STUCK_SECONDS_MAX="2")
        status = await asyncio.wait_for(hung.wait(), DIES_SECONDS_MAX)
        assert status != 0
        await running.start("router")
        await running.first_routed_after(now_ms(), ROUTER_SECONDS_MAX)
    await finish(running)
