"""Router, ingest, sla and Kafka are away around due times: what was answered in time is never called late, and what was
late always is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import pytest

from deploy.local.broker import KafkaBroker
from shared.clock import now_ms
from shared.contract.topics import SLA_EVENTS
from shared.policy import Policy, parse_policy
from shared.policy.load import load_policy
from tests.support import checker
from tests.support.evidence import gather
from tests.support.people import PACE
from tests.support.system import POLICY, SERVICES, System, system, traffic

CONTACTS_PER_SECOND = 20.0
PROGRESS_SECONDS_MAX = 60.0
# Longer than the promises of the policy (2 and 3 s) and the allowance for late reports: each of them falls due inside.
AWAY_SECONDS = 5.5
# Agents who take long to answer, most of them in time: of many offers the answer is given while somebody is away.
SLOW = replace(PACE, think_seconds=(0.2, 1.8), ignores=0.0, machine_is_silent=0.0)


async def router_dies(made: System) -> None:
    made.kill("router")
    await asyncio.sleep(AWAY_SECONDS)
    await made.start("router")


async def ingest_stops(made: System) -> None:
    await made.processes["ingest"].stop()
    await asyncio.sleep(AWAY_SECONDS)
    await made.start("ingest")


async def all_die_and_sla_is_the_first_to_come_back(made: System) -> None:
    for service in SERVICES:
        made.kill(service)
    await made.start("sla")
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.gather(made.start("router"), made.start("ingest"))


async def kafka_dies(made: System) -> None:
    await made.kafka.kill()
    await asyncio.sleep(AWAY_SECONDS)
    await made.kafka.start()


ABSENCES: tuple[Callable[[System], Awaitable[None]], ...] = (
    router_dies,
    ingest_stops,
    all_die_and_sla_is_the_first_to_come_back,
    kafka_dies,
)


@pytest.mark.timeout(600)  # more than half of the usual 300 s where the machine is slow and busy
async def test_no_false_breach_and_none_missed_while_router_ingest_or_kafka_are_away(
    kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with system(kafka, database, topic_prefix, tmp_path, policy=patient(), pace=SLOW) as running:
        async with traffic(running, CONTACTS_PER_SECOND):
            await running.first_routed_after(now_ms(), PROGRESS_SECONDS_MAX)
            for absence in ABSENCES:
                await absence(running)
                await running.first_routed_after(now_ms(), PROGRESS_SECONDS_MAX)
        await running.quiesce()
        await running.stop()
        evidence = await gather(kafka.bootstrap, topic_prefix, database, checker.TOPICS, checker.TABLES)
        assert checker.violations(evidence, running.ledger) == []
    breaches = sum(seen.kind == "usher.sla.clock_breached.v1" for seen in evidence.topics[SLA_EVENTS])
    assert breaches > 0, "no promise was broken: nothing is shown"


def patient() -> Policy:
    """The policy of the fault tests with offers that outlive an absence: an answer counts whenever it is read."""
    document = load_policy(POLICY).document()
    return parse_policy({**document, "offers": {**document["offers"], "timeout": "30s"}})
