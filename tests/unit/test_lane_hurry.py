"""What a lane waits for is known: it acts at once, whatever it was resting for, and never before."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from shared.lane.arrivals import GATHER_DUE_MS_MAX
from shared.lane.engine import Step
from shared.lane.lane import Lane
from tests.support.lane_alone import QUIET, Alone, alone
from tests.support.tally import Tally
from tests.support.virtual_time import START_MS

GATHER_MS = 200
AT_ONCE_MS = 2  # a poll of a millisecond, and then a step


class Watched(Tally):
    """Inputs say nothing of what is due: it fires as of what is known, alone."""

    known_ms = 0

    def step(self, records: Any, known: Any, now_ms: int, *more: Any) -> Step:
        self.known_ms = now_ms
        return super().step(records, known, now_ms, *more)

    def _fire(self, now_ms: int, *more: Any) -> None:
        super()._fire(min(now_ms, self.known_ms), *more)


def gathering(world: Alone) -> list[int]:
    """A lane that gathers for long, on a log of which so much is known; the one number may be changed."""
    known = [START_MS]
    world.settings = world.settings.model_copy(update={"gather_ms": GATHER_MS, "batch_records_max": 2000})
    world.settled_ms = lambda partition: known[0]
    world.new_engine = Watched
    return known


@asynccontextmanager
async def due(world: Alone, later_ms: int) -> AsyncIterator[tuple[Lane, list[int]]]:
    """A lane that gathers, 50 ms after what it was told of "a" is due, and of how much is known."""
    known, lane = gathering(world), world.lane()
    world.send({"key": "a", "later_ms": later_ms})
    running = await world.served(lane, (later_ms + 50) / 1000)
    yield lane, known
    await world.stopped(lane, running)


def test_what_falls_due_is_told_as_soon_as_it_may_be_by_a_lane_that_has_nothing_else_to_do() -> None:
    async def play(world: Alone) -> None:
        async with due(world, 600) as (lane, known):
            for pause in range(20):  # wherever in its rest the lane is
                await asyncio.sleep(0.001 + pause / 1000)
                lane.arrivals.hurry()
            assert world.told() == [("a", 1)], "nobody knows"
            known[0] = world.clock.now_ms()
            lane.arrivals.hurry()
            await asyncio.sleep(AT_ONCE_MS / 1000)
            assert world.told() == [("a", 1), ("a", 2)]

    alone(play)


def test_a_batch_that_grows_is_applied_when_what_is_due_is_known() -> None:
    async def play(world: Alone) -> None:
        async with due(world, 300) as (lane, known):
            world.send({"key": "b"})
            await asyncio.sleep(GATHER_DUE_MS_MAX / 4000)
            known[0] = world.clock.now_ms()
            assert lane.claim.next_offset == 1, "it grows"
            lane.arrivals.hurry()
            await asyncio.sleep(AT_ONCE_MS / 1000)
            assert world.told() == [("a", 1), ("a", 2), ("b", 1)]
            assert len(world.store.commits) == 2, "in the same commit"

    alone(play)


def test_a_batch_does_not_grow_at_all_while_what_is_due_is_known() -> None:
    async def play(world: Alone) -> None:
        async with due(world, 300) as (lane, known):
            world.store.commit_seconds = 0.02
            world.send({"key": "b"})
            await asyncio.sleep(1.5 * GATHER_DUE_MS_MAX / 1000)  # the commit is under way
            world.send({"key": "c"})
            known[0] = world.clock.now_ms()
            lane.arrivals.hurry()
            await asyncio.sleep((GATHER_DUE_MS_MAX / 2 + 20 + AT_ONCE_MS) / 1000)
            assert world.told() == [("a", 1), ("b", 1), ("a", 2), ("c", 1)]

    alone(play)


@pytest.mark.parametrize("seed", range(8))
def test_nothing_is_told_before_it_is_known_and_everything_soon_after(seed: int) -> None:
    chance = random.Random(seed)

    async def play(world: Alone) -> None:
        known = gathering(world)
        lane = world.lane()
        running = await world.served(lane, QUIET)
        due: dict[str, int] = {}
        for number in range(60):
            if chance.random() < 0.5:
                later_ms = chance.randrange(1, 300)
                due[f"k{number}"] = world.clock.now_ms() + later_ms
                world.send({"key": f"k{number}", "later_ms": later_ms})
            await asyncio.sleep(chance.uniform(0, 0.06))
            told = {key for key, total in world.told() if total == 2}
            assert all(due[key] <= known[0] for key in told)
            if chance.random() < 0.5:
                known[0] = max(known[0], world.clock.now_ms() - chance.randrange(100))
            lane.arrivals.hurry()
        known[0] = world.clock.now_ms() + 1_000
        await asyncio.sleep(1.0)
        assert {key for key, total in world.told() if total == 2} == due.keys()
        await world.stopped(lane, running)

    alone(play)
