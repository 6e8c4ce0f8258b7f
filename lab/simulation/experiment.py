"""A scenario played by its policies over its seeds, and the document that says what came out."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.simulation.fifo import FifoDesk
from lab.simulation.matcher_desk import MatcherDesk
from lab.simulation.measures import ALL, MEASURES, SHARES, Figures, measure
from lab.simulation.rules import Rules
from lab.simulation.run import Fate, Outcome, RuledRun, Run
from lab.simulation.scenario import BASELINE, Scenario
from lab.simulation.staff import Staff
from lab.simulation.statistics import interval, ratio_interval
from lab.simulation.workload import Workload, generate

LOG_HEADER = ("contact_id", "at", "class", "outcome", "started_at", "agent")
EDF_LATE_FACTOR = 1.0

Tick = Callable[[], int]
"""A clock in nanoseconds from any origin, for the time that decisions take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What the policies made of one workload: figures by policy and the nanoseconds of the matcher's decisions."""

    figures: dict[str, dict[str, Figures]]
    decision_nanoseconds: NDArray[np.uint32]


def play(scenario: Scenario, workload: Workload, policy: str, tick: Tick) -> Outcome:
    """One policy over one workload."""
    staff = Staff(scenario)
    places = scenario.waiting_places
    if policy == BASELINE:
        return Run(FifoDesk(staff, workload), workload, places, tick).play()
    desk = MatcherDesk(staff, workload, EDF_LATE_FACTOR if policy == "edf" else scenario.late_factor)
    if scenario.sticky_seconds or any(each.allowance is not None for each in scenario.classes):
        return RuledRun(Rules(scenario, desk), workload, places, tick).play()
    return Run(desk, workload, places, tick).play()


def play_seed(scenario: Scenario, seed: int, tick: Tick) -> Played:
    """All policies over the arrivals of one seed; counted are arrivals from the end of the warm-up."""
    workload = generate(scenario, seed)
    outcomes = {policy: play(scenario, workload, policy, tick) for policy in scenario.policies}
    return collect(scenario, workload, outcomes, scenario.warmup_seconds)


def collect(scenario: Scenario, workload: Workload, outcomes: dict[str, Outcome], counted_from: float) -> Played:
    """The figures of what policies made of one workload, and the time of the matcher's decisions where it made any."""
    timed = [policy for policy in outcomes if policy != BASELINE] or list(outcomes)
    spent = np.array([each for policy in timed for each in outcomes[policy].decision_nanoseconds], dtype=np.int64)
    return Played(
        figures={policy: measure(scenario, workload, outcome, counted_from) for policy, outcome in outcomes.items()},
        decision_nanoseconds=np.minimum(spent, np.iinfo(np.uint32).max).astype(np.uint32),
    )


def report(scenario: Scenario, played: Sequence[Played]) -> dict[str, Any]:
    """The document of all seeds: figures with their intervals, and ratios to the baseline."""
    policies = list(played[0].figures)
    names = {str(index): each.name for index, each in enumerate(scenario.classes)}
    return {
        "name": scenario.name,
        "policies": {
            policy: {
                "all": _summary(played, policy, ALL),
                "classes": {name: _summary(played, policy, key) for key, name in names.items()},
            }
            for policy in policies
        },
        "ratios": {policy: {name: _ratio(played, policy, name) for name in SHARES} for policy in policies},
        "decision_microseconds": _decision_microseconds(played),
    }


def log_rows(scenario: Scenario, workload: Workload, outcome: Outcome) -> Iterator[tuple[str, ...]]:
    """One row for each contact in order of arrival, as LOG_HEADER names them; times in seconds with 6 decimals."""
    names = Staff(scenario).names
    for number, contact_id in enumerate(workload.contact_ids):
        fate = outcome.fate[number]
        answered = fate == Fate.ANSWERED
        yield (
            contact_id,
            f"{workload.at[number]:.6f}",
            scenario.classes[workload.class_of[number]].name,
            Fate(fate).name.lower(),
            f"{outcome.started[number]:.6f}" if answered else "",
            names[outcome.agent[number]] if answered else "",
        )


def _summary(played: Sequence[Played], policy: str, key: str) -> dict[str, Any]:
    return {name: interval([each.figures[policy][key][name] for each in played]) for name in MEASURES}


def _ratio(played: Sequence[Played], policy: str, name: str) -> Any:
    if BASELINE not in played[0].figures:
        return None
    mine = [each.figures[policy][ALL][name] for each in played]
    return ratio_interval(mine, [each.figures[BASELINE][ALL][name] for each in played])


def _decision_microseconds(played: Sequence[Played]) -> dict[str, float | None]:
    spent = np.concatenate([each.decision_nanoseconds for each in played])
    if not len(spent):
        return {"p50": None, "p99": None}
    p50, p99 = np.percentile(spent, [50, 99])
    return {"p50": round(float(p50) / 1000, 3), "p99": round(float(p99) / 1000, 3)}
