"""Schedules of faults for each second of CPU, on the real lane in memory; run as a program, prints a table.

Beside it the number of calls, which is the same on every machine, however busy: two versions are compared by it.
``--hunt N`` looks for faults instead: so many random schedules from ``--first`` on, over ``--workers`` processes.
How far it is, it says now and then on stderr.
"""

import argparse
import gc
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from cProfile import Profile
from pstats import Stats
from typing import Any, NamedTuple

from shared.process.memory import GC_THRESHOLDS, spare_the_collector
from tests.support.lane_owners import random_schedule, run_owners, schedules
from tests.support.lane_schedule import run_schedule

ROUNDS = 3  # the best one counts: the others were disturbed
COUNTED = 50  # schedules whose calls are counted
PIECE = 500  # schedules that a worker is given at once: a second or less
TOLD_SECONDS = 10.0  # between two lines of progress of a hunt, which may take hours
PAIRS = list(schedules(1))

KINDS: dict[str, tuple[Callable[[Any], Any], Sequence[Any]]] = {
    "an owner of a partition, and its successor": (run_owners, list(schedules(1, owners=1)) * 4),
    "two owners of a partition, and theirs": (run_owners, PAIRS[:: len(PAIRS) // 200]),
    "up to four, and servers that fail": (run_owners, [random_schedule(seed) for seed in range(100)]),
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


def table() -> None:
    """Print how fast each kind is."""
    print(f"{'':44} {'calls each':>10} {'a second':>9}")
    for name, (run, what) in KINDS.items():
        print(f"{name:44} {calls(run, what):10.0f} {a_second(run, what):9.0f}")


class Hunted(NamedTuple):
    """Of a piece: what was found, by seed, and how much CPU it took."""

    wrong: dict[int, list[str]]
    schedules: int
    cpu_seconds: float


def spare() -> None:
    """As the services do: what a schedule makes dies with it."""
    gc.set_threshold(*GC_THRESHOLDS)
    spare_the_collector()


def hunted(seeds: range) -> Hunted:
    """Run these."""
    started = time.process_time()
    outcomes = {seed: run_owners(random_schedule(seed)) for seed in seeds}
    wrong = {seed: outcome.wrong for seed, outcome in outcomes.items() if outcome.wrong}
    return Hunted(wrong, len(seeds), time.process_time() - started)


def tell(pieces: Iterable[Hunted], number: int, clock: Callable[[], float] = time.monotonic) -> tuple[int, str]:
    """Print each schedule that breaks a promise, and now and then how many of that number are done; returns how many
    broke one, and a line that sums up."""
    faults, done, cpu_seconds, told_at = 0, 0, 0.0, clock()
    for piece in pieces:
        for seed, wrong in piece.wrong.items():
            print(f"schedule {seed}: {wrong}", flush=True)
        faults += len(piece.wrong)
        done += piece.schedules
        cpu_seconds += piece.cpu_seconds
        if done < number and clock() - told_at >= TOLD_SECONDS:
            told_at = clock()
            print(f"{done} of {number} schedules, {faults} of them broken", file=sys.stderr, flush=True)
    return faults, f"{done} schedules, {faults} of them broken; {done / cpu_seconds:.0f} a second"


def hunt(first: int, number: int, workers: int) -> int:
    """Run so many, and print what is found; returns how many broke a promise."""
    pieces = [range(at, min(at + PIECE, first + number)) for at in range(first, first + number, PIECE)]
    with multiprocessing.Pool(workers, initializer=spare) as pool:
        faults, summary = tell(pool.imap_unordered(hunted, pieces), number)
    print(f"{summary} of each of {workers} processes")
    return faults


def main() -> int:
    """Exit code 1 where a schedule broke a promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hunt", type=int, default=0, metavar="N")
    parser.add_argument("--first", type=int, default=0, metavar="SEED")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, metavar="N")
    asked = parser.parse_args()
    if asked.hunt:
        return int(hunt(asked.first, asked.hunt, asked.workers) > 0)
    spare()
    table()
    return 0


if __name__ == "__main__":
    sys.exit(main())
