"""A worker and its lanes: partitions come and go, lanes are fenced, closed, stuck or break, and it says so."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from shared.contract.records import Record
from shared.errors import Fatal, PartitionClosed, Retryable
from shared.lane.patience import BACK_OFF_SECONDS
from shared.lane.store import Claim
from shared.lane.worker import CLOSED_SECONDS, RECLAIM_SECONDS, WATCH_EVERY_SECONDS
from tests.support.lane_alone import PARTITION, QUIET, SAMPLE, Alone, alone
from tests.support.lane_working import Working, working

LABELS = {"service": "tally", "partition": "0"}


async def hang(*_: Any) -> Any:
    """A call that is never answered."""
    await asyncio.get_running_loop().create_future()


def test_a_process_is_ready_when_it_has_joined_and_its_partitions_are_open() -> None:
    async def play(world: Alone) -> None:
        world.script.fail("join", Retryable("no broker"), Retryable("no broker"))
        made = Working(world)
        await asyncio.sleep(0)
        assert made.worker.problems() == ["waiting for the consumer group"]
        await asyncio.sleep(sum(BACK_OFF_SECONDS[:2]) + 0.01)
        assert world.script.calls["join"] == 3
        world.script.fail("claim", *(Retryable("no database") for _ in range(3)))
        made.group.give()
        assert made.worker.problems() == ["partition 0 is opening"]
        assert list(made.worker.lanes) == []
        await asyncio.sleep(sum(BACK_OFF_SECONDS[:3]) + 0.1)
        assert made.worker.problems() == []
        assert [lane.partition for lane in made.worker.lanes] == [PARTITION]
        assert made.group.closed == [(made.group.closed[0][0], [PARTITION])], "before its lane has opened it"
        await made.end()
        assert made.group.stopped == 1

    alone(play)


def test_who_is_stopped_before_a_broker_came_ends_cleanly() -> None:
    async def play(world: Alone) -> None:
        world.script.fail("join", *(Retryable("no broker") for _ in range(99)))
        made = Working(world)
        await asyncio.sleep(1.0)
        began = world.clock.monotonic()
        await made.end()
        assert world.clock.monotonic() == began
        early = Working(world)
        early.worker.stop()
        calls = world.script.calls["join"]
        await early.running
        assert world.script.calls["join"] == calls, "who is stopped at once does not even try"

    alone(play)


def test_a_partition_that_comes_back_goes_on_with_its_memory() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        loads = world.script.calls["load"]
        await made.group.take()
        await asyncio.sleep(QUIET)
        assert list(made.worker.lanes) == []
        made.group.give()
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        assert world.script.calls["load"] == loads
        assert world.told() == [("a", 1), ("a", 2)]
        assert world.registry.get_sample_value("usher_rebalances_total", {"service": "tally"}) == 2.0
        await made.end()

    alone(play)


def test_a_partition_that_comes_back_while_its_lane_is_still_in_a_poll_is_opened_when_that_returns() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        await made.group.take()
        made.group.give()
        claims = world.script.calls["claim"]
        assert claims == 1
        await asyncio.sleep(QUIET)
        assert world.script.calls["claim"] == 2
        await made.group.take()
        made.group.give()
        await made.group.take()  # taken away again before the poll returned
        await asyncio.sleep(QUIET)
        assert world.script.calls["claim"] == 2
        await made.end()

    alone(play)


def test_a_partition_that_moved_away_while_its_lane_was_in_a_poll_leaves_no_gauges() -> None:
    async def play(world: Alone) -> None:
        def gauge(name: str, **labels: str) -> float | None:
            return world.registry.get_sample_value(name, {"service": "tally", **labels})

        made = await working(world)
        await asyncio.sleep(WATCH_EVERY_SECONDS)
        assert (gauge("usher_owned_partitions"), gauge("usher_lag_records", partition="0")) == (1.0, 0.0)
        assert gauge("usher_barred_deadlines", partition="0") == 0.0
        await made.group.take()
        assert gauge("usher_owned_partitions") == 0.0, "though its lane is still in a poll"
        made.group.assigned([])  # the group gave it to somebody else
        assert gauge("usher_owned_partitions") == 0.0
        await asyncio.sleep(QUIET)
        assert list(made.worker.lanes) == []
        assert gauge("usher_lag_records", partition="0") is None
        assert gauge("usher_barred_deadlines", partition="0") is None
        await made.end()

    alone(play)


def test_a_partition_that_moved_away_while_its_poll_found_it_closed_is_no_longer_ours_to_tell_of() -> None:
    async def play(world: Alone) -> None:
        async def gone(partition: int, **_: int) -> list[Record]:
            await asyncio.sleep(QUIET)
            raise PartitionClosed(partition, "records expired unread")

        made = await working(world)
        world.inputs.poll = gone  # type: ignore[method-assign]
        await asyncio.sleep(QUIET)
        await made.group.take()
        made.group.assigned([])  # the group gave it to somebody else, and its poll has not returned yet
        await asyncio.sleep(QUIET + CLOSED_SECONDS + 0.1)
        assert made.worker.problems() == []
        assert world.registry.get_sample_value("usher_partition_closed", {**SAMPLE, "partition": "0"}) is None
        await made.end()

    alone(play)


def test_a_worker_that_is_stopped_publishes_and_starts_nothing_any_more() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        await made.end()
        assert (world.told(), world.store.outbox, made.group.stopped) == ([("a", 1)], {}, 1)
        claims = world.script.calls["claim"]
        made.group.give()
        await asyncio.sleep(CLOSED_SECONDS + RECLAIM_SECONDS)
        assert world.script.calls["claim"] == claims

    alone(play)


def test_a_partition_that_is_taken_away_again_is_not_opened_while_the_group_has_not_settled_whose_it_is() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        await made.group.take()
        made.group.give()
        await made.group.revoked([PARTITION])
        assert made.group.owns(PARTITION), "a client calls it its own until the rebalance is over"
        await asyncio.sleep(QUIET)
        assert world.script.calls["claim"] == 1
        made.group.give()
        await asyncio.sleep(QUIET)
        assert world.script.calls["claim"] == 2
        await made.end()

    alone(play)


def test_a_partition_that_came_back_before_it_was_to_be_claimed_again_keeps_the_lane_it_has() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        await world.store.claim(PARTITION, "a stranger")
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        assert list(made.worker.lanes) == []
        await made.group.take()
        made.group.give()
        await asyncio.sleep(QUIET)
        (lane,) = made.worker.lanes
        claims = world.script.calls["claim"]
        await asyncio.sleep(RECLAIM_SECONDS)
        assert (list(made.worker.lanes), world.script.calls["claim"]) == ([lane], claims)
        await made.end()

    alone(play)


def test_a_closed_partition_is_not_looked_at_again_by_a_worker_that_has_ended() -> None:
    async def play(world: Alone) -> None:
        world.store.lanes[PARTITION] = Claim(partition=PARTITION, epoch=1, next_step=3, next_offset=7)
        made = await working(world)
        claims = world.script.calls["claim"]
        await made.end()
        assert made.group.owns(PARTITION), "nobody took it away: the process left"
        await asyncio.sleep(2 * CLOSED_SECONDS)
        assert world.script.calls["claim"] == claims

    alone(play)


@pytest.mark.parametrize("still_ours", [True, False])
def test_a_fenced_partition_is_claimed_again_only_if_the_group_still_calls_it_ours(still_ours: bool) -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        await world.store.claim(PARTITION, "a stranger")
        world.send({"key": "a"})
        claims = world.script.calls["claim"]
        await asyncio.sleep(RECLAIM_SECONDS - QUIET)
        assert world.script.calls["claim"] == claims, "the rightful owner has time to appear"
        if not still_ours:
            made.group.mine = set()
        await asyncio.sleep(2 * QUIET)
        assert world.script.calls["claim"] == claims + still_ours
        assert world.told() == [("a", 1)] * still_ours
        assert len(made.group.closed) == 1 + still_ours, "nothing is delivered before it is opened"
        await made.end()

    alone(play)


def test_a_closed_partition_is_told_and_looked_at_again_until_somebody_mended_it() -> None:
    async def play(world: Alone) -> None:
        world.store.lanes[PARTITION] = Claim(partition=PARTITION, epoch=1, next_step=3, next_offset=7)
        made = await working(world)
        (problem,) = made.worker.problems()
        assert problem.startswith("partition 0")
        assert "the next offset is 7, but the input log holds 0 to 0" in problem
        assert problem.endswith("; next: usher lane accept tally")
        gauge = world.registry.get_sample_value
        assert gauge("usher_partition_closed", LABELS) == 1.0
        await asyncio.sleep(CLOSED_SECONDS)
        assert len(made.worker.problems()) == 1, "one sentence, while it is looked at too"
        world.store.lanes[PARTITION] = replace(world.store.lanes[PARTITION], next_offset=0)
        await asyncio.sleep(CLOSED_SECONDS + WATCH_EVERY_SECONDS)
        assert made.worker.problems() == []
        assert gauge("usher_partition_closed", LABELS) == 0.0
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        assert world.told() == [("a", 1)]
        await made.end()
        assert gauge("usher_partition_closed", LABELS) is None, "a partition that is gone has no gauges"

    alone(play)


def test_a_closed_partition_that_moves_away_is_no_problem_of_this_process_any_more() -> None:
    async def play(world: Alone) -> None:
        world.store.lanes[PARTITION] = Claim(partition=PARTITION, epoch=1, next_step=3, next_offset=7)
        made = await working(world)
        claims = world.script.calls["claim"]
        await made.group.take()
        assert made.worker.problems() == []
        await asyncio.sleep(2 * CLOSED_SECONDS)
        assert world.script.calls["claim"] == claims
        await made.end()

    alone(play)


def test_a_lane_that_hangs_with_work_ends_the_process() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.store.commit = hang  # type: ignore[method-assign]
        world.send({"key": "a"})
        await asyncio.wait({made.running}, timeout=world.settings.stuck_seconds_max - 2.0)
        assert not made.running.done()
        await asyncio.wait({made.running}, timeout=20.0)
        with pytest.raises(Fatal, match=r"partition 0: records wait, nothing was committed for 6\d s"):
            await made.running
        assert made.group.stopped == 1

    alone(play)


def test_a_lane_that_takes_long_to_open_is_not_stuck_however_much_waits_for_it() -> None:
    async def play(world: Alone) -> None:
        claim = world.store.claim
        answered = asyncio.Event()

        async def slow(*of: Any) -> Claim:
            await answered.wait()
            return await claim(*of)

        made = await working(world)
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        await made.group.take()
        await asyncio.sleep(QUIET)
        world.store.claim = slow  # type: ignore[method-assign]
        made.group.give()
        await asyncio.sleep(2 * world.settings.stuck_seconds_max)
        assert made.worker.problems() == ["partition 0 is opening"]
        answered.set()
        await asyncio.sleep(QUIET)
        assert not made.running.done()
        assert made.worker.problems() == []
        await made.end()

    alone(play)


def test_lanes_that_do_not_stop_end_the_process_in_time() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.store.commit = hang  # type: ignore[method-assign]
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        began = world.clock.monotonic()
        await made.group.take()
        assert world.clock.monotonic() - began == pytest.approx(world.settings.drain_seconds_max, abs=0.2)
        with pytest.raises(Fatal, match="1 lanes did not stop in 10 s"):
            await made.running

    alone(play)


def test_a_lane_that_breaks_ends_the_process_with_its_error() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.script.fail("publish", ZeroDivisionError("nobody expects it"))
        world.send({"key": "a"})
        await asyncio.wait({made.running}, timeout=2 * WATCH_EVERY_SECONDS)
        with pytest.raises(ZeroDivisionError, match="nobody expects it"):
            await made.running
        assert made.group.stopped == 1

    alone(play)


def test_a_worker_that_can_no_longer_say_how_far_it_is_ends_the_process() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.script.fail("note", RuntimeError("no such note"))
        with pytest.raises(RuntimeError, match="no such note"):
            await asyncio.wait_for(made.running, 2 * WATCH_EVERY_SECONDS)
        assert made.group.stopped == 1

    alone(play)


def test_an_opening_that_waits_for_a_server_never_holds_up_a_rebalance() -> None:
    async def play(world: Alone) -> None:
        world.store.load = hang  # type: ignore[method-assign]
        made = await working(world)
        began = world.clock.monotonic()
        await made.group.take()
        assert world.clock.monotonic() == began
        assert made.worker.problems() == []
        await made.end()

    alone(play)


def test_the_poll_of_a_lane_that_is_opening_is_not_cancelled_by_a_rebalance_and_the_lane_ends_with_it() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        await made.group.take()
        await asyncio.sleep(QUIET)
        released, polls = asyncio.Event(), list[str]()

        async def poll(*_: Any, **__: Any) -> list[Record]:
            polls.append("begun")
            try:
                await released.wait()
            except asyncio.CancelledError:
                polls.append("cancelled")
                raise
            polls.append("over")
            return []

        world.inputs.poll = poll  # type: ignore[method-assign]
        made.group.give()
        await asyncio.sleep(QUIET)
        assert made.worker.problems() == ["partition 0 is opening"], "it waits for the record that was applied last"
        began = world.clock.monotonic()
        await made.group.take()
        assert world.clock.monotonic() == began, "the poll may not return before the rebalance is over"
        released.set()
        await asyncio.sleep(QUIET)
        assert polls == ["begun", "over"]
        assert made.worker.problems() == []
        await made.end()

    alone(play)
