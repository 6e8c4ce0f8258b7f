"""Putting policies in force over real Kafka and PostgreSQL; a few lines of SQL stand in for the router."""

import asyncio

import msgspec
import pytest
from pydantic import SecretStr

from cli.output import UsageError
from cli.policy.apply import activate
from cli.policy.in_force import active_versions, version_of, wait_until_active
from deploy.local.broker import KafkaBroker
from shared.contract.inputs import PolicyActivated
from shared.contract.topics import ROUTER_INPUT, all_topics
from shared.kafka import ensure_topics, partition_of
from shared.policy import Policy, parse_policy
from shared.postgres import connect
from shared.process.settings import CommonSettings
from tests.support import servers
from tests.support.tail import tail


def policy(boost: str = "0s", workspace: str = "acme") -> Policy:
    return parse_policy({"workspace": workspace, "queues": {"general": {"boost": boost}}})


async def settings_for(kafka: KafkaBroker, database: str) -> CommonSettings:
    await servers.heal_kafka(kafka)
    settings = CommonSettings(
        kafka_bootstrap_servers=kafka.bootstrap,
        postgres_dsn=SecretStr(database),
        topic_prefix=servers.make_topic_prefix(),
        partitions=2,
    )
    await ensure_topics(settings, [spec for spec in all_topics() if spec.name == ROUTER_INPUT])
    return settings


async def adopt(settings: CommonSettings, made: Policy, number: int) -> None:
    """What the router writes when it meets the record."""
    connection = await connect(settings.postgres_dsn.get_secret_value())
    try:
        row = (made.workspace, number, 0, made.hash, made.canonical.decode(), 1_700_000_000_000 + number)
        await connection.execute(
            "INSERT INTO policy (workspace, version, partition, hash, body, activated_ms) VALUES ($1,$2,$3,$4,$5,$6)",
            *row,
        )
    finally:
        await connection.close()


async def published(settings: CommonSettings) -> list[PolicyActivated]:
    partition = partition_of(b"acme", settings.partitions)
    records = await tail(settings, ROUTER_INPUT, partition)
    assert all(record.type == "usher.policy.activated.v1" for record in records)
    return [msgspec.json.decode(record.value, type=PolicyActivated) for record in records]


async def test_a_policy_is_published_once_and_left_alone_while_it_is_in_force(
    kafka: KafkaBroker, database: str
) -> None:
    settings = await settings_for(kafka, database)
    first, second = policy(), policy("5s")

    assert list(await activate(settings, [first])) == ["acme"]
    await adopt(settings, first, 1)
    assert await activate(settings, [first]) == {}
    assert list(await activate(settings, [second])) == ["acme"]
    await adopt(settings, second, 2)
    assert list(await activate(settings, [first])) == ["acme"]

    said = await published(settings)
    assert [event.hash for event in said] == [first.hash, second.hash, first.hash]
    assert len({event.event_id for event in said}) == 3
    assert [parse_policy(event.policy) for event in said] == [first, second, first]


async def test_the_latest_version_is_in_force_and_earlier_ones_can_be_asked_for(
    kafka: KafkaBroker, database: str
) -> None:
    settings = await settings_for(kafka, database)
    for number, boost in enumerate(("0s", "5s", "9s"), start=1):
        await adopt(settings, policy(boost), number)
    await adopt(settings, policy(workspace="globex"), 1)

    active = await active_versions(settings)
    assert {name: version.number for name, version in active.items()} == {"acme": 3, "globex": 1}
    assert parse_policy((await version_of(settings, "acme", 2)).document) == policy("5s")
    with pytest.raises(UsageError, match="'acme' has no version 7; workspaces with a policy: acme, globex"):
        await version_of(settings, "acme", 7)
    with pytest.raises(UsageError, match="'initech' has no policy"):
        await version_of(settings, "initech", None)


async def test_waiting_ends_when_the_router_has_the_policy_or_the_time_is_over(
    kafka: KafkaBroker, database: str
) -> None:
    settings = await settings_for(kafka, database)
    with pytest.raises(TimeoutError, match="acme"):
        await wait_until_active(settings, [policy()], 0.1)
    waiting = asyncio.create_task(wait_until_active(settings, [policy()], 20))
    await adopt(settings, policy(), 1)
    assert (await waiting)["acme"].number == 1
