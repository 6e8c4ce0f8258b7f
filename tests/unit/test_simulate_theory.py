"""Where theory knows the answer, the simulation's 95 % interval contains it."""

from math import exp, factorial

import pytest

from lab.simulation.experiment import play, play_seed, report
from lab.simulation.parse import parse_scenario
from lab.simulation.statistics import interval, student_quantile
from lab.simulation.workload import generate
from tests.support.erlang import pool

SEEDS = 20


def document(agents, classes, *, seconds=36000, warmup=7200, **more):
    whole = {"name": "theory", "seeds": SEEDS, "warmup_seconds": warmup, "duration_seconds": seconds}
    return whole | {"agents": agents, "classes": classes} | more


def contact_class(name, erlangs, handle, target, patience=None):
    return {
        "name": name,
        "channel": "voice",
        "skills": {name: 1},
        "target_seconds": target,
        "arrivals_per_hour": erlangs * 3600 / handle,
        "handle_seconds": {"distribution": "exponential", "mean": handle},
        "patience_seconds": {"distribution": "exponential", "mean": patience} if patience else None,
    }


def simulated(content, policy):
    scenario = parse_scenario(content | {"policies": [policy]})
    seeds = range(scenario.first_seed, scenario.first_seed + scenario.seeds)
    return report(scenario, [play_seed(scenario, seed, lambda: 0) for seed in seeds])["policies"][policy]["all"]


def contains(interval, value):
    return interval["low"] <= value <= interval["high"]


def test_the_formulas_used_here_are_the_textbook_ones():
    erlangs, agents, handle, target = 8.0, 10, 180.0, 20.0
    top = erlangs**agents / factorial(agents) * agents / (agents - erlangs)
    erlang_c = top / (sum(erlangs**k / factorial(k) for k in range(agents)) + top)
    theory = pool(erlangs, agents, handle, target)
    assert theory.mean_wait == pytest.approx(erlang_c * handle / (agents - erlangs))
    assert theory.breached == pytest.approx(erlang_c * exp(-(agents - erlangs) * target / handle))
    erlang_b = erlangs**agents / factorial(agents) / sum(erlangs**k / factorial(k) for k in range(agents + 1))
    assert pool(erlangs, agents, handle, target, places=0).blocked == pytest.approx(erlang_b)


@pytest.mark.parametrize("policy", ["edf", "fifo"])
def test_one_skill_reproduces_erlang_c(policy):
    content = document([{"count": 10, "skills": {"en": 1}}], [contact_class("en", 8.0, 180, 20)])
    found, theory = simulated(content, policy), pool(8.0, 10, 180, 20)
    assert contains(found["breach_share"], theory.breached)
    assert contains(found["mean_wait"], theory.mean_wait)


@pytest.mark.parametrize("policy", ["edf", "fifo"])
def test_one_skill_with_patience_reproduces_erlang_a(policy):
    content = document([{"count": 10, "skills": {"en": 1}}], [contact_class("en", 11.0, 180, 20, 120)])
    found, theory = simulated(content, policy), pool(11.0, 10, 180, 20, patience=120)
    assert contains(found["breach_share"], theory.breached)
    share = theory.abandoned * found["offered"]["mean"]
    assert contains(found["abandoned"], share)


def test_the_next_rule_changes_who_waits_but_not_how_long_all_wait_together():
    content = document([{"count": 10, "skills": {"en": 1}}], [contact_class("en", 8.0, 180, 20)])
    found, theory = simulated(content, "next"), pool(8.0, 10, 180, 20)
    assert contains(found["mean_wait"], theory.mean_wait)
    assert found["breach_share"]["high"] < theory.breached


@pytest.mark.parametrize("policy", ["edf", "fifo"])
def test_six_skills_that_all_agents_have_reproduce_one_pool_with_waiting_places(policy):
    skills = "abcdef"
    classes = [contact_class(skill, 14.0, 600, 30) for skill in skills]
    agents = [{"count": 90, "skills": dict.fromkeys(skills, 1)}]
    # So close to saturation the start from empty is felt for hours.
    content = document(agents, classes, warmup=28800, seconds=72000, waiting_places=30)
    found, theory = simulated(content, policy), pool(84.0, 90, 600, 30, places=30)
    assert contains(found["breach_share"], theory.breached)
    assert contains(found["mean_wait"], theory.mean_wait)
    assert contains(found["blocked"], theory.blocked * found["offered"]["mean"])


def test_no_waiting_place_reproduces_erlang_b():
    content = document([{"count": 10, "skills": {"en": 1}}], [contact_class("en", 9.0, 180, 20)], waiting_places=0)
    found, theory = simulated(content, "fifo"), pool(9.0, 10, 180, 20, places=0)
    assert contains(found["blocked"], theory.blocked * found["offered"]["mean"])


def test_with_one_skill_and_one_target_earliest_deadline_first_is_first_in_first_out():
    content = document([{"count": 10, "skills": {"en": 1}}], [contact_class("en", 9.5, 180, 20, 300)])
    scenario = parse_scenario(content)
    workload = generate(scenario, 1)
    edf, fifo = (play(scenario, workload, policy, lambda: 0) for policy in ("edf", "fifo"))
    assert (edf.fate, edf.started, edf.agent) == (fifo.fate, fifo.started, fifo.agent)


@pytest.mark.parametrize(
    ("degrees", "quantile"),
    [(1, 12.706), (2, 4.303), (3, 3.182), (4, 2.776), (5, 2.571), (9, 2.262), (10, 2.228), (19, 2.093), (30, 2.042)],
)
def test_the_quantiles_of_students_distribution_are_those_of_the_tables(degrees, quantile):
    assert round(student_quantile(degrees), 3) == quantile


def test_an_interval_is_students_over_the_seeds_that_have_a_value():
    found = interval([1.0, None, 2.0, 3.0, 6.0])
    assert found == {"mean": 3.0, "low": pytest.approx(3.0 - 3.4373, abs=1e-3), "high": pytest.approx(6.4373, abs=1e-3)}
