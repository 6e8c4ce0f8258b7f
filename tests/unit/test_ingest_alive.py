"""Ingest says that it is there: in every partition, again and again, and only while it holds nothing back."""

import asyncio
from collections.abc import Sequence

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from services.ingest import alive
from services.ingest.app import REPORTS
from services.ingest.broker.kafka import Subscriptions
from services.ingest.kafka import Subscription
from services.ingest.metrics import IngestMetrics
from services.ingest.prefix import Looks
from services.ingest.sense import Sense
from services.ingest.stream import Stream
from shared.contract.envelope import Message
from shared.contract.inputs import INGEST_ALIVE, IngestAlive
from shared.contract.topics import ROUTER_INPUT
from shared.errors import Retryable
from shared.process.failpoints import Failpoints
from shared.process.logs import configure
from tests.support.ingest import settings_for

PARTITIONS = 3
SECONDS_MAX = 60.0  # on a machine that is slow and busy


class Log:
    """The router's log: keeps what comes; the partition ``away`` answers nothing, ``broken`` refuses."""

    def __init__(self, away: int = -1, broken: int = -1) -> None:
        self.away, self.broken = away, broken
        self.said: list[tuple[int, Message]] = []
        self.complete = asyncio.Event()

    async def publish(self, topic: str, partition: int, messages: Sequence[Message]) -> None:
        assert topic == ROUTER_INPUT
        if partition == self.away:
            await asyncio.Event().wait()
        if partition == self.broken:
            raise Retryable("no leader")
        self.said += [(partition, message) for message in messages]
        if len(self.said) >= 2 * (PARTITIONS - (self.away >= 0) - (self.broken >= 0)):
            self.complete.set()


async def said_by(log: Log, *answers: bool) -> list[tuple[int, Message]]:
    """What is said until every partition that works heard it twice; ``answers`` of whether all is delivered."""
    left, asked = list(answers), list[bool]()

    async def settled() -> bool:
        asked.append(left.pop(0) if left else True)
        if not asked[-1]:
            assert log.said == []
        return asked[-1]

    task = asyncio.ensure_future(alive.keep_saying(log, PARTITIONS, settled, asyncio.Event()))
    await asyncio.wait_for(log.complete.wait(), SECONDS_MAX)
    task.cancel()
    await asyncio.wait({task})
    assert asked[: len(answers)] == list(answers)
    return log.said


async def test_every_partition_hears_it_again_and_again_once_all_that_was_reported_is_delivered() -> None:
    said = await said_by(Log(), False, False)
    assert [partition for partition, _ in said] == [0, 1, 2, 0, 1, 2]
    headers = dict(said[0][1].headers)
    assert headers["ce_type"] == INGEST_ALIVE.encode()
    times = [msgspec.json.decode(message.value, type=IngestAlive).at_ms for _, message in said]
    assert times == sorted(times) and times[3] > times[0]
    assert dict(said[3][1].headers)["ce_id"] != headers["ce_id"]


async def test_a_partition_that_is_away_or_refuses_holds_back_no_other() -> None:
    assert [partition for partition, _ in await said_by(Log(away=0))] == [1, 2, 1, 2]
    assert [partition for partition, _ in await said_by(Log(broken=1))] == [0, 2, 0, 2]


def test_looks_are_covered_by_what_lay_there_at_the_last_one_however_much_came_since() -> None:
    looks: Looks[str] = Looks()
    assert not looks.look({"a": 5, "b": 0}, {"a": 5, "b": 0}), "nothing is known of before"
    assert looks.look({"a": 9, "b": 0}, {"a": 5, "b": 0})
    assert not looks.look({"a": 12, "b": 0}, {"a": 8, "b": 0}), "9 lay there"
    assert looks.look({"a": 90, "b": 1}, {"a": 9, "b": 0})
    assert not looks.look({"a": 90}, {"a": 90}), "other partitions: nothing is known of them"
    assert looks.look({"a": 90}, {"a": 90})
    assert not looks.look({}, {})
    assert not looks.look({"a": 90}, {"a": 90}), "nor after a time in which nothing was"


class Says(Subscription):
    """A subscription that knows its answer."""

    answer: bool | None = None

    async def has_delivered(self) -> bool | None:
        return self.answer


@pytest.mark.parametrize(
    ("activity", "updates", "may_say"),
    [
        (True, True, True),
        (True, False, False),
        (True, None, True),  # another process reads the other topic
        (None, True, True),
        (None, None, False),  # a standby, or partitions that move: others say it, or nobody can
        (None, False, False),
    ],
)
async def test_a_process_speaks_for_what_it_reads_itself(
    activity: bool | None, updates: bool | None, may_say: bool
) -> None:
    settings = settings_for("127.0.0.1:1", "postgresql://nobody@127.0.0.1:1/none", "p.")
    sense = Sense(configure("ingest", "ERROR"), IngestMetrics(CollectorRegistry()), Failpoints("", ()))
    said = {"contacts": False, "agent-activity": activity, "contact-updates": updates}
    subscriptions = [Says(name, ["p.topic"], Stream.handle, sense) for name in said]
    for each in subscriptions:
        each.answer = said[each.name]
    every = Subscriptions(settings, subscriptions, sense)
    assert await every.have_delivered(REPORTS) is may_say
