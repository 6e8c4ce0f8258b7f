"""Random schedules of kills, stops, rebalances and refusing servers, on the real lane, in memory and virtual time.

Each schedule derives from its number, so a red one can be run again alone. ``USHER_LANE_SCHEDULES`` runs more of them.
"""

import asyncio
import os
from collections import Counter

import pytest

from shared.lane.phases import FAILPOINTS
from tests.support.broken_stores import BROKEN_STORES
from tests.support.lane_schedule import Outcome, run_schedule
from tests.support.lane_world import World
from tests.support.memory_lane import MemoryLaneStore
from tests.support.tally_rows import TallyRows
from tests.support.virtual_time import VirtualClock, run

SCHEDULES = int(os.environ.get("USHER_LANE_SCHEDULES", "120"))


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [run_schedule(seed) for seed in range(SCHEDULES)]


def test_no_schedule_of_faults_loses_or_doubles_anything(outcomes: list[Outcome]) -> None:
    assert {outcome.seed: outcome.wrong for outcome in outcomes if outcome.wrong} == {}


def test_the_schedules_kill_and_stop_at_every_place_and_meet_poison(outcomes: list[Outcome]) -> None:
    met = sum((outcome.met for outcome in outcomes), Counter())
    assert {place for place, _ in met} == set(FAILPOINTS)
    assert {(place, what) for place in FAILPOINTS for what in ("kill", "stop")} == set(met)
    assert sum(outcome.refused for outcome in outcomes) > SCHEDULES / 2
    assert sum(outcome.fired for outcome in outcomes) > SCHEDULES


def test_a_schedule_says_the_same_when_it_is_run_again() -> None:
    assert run_schedule(3) == run_schedule(3)


def test_a_process_whose_lane_hung_may_still_be_leaving_when_its_world_is_healed() -> None:
    assert run_schedule(3930).wrong == []


def test_a_partition_that_is_taken_back_before_its_lane_made_a_step_is_served_when_it_comes_again() -> None:
    async def main(clock: VirtualClock) -> None:
        world = World(1, clock)
        process = world.start()
        await asyncio.sleep(5.0)
        await process.worker.revoked([0, 1])
        await asyncio.sleep(1.0)  # until the lanes are back from their polls
        process.worker.assigned([0, 1])
        await process.worker.revoked([0, 1])
        process.worker.assigned([0, 1])
        world.send(0, {"key": "a"})
        world.send(1, {"key": "b"})
        await world.heal()
        await world.close()

    run(main)


@pytest.mark.parametrize("broken", BROKEN_STORES)
def test_a_store_that_breaks_its_promise_is_found_out(broken: type[MemoryLaneStore]) -> None:
    assert any(run_schedule(seed, broken(TallyRows())).wrong for seed in range(40))
