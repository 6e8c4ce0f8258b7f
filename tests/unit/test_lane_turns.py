"""The turns of one lane: what it commits and what it does not, what it tells of itself, and how it ends."""

import asyncio
from dataclasses import replace
from typing import Any, cast

import pytest
from msgspec import structs

from shared.contract.records import Record
from shared.contract.topics import DEAD_LETTERS
from shared.errors import Fatal, Fenced, PartitionClosed, Poison, Retryable
from shared.lane.arrivals import POLL_MS_MAX
from shared.lane.engine import PUNCTUAL, Deadline, Delay, Step
from shared.lane.lane import UNSETTLED_SECONDS, Lane
from shared.lane.parts import Warm
from shared.lane.publisher import GROUP_BATCHES_MAX, LATE_MS, Told
from shared.lane.store import Claim
from shared.lane.upkeep import FORGET_EVERY_SECONDS, TIDY_SECONDS
from tests.support.lane_alone import PARTITION, Alone, alone
from tests.support.tally import INPUT, LOG, TOTAL_MAX, Tally
from tests.support.virtual_time import START_MS

QUIET = 0.5  # virtual seconds after which whatever was sent is applied
SAMPLE = {"service": "tally"}


class Dropping(Tally):
    """A tally that fires nothing: what falls due is dropped, as a deadline is whose subject is gone."""

    def _fire(self, upto_ms: int, writes: Any, events: Any) -> None:
        self.timers = [timer for timer in self.timers if timer[0] > upto_ms]


class Curious(Tally):
    """A tally that looks something up in the database, and keeps what it is given."""

    given: list[tuple[Any, Delay]]

    def needs(self, records: Any) -> Any:
        return [record.offset for record in records]

    def step(self, records: Any, known: Any, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
        self.given.append((known, delay))
        return super().step(records, known, now_ms, delay)


class Torn(Tally):
    """A tally whose first step of a record changes memory and then fails."""

    torn = False

    def step(self, records: Any, known: Any, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
        step = super().step(records, known, now_ms, delay)
        if records and not Torn.torn:
            Torn.torn = True
            raise RuntimeError("an accident")
        return step


async def ended(world: Alone, lane: Lane) -> None:
    """Served for a moment and stopped."""
    await world.stopped(lane, await world.served(lane, QUIET))


async def cut(world: Alone, lane: Lane) -> None:
    """Served for a moment and killed: nothing of it goes on."""
    running = await world.served(lane, QUIET)
    running.cancel()
    await asyncio.wait({running})


# ---- what it says of how far it has come ----


def test_a_lane_at_rest_has_fired_what_falls_due_up_to_the_moment_before_the_next_deadline() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        running = await world.served(lane, QUIET)
        rested = lane.publisher.told
        assert rested is not None
        assert rested.offset == 0
        assert START_MS <= rested.at_ms <= world.clock.now_ms()
        world.send({"key": "a", "later_ms": 5_000})
        sent_ms = world.clock.now_ms()
        await asyncio.sleep(QUIET)
        assert lane.publisher.told is not None
        assert lane.publisher.told.offset == 1
        assert sent_ms < lane.publisher.told.at_ms <= world.clock.now_ms()
        await asyncio.sleep(4.3)  # nearer to the deadline than an idle poll takes
        assert lane.publisher.told.at_ms < sent_ms + 5_000
        await world.stopped(lane, running)

    alone(play)


def test_what_falls_due_in_the_past_of_the_wall_is_told_of_only_when_it_has_fired() -> None:
    async def play(world: Alone) -> None:
        world.settled_ms = lambda partition: START_MS + 100  # what is due later may not fire yet
        lane = world.lane()
        world.send({"key": "a", "later_ms": 200})
        running = await world.served(lane, 3.0)
        assert lane.publisher.told == Told(1, START_MS + 199)
        assert world.told() == [("a", 1)]
        world.settled_ms = None
        await world.stopped(lane, running)

    alone(play)


# ---- what it commits ----


def test_a_deadline_that_changes_nothing_is_not_committed() -> None:
    async def play(world: Alone) -> None:
        world.new_engine = Dropping
        lane = world.lane()
        world.send({"key": "a", "later_ms": 100})
        running = await world.served(lane, QUIET)
        assert lane.engine is not None
        assert lane.engine.deadline_ms() is None
        assert [commit.after.next_offset for commit in world.store.commits] == [1]
        await world.stopped(lane, running)
        assert [commit.writes for commit in world.store.commits[1:]] == [None], "only the cursor, at the end"

    alone(play)


def test_inputs_that_tell_nothing_are_passed_all_the_same() -> None:
    class Deaf(Tally):
        def step(self, records: Any, known: Any, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
            return Step(writes=None, changed=False)

    async def play(world: Alone) -> None:
        world.new_engine = Deaf
        lane = world.lane()
        world.send({"key": "a"}, {"key": "b"})
        running = await world.served(lane, QUIET)
        assert [(each.after.next_offset, each.outbox) for each in world.store.commits] == [(2, None)]
        assert (lane.publisher.published_step, lane.publisher.published_seq) == (1, 0), "nothing of it is to be told"
        await world.stopped(lane, running)
        assert len(world.store.commits) == 1, "the outbox is empty: no cursor is worth a commit"

    alone(play)


def test_repeats_of_a_numbered_log_are_passed_in_one_commit_and_have_no_effect() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "a"}, {"key": "b"}, seq=1)
        running = await world.served(lane, QUIET)
        world.send({"key": "a"}, {"key": "b"}, {"key": "c"}, seq=1)
        world.send({"key": "b"}, seq=2)
        await asyncio.sleep(QUIET)
        assert world.told() == [("a", 1), ("b", 1), ("c", 1)]
        assert (lane.claim.next_offset, lane.claim.input_seq, lane.claim.input_id) == (6, 3, "input-5")
        assert world.store.lanes[PARTITION] == replace(lane.claim)
        await world.stopped(lane, running)

    alone(play)


def test_a_gap_in_a_numbered_log_closes_the_partition_after_everything_before_it_is_told() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "a"}, {"key": "b"}, seq=1)
        world.send({"key": "c"}, seq=4)
        running = await world.served(lane, QUIET)
        with pytest.raises(PartitionClosed, match="jumps from seq 2 to 4 at offset 2"):
            await running
        assert world.told() == [("a", 1), ("b", 1)]
        assert (world.store.lanes[PARTITION].next_offset, world.store.lanes[PARTITION].input_seq) == (2, 2)
        assert world.store.outbox == {}
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(PartitionClosed):
            await running
        assert world.told() == [("a", 1), ("b", 1)], "whoever looks again says nothing again"

    alone(play)


def test_a_partition_is_closed_also_where_the_log_or_the_database_is_away_at_that_moment() -> None:
    async def play(world: Alone) -> None:
        world.script.fail("publish", *(Retryable("no leader") for _ in range(9)))
        lane = world.lane()
        world.send({"key": "a"}, seq=1)
        world.send({"key": "b"}, seq=4)
        running = await world.served(lane, world.settings.drain_seconds_max)
        with pytest.raises(PartitionClosed):
            await running
        assert len(world.store.outbox) == 1
        again = world.lane()
        world.script.fail("commit", *(Retryable("away") for _ in range(30)))
        running = await world.served(again, world.settings.drain_seconds_max)
        assert running.done(), "it does not wait for a database that is away"
        with pytest.raises(PartitionClosed):
            await running

    alone(play)


def test_what_the_engine_asks_for_is_looked_up_for_records_and_for_nothing_else() -> None:
    async def play(world: Alone) -> None:
        given: list[tuple[Any, Delay]] = []
        world.new_engine = type("Given", (Curious,), {"given": given})
        lane = world.lane()
        world.send({"key": "a", "later_ms": 100})
        running = await world.served(lane, QUIET)
        assert [known for known, _ in given] == [[0], None], "the second step is that of the deadline"
        assert world.script.calls["prefetch"] == 1
        await world.stopped(lane, running)

    alone(play)


def test_memory_that_a_failed_step_changed_is_dropped() -> None:
    async def play(world: Alone) -> None:
        Torn.torn = False
        world.new_engine = Torn
        lane = world.lane()
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        assert world.told() == [("a", 1)]
        assert world.store.dead == {}
        await world.stopped(lane, running)

    alone(play)


# ---- what is refused ----


def test_a_deadline_that_is_refused_is_left_out_also_by_memory_that_is_loaded_later() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "full", "add": TOTAL_MAX - 1, "later_ms": 100})
        running = await world.served(lane, QUIET)
        refused = [Deadline("full", START_MS + 100)]
        assert list(lane.barred) == refused
        world.send({"key": "b", "explode": 1}, {"key": "b"})  # after it memory is loaded anew
        await asyncio.sleep(QUIET)
        assert world.told() == [("full", TOTAL_MAX - 1), ("b", 1)]
        assert list(lane.barred) == refused
        assert len(world.store.dead) == 2
        assert sorted(record.id for record in world.log.read(DEAD_LETTERS, PARTITION)) == sorted(world.store.dead)
        count = world.registry.get_sample_value
        assert count("usher_dead_letters_total", {"reason": "database"}) == 1.0
        assert count("usher_dead_letters_total", {"reason": "illegal"}) == 1.0
        await world.stopped(lane, running)

    alone(play)


def test_a_refused_record_is_passed_with_its_dead_letter_in_one_commit_that_says_why() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "nul\x00"})
        running = await world.served(lane, QUIET)
        (commit,) = world.store.commits
        (dead,) = commit.dead
        assert (commit.after.next_offset, dead.reason, dead.origin.offset) == (1, "database", 0)
        assert dead.detail == "Poison: 22021: invalid byte sequence for encoding: 0x00"
        await world.stopped(lane, running)

    alone(play)


# ---- time ----


def test_a_deadline_that_may_not_fire_yet_is_looked_at_again_without_spinning() -> None:
    async def play(world: Alone) -> None:
        settled = [START_MS]
        world.settled_ms = lambda partition: settled[0]
        lane = world.lane()
        world.send({"key": "a", "later_ms": 100})
        running = await world.served(lane, QUIET)
        polls = world.script.calls["poll"]
        await asyncio.sleep(1.0)
        assert world.script.calls["poll"] - polls <= 1.0 / UNSETTLED_SECONDS + 1
        assert world.told() == [("a", 1)]
        settled[0] = START_MS + 100
        await asyncio.sleep(2 * UNSETTLED_SECONDS)
        assert world.told() == [("a", 1), ("a", 2)]
        await world.stopped(lane, running)

    alone(play)


def test_who_acts_on_what_was_long_under_way_gets_time_from_when_it_can_be_seen() -> None:
    async def play(world: Alone) -> None:
        given: list[tuple[Any, Delay]] = []
        world.new_engine = type("Given", (Curious,), {"given": given})
        lane = world.lane()
        world.outputs.awaited.clear()
        world.send({"key": "a"})
        first_ms = world.clock.now_ms()
        await asyncio.sleep(LATE_MS / 2000)  # read a little later, and in time
        running = await world.served(lane, 2 * LATE_MS / 1000)
        world.send({"key": "b"})
        second_ms = world.clock.now_ms()
        await asyncio.sleep(QUIET)
        assert [delay for _, delay in given] == [PUNCTUAL, Delay(second_ms, first_ms)]
        world.outputs.awaited.set()
        await asyncio.sleep(QUIET)
        world.send({"key": "c"})
        third_ms = world.clock.now_ms()
        await asyncio.sleep(QUIET)
        world.send({"key": "d"})
        await asyncio.sleep(QUIET)
        assert [delay for _, delay in given][2:] == [Delay(third_ms, first_ms), PUNCTUAL], "it is excused once"
        await world.stopped(lane, running)

    alone(play)


def test_what_a_former_owner_left_unsent_was_long_under_way_since_the_first_of_its_events() -> None:
    async def play(world: Alone) -> None:
        given: list[tuple[Any, Delay]] = []
        world.send({"key": "a"})
        first_ms = world.clock.now_ms()
        await asyncio.sleep(LATE_MS / 2000)
        world.send({"key": "b"})
        world.outputs.awaited.clear()
        await ended(world, world.lane())
        world.outputs.awaited.set()
        world.new_engine = type("Given", (Curious,), {"given": given})
        lane = world.lane()
        running = await world.served(lane, QUIET)
        world.send({"key": "c"})
        third_ms = world.clock.now_ms()
        await asyncio.sleep(QUIET)
        assert given == [([2], Delay(third_ms, first_ms))]
        await world.stopped(lane, running)

    alone(play)


def test_a_caught_up_lane_fires_in_one_step_what_fell_due_since_its_last_record_arrived() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a", "later_ms": 100})
        await asyncio.sleep(1.0)
        lane = world.lane()
        running = await world.served(lane, QUIET)
        assert [len(step.events) for step in world.counted] == [2]
        assert world.store.commits[0].at_ms == START_MS + 1_000
        await world.stopped(lane, running)

    alone(play)


def test_a_lane_that_is_behind_lives_in_the_time_of_the_newest_record_that_it_has_read() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"batch_records_max": 2})
        for key in ("a", "b", "c"):
            world.send({"key": key})
            await asyncio.sleep(1.0)
        lane = world.lane()
        running = await world.served(lane, QUIET)
        assert [commit.at_ms - START_MS for commit in world.store.commits] == [1_000, 3_000]
        await world.stopped(lane, running)

    alone(play)


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
        assert [commit.after.published_seq for commit in world.store.commits] == [0, 1]
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


# ---- the beginning ----


def test_memory_that_outlived_a_rebalance_is_used_where_nobody_committed_since_and_only_there() -> None:
    async def play(world: Alone) -> None:
        first = world.lane()
        world.send({"key": "a"})
        await world.stopped(first, await world.served(first, QUIET))
        warm = first.keep_warm()
        assert warm is not None
        loads = world.script.calls["load"]
        second = world.lane(warm)
        running = await world.served(second, QUIET)
        assert world.script.calls["load"] == loads
        assert second.engine is first.engine
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        await world.stopped(second, running)
        third = world.lane(warm)
        running = await world.served(third, QUIET)
        assert world.script.calls["load"] == loads + 1, "the second one committed"
        assert third.engine is not first.engine
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        await world.stopped(third, running)
        assert world.told() == [("a", 1), ("a", 2), ("a", 3)]

    alone(play)


@pytest.mark.parametrize("change", [{"next_offset": 2}, {"next_seq": 9}, {"next_step": 7}, {"input_id": "x"}])
def test_memory_of_another_state_is_never_used(change: dict[str, Any]) -> None:
    async def play(world: Alone) -> None:
        first = world.lane()
        world.send({"key": "a"})
        await world.stopped(first, await world.served(first, QUIET))
        assert first.engine is not None
        second = world.lane(Warm(first.engine, replace(first.claim, **change)))
        await world.stopped(second, await world.served(second, QUIET))
        assert second.engine is not first.engine

    alone(play)


def test_rows_that_cannot_be_read_close_the_partition_with_the_cure() -> None:
    async def play(world: Alone) -> None:
        world.script.fail("load", Retryable("away"), ValueError("a broken row"))
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(PartitionClosed, match="its rows cannot be read: ValueError: a broken row") as closed:
            await running
        assert closed.value.cure == "mend or delete the row that is named; the partition then opens by itself"

    alone(play)


def test_a_database_that_says_no_is_no_broken_row() -> None:
    async def play(world: Alone) -> None:
        world.script.fail("load", Fatal("no such schema"))
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(Fatal, match="^no such schema$"):
            await running

    alone(play)


def test_logs_that_disagree_close_the_partition_of_an_owner_and_only_fence_a_former_one() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"})
        first = world.lane()
        await world.stopped(first, await world.served(first, QUIET))
        ahead = world.log.read(LOG, PARTITION)[0]
        world.log.read(LOG, PARTITION).append(structs.replace(ahead, seq=9))
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(PartitionClosed, match="the output log has seq 9"):
            await running
        outlived = world.lane()

        async def tail(partition: int) -> list[Record]:
            await world.store.claim(partition, "another")
            return world.log.read(LOG, partition)

        world._tail = tail  # type: ignore[method-assign]
        outlived = world.lane()
        running = await world.served(outlived, QUIET)
        with pytest.raises(Fenced):
            await running

    alone(play)


def test_the_record_that_was_applied_last_must_be_the_one_that_the_database_knows() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"}, {"key": "b"})
        first = world.lane()
        await world.stopped(first, await world.served(first, QUIET))
        again = world.lane()
        await world.stopped(again, await world.served(again, QUIET))
        inputs = world.log.read(INPUT, PARTITION)
        inputs[1] = structs.replace(inputs[1], id="of another topic")
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(PartitionClosed, match="the record at offset 1 is of another topic, but input-1"):
            await running

    alone(play)


def test_of_one_record_too_it_is_asked_whether_it_is_the_one_that_was_applied() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"})
        await ended(world, world.lane())
        inputs = world.log.read(INPUT, PARTITION)
        inputs[0] = structs.replace(inputs[0], id="of another topic")
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(PartitionClosed, match="the record at offset 0 is of another topic"):
            await running

    alone(play)


def test_a_first_owner_begins_where_the_log_begins_and_a_later_one_finds_out_what_expired_unread() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"}, {"key": "b"}, {"key": "c"})
        begin = 1

        async def bounds(partition: int) -> tuple[int, int]:
            return begin, len(world.log.read(INPUT, partition))

        world.inputs.bounds = bounds  # type: ignore[method-assign]
        await ended(world, world.lane())
        assert world.told() == [("b", 1), ("c", 1)]
        begin = 3  # all that was applied is gone, and nothing else
        world.send({"key": "d"})
        await ended(world, world.lane())
        assert world.told() == [("b", 1), ("c", 1), ("d", 1)]
        begin = 5
        world.send({"key": "e"}, {"key": "f"})
        running = await world.served(world.lane(), QUIET)
        with pytest.raises(PartitionClosed, match="the next offset is 4, but the input log holds 5 to 6"):
            await running

    alone(play)


def test_a_lane_that_seeks_its_last_record_can_be_stopped() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"})
        await ended(world, world.lane())

        async def poll(partition: int, *, wait_ms: int, records_max: int) -> list[Record]:
            await asyncio.sleep(wait_ms / 1000)
            return []

        world.inputs.poll = poll  # type: ignore[method-assign]
        lane = world.lane()
        running = await world.served(lane, QUIET)
        assert lane.life.opening
        lane.stop()
        await asyncio.wait({running}, timeout=QUIET)
        assert running.done()

    alone(play)


def test_records_from_before_that_are_delivered_again_are_dropped() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "a"}, {"key": "b"})
        running = await world.served(lane, QUIET)
        world.inputs.open(PARTITION, 0)  # as after a rebalance
        world.send({"key": "c"})
        await asyncio.sleep(QUIET)
        assert world.told() == [("a", 1), ("b", 1), ("c", 1)]
        await world.stopped(lane, running)

    alone(play)


def test_a_poison_that_only_the_commit_meets_is_no_fault_of_memory() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.script.fail("commit", Poison("22003: once"))
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        assert world.told() == [("a", 1)]
        await world.stopped(lane, running)
        assert lane.keep_warm() is not None

    alone(play)


# ---- what is unsent ----


def test_no_commit_takes_from_the_outbox_what_is_not_on_the_log_yet() -> None:
    """Also one that tells nothing, and also before what a former owner left is sent."""

    async def play(world: Alone) -> None:
        world.outputs.awaited.clear()
        world.send({"key": "a"}, seq=1)
        lane = world.lane()
        running = await world.served(lane, QUIET)
        world.send({"key": "a"}, seq=1)  # a repeat: passed by a commit that tells nothing
        await asyncio.sleep(QUIET)
        assert len(world.store.commits) == 2
        assert (lane.publisher.published_step, lane.publisher.published_seq) == (0, 0)
        running.cancel()
        await asyncio.wait({running})
        world.script.fail("publish", *(Retryable("no leader") for _ in range(9)))
        world.send({"key": "b"}, seq=2)
        await cut(world, world.lane())
        assert [commit.after.published_step for commit in world.store.commits] == [0, 0, 0]
        assert sorted(world.store.outbox) == [(PARTITION, 0), (PARTITION, 2)]

    alone(play)


def test_an_inherited_outbox_is_emptied_in_the_quiet_though_it_is_sent_in_several_pieces() -> None:
    async def play(world: Alone) -> None:
        world.settings = world.settings.model_copy(update={"batch_records_max": 1, "backlog_batches_max": 64})
        world.outputs.awaited.clear()
        world.send(*({"key": "a"} for _ in range(GROUP_BATCHES_MAX + 2)))
        await ended(world, world.lane())
        assert len(world.store.outbox) == GROUP_BATCHES_MAX + 2
        world.outputs.awaited.set()
        world.script.fail("publish", None, *(Retryable("no leader") for _ in range(6)))
        lane = world.lane()
        running = await world.served(lane, 10.0)
        assert world.store.outbox == {}
        await world.stopped(lane, running)

    alone(play)


def test_who_commits_need_not_ask_whether_the_partition_is_still_its_own() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        running = await world.served(lane, 10.0)
        world.send({"key": "a"})
        await asyncio.sleep(QUIET)
        assert (world.told(), world.script.calls["still_owner"]) == ([("a", 1)], 0)
        await world.stopped(lane, running)

    alone(play)


def test_whoever_is_fenced_while_it_ends_says_so() -> None:
    async def play(world: Alone) -> None:
        world.script.fail("publish", *(Retryable("no leader") for _ in range(9)))
        lane = world.lane()
        world.send({"key": "a"})
        running = await world.served(lane, QUIET)
        await world.store.claim(PARTITION, "another")
        lane.stop()
        with pytest.raises(Fenced):
            await running

    alone(play)


# ---- memory, and what is observed ----


def test_memory_is_let_go_before_it_is_loaded_anew() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        running = await world.served(lane, QUIET)
        held: list[object] = []
        load = world.store.load

        async def look(claim: Claim) -> Any:
            held.append(lane.engine)
            return await load(claim)

        world.store.load = look  # type: ignore[method-assign]
        world.send({"key": "nul\x00"})
        await asyncio.sleep(QUIET)
        assert held
        assert set(held) == {None}, "there is never room for two of them"
        assert world.loaded == 1 + len(held)
        await world.stopped(lane, running)

    alone(play)


def test_a_step_that_fails_before_it_begins_has_fired_nothing() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        world.send({"key": "a", "later_ms": 100})
        running = await world.served(lane, QUIET)
        await world.stopped(lane, running)
        lane.fired = [Deadline("a", START_MS + 100)]
        assert lane.engine is not None

        def needs(records: Any) -> Any:
            raise ValueError("no record of ours")

        lane.engine.needs = needs  # type: ignore[method-assign]
        with pytest.raises(ValueError, match="no record of ours"):
            await lane.step(world.log.read(INPUT, PARTITION), None, START_MS)
        assert list(lane.fired) == []

    alone(play)


def test_a_partition_that_is_given_up_while_its_last_record_is_sought_holds_nobody_up() -> None:
    async def play(world: Alone) -> None:
        world.send({"key": "a"})
        await ended(world, world.lane())
        world.inputs.own([])
        lane = world.lane()
        running = await world.served(lane, QUIET)
        assert not lane.life.opening
        await world.stopped(lane, running)

    alone(play)


def test_a_step_is_counted_traced_and_told_of_in_the_logs_once_it_is_committed() -> None:
    class Lines:
        def __init__(self) -> None:
            self.lines: list[dict[str, Any]] = []

        def bind(self, **_: object) -> "Lines":
            return self

        def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name that logging gave it
            return True

        def debug(self, event: str, **fields: Any) -> None:
            self.lines.append({"event": event, **fields})

        info = warning = error = debug

    class Spans:
        def __init__(self) -> None:
            self.happened: list[tuple[str, int]] = []

        def begin_step(self, step: Step, partition: int, started_ms: int) -> list[str]:
            self.happened.append(("begun", len(world_of[0].store.commits)))
            return ["span"]

        def end(self, spans: list[str]) -> None:
            assert spans == ["span"]
            self.happened.append(("ended", len(world_of[0].store.commits)))

    world_of: list[Alone] = []

    async def play(world: Alone) -> None:
        world_of.append(world)
        lines, spans = Lines(), Spans()
        world.log_lines, world.traces = cast(Any, lines), cast(Any, spans)
        world.store.commit_seconds = 0.25
        lane = world.lane()
        world.send({"key": "a"}, {"key": "b"})
        running = await world.served(lane, 1.0)
        world.send({"key": "nul\x00"})
        await asyncio.sleep(2.0)
        assert [len(step.events) for step in world.counted] == [2, 0]
        assert spans.happened[:2] == [("begun", 0), ("ended", 1)]
        told = [(line["seq"], line["subject"]) for line in lines.lines if line["event"] == "told"]
        refused = [(line["offset"], line["reason"]) for line in lines.lines if line["event"] == "refused"]
        assert (told, refused) == ([(1, "a"), (2, "b")], [(2, "database")])
        assert world.registry.get_sample_value("usher_commit_seconds_sum", SAMPLE) == pytest.approx(0.5, abs=0.01)
        await world.stopped(lane, running)

    alone(play)
