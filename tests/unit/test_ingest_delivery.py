"""Batches beside a database that is away: events go on, and offsets are committed only behind what is complete."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.ingest import delivery as module
from services.ingest.delivery import FAILPOINTS, Delivery, Stopped
from services.ingest.domain.rejection import Refusal
from services.ingest.kafka import Subscription
from services.ingest.metrics import IngestMetrics
from services.ingest.prefix import Prefix
from services.ingest.sense import Sense
from services.ingest.wire import RecordWriter
from shared.contract.envelope import Message
from shared.contract.records import DeadLetter, Origin
from shared.errors import Reason, Retryable
from shared.process.failpoints import Failpoints
from shared.process.logs import Log

SECONDS_MAX = 60.0  # on a machine that is slow and busy


class Database:
    """Keeps dead letters, unless it is away."""

    def __init__(self) -> None:
        self.away = True
        self.kept: list[str] = []

    async def store(self, refusals: Sequence[Refusal]) -> None:
        if self.away:
            raise Retryable("away")
        self.kept += [refusal.letter.id for refusal in refusals]


class Appender:
    """A log that takes everything."""

    async def publish(self, topic: str, partition: int, messages: Sequence[Message]) -> None:
        pass


def refusal(name: str, size: int = 1) -> Refusal:
    letter = DeadLetter(name, "acme", Reason.INVALID, "", "wrong", Origin(source="chat"), b"x" * size, 1)
    return Refusal(letter, {})


@pytest.fixture
def database() -> Database:
    return Database()


@pytest.fixture
def sense() -> Sense:
    log = cast("Log", SimpleNamespace(warning=lambda *_, **__: None))
    return Sense(log, IngestMetrics(CollectorRegistry()), Failpoints("", FAILPOINTS))


@pytest.fixture
def delivery(database: Database, sense: Sense) -> Delivery:
    return Delivery(Appender(), database, RecordWriter(lambda _: 0), sense)


async def test_a_batch_with_dead_letters_holds_back_none_behind_it_while_the_database_is_away(
    delivery: Delivery, database: Database
) -> None:
    rests = [await asyncio.wait_for(delivery.deliver([], [refusal(str(number))]), SECONDS_MAX) for number in range(50)]

    assert await delivery.deliver([], []) is None
    assert not any(rest is None or rest.done() for rest in rests)
    database.away = False
    await asyncio.wait_for(asyncio.gather(*(rest for rest in rests if rest is not None)), SECONDS_MAX)
    assert database.kept == [str(number) for number in range(50)], "in the order in which they came"


async def test_beyond_a_bound_of_what_waits_a_batch_waits_for_its_own(
    delivery: Delivery, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "WAITING_BYTES_MAX", 3000)
    await asyncio.wait_for(delivery.deliver([], [refusal("first", 1000)]), SECONDS_MAX)
    held = asyncio.ensure_future(delivery.deliver([], [refusal("second", 1000)]))
    await asyncio.wait({held}, timeout=0.05)

    assert not held.done()
    database.away = False
    rest = await asyncio.wait_for(held, SECONDS_MAX)
    assert rest is not None
    assert rest.done()
    assert database.kept == ["first", "second"]


async def test_at_the_end_of_the_process_what_waits_ends_undelivered(delivery: Delivery) -> None:
    rests = [await delivery.deliver([], [refusal(str(number))]) for number in range(3)]
    delivery.stop()

    for rest in rests:
        assert rest is not None
        with pytest.raises(Stopped):
            await asyncio.wait_for(rest, SECONDS_MAX)


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans(), st.booleans()), max_size=12), st.randoms())
async def test_no_offset_is_committed_before_which_a_batch_is_unfinished(
    batches: list[tuple[int, bool, bool]], random: Any
) -> None:
    """Each batch: its partition, whether something is left to do, and whether that will fail."""
    prefix: Prefix[int] = Prefix()
    rests: list[asyncio.Future[None] | None] = []
    offsets = [0, 0, 0]
    reach: list[dict[int, int]] = []
    for partition, is_left, _ in batches:
        offsets[partition] += 1
        rest = asyncio.get_running_loop().create_future() if is_left else None
        prefix.add({partition: offsets[partition]}, rest)
        rests.append(rest)
        reach.append({partition: offsets[partition]})
    committed: dict[int, int] = {}
    for index in random.sample(range(len(batches)), len(batches)):
        committed.update(prefix.take())
        assert committed == expected(reach, rests)
        _finish(rests[index], fails=batches[index][2])
    committed.update(prefix.take())
    assert committed == expected(reach, rests)
    assert prefix.is_complete == all(map(_is_delivered, rests))


def expected(reach: list[dict[int, int]], rests: list[asyncio.Future[None] | None]) -> dict[int, int]:
    found: dict[int, int] = {}
    for offsets, rest in zip(reach, rests, strict=True):
        if not _is_delivered(rest):
            break
        found |= offsets
    return found


def _is_delivered(rest: asyncio.Future[None] | None) -> bool:
    return rest is None or (rest.done() and rest.exception() is None)


def _finish(rest: asyncio.Future[None] | None, *, fails: bool) -> None:
    if rest is None:
        return
    if fails:
        rest.set_exception(Stopped("end"))
    else:
        rest.set_result(None)


async def test_where_a_failed_call_left_the_reader_is_no_offset_to_commit(sense: Sense) -> None:
    where = TopicPartition("chat", 0)

    class Reader:
        """Its call failed at another partition, when it had read this one up to 50 and handed out nothing."""

        astray = True
        stands_at = 50
        committed: ClassVar[list[dict[TopicPartition, int]]] = []

        def assignment(self) -> set[TopicPartition]:
            return {where}

        def handed_out(self, _: TopicPartition) -> None:
            return None

        async def position(self, _: TopicPartition) -> int:
            return self.stands_at

        async def commit(self, offsets: dict[TopicPartition, int]) -> None:
            self.committed.append(dict(offsets))

    async def handle(_: Sequence[Any]) -> None:
        pass

    reader = Reader()
    subscription = Subscription("contacts", ["chat"], handle, sense)
    subscription._subscriber = SimpleNamespace(consumer=reader)
    await subscription.commit()
    assert reader.committed == []
    reader.astray = False
    await subscription.commit()
    assert reader.committed == [{where: 50}], "only marks of transactions were before it"
    await subscription.commit()
    reader.stands_at = 60
    await subscription.commit()
    assert reader.committed == [{where: 50}, {where: 60}], "and of more transactions that were all taken back"


async def test_what_is_delivered_is_told_soon_and_a_broker_that_refuses_it_is_not_asked_at_every_moment(
    sense: Sense,
) -> None:
    where = TopicPartition("chat", 0)
    asked: list[dict[TopicPartition, int]] = []
    faults: list[Exception] = []

    class Reader:
        def assignment(self) -> set[TopicPartition]:
            return {where}

        async def commit(self, offsets: dict[TopicPartition, int]) -> None:
            asked.append(dict(offsets))
            if faults:
                raise faults.pop()

    rest: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def handle(_: Sequence[Any]) -> asyncio.Future[None] | None:
        return rest if not rest.done() else None

    told: list[bool] = []
    subscription = Subscription("contacts", ["chat"], handle, sense)
    subscription._subscriber = SimpleNamespace(consumer=Reader())
    subscription.delivered = lambda: told.append(rest.done())
    await subscription._receive([SimpleNamespace(topic="chat", partition=0, offset=4)])
    await subscription.commit(soon=True)
    assert asked == [], "nothing is delivered yet"
    rest.set_result(None)
    await asyncio.sleep(0)
    assert told[-1], "and now it is"
    await subscription.commit(soon=True)
    assert asked == [{where: 5}]
    faults.append(KafkaError("no coordinator"))
    await subscription._receive([SimpleNamespace(topic="chat", partition=0, offset=5)])
    for _ in range(3):
        await subscription.commit(soon=True)
    assert asked == [{where: 5}, {where: 6}]


async def test_a_commit_that_the_end_of_the_process_cuts_off_is_said_again_by_the_last_one(sense: Sense) -> None:
    where = TopicPartition("chat", 0)
    taken: list[dict[TopicPartition, int]] = []
    asked = asyncio.Event()

    class Reader:
        astray = False

        def assignment(self) -> set[TopicPartition]:
            return {where}

        def handed_out(self, _: TopicPartition) -> None:
            return None

        async def position(self, _: TopicPartition) -> int:
            return 5

        async def commit(self, offsets: dict[TopicPartition, int]) -> None:
            asked.set()
            if not taken:
                await asyncio.sleep(0.01)
            taken.append(dict(offsets))

    async def handle(_: Sequence[Any]) -> None:
        return None

    subscription = Subscription("contacts", ["chat"], handle, sense)
    subscription._subscriber = SimpleNamespace(consumer=Reader())
    await subscription._receive([SimpleNamespace(topic="chat", partition=0, offset=4)])
    housekeeping = asyncio.ensure_future(subscription.commit(soon=True))
    await asked.wait()
    housekeeping.cancel()
    await subscription.close(1.0)
    assert taken, "whoever ends has heard that it is told"
    assert taken[-1] == {where: 5}
    count = len(taken)
    await subscription.commit()
    assert len(taken) == count, "and once is enough"
