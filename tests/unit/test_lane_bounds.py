"""The bounds of one lane, what it does when a server fails, what it sweeps up, and how it ends."""

import asyncio
from typing import Any

import pytest

from shared.errors import Fenced, Retryable
from shared.lane.arrivals import GATHER_DUE_MS_MAX, POLL_MS_MAX
from shared.lane.store import Claim
from shared.lane.upkeep import FORGET_EVERY_SECONDS, TIDY_SECONDS
from tests.support.lane_alone import PARTITION, QUIET, SAMPLE, Alone, alone
from tests.support.tally import LOG, Tally
from tests.support.virtual_time import START_MS

# ---- bounds, faults, upkeep ----


def test_a_lane_reads_no_further_while_the_log_does_not_take_what_is_committed_and_is_not_stuck() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"batch_records_max": 1, "backlog_batches_max": 3})
        world.outputs.awaited.clear()
        lane = world.lane()
        world.send(*({"key": "a"} for _ in range(6)))
        running = await world.served(lane, QUIET)
        assert lane.stuck_seconds() == 0
        await asyncio.sleep(30.0)
        assert (len(world.store.commits), lane.publisher.backlog) == (3, 3)
        assert lane.stuck_seconds() <= POLL_MS_MAX / 1000
        world.outputs.awaited.set()
        await asyncio.sleep(QUIET * 4)
        assert world.told() == [("a", number) for number in range(1, 7)]
        await world.stopped(lane, running)

    alone(play)


def test_work_that_is_not_done_without_a_known_fault_counts_as_stuck() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        running = await world.served(lane, QUIET)
        assert lane.stuck_seconds() == 0
        await asyncio.sleep(100.0)
        assert lane.stuck_seconds() == 0, "nothing waits"
        never = asyncio.Event()

        async def hang(commit: Any) -> None:
            await never.wait()

        world.store.commit = hang  # type: ignore[method-assign]
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        assert lane.stuck_seconds() == 0, "it is seen waiting for the first time"
        await asyncio.sleep(7.0)
        assert lane.stuck_seconds() == 7.0
        running.cancel()

    alone(play)


def test_a_poll_that_fails_is_tried_again_and_nothing_is_passed() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.script.fail("poll", Retryable("no leader"), Retryable("no leader"))
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        assert world.told() == [("a", 1)]
        assert world.registry.get_sample_value("usher_retries_total", SAMPLE | {"during": "poll"}) == 2.0
        await world.stopped(lane, running)

    alone(play)


def test_a_batch_grows_for_the_gathering_time_and_no_further_than_its_bound() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"batch_records_max": 3, "gather_ms": 100})
        lane = world.lane()
        running = await world.served(lane, QUIET)
        world.send({"key": "a"})
        await asyncio.sleep(0.06)
        world.send({"key": "b"}, {"key": "c"}, {"key": "d"})
        await asyncio.sleep(QUIET)
        assert [each.after.next_offset for each in world.store.commits] == [3, 4]
        await world.stopped(lane, running)

    alone(play)


def test_a_batch_that_a_deadline_waits_for_grows_only_for_a_moment() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"gather_ms": 100})
        world.settled_ms = lambda partition: START_MS  # what is due may not fire yet
        lane = world.lane()
        running = await world.served(lane, QUIET)
        world.send({"key": "a", "later_ms": 10})
        await asyncio.sleep(0.2)
        before = world.clock.monotonic()
        world.send({"key": "b"})
        while lane.claim.next_offset < 2:
            await asyncio.sleep(0.001)
        assert world.clock.monotonic() - before < 2 * GATHER_DUE_MS_MAX / 1000
        world.settled_ms = None
        await world.stopped(lane, running)

    alone(play)


def test_a_batch_that_grows_ends_when_something_falls_due() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"gather_ms": 1_000})
        lane = world.lane()
        running = await world.served(lane, QUIET)
        world.send({"key": "a", "later_ms": 1_500})
        while not world.told():
            await asyncio.sleep(0.001)
        world.send({"key": "b"})  # half a second before
        await asyncio.sleep(0.45)
        assert lane.claim.next_offset == 1
        await asyncio.sleep(0.1)
        assert lane.claim.next_offset == 2
        assert len(world.told()) == 3, "what fell due meanwhile, too"
        await world.stopped(lane, running)

    alone(play)


def test_while_somebody_is_away_for_whom_deadlines_wait_batches_grow_as_ever() -> None:
    class Patient(Tally):
        """What is due stays so."""

        def _fire(self, *_: Any) -> None:
            pass

    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"gather_ms": 100, "batch_records_max": 2000})
        world.new_engine = Patient
        world.settled_ms = lambda partition: START_MS
        lane = world.lane()
        running = await world.served(lane, QUIET)
        world.send({"key": "a", "later_ms": 10})
        await asyncio.sleep(60.0)
        before = len(world.store.commits)
        for _ in range(100):
            world.send({"key": "b"})
            await asyncio.sleep(0.01)
        assert 0 < len(world.store.commits) - before <= 10, "a commit for each tenth of a second"
        await world.stopped(lane, running)

    alone(play)


def test_who_is_to_stop_does_not_wait_for_a_batch_to_grow() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"gather_ms": 1_000})
        lane = world.lane()
        running = await world.served(lane, QUIET)
        lane.stop()  # in the middle of a poll
        world.send({"key": "a"})
        await asyncio.wait({running}, timeout=0.5)
        assert (running.done(), world.told()) == (True, [("a", 1)])

    alone(play)


def test_in_the_quiet_the_outbox_is_emptied_once_and_then_nothing_is_written_any_more() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        assert len(world.store.outbox) == 1
        await asyncio.sleep(TIDY_SECONDS + 1.0)
        assert world.store.outbox == {}
        counted, tidied = world.store.commits
        assert (counted.after.published_seq, tidied.after.published_seq) == (0, 1)
        assert tidied.at_ms == counted.at_ms, "the lane is no further, and no less far"
        await asyncio.sleep(10 * TIDY_SECONDS)
        assert len(world.store.commits) == 2
        await world.stopped(lane, running)
        assert len(world.store.commits) == 2, "the cursor is written already"

    alone(play)


def test_old_rows_are_dropped_as_of_the_time_that_the_lane_has_reached() -> None:
    async def play(world: Alone) -> None:
        asked: list[tuple[Claim, int]] = []

        async def forget(claim: Claim, at_ms: int) -> dict[str, int]:
            asked.append((claim, at_ms))
            return {}

        world.store.forget = forget  # type: ignore[method-assign]
        lane = world.lane()
        running = await world.served(lane, FORGET_EVERY_SECONDS - 2.0)
        world.send({"key": "a"})
        sent_ms = world.clock.now_ms()
        await asyncio.sleep(3.0)
        assert asked == [(lane.claim, sent_ms)]
        await world.stopped(lane, running)

    alone(play)


def test_the_metrics_say_how_old_the_oldest_record_of_a_batch_was_and_how_many_there_were() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"})
        await asyncio.sleep(10.0)
        world.send({"key": "b"})
        lane = world.lane()
        running = await world.served(lane, QUIET)
        count = world.registry.get_sample_value
        assert count("usher_event_age_seconds_sum", SAMPLE) == 10.0
        assert count("usher_batch_records_sum", SAMPLE) == 2.0
        assert count("usher_batch_records_count", SAMPLE) == 1.0
        assert count("usher_lag_records", SAMPLE | {"partition": "0"}) == 0.0
        assert count("usher_outbox_backlog", SAMPLE) == 0.0
        await world.stopped(lane, running)

    alone(play)


# ---- the end ----


def test_a_lane_that_is_stopped_publishes_what_it_committed_and_writes_how_far_the_log_is() -> None:
    async def play(world: Alone) -> None:
        world.outputs.awaited.clear()
        lane = world.lane()
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        lane.stop()
        asyncio.get_running_loop().call_later(2.0, world.outputs.awaited.set)
        await running
        assert world.store.outbox == {}
        assert (lane.claim.published_step, lane.claim.published_seq) == (1, 1)
        warm = lane.keep_warm()
        assert warm is not None
        assert (warm.engine, warm.claim) == (lane.engine, world.store.lanes[PARTITION])

    alone(play)


def test_a_lane_that_cannot_publish_ends_in_time_and_leaves_the_rest_to_the_next_owner() -> None:
    async def play(world: Alone) -> None:
        world.outputs.awaited.clear()
        lane = world.lane()
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        lane.stop()
        began = world.clock.monotonic()
        await running
        assert world.clock.monotonic() - began < world.settings.drain_seconds_max
        assert len(world.store.outbox) == 1
        assert world.registry.get_sample_value("usher_outbox_backlog", SAMPLE) == 0.0
        world.outputs.awaited.set()
        successor = world.lane(lane.keep_warm())
        await world.stopped(successor, await world.served(successor, QUIET))
        assert world.told() == [("a", 1), ("a", 1)], "the same event a second time"
        assert {record.seq for record in world.log.read(LOG, PARTITION)} == {1}
        assert world.store.outbox == {}

    alone(play)


def test_whoever_is_fenced_at_a_commit_ends_and_keeps_no_memory() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        running = await world.served(lane, QUIET)
        await world.store.claim(PARTITION, "another")
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        with pytest.raises(Fenced):
            await running
        assert lane.keep_warm() is None
        assert world.told() == []

    alone(play)


def test_whoever_is_fenced_at_publishing_ends_too_though_nothing_more_comes_in() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.script.fail("publish", *(Retryable("no leader") for _ in range(8)))
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        await world.store.claim(PARTITION, "another")
        await asyncio.wait({running}, timeout=10.0)
        with pytest.raises(Fenced, match="partition 0 has another owner; 1 batches are his"):
            await running
        assert world.told() == []

    alone(play)
