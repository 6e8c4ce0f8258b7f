"""The routing goals G1 to G7 on the scenarios of ``deploy/scenarios``: each result beside its goal.

Run: ``python -m tests.benchmarks.bench_routing [--seeds N] [--json]``. Exit 1 when a goal is missed.
"""

import argparse
import json
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from time import perf_counter_ns, thread_time

from cli.parallel import in_processes
from lab.simulation.experiment import play, play_seed, report
from lab.simulation.parse import parse_scenario
from lab.simulation.workload import generate
from tests.benchmarks import bench_matcher
from tests.support.erlang import pool

SCENARIOS = Path(__file__).parents[2] / "deploy" / "scenarios"
STABLE = ("ww84", "ww78", "n", "w", "m")
LATE_FACTORS = (10, 5)
BREACH_MAX = {10: 0.60, 5: 0.75}
PEAK_BREACH_MAX = {10: 0.45, 5: 0.50}
P99_MAX = {10: 1.5, 5: 1.2}


@dataclass(frozen=True)
class Row:
    """One result: its value (and interval where it has one) and the goal as text."""

    goal: str
    what: str
    value: float
    wanted: str
    met: bool
    low: float | None = None
    high: float | None = None


class Bench:
    """Plays each scenario once for each late factor and keeps the reports."""

    def __init__(self, seeds):
        self.seeds = seeds
        self.rows = []
        self._reports = {}

    def scenario(self, name):
        return parse_scenario(json.loads((SCENARIOS / f"{name}.json").read_text()))

    def report(self, name, late_factor):
        key = name, late_factor
        if key not in self._reports:
            sys.stderr.write(f"playing {name}, late factor {late_factor}\n")
            scenario = replace(
                self.scenario(name), late_factor=float(late_factor), policies=("next", "fifo"), seeds=self.seeds
            )
            calls = [(scenario, scenario.first_seed + number) for number in range(self.seeds)]
            self._reports[key] = report(scenario, in_processes(played, calls, lambda: None))
        return self._reports[key]

    def at_most(self, goal, what, interval, limit):
        value = interval["mean"]
        self.rows.append(Row(goal, what, value, f"<= {limit:.3g}", value <= limit, interval["low"], interval["high"]))

    def contains(self, goal, what, interval, value):
        met = interval["low"] <= value <= interval["high"]
        self.rows.append(Row(goal, what, interval["mean"], f"= {value:.4g}", met, interval["low"], interval["high"]))


def played(scenario, seed):
    """One seed, timed by the wall."""
    return play_seed(scenario, seed, perf_counter_ns)


def breaches_and_waits(bench):
    """G1, G3 and G4: against first in, first out with the longest idle agent."""
    for name in STABLE:
        for factor in LATE_FACTORS:
            ratios = bench.report(name, factor)["ratios"]["next"]
            label = f"{name} m={factor}"
            bench.at_most("G1", f"{label} breach share / fifo", ratios["breach_share"], BREACH_MAX[factor])
            bench.at_most("G3", f"{label} mean wait / fifo", ratios["mean_wait"], 1.02)
            bench.at_most("G4", f"{label} mean excess / fifo", ratios["mean_excess"], 1.15)
            bench.at_most("G4", f"{label} p99 wait / fifo", ratios["p99_wait"], P99_MAX[factor])
            bench.at_most("G4", f"{label} longest wait / fifo", ratios["max_wait"], 1.4)
    for factor in LATE_FACTORS:
        ratio = bench.report("peak", factor)["ratios"]["next"]["breach_share"]
        bench.at_most("G1", f"peak m={factor} breach share / fifo", ratio, PEAK_BREACH_MAX[factor])


def against_the_pool(bench):
    """G2 and G3: two skills an agent against all skills on every agent."""
    pooled = bench.report("pooled84", 5)["policies"]["fifo"]["all"]["mean_wait"]["mean"]
    for name, erlangs in (("ww84", 84.0), ("ww78", 78.0)):
        theory = pool(erlangs, 90, 600, 30, places=30)
        for factor in LATE_FACTORS:
            figures = bench.report(name, factor)["policies"]["next"]["all"]
            bench.at_most("G2", f"{name} m={factor} breach share", figures["breach_share"], theory.breached)
            if name == "ww84":
                wait = {key: value / pooled for key, value in figures["mean_wait"].items()}
                bench.at_most("G3", f"{name} m={factor} mean wait / pooled", wait, 1.25)


def protected(bench):
    """G5: protected classes against the average."""
    for name in ("n-protected", "peak-protected"):
        classes = [each.name for each in bench.scenario(name).classes if each.allowance is not None]
        for factor in LATE_FACTORS:
            summary = bench.report(name, factor)["policies"]["next"]
            average = summary["all"]["breach_share"]["mean"]
            for each in classes:
                shares = summary["classes"][each]["breach_share"]
                ratio = {key: value / average for key, value in shares.items()}
                bench.at_most("G5", f"{name} m={factor} {each} / average breach share", ratio, 2.0)


def theory(bench):
    """G6: the formulas inside the interval."""
    single = bench.report("erlang-c", 5)["policies"]["fifo"]["all"]
    known = pool(17.0, 20, 180, 20)
    bench.contains("G6", "Erlang C breach share", single["breach_share"], known.breached)
    bench.contains("G6", "Erlang C mean wait", single["mean_wait"], known.mean_wait)
    impatient = bench.report("erlang-a", 5)["policies"]["fifo"]["all"]
    known = pool(20.0, 20, 180, 20, patience=120)
    bench.contains("G6", "Erlang A breach share", impatient["breach_share"], known.breached)
    lost = known.abandoned * impatient["offered"]["mean"]
    bench.contains("G6", "Erlang A abandoned", impatient["abandoned"], lost)
    six = bench.report("pooled84", 5)["policies"]["fifo"]["all"]
    known = pool(84.0, 90, 600, 30, places=30)
    bench.contains("G6", "M/M/90/120 breach share", six["breach_share"], known.breached)
    bench.contains("G6", "M/M/90/120 mean wait", six["mean_wait"], known.mean_wait)
    bench.contains("G6", "M/M/90/120 blocked", six["blocked"], known.blocked * six["offered"]["mean"])


def decisions(bench):
    """G7: microseconds of a decision in a big workspace."""
    sys.stderr.write("timing decisions\n")
    for row in bench_matcher.measure(10_000, 10_000, 10_000):
        for name, limit in (("p50", 20.0), ("p99", 200.0)):
            what = f"{row['agents']}, {row['decision']}, {name} us"
            bench.rows.append(Row("G7", what, row[name], f"<= {limit:g}", row[name] <= limit))


def speed(bench):
    """Simulated contacts a second of one core (CPU time)."""
    scenario = bench.scenario("ww84")
    workload = generate(scenario, 1)
    for policy in scenario.policies:
        start = thread_time()
        play(scenario, workload, policy, perf_counter_ns)
        rate = len(workload) / (thread_time() - start)
        bench.rows.append(Row("speed", f"ww84 {policy}: contacts/s of a core", rate, ">= 50000", rate >= 50_000))


def main():
    """Print the table; exit 1 when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    bench = Bench(options.seeds)
    for part in (breaches_and_waits, against_the_pool, protected, theory, decisions, speed):
        part(bench)
    rows = sorted(bench.rows, key=lambda row: row.goal)
    if options.json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        for row in rows:
            between = f"[{row.low:.4g}, {row.high:.4g}]" if row.low is not None else ""
            verdict = "ok" if row.met else "MISSED"
            print(f"{row.goal:<6}{row.what:<52}{row.value:>10.4g}  {between:<22}{row.wanted:<12}{verdict}")
    return 0 if all(row.met for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
