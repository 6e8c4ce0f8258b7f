"""What a lane says of how far it has come: never more than what stands on its log."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field

from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from shared.contract.envelope import Message
from shared.contract.records import Event
from shared.lane.publisher import Publisher, Told, Wire
from shared.lane.sense import Sense
from shared.lane.store import OutboxBatch
from shared.lane.time import AHEAD_MS, reached_ms
from shared.process.failpoints import Failpoints
from shared.process.logs import configure
from shared.process.metrics import LaneMetrics

LOG = "usher.log.v1"
BEHIND_MS = 950  # the time of the log to a lane that has not caught up, while the wall shows 1,000 and more
DUE_MS = (900, 940, 960, 990, 1_010, 1_200)


@dataclass
class Log:
    """A log that acknowledges what it has been given when it is told to."""

    given: list[str] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    may: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        sent = [dict(message.headers)["ce_subject"].decode() for _, message in records]
        await self.may.acquire()
        self.acknowledged += sent


class Lane:
    """A lane that reads inputs, each of which makes something due; what is due fires when the wall has come to it."""

    def __init__(self) -> None:
        self.log = Log()
        sense = Sense(configure("router", "ERROR"), LaneMetrics(CollectorRegistry(), "router"), Failpoints("", ()))
        self.publisher = Publisher(0, Wire("router", LOG), self.log, self._still_owner, sense)
        self.next_offset = 0
        self.wall_ms = 1_000
        self.due: dict[str, tuple[int, int]] = {}  # all that ever was: of which input, and when
        self.pending: set[str] = set()
        self.seq = 0
        self._steps = 0

    async def _still_owner(self) -> bool:
        return True

    def rest(self) -> None:
        first = min((self.due[name][1] for name in self.pending), default=None)
        self.publisher.rest(Told(self.next_offset, reached_ms(first, self.wall_ms), self.seq))

    def step(self, dues: list[int], up_to_ms: int) -> None:
        """Read inputs, whose deadlines may lie long back, and fire up to a time."""
        for due_ms in dues:
            name = f"due-{self.next_offset}"
            self.due[name] = (self.next_offset, due_ms)
            self.pending.add(name)
            self.next_offset += 1
        fired = sorted(name for name in self.pending if self.due[name][1] <= up_to_ms)
        self.pending -= set(fired)
        events = [Event("usher.x.v1", "acme", name, self.due[name][1], name, 0, b"{}") for name in fired]
        if events:
            batch = OutboxBatch(self._steps, self.seq + 1, self.next_offset, events, [])
            self.publisher.add(batch, self.wall_ms, self.wall_ms)
            self.seq += len(events)
        self._steps += 1


_MOVE = st.one_of(
    st.tuples(st.just("step"), st.lists(st.sampled_from(DUE_MS), max_size=3), st.booleans()),
    st.tuples(st.just("acknowledge"), st.integers(1, 3)),
    st.tuples(st.just("wait"), st.integers(1, 200)),
)


@given(st.lists(_MOVE, max_size=25))
def test_what_is_told_is_true_of_all_inputs_that_it_speaks_of(moves: list[tuple[object, ...]]) -> None:
    asyncio.run(_play(moves))


async def _play(moves: list[tuple[object, ...]]) -> None:
    lane = Lane()
    running = asyncio.ensure_future(lane.publisher.run())
    for move in moves:
        match move:
            case ("step", list(dues), bool(caught_up)):
                lane.rest()  # as the lane does, before each turn
                lane.step(dues, lane.wall_ms if caught_up else BEHIND_MS)
            case ("acknowledge", int(times)):
                for _ in range(times):
                    lane.log.may.release()
            case ("wait", int(more_ms)):
                lane.wall_ms += more_ms
        for _ in range(5):
            await asyncio.sleep(0)
        told = lane.publisher.told
        if told is not None:
            spoken_of = {
                name for name, (offset, at_ms) in lane.due.items() if offset < told.offset and at_ms <= told.at_ms
            }
            assert spoken_of <= set(lane.log.acknowledged[: told.seq]), (told, lane.due)
    for _ in range(len(moves) + 1):
        lane.log.may.release()
    lane.publisher.stop()
    await running
    lane.step([], lane.wall_ms + 1_000)
    lane.rest()
    assert lane.publisher.told is not None


def test_nothing_is_told_before_the_lane_rests() -> None:
    lane = Lane()
    lane.publisher.start_from(7, 3)
    assert lane.publisher.told is None


async def test_what_was_told_of_first_counts_though_the_lane_rests_again_before_it_is_acknowledged() -> None:
    """Under load there is always something under way: whoever waits for this lane must hear of it all the same."""
    lane = Lane()
    running = asyncio.ensure_future(lane.publisher.run())
    for up_to_ms in (960, 1_000):
        lane.step([up_to_ms], up_to_ms)
        lane.rest()
        await asyncio.sleep(0)  # the first batch is sent alone
    assert lane.publisher.told is None
    lane.log.may.release()
    while lane.publisher.backlog > 1:
        await asyncio.sleep(0)
    assert lane.publisher.told == Told(1, 1_000 + AHEAD_MS, 1)
    lane.log.may.release()
    while lane.publisher.backlog:
        await asyncio.sleep(0)
    assert lane.publisher.told == Told(2, 1_000 + AHEAD_MS, 2), "and each at once, whether the lane rests again or not"
    lane.publisher.stop()
    await running
