"""The forecast against what happens, with the real matcher on the virtual clock: a steady day, and one with a peak."""

import json
from collections import Counter
from pathlib import Path

import pytest

from lab.simulation.parse import parse_scenario
from tests.support.forecast_run import calibration, errors, told_in
from tests.support.language_day import Day

SCENARIOS = Path(__file__).parents[2] / "deploy" / "scenarios"
SEEDS = 5
HOUR = 3600
DAYS = 4
CONTACTS_MIN = 100  # of a tenth, below which its share says little


@pytest.fixture(scope="module")
def told():
    return {
        name: told_in(parse_scenario(json.loads((SCENARIOS / f"{name}.json").read_text())), SEEDS)
        for name in ("erlang-a", "ww84", "peak")
    }


@pytest.mark.parametrize(("name", "off_max"), [("erlang-a", 0.06), ("ww84", 0.08), ("peak", 0.08)])
def test_of_those_who_are_told_a_risk_as_many_are_breached(told, name, off_max):
    tenths = [tenth for tenth in calibration(told[name]) if tenth[0] >= CONTACTS_MIN]
    assert len(tenths) >= 7
    assert [tenth for tenth in tenths if abs(tenth[1] - tenth[2]) > off_max] == []


def score(told, risk):
    """Brier's: the mean squared distance between the risk told and what happened, 1 or 0."""
    known = [each for each in told if each.breached is not None]
    return sum((getattr(each, risk) - each.breached) ** 2 for each in known) / len(known)


@pytest.mark.parametrize("name", ["erlang-a", "ww84", "peak"])
def test_knowing_who_steps_back_tells_more_than_the_sum_of_poisson(told, name):
    assert score(told[name], "risk") < 0.95 * score(told[name], "poisson_risk")


@pytest.mark.parametrize("name", ["erlang-a", "ww84"])
def test_the_estimate_of_the_wait_is_nearer_than_what_is_often_told(told, name):
    (_, ours), (_, last), (_, head) = (errors(told[name], each) for each in ("expected", "last", "head"))
    assert ours**2 < 0.9 * min(last, head) ** 2


@pytest.mark.parametrize("queue", ["chat", "en", "es", "vip"])
def test_so_it_is_in_a_peak_for_all_who_wait_minutes_and_not_hours(told, queue):
    waiting = [each for each in told["peak"] if each.queue == queue]
    (_, ours), (_, last), (_, head) = (errors(waiting, each) for each in ("expected", "last", "head"))
    assert ours**2 < 0.9 * min(last, head) ** 2


class Days(dict):
    """What was told in the day of a seed, played when it is first asked for."""

    def __missing__(self, seed):
        self[seed] = Day(seed, 4 * HOUR).play()
        return self[seed]


@pytest.fixture(scope="module")
def days():
    return Days()


@pytest.mark.parametrize("seed", range(DAYS))
def test_in_a_day_with_two_languages_many_wait_for_both(days, seed):
    """A test of its own for each day: to play all of them takes minutes where the machine is slow and busy."""
    spoken = Counter(each.language for each in days[seed])
    assert spoken.keys() == {"en", "es"} and min(spoken.values()) > 100


def test_so_it_is_in_a_queue_with_two_languages_while_agents_come_and_go(days):
    """Through the engine: what ``queued`` told. Spanish, that few speak, by itself too."""
    told = [each for seed in range(DAYS) for each in days[seed]]
    spanish = [each for each in told if each.language == "es"]
    assert len(spanish) > 500
    for some in (told, spanish):
        tenths = [tenth for tenth in calibration(some) if tenth[0] >= CONTACTS_MIN]
        assert len(tenths) >= 4
        assert [tenth for tenth in tenths if abs(tenth[1] - tenth[2]) > 0.08] == []
        answered = [each for each in some if each.waited is not None]
        told_mean, real_mean = (sum(getattr(each, name) for each in answered) for name in ("expected", "waited"))
        assert 0.85 < told_mean / real_mean < 1.2
