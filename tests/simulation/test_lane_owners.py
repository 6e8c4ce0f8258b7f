"""Every two places where owners of a partition can be killed or stopped, one after the other, on the real lane.

``USHER_LANE_PASSES`` catches them at later passes of the places too: all pairs of so many. Then some at random, with
servers that fail; ``tests.benchmarks.bench_lane_schedules --hunt`` runs many more of those.
"""

import gc
import os
import weakref

import pytest

from shared.lane.phases import FAILPOINTS, Phase
from tests.support.broken_stores import BROKEN_STORES
from tests.support.lane_owners import Catch, Outcome, Schedule, random_schedule, run_owners, schedules
from tests.support.memory_lane import MemoryLaneStore
from tests.support.tally_rows import TallyRows

PASSES = int(os.environ.get("USHER_LANE_PASSES", "1"))
RANDOM = 150


@pytest.fixture(scope="module")
def outcomes() -> dict[Schedule, Outcome]:
    return {schedule: run_owners(schedule) for schedule in schedules(PASSES)}


def test_wherever_two_owners_are_killed_or_stopped_nothing_is_lost_or_doubled(
    outcomes: dict[Schedule, Outcome],
) -> None:
    assert {schedule: outcome.wrong for schedule, outcome in outcomes.items() if outcome.wrong} == {}


def test_each_of_the_two_is_killed_and_stopped_at_every_place(outcomes: dict[Schedule, Outcome]) -> None:
    everywhere = {(place, kills) for place in FAILPOINTS for kills in (True, False)}
    for number in (0, 1):
        caught = [schedule.catches[number] for schedule, outcome in outcomes.items() if outcome.caught[number]]
        assert {(catch.place, catch.kills) for catch in caught} == everywhere


def test_an_owner_who_is_outlived_while_it_opens_does_not_take_its_successors_work_for_a_log_that_is_ahead() -> None:
    stopped, working = Catch(Phase.LOADED, 1, kills=False), Catch(Phase.ACKNOWLEDGED, 1, kills=False)
    assert run_owners(Schedule("counts", (stopped, working))) == Outcome([], (True, True))


def test_whatever_befalls_up_to_four_owners_and_their_servers_nothing_is_lost_or_doubled() -> None:
    outcomes = {seed: run_owners(random_schedule(seed)) for seed in range(RANDOM)}
    assert {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong} == {}
    assert {len(outcome.caught) for outcome in outcomes.values() if all(outcome.caught)} == {1, 2, 3, 4}


def test_a_schedule_says_the_same_when_it_is_run_again() -> None:
    assert run_owners(random_schedule(3)) == run_owners(random_schedule(3))


@pytest.mark.parametrize("seed", range(4))
def test_a_schedule_that_is_over_leaves_nothing_for_the_collector_to_find(seed: int) -> None:
    store = MemoryLaneStore(TallyRows())  # everybody in a schedule holds on to it
    held = weakref.ref(store)
    gc.disable()
    try:
        run_owners(random_schedule(seed), store)
        del store
        assert held() is None
    finally:
        gc.enable()


@pytest.mark.parametrize("broken", BROKEN_STORES)
def test_a_store_that_breaks_its_promise_is_found_out(broken: type[MemoryLaneStore]) -> None:
    assert any(run_owners(schedule, broken(TallyRows())).wrong for schedule in schedules(1))
