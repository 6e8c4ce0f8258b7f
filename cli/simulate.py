"""``usher simulate``: the router's matching on a virtual clock, over seeds and all cores."""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter_ns
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from cli.output import EXIT_OK, UsageError, result
from cli.parallel import in_processes
from lab.simulation.arrivals_file import ArrivalsError, read_arrivals
from lab.simulation.experiment import LOG_HEADER, Played, collect, log_rows, play, play_seed, report
from lab.simulation.fields import ScenarioError
from lab.simulation.measures import SHARES
from lab.simulation.parse import parse_scenario
from lab.simulation.run import Outcome
from lab.simulation.scenario import Scenario
from lab.simulation.workload import Workload, generate

FILE_BYTES_MAX = 1 << 30
"""A scenario or arrivals file; what is larger would not fit in memory as a run."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument("scenario", metavar="SCENARIO.json", type=Path, help="agents, classes, policies, length, seeds")
    parser.add_argument("--arrivals", metavar="CSV", type=Path, help="these contacts, one run of the first policy")
    parser.add_argument("--log", metavar="CSV", type=Path, help="write what became of every contact of the first run")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of a table")


def run(args: argparse.Namespace) -> int:
    """Play the scenario and print what came out."""
    scenario = _read_scenario(args.scenario)
    if args.arrivals is not None:
        played = [_play_arrivals(scenario, _read_arrivals(args.arrivals, scenario), args.log)]
    else:
        if args.log is not None:
            _log_first_run(scenario, args.log)
        played = _play_seeds(scenario)
    document = report(scenario, played)
    if args.json:
        result(document)
    else:
        _print_table(document)
    return EXIT_OK


def _play_seeds(scenario: Scenario) -> list[Played]:
    seeds = range(scenario.first_seed, scenario.first_seed + scenario.seeds)
    calls = [(scenario, seed) for seed in seeds]
    with _progress(len(calls)) as advance:
        return in_processes(_play_seed, calls, advance)


def _play_seed(scenario: Scenario, seed: int) -> Played:
    return play_seed(scenario, seed, perf_counter_ns)


def _play_arrivals(scenario: Scenario, workload: Workload, log: Path | None) -> Played:
    policy = scenario.policies[0]
    outcome = play(scenario, workload, policy, perf_counter_ns)
    if log is not None:
        _write_log(log, scenario, workload, outcome)
    return collect(scenario, workload, {policy: outcome}, counted_from=0.0)


def _log_first_run(scenario: Scenario, log: Path) -> None:
    workload = generate(scenario, scenario.first_seed)
    _write_log(log, scenario, workload, play(scenario, workload, scenario.policies[0], perf_counter_ns))


def _write_log(path: Path, scenario: Scenario, workload: Workload, outcome: Outcome) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="") as file:
            # As they came, whatever a spreadsheet makes of them: by these ids programs find the arrivals again.
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(LOG_HEADER)
            writer.writerows(log_rows(scenario, workload, outcome))
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from None


# --- reading ----------------------------------------------------------------------------------------------------------


def _read_scenario(path: Path) -> Scenario:
    text = _read_text(path)
    try:
        return parse_scenario(json.loads(text, object_pairs_hook=_without_repeats, parse_constant=_refuse_constant))
    except ScenarioError as error:
        raise UsageError(f"{path}: {error}") from None
    except json.JSONDecodeError as error:
        raise UsageError(f"{path}: line {error.lineno}: not JSON: {error.msg}") from None
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{path}: not JSON that can be read: {error}") from None


def _read_arrivals(path: Path, scenario: Scenario) -> Workload:
    text = _read_text(path)
    try:
        return read_arrivals(text.splitlines(keepends=True), scenario)
    except ArrivalsError as error:
        raise UsageError(f"{path}: {error}") from None


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > FILE_BYTES_MAX:
            raise UsageError(f"{path}: is larger than {FILE_BYTES_MAX} bytes")
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"{path}: cannot be read: {error.strerror}") from None
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise UsageError(f"{path}: row {row}: is not UTF-8") from None


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = [name for name, _ in pairs]
        raise ScenarioError(next(name for name in names if names.count(name) > 1), "is given twice in one object")
    return fields


def _refuse_constant(word: str) -> Any:
    raise ScenarioError("", f"{word} is not a JSON number")


# --- showing ----------------------------------------------------------------------------------------------------------


@contextmanager
def _progress(total: int) -> Iterator[Callable[[], None]]:
    """A bar of seeds on stderr when that is a terminal, else nothing."""
    if not sys.stderr.isatty():
        yield lambda: None
        return
    columns = (TextColumn("simulating"), BarColumn(), TextColumn("{task.completed}/{task.total} seeds"))
    with Progress(*columns, TimeElapsedColumn(), console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("seeds", total=total)
        yield lambda: bar.advance(task)


def _print_table(document: dict[str, Any]) -> None:
    rows = [["policy", "class", "offered", *(name.replace("_", " ") for name in SHARES)]]
    for policy, summary in document["policies"].items():
        for name, figures in {"all": summary["all"], **summary["classes"]}.items():
            rows.append([policy, name, *(_cell(figures[each]) for each in ("offered", *SHARES))])
        ratios = document["ratios"][policy]
        rows.append([policy, "ratio to fifo", "", *(_cell(ratios[each]) for each in SHARES)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        sys.stdout.write("  ".join(map(str.ljust, row, widths)).rstrip() + "\n")
    sys.stdout.write("decisions: p50 {p50} us, p99 {p99} us\n".format(**document["decision_microseconds"]))


def _cell(figure: dict[str, float | None] | None) -> str:
    if figure is None or figure["mean"] is None or figure["low"] is None:
        return "-"
    return f"{figure['mean']:.4g} ±{figure['mean'] - figure['low']:.2g}"
