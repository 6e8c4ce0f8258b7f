"""The turns of one lane: what it tells of how far it has come, what it commits and refuses, which time it is."""

import asyncio
from typing import Any

import pytest
from msgspec.structs import replace

from shared.contract.topics import DEAD_LETTERS
from shared.errors import PartitionClosed, Retryable
from shared.lane.engine import PUNCTUAL, Deadline, Delay, Step
from shared.lane.lane import UNSETTLED_SECONDS, Lane
from shared.lane.publisher import LATE_MS, Told
from shared.lane.time import AHEAD_MS
from tests.support.lane_alone import PARTITION, QUIET, Alone, alone, ended
from tests.support.tally import TOTAL_MAX, Tally
from tests.support.virtual_time import START_MS


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


# ---- what it says of how far it has come ----


def test_a_lane_at_rest_has_fired_what_falls_due_up_to_the_moment_before_the_next_deadline() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        running = await world.served(lane, QUIET)
        rested = lane.publisher.told
        assert rested is not None
        assert rested.offset == 0
        assert START_MS + AHEAD_MS <= rested.at_ms <= world.clock.now_ms() + AHEAD_MS
        world.send({"key": "a", "later_ms": 5_000})
        sent_ms = world.clock.now_ms()
        await asyncio.sleep(QUIET)
        assert lane.publisher.told is not None
        assert lane.publisher.told.offset == 1
        assert sent_ms < lane.publisher.told.at_ms <= world.clock.now_ms() + AHEAD_MS
        await asyncio.sleep(4.3)  # nearer to the deadline than what is said ahead, and than an idle poll takes
        assert lane.publisher.told.at_ms < sent_ms + 5_000
        await world.stopped(lane, running)

    alone(play)


def test_what_falls_due_in_the_past_of_the_wall_is_told_of_only_when_it_has_fired() -> None:
    async def play(world: Alone) -> None:
        world.settled_ms = lambda partition: START_MS + 100  # what is due later may not fire yet
        lane = world.lane()
        world.send({"key": "a", "later_ms": 200})
        running = await world.served(lane, 3.0)
        assert lane.publisher.told == Told(1, START_MS + 199, 1)
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


async def taken_over_unsent(world: Alone, given: list[tuple[Any, Delay]]) -> tuple[Lane, "asyncio.Task[None]"]:
    """A lane after an owner that told nothing of what it committed, and ended; ``given`` hears of its steps."""
    world.outputs.awaited.clear()
    await ended(world, world.lane())
    world.outputs.awaited.set()
    world.new_engine = type("Given", (Curious,), {"given": given})
    lane = world.lane()
    return lane, await world.served(lane, QUIET)


def test_what_a_former_owner_left_unsent_was_long_under_way_since_the_first_of_its_events() -> None:
    async def play(world: Alone) -> None:
        given: list[tuple[Any, Delay]] = []
        world.send({"key": "a"})
        first_ms = world.clock.now_ms()
        await asyncio.sleep(LATE_MS / 2000)
        world.send({"key": "b"})
        lane, running = await taken_over_unsent(world, given)
        world.send({"key": "c"})
        third_ms = world.clock.now_ms()
        await asyncio.sleep(QUIET)
        assert given == [([2], Delay(third_ms, first_ms))]
        await world.stopped(lane, running)

    alone(play)


def test_a_dead_letter_that_a_former_owner_left_unsent_was_under_way_since_its_record_and_not_for_ever() -> None:
    async def play(world: Alone) -> None:
        given: list[tuple[Any, Delay]] = []
        await asyncio.sleep(60.0)
        world.send({"key": "nul\x00"})
        first_ms = world.clock.now_ms()
        lane, running = await taken_over_unsent(world, given)
        world.send({"key": "c"})
        await asyncio.sleep(QUIET)
        assert [delay.since_ms for _, delay in given] == [first_ms], "offers of before that were seen long ago"
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
