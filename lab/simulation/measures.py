"""The figures of one run, over all contacts that count and for each class."""

import numpy as np
from numpy.typing import NDArray

from lab.simulation.run import Fate, Outcome
from lab.simulation.scenario import Scenario
from lab.simulation.workload import Workload

ALL = "all"
COUNTS = ("offered", "answered", "abandoned", "blocked")
SHARES = ("breach_share", "mean_wait", "p99_wait", "max_wait", "mean_excess")
MEASURES = (*COUNTS, *SHARES)

Figures = dict[str, float | None]
"""Measure -> value; None where it has none: a share of nobody, a wait of nobody."""


def measure(scenario: Scenario, workload: Workload, outcome: Outcome, counted_from: float) -> dict[str, Figures]:
    """Figures of ``all`` contacts that arrived from ``counted_from`` on, then of each class in order, by position.

    Waits and excess are seconds over answered contacts; the 99th percentile interpolates between the two nearest. A
    breach is a contact that was offered and not answered within its target: blocked and abandoned ones are breaches.
    """
    at = np.array(workload.at)
    class_of = np.array(workload.class_of, dtype=np.int64)
    fate = np.array(outcome.fate, dtype=np.int64)
    wait = np.array(outcome.started) - at
    target = np.array([each.target_seconds for each in scenario.classes])[class_of]
    counted = at >= counted_from
    figures = {ALL: _figures(fate[counted], wait[counted], target[counted])}
    for index in range(len(scenario.classes)):
        mine = counted & (class_of == index)
        figures[str(index)] = _figures(fate[mine], wait[mine], target[mine])
    return figures


def _figures(fate: NDArray[np.int64], wait: NDArray[np.float64], target: NDArray[np.float64]) -> Figures:
    answered = fate == Fate.ANSWERED
    waits, targets = wait[answered], target[answered]
    offered, met = len(fate), int(np.count_nonzero(waits <= targets))
    figures: Figures = {
        "offered": float(offered),
        "answered": float(len(waits)),
        "abandoned": float(np.count_nonzero(fate == Fate.ABANDONED)),
        "blocked": float(np.count_nonzero(fate == Fate.BLOCKED)),
        "breach_share": (offered - met) / offered if offered else None,
    }
    if not len(waits):
        return figures | dict.fromkeys(SHARES[1:])
    return figures | {
        "mean_wait": float(np.mean(waits)),
        "p99_wait": float(np.percentile(waits, 99)),
        "max_wait": float(np.max(waits)),
        "mean_excess": float(np.mean(np.maximum(waits - targets, 0.0))),
    }
