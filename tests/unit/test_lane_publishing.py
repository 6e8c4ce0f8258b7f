"""How a publisher sends: in pieces, in order, again after a fault, and never as somebody who no longer owns the log."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from shared.contract.envelope import Message
from shared.contract.records import Event
from shared.errors import Fenced, Retryable
from shared.lane.patience import BACK_OFF_SECONDS
from shared.lane.publisher import GROUP_BATCHES_MAX, LATE_MS, OWNERSHIP_SECONDS_MAX, Publisher, Told, Wire
from shared.lane.sense import Sense
from shared.lane.store import OutboxBatch
from shared.process.failpoints import Failpoints
from shared.process.metrics import LaneMetrics
from tests.support.lane_process import SILENT
from tests.support.virtual_time import START_MS, VirtualClock, run

LOG = "usher.log.v1"


class Sending:
    """A publisher on a log in memory. ``calls``: when it sent, and the seqs; ``faults``: so many calls fail first."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.registry = CollectorRegistry()
        sense = Sense(SILENT, LaneMetrics(self.registry, "router", clock.now_ms), Failpoints("", ()), clock)
        self.publisher = Publisher(0, Wire("router", LOG), self, self._still_owner, sense)
        self.calls: list[tuple[float, list[int]]] = []
        self.asked: list[float] = []
        self.faults = 0
        self.owner = True
        self.seconds = 0.0
        self._step = 0

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        seqs = [int(dict(message.headers)["ce_sequence"]) for _, message in records]
        self.calls.append((self.clock.monotonic(), seqs))
        await asyncio.sleep(self.seconds)
        if self.faults:
            self.faults -= 1
            raise Retryable("no leader")

    async def _still_owner(self) -> bool:
        self.asked.append(self.clock.monotonic())
        return self.owner

    def add(self, log_ms: int = 0) -> None:
        """One batch of one event, whose step was made now."""
        event = Event("usher.x.v1", "acme", "k", log_ms, "c", self._step, b"{}")
        batch = OutboxBatch(self._step, self._step + 1, 0, [event], [])
        self.publisher.add(batch, self.clock.now_ms(), log_ms)
        self._step += 1

    def retries(self) -> float | None:
        return self.registry.get_sample_value("usher_retries_total", {"service": "router", "during": "publish"})

    def age(self) -> float | None:
        return self.registry.get_sample_value("usher_outbox_age_seconds", {"service": "router"})

    def backlog(self) -> float | None:
        return self.registry.get_sample_value("usher_outbox_backlog", {"service": "router"})


def sending(play: Callable[[Sending, "asyncio.Task[None]"], Coroutine[Any, Any, None]]) -> None:
    """Play it while the publisher runs; then it is stopped, unless it ended."""

    async def main(clock: VirtualClock) -> None:
        world = Sending(clock)
        running = asyncio.ensure_future(world.publisher.run())
        try:
            await play(world, running)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)

    run(main)


def test_what_waits_is_sent_together_up_to_a_bound_and_in_order() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        for _ in range(GROUP_BATCHES_MAX + 4):
            world.add()
        assert (world.publisher.backlog, world.backlog()) == (GROUP_BATCHES_MAX + 4, GROUP_BATCHES_MAX + 4)
        await asyncio.sleep(0.1)
        seqs = list(range(1, GROUP_BATCHES_MAX + 5))
        assert [sent for _, sent in world.calls] == [seqs[:GROUP_BATCHES_MAX], seqs[GROUP_BATCHES_MAX:]]
        assert (world.publisher.published_step, world.publisher.published_seq) == (len(seqs), len(seqs))
        assert world.backlog() == 0.0
        world.add()
        await asyncio.sleep(0.1)
        assert [sent for _, sent in world.calls][2:] == [[len(seqs) + 1]]

    sending(play)


def test_after_a_fault_the_same_batches_are_sent_again_later_and_later() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        world.faults = 3
        world.add()
        await asyncio.sleep(1.0)
        assert [seqs for _, seqs in world.calls] == [[1]] * 4
        times = [at for at, _ in world.calls]
        assert [after - before for before, after in zip(times, times[1:], strict=False)] == pytest.approx(
            BACK_OFF_SECONDS[:3]
        )
        assert world.retries() == 3.0

    sending(play)


def test_without_a_sign_of_ownership_the_fence_is_asked_before_anything_is_sent_and_not_at_each_try() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        await asyncio.sleep(OWNERSHIP_SECONDS_MAX)
        world.add()
        await asyncio.sleep(0)
        assert (len(world.calls), world.asked) == (1, []), "at the bound it still counts"
        await asyncio.sleep(10.0)
        world.faults = 3
        world.add()
        await asyncio.sleep(sum(BACK_OFF_SECONDS[:3]) + 0.1)
        assert (len(world.calls), len(world.asked)) == (5, 1)
        world.publisher.confirm_ownership()
        world.add()
        await asyncio.sleep(0.1)
        assert (len(world.calls), len(world.asked)) == (6, 1)

    sending(play)


def test_whoever_lost_the_partition_sends_nothing() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        await asyncio.sleep(10.0)
        world.owner = False
        world.add()
        await asyncio.wait({running})
        with pytest.raises(Fenced, match="partition 0 has another owner; 1 batches are his"):
            await running
        assert world.calls == []

    sending(play)


def test_what_is_discarded_while_a_try_is_waited_for_is_not_sent() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        world.faults = 1
        world.add()
        await asyncio.sleep(0.01)
        world.publisher.discard()
        assert (world.publisher.backlog, world.backlog()) == (0, 0.0)
        await asyncio.sleep(1.0)
        assert len(world.calls) == 1
        assert world.publisher.late_since(world.clock.now_ms() + 10 * LATE_MS) is None
        assert not running.done()

    sending(play)


def test_a_publisher_that_is_stopped_sends_the_rest_and_one_that_has_nothing_ends_at_once() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        world.seconds = 5.0
        for _ in range(GROUP_BATCHES_MAX + 1):
            world.add()
        await asyncio.sleep(1.0)
        world.publisher.stop()
        await running
        assert [len(seqs) for _, seqs in world.calls] == [GROUP_BATCHES_MAX, 1]
        idle = Sending(world.clock)
        waiting = asyncio.ensure_future(idle.publisher.run())
        await asyncio.sleep(1.0)
        idle.publisher.stop()
        began = world.clock.monotonic()
        await waiting
        assert world.clock.monotonic() == began

    sending(play)


def test_what_took_longer_than_anybody_notices_was_late_and_the_earliest_of_it_counts_once() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        late_since, now_ms = world.publisher.late_since, world.clock.now_ms
        world.seconds = LATE_MS / 1000
        world.add(log_ms=500)
        await asyncio.sleep(world.seconds + 0.0001)
        assert (world.publisher.backlog, late_since(now_ms())) == (0, None), "at the bound it is in time"
        world.seconds += 0.001
        for log_ms in (700, 300, 900):
            world.add(log_ms)
            await asyncio.sleep(world.seconds + 0.0001)
        assert world.publisher.backlog == 0
        assert (late_since(now_ms()), late_since(now_ms())) == (300, None)

    sending(play)


def test_what_is_still_under_way_is_late_too_beside_what_was() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        late_since = world.publisher.late_since
        assert world.clock.now_ms() == START_MS
        world.seconds = 3 * LATE_MS / 1000
        world.add(log_ms=600)
        await asyncio.sleep(0)
        assert late_since(START_MS + LATE_MS) is None, "at the bound it is in time"
        assert late_since(START_MS + LATE_MS + 1) == 600
        for first, second in ((600, 800), (800, 600)):
            await asyncio.sleep(world.seconds * 2)
            late_since(world.clock.now_ms())
            world.add(log_ms=first)
            await asyncio.sleep(world.seconds + 0.001)
            world.add(log_ms=second)
            await asyncio.sleep(2 * LATE_MS / 1000)
            assert world.publisher.backlog == 1
            assert late_since(world.clock.now_ms()) == 600

    sending(play)


def test_the_age_of_the_outbox_is_that_of_the_oldest_batch_until_it_is_acknowledged() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        assert world.age() == 0
        world.seconds = 4.0
        world.add()
        await asyncio.sleep(1.0)
        world.add()
        await asyncio.sleep(2.0)
        assert (world.publisher.backlog, world.age()) == (2, 3.0)
        await asyncio.sleep(2.0)
        assert (world.publisher.backlog, world.age()) == (1, 4.0)
        world.faults = 99
        await asyncio.sleep(60.0)
        assert world.age() == 64.0
        world.faults = 0
        await asyncio.sleep(20.0)
        assert (world.publisher.backlog, world.age()) == (0, 0)

    sending(play)


def test_what_moves_away_unsent_leaves_no_age_and_whoever_takes_it_over_shows_that_of_what_it_tells() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        world.faults = 99
        world.add()
        await asyncio.sleep(10.0)
        assert world.age() == 10.0
        world.publisher.discard()
        assert world.age() == 0
        event = Event("usher.x.v1", "acme", "k", START_MS - 5_000, "c", 1, b"{}")
        world.publisher.add(batch := OutboxBatch(7, 8, 0, [event], []), 0, batch.first_ms)
        assert world.age() == 15.0

    sending(play)


def test_how_far_a_lane_has_come_never_goes_back() -> None:
    async def play(world: Sending, running: "asyncio.Task[None]") -> None:
        told = world.publisher
        world.add()
        told.rest(Told(1, 10, 1))
        assert told.told is None
        await asyncio.sleep(0.1)
        assert told.told == Told(1, 10, 1)
        told.rest(Told(2, 20, 2))
        assert told.told == Told(2, 20, 2)
        world.add()
        await asyncio.sleep(0.1)
        assert told.told == Told(2, 20, 2)

    sending(play)
