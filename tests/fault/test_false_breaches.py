"""Router, ingest and Kafka are away around due times: what was answered in time is never called late, and what was late
always is."""

import asyncio
from pathlib import Path

from deploy.local.broker import KafkaBroker
from shared.clock import now_ms
from shared.contract.topics import SLA_EVENTS
from shared.policy import Policy, parse_policy
from shared.policy.load import load_policy
from tests.support import checker
from tests.support.evidence import gather
from tests.support.system import POLICY, system, traffic

CONTACTS_PER_SECOND = 20.0
PROGRESS_SECONDS_MAX = 30.0
# Longer than the promises of the policy (2 and 3 s) and the allowance for late reports: each of them falls due inside.
AWAY_SECONDS = 4.5


async def test_no_false_breach_and_none_missed_while_router_ingest_or_kafka_are_away(
    kafka: KafkaBroker, database: str, topic_prefix: str, tmp_path: Path
) -> None:
    async with system(kafka, database, topic_prefix, tmp_path, policy=patient()) as running:
        async with traffic(running, CONTACTS_PER_SECOND):
            await running.first_routed_after(now_ms(), PROGRESS_SECONDS_MAX)
            for services in (("router",), ("ingest",), ("ingest", "router")):
                for service in services:
                    running.kill(service)
                await asyncio.sleep(AWAY_SECONDS)
                await asyncio.gather(*(running.start(service) for service in services))
                await running.first_routed_after(now_ms(), PROGRESS_SECONDS_MAX)
            await kafka.kill()
            await asyncio.sleep(AWAY_SECONDS)
            await kafka.start()
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
