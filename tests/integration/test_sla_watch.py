"""What the sla service sees of ingest and router through a real broker: whoever has not read or told holds it back."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CoordinatorLoadInProgressError
from aiokafka.protocol.commit import OffsetFetchResponse_v3

from deploy.local.broker import KafkaBroker
from services.sla.kafka import Watch, accepted
from services.sla.pace import LOOK_DUE_SECONDS, LOOK_EVERY_SECONDS, LOOK_SELDOM_SECONDS, rest_seconds
from services.sla.settings import SlaSettings
from services.sla.upstream import Upstream
from shared.clock import now_ms
from shared.contract.envelope import Message
from shared.contract.topics import (
    AGENT_ACTIVITY,
    CONTACT_EVENTS,
    CONTACT_UPDATES,
    INGEST_GROUPS,
    ROUTER_INPUT,
    TopicSpec,
)
from shared.kafka import OutputLog, ensure_topics
from shared.process.logs import configure
from tests.support.in_process import until

CHAT = "usher.channel.chat.v1"
QUIET_SECONDS = 1.5  # as of when something waits, the time must not move on; many looks fall into it


class Way:
    """The topics between the channels and the sla service, with nobody at work but whom a test plays."""

    def __init__(self, settings: SlaSettings) -> None:
        self.settings = settings
        self.outputs = OutputLog(settings)
        self.applied = {0: 0}
        self.upstream = Upstream(lambda: self.applied)
        self.due_ms: int | None = 0  # somebody waits all the time

    async def arrives(self, topic: str) -> None:
        """A record that nobody has read."""
        await self.outputs.publish(topic, 0, [Message(b"acme", b"{}", [])])

    async def taken(self, group: str, offsets: dict[str, int]) -> None:
        """A group has dealt with everything below these offsets, and is away."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self.settings.kafka_bootstrap_servers, group_id=group, enable_auto_commit=False
        )
        places = {self.at(topic): offset for topic, offset in offsets.items()}
        consumer.assign(list(places))
        try:
            await consumer.start()
            await consumer.commit(places)
        finally:
            await consumer.stop()

    async def ingest_has_read(self, **offsets: int) -> None:
        """How far ingest has delivered each of its topics."""
        topics = {"chat": ("contacts", CHAT), "activity": ("agent-activity", AGENT_ACTIVITY)}
        for name, offset in offsets.items():
            group, topic = topics[name]
            await self.taken(f"{self.settings.group_of_ingest}.{group}", {topic: offset})

    def at(self, topic: str) -> TopicPartition:
        return TopicPartition(self.settings.topic_prefix + topic, 0)

    async def settles(self, at_ms: int) -> None:
        """Wait until everything is known up to this time."""
        await until(lambda: _holds(lambda: self.upstream.settled_ms(0) >= at_ms))

    async def stands_still(self) -> None:
        """The time as of which everything is known does not reach now."""
        began_ms = now_ms()
        async with asyncio.timeout(QUIET_SECONDS + 8):
            while now_ms() - began_ms < QUIET_SECONDS * 1000:
                assert self.upstream.settled_ms(0) <= began_ms, "what waits was taken for known"
                await asyncio.sleep(LOOK_EVERY_SECONDS / 4)


async def _holds(condition: Callable[[], bool]) -> bool:
    return condition()


@pytest.fixture
async def way(kafka: KafkaBroker, database: str, topic_prefix: str) -> AsyncIterator[Way]:
    settings = SlaSettings(
        kafka_bootstrap_servers=kafka.bootstrap, postgres_dsn=database, topic_prefix=topic_prefix, partitions=1
    )
    names = (CHAT, AGENT_ACTIVITY, CONTACT_UPDATES, ROUTER_INPUT, CONTACT_EVENTS)
    await ensure_topics(settings, [TopicSpec(name=name, retention_ms=3_600_000) for name in names])
    made = Way(settings)
    await made.taken(settings.group_of_router, {ROUTER_INPUT: 0})
    yield made
    await made.outputs.stop()


@asynccontextmanager
async def watched(way: Way) -> AsyncIterator[None]:
    groups = (way.settings.group_of_ingest, way.settings.group_of_router)
    watch = Watch(way.settings, groups, way.upstream, configure("sla", "WARNING"), lambda: way.due_ms)
    watching = asyncio.ensure_future(watch.run())
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def test_an_answer_that_ingest_has_not_read_holds_the_time_back_from_the_first_look_on(way: Way) -> None:
    await way.ingest_has_read(chat=0, activity=0)
    await way.arrives(AGENT_ACTIVITY)
    async with watched(way):
        await way.stands_still()
        await way.ingest_has_read(activity=1)
        await way.settles(now_ms())
        await way.arrives(CHAT)
        await way.stands_still()
        await way.ingest_has_read(chat=1)
        await way.settles(now_ms())


async def test_a_topic_that_ingest_begins_to_read_counts_at_once(way: Way) -> None:
    await way.ingest_has_read(chat=0)
    async with watched(way):
        await way.settles(now_ms())
        await way.arrives(AGENT_ACTIVITY)
        await way.ingest_has_read(activity=0)
        await way.stands_still()
        await way.ingest_has_read(activity=1)
        await way.settles(now_ms())


async def test_what_the_router_has_not_handled_or_we_have_not_applied_holds_the_time_back(way: Way) -> None:
    await way.ingest_has_read(chat=0)
    await way.arrives(ROUTER_INPUT)
    async with watched(way):
        await way.stands_still()
        await way.arrives(CONTACT_EVENTS)
        await way.taken(way.settings.group_of_router, {ROUTER_INPUT: 1})
        await way.stands_still()
        way.applied[0] = 1
        await way.settles(now_ms())


async def test_a_topic_that_is_deleted_or_that_a_running_ingest_reads_no_more_holds_nothing_back(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.sla.kafka.UNREAD_SECONDS_MAX", 1.0)
    monkeypatch.setattr("services.sla.kafka.TOPICS_EVERY_SECONDS", 1.0)
    await way.ingest_has_read(chat=0, activity=0)
    await way.arrives(CHAT)
    async with watched(way):
        await way.stands_still()
        member = AIOKafkaConsumer(
            way.settings.topic_prefix + CONTACT_UPDATES,
            bootstrap_servers=way.settings.kafka_bootstrap_servers,
            group_id=f"{way.settings.group_of_ingest}.contacts",
            enable_auto_commit=False,
        )
        try:
            await member.start()
            await way.settles(now_ms())
        finally:
            await member.stop()
        await way.stands_still()
        admin = AIOKafkaAdminClient(bootstrap_servers=way.settings.kafka_bootstrap_servers)
        await admin.start()
        await admin.delete_topics([way.settings.topic_prefix + CHAT])
        await admin.close()
        await way.settles(now_ms())


async def test_what_falls_due_sooner_than_was_known_is_looked_for(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.sla.pace.LOOK_SELDOM_SECONDS", 3600.0)
    await way.ingest_has_read(chat=0)
    async with watched(way):
        await way.settles(now_ms())
        way.due_ms = None
        await asyncio.sleep(2 * LOOK_EVERY_SECONDS)  # the rest begins, an hour long
        way.due_ms = now_ms() + 50
        await way.settles(way.due_ms)


async def test_where_a_group_is_looked_after_is_asked_once(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    asked, ask = [], AIOKafkaAdminClient.find_coordinator

    async def noted(admin: AIOKafkaAdminClient, group: str, coordinator_type: int = 0) -> int:
        asked.append(group)
        found: int = await ask(admin, group, coordinator_type)
        return found

    monkeypatch.setattr(AIOKafkaAdminClient, "find_coordinator", noted)
    await way.ingest_has_read(chat=0)
    async with watched(way):
        await way.settles(now_ms())
        await way.settles(now_ms())
    ingest = [f"{way.settings.group_of_ingest}.{name}" for name in INGEST_GROUPS]
    assert sorted(asked) == sorted([*ingest, way.settings.group_of_router])


@pytest.mark.parametrize(
    ("looked_seconds", "due_seconds", "rest"),
    [
        (0.0, None, LOOK_SELDOM_SECONDS),  # nothing is due: now and then, for the lag
        (0.75, None, 0.25),
        (1.5, None, -0.5),
        (0.0, 0.625, 0.625),  # one look falls on the time
        (0.5, 60.0, 0.5),
        (0.0, 0.01, LOOK_DUE_SECONDS),  # many fall due: not a look for each
        (0.0, -0.25, LOOK_DUE_SECONDS),  # due and not known yet
        (0.0, -30.0, LOOK_EVERY_SECONDS),  # somebody is behind or away: that is not sooner known
        (0.1, -30.0, 0.0),
    ],
)
def test_looks_come_when_something_is_due_and_seldom_otherwise(
    looked_seconds: float, due_seconds: float | None, rest: float
) -> None:
    assert rest_seconds(looked_seconds, due_seconds) == rest


def test_a_coordinator_that_still_loads_its_groups_is_no_group_without_offsets() -> None:
    with pytest.raises(CoordinatorLoadInProgressError):
        accepted(OffsetFetchResponse_v3(0, [], CoordinatorLoadInProgressError.errno))
    known = OffsetFetchResponse_v3(0, [], 0)
    assert accepted(known) is known
