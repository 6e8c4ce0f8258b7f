"""Schedules of faults for each second of CPU, on the real lane in memory; run as a program, prints a table.

Beside it the number of calls, which is the same on every machine, however busy: two versions are compared by it.
"""

import time
from collections.abc import Callable, Sequence
from cProfile import Profile
from pstats import Stats
from typing import Any

from tests.support.lane_owners import run_owners, schedules
from tests.support.lane_schedule import run_schedule

ROUNDS = 3  # the best one counts: the others were disturbed
COUNTED = 50  # schedules whose calls are counted
PAIRS = list(schedules(1))

KINDS: dict[str, tuple[Callable[[Any], Any], Sequence[Any]]] = {
    "two owners of a partition": (run_owners, PAIRS[:: len(PAIRS) // 200]),
    "two processes in a group": (run_schedule, range(20)),
}


def calls(run: Callable[[Any], Any], what: Sequence[Any]) -> float:
    """Calls of functions for one of them."""
    profile = Profile()
    some = what[:: max(1, len(what) // COUNTED)]
    profile.runcall(lambda: [run(each) for each in some])
    return float(Stats(profile).total_calls / len(some))  # type: ignore[attr-defined]


def a_second(run: Callable[[Any], Any], what: Sequence[Any]) -> float:
    """How many are done in a second of CPU."""
    best = 0.0
    for _ in range(ROUNDS):
        started = time.process_time()
        for each in what:
            run(each)
        best = max(best, len(what) / (time.process_time() - started))
    return best


def main() -> None:
    """Print the table."""
    print(f"{'':26} {'calls each':>10} {'a second':>9}")
    for name, (run, what) in KINDS.items():
        print(f"{name:26} {calls(run, what):10.0f} {a_second(run, what):9.0f}")


if __name__ == "__main__":
    main()
