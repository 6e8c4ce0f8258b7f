"""Runs every check, fast ones first, and ends with one line: N passed, N failed. Arguments go to pytest."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent
PYTEST = ["python", "-m", "pytest"]
CHECKS = {
    "style": ["ruff", "check", "."],
    "format": ["ruff", "format", "--check", "."],
    "imports": ["lint-imports"],
    "types": ["mypy"],
}
SLOW = ("tests/integration", "tests/fault")
SUITES = ("unit", "contract", "component", "simulation", "integration", "fault")  # fast first
CORES_MIN = 2  # for processes of tests side by side; the smallest machine that is supported has as many
WORKERS = 3  # processes of tests: who starts a broker or kills it mostly waits, and two cores have something to do
MEMORY_BYTES_MIN = 6_000_000_000  # for the third: each has a broker (heap of 512 MB), a database, and at times a stack
NEED_JAVA = ("integration", "fault")  # they start a real broker
# A file is one worker's. The longest is begun before all others, beside the fast ones; the next ones before the rest of
# their suites, since one of them alone at the end is nobody's gain, and those that freeze and kill not all at once.
LONGEST = "tests/fault/test_kills.py"
LONG = (
    "test_stack_up", "test_false_breaches", "test_observability", "test_readme", "test_upgrade", "test_stack_keeps",
    "test_lane", "test_posts", "test_sla_service", "test_lane_command", "test_dlq",
)  # fmt: skip
JAVA_OPTIONS = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"  # of every Java: half the CPU of a broker's start (measured)
KEPT_VARIABLES = ("USHER_POSTGRES_BIN", "USHER_CACHE_DIR")  # which binaries to test; nothing else may leak into tests
BYTECODE = ROOT / ".cache" / "bytecode"


@dataclass
class Outcome:
    """Result of a stage: how many passed, failed and were skipped, and how long it took."""

    stage: str
    passed: int = 0
    failed: int = 0
    skipped: int = 0
    seconds: float = 0.0
    note: str = ""


def main(arguments: list[str]) -> int:
    """0 if everything passed, else 1."""
    obstacles = {suite: obstacle(suite) for suite in SUITES}
    suites = [suite for suite, why in obstacles.items() if not why]
    outcomes = run_checks({**CHECKS, "collection": [*PYTEST, "--collect-only", "-qq", *files_of(suites)]})
    outcomes += [Outcome(suite, note=why) for suite, why in obstacles.items() if why]
    outcomes += run_suites(suites, arguments)
    report(outcomes)
    return 1 if any(outcome.failed for outcome in outcomes) else 0


def obstacle(suite: str) -> str:
    """Why a suite cannot run here; empty if it can."""
    if not tests_of(suite):
        return "no tests"
    java = shutil.which("java") or (Path(os.environ.get("JAVA_HOME", "/nowhere")) / "bin" / "java").exists()
    return "" if java or suite not in NEED_JAVA else "no Java"


def tests_of(suite: str) -> list[str]:
    """The files of a suite, the house rules with the unit tests."""
    paths = sorted((ROOT / "tests" / suite).rglob("test_*.py"))
    files = [str(path.relative_to(ROOT)) for path in paths]
    tidy = ROOT / "tests" / "test_tidy.py"
    return ["tests/test_tidy.py", *files] if suite == "unit" and tidy.exists() else files


def files_of(suites: list[str]) -> list[str]:
    """The files of these suites in the order in which they are begun."""
    files = [file for suite in suites for file in tests_of(suite)]
    return sorted(files, key=lambda file: (file != LONGEST, file.startswith(SLOW), _rank(file)))


def _rank(file: str) -> int:
    stem = Path(file).stem
    return LONG.index(stem) if stem in LONG else len(LONG)


def run_checks(checks: dict[str, list[str]]) -> list[Outcome]:
    """The static checks, as many at once as there are cores for."""
    with ThreadPoolExecutor(CORES_MIN) as pool:
        return list(pool.map(run_check, checks, checks.values()))


def run_check(name: str, command: list[str]) -> Outcome:
    """One static check; its output is shown only if it fails."""
    started = time.monotonic()
    done = subprocess.run(
        [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    seconds = time.monotonic() - started
    failed = done.returncode != 0
    say(f"{name:<12} {'FAILED' if failed else 'passed'} in {seconds:.1f} s")
    if failed:
        say(done.stdout + done.stderr)
    return Outcome(name, passed=not failed, failed=failed, seconds=seconds)


def run_suites(suites: list[str], arguments: list[str]) -> list[Outcome]:
    """One pytest over these suites: on two cores by file, each process with a broker and a database of its own."""
    if not suites:
        return []
    return run_pytest(suites, [*side_by_side(), *arguments])


def side_by_side() -> list[str]:
    """What pytest is told so that several processes share the files, where the machine has room for them."""
    if (os.cpu_count() or 1) < CORES_MIN:
        return []
    workers = WORKERS if memory_bytes() >= MEMORY_BYTES_MIN else CORES_MIN
    return ["-n", str(workers), "--dist", "loadfile", "--no-loadscope-reorder"]


def memory_bytes() -> int:
    """The memory of this machine, or of the container if that has a limit."""
    limit = Path("/sys/fs/cgroup/memory.max")
    said = limit.read_text().strip() if limit.exists() else "max"
    machine = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min(machine, int(said)) if said.isdigit() else machine


def run_pytest(suites: list[str], arguments: list[str]) -> list[Outcome]:
    """One pytest over these suites; what its report says of each."""
    with tempfile.TemporaryDirectory() as folder:
        report_file = Path(folder) / "junit.xml"
        report_options = [f"--junit-xml={report_file}", "-o", "junit_family=xunit1"]
        command = [*PYTEST, *report_options, *arguments, *files_of(suites)]
        status = subprocess.run(
            [str(BIN / command[0]), *command[1:]], cwd=ROOT, env=environment(), check=False
        ).returncode
        outcomes = count(report_file, suites) if report_file.exists() else []
    if status not in {0, 1, 5} or (status == 1 and not any(outcome.failed for outcome in outcomes)):
        outcomes.append(Outcome("pytest", failed=1, note=f"ended with status {status}"))
    return outcomes


def environment() -> dict[str, str]:
    """What every check and test is started with."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("USHER_") or name in KEPT_VARIABLES
    }
    kept["JDK_JAVA_OPTIONS"] = JAVA_OPTIONS
    kept["PYTHONHASHSEED"] = "0"  # all processes of tests must collect them in the same order
    if kept.pop("PYTHONDONTWRITEBYTECODE", ""):
        # Nothing is written beside the sources, and yet thousands of modules are not compiled anew for each process: a
        # third of a service's start, and more than half of what collecting the tests takes (measured).
        kept.setdefault("PYTHONPYCACHEPREFIX", str(BYTECODE))
    return kept


def count(report_file: Path, suites: list[str]) -> list[Outcome]:
    """Results by suite from pytest's own report."""
    outcomes = {suite: Outcome(suite) for suite in suites}
    for case in ElementTree.parse(report_file).iter("testcase"):
        parts = Path(case.get("file", "")).parts
        outcome = outcomes.get(parts[1] if len(parts) > 2 else "unit", outcomes[suites[0]])
        outcome.seconds += float(case.get("time", 0))
        kinds = {child.tag for child in case}
        outcome.failed += bool(kinds & {"failure", "error"})
        outcome.skipped += "skipped" in kinds
        outcome.passed += not kinds & {"failure", "error", "skipped"}
    return list(outcomes.values())


def report(outcomes: list[Outcome]) -> None:
    """A table of the stages, what was skipped by name, and the final line."""
    say("\nstage          passed  failed  skipped  seconds")
    for each in outcomes:
        say(f"{each.stage:<12} {each.passed:>8} {each.failed:>7} {each.skipped:>8} {each.seconds:>8.1f}  {each.note}")
    silent = [each.stage for each in outcomes if not each.passed and not each.failed]
    say(f"skipped stages: {', '.join(silent) or 'none'}")
    passed, failed = sum(each.passed for each in outcomes), sum(each.failed for each in outcomes)
    skipped = sum(each.skipped for each in outcomes)
    say(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))


def say(line: str) -> None:
    """Print a line at once, so that it stands in order with the output of the tools."""
    sys.stdout.write(line.rstrip() + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
