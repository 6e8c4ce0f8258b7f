"""What an owner of lanes notes: how far each is, how fresh that is on a quiet partition, and what is left out."""

import asyncio

import pytest

from shared.contract.progress import read_note
from shared.contract.records import DeadLetter, Origin
from shared.errors import Reason, Retryable
from shared.lane.time import AHEAD_MS, NOTE_AGAIN_MS
from shared.lane.worker import NOTE_APART_SECONDS, NOTE_EVERY_SECONDS, NOTE_SELDOM_SECONDS, WATCH_EVERY_SECONDS
from tests.support.lane_alone import PARTITION, Alone, alone
from tests.support.lane_working import working
from tests.support.lane_world import PARTITIONS, World
from tests.support.virtual_time import START_MS, VirtualClock, run

LABELS = {"service": "tally", "partition": "0"}
LOOKS = 40
APART_SECONDS = 0.037  # so that looks fall everywhere between two notes


def test_on_a_quiet_partition_whoever_looks_finds_that_nothing_falls_due_for_now_and_is_told_so_seldom() -> None:
    async def main(clock: VirtualClock) -> None:
        world = World(1, clock)
        world.start()
        world.send(0, {"key": "a"})
        await asyncio.sleep(5.0)
        ahead, told = [], set()
        for _ in range(LOOKS):
            await asyncio.sleep(APART_SECONDS)
            for offset, note in world.group.noted.values():
                read = read_note(note)
                assert read is not None
                ahead.append(read.told_ms - clock.now_ms())
                told.add(read.told_ms)
                assert offset <= 1
        assert 0 < min(ahead) < max(ahead) <= AHEAD_MS
        assert len(told) <= PARTITIONS * (LOOKS * APART_SECONDS * 1000 / NOTE_AGAIN_MS + 1)
        await world.close()

    run(main)


def test_what_somebody_waits_for_is_noted_as_soon_as_it_is_told_and_no_more_often_than_that_is_of_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        lane = next(iter(made.worker.lanes))
        late = []
        for number in range(1, 30):
            world.send({"key": "a"})
            while lane.publisher.told is None or lane.publisher.told.offset < number:
                await asyncio.sleep(0.001)
            at = world.clock.monotonic()
            while max(noted[PARTITION][0] for noted in made.group.noted if noted) < number:
                await asyncio.sleep(0.001)
            late.append(world.clock.monotonic() - at)
            await asyncio.sleep(number / 1000)
        assert max(late) <= NOTE_APART_SECONDS + 0.002
        for behind, apart_seconds in ((0, NOTE_APART_SECONDS), (100_000, NOTE_EVERY_SECONDS)):
            monkeypatch.setattr(made.worker._parts.inputs, "lag", lambda *_, behind=behind: behind)
            await asyncio.sleep(NOTE_EVERY_SECONDS)
            before, made.group.noted[:] = world.clock.monotonic(), []
            for _ in range(400):
                world.send({"key": "a"})
                await asyncio.sleep(0.001)
            notes = (world.clock.monotonic() - before) / apart_seconds
            assert notes / 2 <= len(made.group.noted) <= notes + 1
        monkeypatch.undo()
        await made.end()

    alone(play)


def test_the_group_is_told_how_far_a_lane_is_and_a_broker_that_is_away_is_told_later() -> None:
    async def play(world: Alone) -> None:
        made = await working(world)
        world.send({"key": "a"})
        world.script.fail("note", Retryable("no broker"))
        await asyncio.sleep(3 * NOTE_EVERY_SECONDS)
        told = next(iter(made.worker.lanes)).publisher.told
        assert told is not None
        last = [notes for notes in made.group.noted if notes][-1][PARTITION]
        assert last[0] == 1
        note = read_note(last[1])
        assert note is not None
        assert START_MS <= note.told_ms <= world.clock.now_ms() + AHEAD_MS
        assert note.seq == told.seq > 0
        await made.end()
        notes = len(made.group.noted)
        await asyncio.sleep(2 * NOTE_EVERY_SECONDS)
        assert len(made.group.noted) == notes

    alone(play)


def test_a_lane_for_which_nobody_waits_notes_only_how_far_it_is_and_when_that_is_news() -> None:
    async def play(world: Alone) -> None:
        world.settled_ms = lambda partition: world.clock.now_ms()
        made = await working(world)
        world.send({"key": "a"})
        world.script.fail("note", *(Retryable("no broker") for _ in range(2)))  # the first may be of no news
        await asyncio.sleep(4 * NOTE_SELDOM_SECONDS)
        assert [notes[PARTITION][0] for notes in made.group.noted if notes] == [1], "once"
        world.send({"key": "b"})
        asked = len(made.group.noted)
        await asyncio.sleep(2 * NOTE_SELDOM_SECONDS)
        assert [notes[PARTITION][0] for notes in made.group.noted if notes] == [1, 2]
        assert len(made.group.noted) - asked <= 2, "seldom, however much happens"
        await made.end()

    alone(play)


def test_a_lane_that_never_rested_notes_nothing() -> None:
    async def play(world: Alone) -> None:
        world.outputs.awaited.clear()
        world.send({"key": "a"})
        made = await working(world)
        lane = next(iter(made.worker.lanes))
        lane.publisher.told = None
        await asyncio.sleep(2 * NOTE_EVERY_SECONDS)
        assert made.group.noted[-1] == {}
        world.outputs.awaited.set()
        await made.end()

    alone(play)


def test_deadlines_that_are_left_out_are_noted_for_an_operator() -> None:
    async def play(world: Alone) -> None:
        origin = Origin(partition=PARTITION, deadline="retry", at_ms=5)
        world.store.dead["d"] = DeadLetter("d", "w", Reason.DATABASE, "", "why", origin, b"", 5)
        made = await working(world)
        assert made.worker.notes() == [
            "partition 0: 1 deadlines are refused and left out, the first retry; next: usher dlq list"
        ]
        await asyncio.sleep(WATCH_EVERY_SECONDS)
        assert world.registry.get_sample_value("usher_barred_deadlines", LABELS) == 1.0
        await made.end()

    alone(play)
