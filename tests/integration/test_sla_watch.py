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
from services.sla.kafka import LOOK_EVERY_SECONDS, Watch, accepted
from services.sla.settings import SlaSettings
from services.sla.upstream import Upstream
from shared.clock import now_ms
from shared.contract.envelope import Message
from shared.contract.topics import AGENT_ACTIVITY, CONTACT_EVENTS, CONTACT_UPDATES, ROUTER_INPUT, TopicSpec
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
    watching = asyncio.ensure_future(Watch(way.settings, groups, way.upstream, configure("sla", "WARNING")).run())
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


def test_a_coordinator_that_still_loads_its_groups_is_no_group_without_offsets() -> None:
    with pytest.raises(CoordinatorLoadInProgressError):
        accepted(OffsetFetchResponse_v3(0, [], CoordinatorLoadInProgressError.errno))
    known = OffsetFetchResponse_v3(0, [], 0)
    assert accepted(known) is known
