"""How one lane begins: with memory that is true or is not, with logs that agree or do not, with what is unsent."""

import asyncio
from typing import Any, cast

import pytest
from msgspec import structs

from shared.contract.records import Record
from shared.errors import Fatal, Fenced, PartitionClosed, Poison, Retryable
from shared.lane.engine import Deadline, Step
from shared.lane.lane import Lane
from shared.lane.parts import Warm
from shared.lane.publisher import GROUP_BATCHES_MAX
from shared.lane.store import Claim
from tests.support.lane_alone import PARTITION, QUIET, SAMPLE, Alone, alone, ended
from tests.support.tally import INPUT, LOG
from tests.support.virtual_time import START_MS


async def cut(world: Alone, lane: Lane) -> None:
    """Served for a moment and killed: nothing of it goes on."""
    running = await world.served(lane, QUIET)
    running.cancel()
    await asyncio.wait({running})


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
        second = world.lane(Warm(first.engine, structs.replace(first.claim, **change)))
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
