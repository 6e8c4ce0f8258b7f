"""CPU per contact of the sla service with promises of every kind, beside the usual two and beside an earlier version.

    python -m tests.benchmarks.bench_sla_kinds [--contacts N] [--runs N] [--base COMMIT]

The three take turns, each with services, broker and database of its own, and of several runs the least is told: a
machine is never too fast. The earlier version comes from the history (a worktree that is removed again) and is run by
this tree's Python and libraries.
"""

import argparse
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from tests.benchmarks.pipeline.report import say, tell
from tests.benchmarks.pipeline.rig import ROOT

FIRST_VERSION = (
    "9288fc78be79527efa67a3ccf0aa2a7f8f0dfdfe"  # 0.1.0: two of seven kinds, and no account of phases or agents
)
PIPELINE = ROOT / "tests/benchmarks/pipeline"
RATIO_GOAL = 1.5
SECONDS_MAX = 900  # of one backlog, with its servers


class Case(NamedTuple):
    """What is measured: the services of a tree under a policy."""

    name: str
    tree: Path
    policy: Path


@contextlib.contextmanager
def tree_of(commit: str) -> Iterator[Path]:
    """The files of a commit, as long as this lasts. SystemExit where this history does not have it."""
    if subprocess.run(["git", "-C", ROOT, "cat-file", "-e", f"{commit}^{{commit}}"], capture_output=True).returncode:
        raise SystemExit(f"commit {commit} is not in this history (a shallow clone? git fetch --unshallow)")
    with tempfile.TemporaryDirectory(prefix="usher-base-") as folder:
        tree = Path(folder) / "tree"
        subprocess.run(["git", "-C", ROOT, "worktree", "add", "--quiet", "--detach", tree, commit], check=True)
        try:
            yield tree
        finally:
            subprocess.run(["git", "-C", ROOT, "worktree", "remove", "--force", tree], check=True)


def backlog(case: Case, contacts: int) -> dict[str, Any]:
    """What a backlog of so many contacts costs."""
    command = [sys.executable, "-P", str(PIPELINE / "backlog.py"), str(case.policy), str(contacts)]
    done = subprocess.run(
        command,
        cwd=case.tree,
        env={**os.environ, "PYTHONPATH": str(case.tree)},
        stdout=subprocess.PIPE,
        check=True,
        timeout=SECONDS_MAX,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The figures of each case, run by run."""
    with tree_of(options.base) as base:
        cases = (
            Case("base", base, PIPELINE / "policy.yaml"),
            Case("two kinds", ROOT, PIPELINE / "policy.yaml"),
            Case("all kinds", ROOT, PIPELINE / "policy-kinds.yaml"),
        )
        runs: dict[str, list[dict[str, Any]]] = {case.name: [] for case in cases}
        for number in range(options.runs):
            for case in cases:
                runs[case.name].append(backlog(case, options.contacts))
                say(f"run {number + 1}, {case.name}: sla {_sla_us(runs[case.name][-1]):.0f} us per contact")
    return {"base": options.base, "contacts": options.contacts, "runs": runs, "ratio": _ratio(runs)}


def _sla_us(found: dict[str, Any]) -> float:
    return float(found["cpu_us_per_contact"]["sla"])


def _least(runs: list[dict[str, Any]]) -> float:
    return min(map(_sla_us, runs))


def _ratio(runs: dict[str, list[dict[str, Any]]]) -> float:
    return _least(runs["all kinds"]) / _least(runs["base"])


def table(found: dict[str, Any]) -> str:
    """The figures as people read them, the goal beside them."""
    lines = [f"{'sla, us of CPU per contact':<28}{'least':>6}{'events':>8}  runs"]
    for name, runs in found["runs"].items():
        each = " ".join(f"{_sla_us(run):.0f}" for run in runs)
        lines.append(f"{name:<28}{_least(runs):>6.0f}{runs[0]['sla_events']:>8.2f}  {each}")
    lines.append(f"all kinds / base {found['ratio']:.2f} (goal {RATIO_GOAL}); base is {found['base']}")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run, print the table on stdout and write the JSON."""
    parser = argparse.ArgumentParser(prog="bench_sla_kinds")
    parser.add_argument("--contacts", type=int, default=30_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--base", default=FIRST_VERSION, help="the earlier version; default: that of 0.1.0")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = measure(options)
    tell(table(found), found, options.json)


if __name__ == "__main__":
    main()
