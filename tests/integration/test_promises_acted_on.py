"""What is done about promises that run out, shown through the topics: by the queue itself, and as announced risks."""

import asyncio
from datetime import datetime

import orjson

from services.router.app import RouterService
from services.sla.settings import SlaSettings
from shared.contract.topics import SLA_EVENTS, TopicSpec
from shared.kafka import ensure_topics
from shared.kafka.admin import partition_of
from shared.lane.service import LaneService
from shared.process.logs import configure
from tests.integration.test_sla_service import published, sla
from tests.support.in_process import running, until
from tests.support.ingest import PARTITIONS
from tests.support.live import Live, Office
from tests.support.tail import tail


async def sla_settings(live: Live) -> SlaSettings:
    """Those of an sla service beside the router, whose topic is there."""
    names = ("kafka_bootstrap_servers", "postgres_dsn", "topic_prefix", "partitions")
    settings = SlaSettings(**{name: getattr(live.settings, name) for name in names})
    await ensure_topics(settings, [TopicSpec(name=SLA_EVENTS, retention_ms=3_600_000)])
    return settings


def _seconds(first: str, last: str) -> float:
    return (datetime.fromisoformat(last) - datetime.fromisoformat(first)).total_seconds()


async def test_a_queue_hurries_a_contact_when_its_promise_runs_out_and_opens_it_to_others_when_it_is_over(
    office: Office,
) -> None:
    promise = {"within": "1s", "warn_at": 0.5, "on_warn": [{"boost": "5m"}], "on_breach": [{"add_queue": "general"}]}
    await office.policy(queues={"orders": {"requires": {"orders": 1}, "targets": {"time_to_answer": promise}}})
    await office.agent("generalist")
    contact = await office.contact("c1", routing={"queue": "orders"})
    entry = await office.saw("contact.queued", contact_id=contact)
    warned = await office.saw("contact.hastened", contact_id=contact, reason="warned")
    late = await office.saw("contact.hastened", contact_id=contact, reason="breached")
    assert warned["priority_seconds"] == late["priority_seconds"] == entry["priority_seconds"] + 300
    assert late["also_queues"] == ["general"]
    offer = await office.offered(contact)
    assert offer["agent_id"] == "generalist"
    kinds = office.kinds(contact)
    assert kinds.index("hastened") < kinds.index("offered")
    assert _seconds(entry["due_at"], offer["occurred_at"]) >= 0, "before that it was for others"


async def test_a_promise_that_is_over_sends_the_contact_elsewhere(office: Office) -> None:
    promise = {"within": "0.5s", "on_breach": [{"overflow": {"queue": "general"}}]}
    await office.policy(queues={"orders": {"requires": {"orders": 1}, "targets": {"time_to_answer": promise}}})
    contact = await office.contact("c1", routing={"queue": "orders"})
    event = await office.saw("contact.overflowed", contact_id=contact)
    assert (event["to"], event["reason"]) == ({"queue": "general"}, "time_to_answer breached")
    assert (await office.saw("contact.queued", 2, contact_id=contact))["queue"] == "general"


async def _everybody_at_risk(office: Office, queue: str, number: int) -> list[str]:
    """So many wait behind an agent who takes one of the queue in a second or more; the last is at risk."""
    await office.agent(f"agent-{queue}", skills={queue: 1})
    busy = await office.assigned(await office.contact(f"{queue}-0", routing={"queue": queue}))
    for before in range(1, 4):  # so it is known how often somebody is served
        contact = await office.contact(f"{queue}-{before}", routing={"queue": queue})
        await asyncio.sleep(1.2)
        await office.end(busy)
        busy = await office.assigned(contact)
    waiting = [await office.contact(f"{queue}-w{each}", routing={"queue": queue}) for each in range(number)]
    raised = await office.saw("contact.risk_raised", contact_id=waiting[-1])
    assert raised["breach_risk"] > 0.5
    entry = await office.saw("contact.queued", contact_id=waiting[-1])
    assert raised["due_at"] == entry["due_at"] > raised["occurred_at"]
    return waiting


async def test_a_breach_is_announced_by_router_and_sla_before_it_happens_and_taken_back_where_it_will_not(
    office: Office,
) -> None:
    settings = await sla_settings(office.live)
    promised = {"orders": "4s", "cards": "1m"}
    queues = {
        name: {"requires": {name: 1}, "targets": {"time_to_answer": {"within": within}}}
        for name, within in promised.items()
    }
    await office.policy(queues=queues, wrap_up={"default": "0s"})
    late, relieved = await asyncio.gather(
        _everybody_at_risk(office, "orders", 6), _everybody_at_risk(office, "cards", 70)
    )
    for contact in relieved[:-1]:
        await office.command(contact, "cancel")
    cleared = await office.saw("contact.risk_cleared", contact_id=relieved[-1])
    assert cleared["breach_risk"] < 0.35

    async def told() -> dict[str, list[str]]:
        logs = [await tail(settings, SLA_EVENTS, number) for number in range(settings.partitions)]
        facts = [(each.type.split(".")[2], orjson.loads(each.value)) for log in logs for each in log]
        mine = {
            which: [name for name, body in facts if body["contact_id"] == which] for which in (late[-1], relieved[-1])
        }
        return mine if "clock_breached" in mine[late[-1]] and "risk_cleared" in mine[relieved[-1]] else {}

    async with sla(settings):
        found = await until(told)
        assert found[late[-1]] == ["clock_started", "risk_raised", "clock_breached"]
        assert found[relieved[-1]][:3] == ["clock_started", "risk_raised", "risk_cleared"]


async def _shared_out(first: LaneService, second: LaneService) -> bool:
    """Whether each of two live replicas has a partition."""
    return [len(first.lanes()), len(second.lanes())] == [1, 1]


async def test_while_partitions_move_between_live_replicas_each_promise_is_acted_on_and_told_once(
    live_system: Live,
) -> None:
    settings = await sla_settings(live_system)
    promise = {"within": "8s", "warn_at": 0.5, "on_warn": [{"boost": "5m"}], "on_breach": [{"add_queue": "general"}]}
    names = {partition_of(name.encode(), PARTITIONS): name for name in (f"moved-{number}" for number in range(9))}
    offices = [Office(live_system, names[partition]) for partition in range(PARTITIONS)]
    for office in offices:
        await office.policy(queues={"orders": {"requires": {"orders": 1}, "targets": {"time_to_answer": promise}}})
        await office.agent("generalist")
    contacts = [await office.contact("c1", routing={"queue": "orders"}) for office in offices]
    whose = list(zip(offices, contacts, strict=True))
    router = RouterService(live_system.settings, configure("router", "ERROR"))
    async with sla(settings) as first:
        async with running(router), sla(settings) as second:
            await until(lambda: _shared_out(live_system.service, router))
            await until(lambda: _shared_out(first, second))
            for office, contact in whose:
                await office.saw("contact.hastened", contact_id=contact, reason="warned")
        for office, contact in whose:
            late = await office.saw("contact.hastened", contact_id=contact, reason="breached")
            assert late["also_queues"] == ["general"]
            offer = await office.offered(contact)
            assert offer["agent_id"] == "generalist"
            assert _seconds(late["occurred_at"], offer["occurred_at"]) >= 0
            assert office.kinds(contact).count("hastened") == 2, "once warned, once breached, whoever had the partition"

        async def told() -> list[list[str]]:
            logs = [await published(settings, partition) for partition in range(PARTITIONS)]
            mine = [[name for name, body in log if body["contact_id"] in contacts] for log in logs]
            found = [[name for name in each if not name.startswith("risk_")] for each in mine]
            return found if all("breached" in each for each in found) else []

        assert await until(told) == [["started", "warned", "breached"]] * PARTITIONS
