"""Runs what may differ from one Python to the next under each supported one that is on this machine.

``make test`` runs everything under one of them. Under the others, each in an environment of its own: every unit test,
what events and the wheel are made of, and each service on real servers, started, killed and begun again.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.run import environment, obstacle, side_by_side

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "dev.txt"
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
OWN = f"{sys.version_info.major}.{sys.version_info.minor}"  # make test runs with this one
VARIABLE = "PYTHONS"  # of the environment: which of them, with blanks between
ALONE = ("tests/unit", "tests/contract/test_events.py", "tests/contract/test_wheel.py")
ON_SERVERS = (
    "tests/integration/test_readme.py",  # make run and every command that a beginner meets
    "tests/integration/test_ingest_restart.py",
    "tests/integration/test_router_service.py",
    "tests/integration/test_sla_service.py",
    "tests/integration/test_traces.py",
)
SECONDS_MAX = 3600  # of one command: packages on a slow line, or all these tests on a slow machine
ABSENT = "not on this machine"
ELSEWHERE = "make test runs with it"


def main(arguments: list[str]) -> int:
    """0 if what is there passes; ``arguments`` go to pytest in place of those tests. 2 for a Python of another kind."""
    wanted = tuple(os.environ.get(VARIABLE, "").split())
    if unknown := set(wanted) - set(SUPPORTED):
        sys.stderr.write(f"{VARIABLE}: {', '.join(sorted(unknown))} is none of {', '.join(SUPPORTED)}\n")
        return 2
    results = {version: _result(version, arguments) for version in wanted or SUPPORTED if wanted or version != OWN}
    others = {version: ELSEWHERE if version == OWN else "not asked for" for version in SUPPORTED}
    for version, result in (others | results).items():
        sys.stdout.write(f"Python {version}  {result or 'passed'}\n")
    return 1 if any(result and result != ABSENT for result in results.values()) else 0


def tests() -> list[str]:
    """What is run; without Java no real broker is to be had."""
    why = obstacle("integration")
    if why:
        sys.stdout.write(f"{why}: no service is started\n")
    return [*ALONE, *(() if why else ON_SERVERS)]


def _result(version: str, arguments: list[str]) -> str:
    """Why it did not pass; "" where it did."""
    interpreter = _interpreter(version)
    if interpreter is None:
        return ABSENT
    sys.stdout.write(f"Python {version}: {interpreter}\n")
    sys.stdout.flush()
    python = ROOT / ".cache" / "pythons" / version / "bin" / "python"
    if not _is_complete(python):
        shutil.rmtree(python.parents[1], ignore_errors=True)
        _run([interpreter, "-m", "venv", str(python.parents[1])])
        if _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]):
            return "its packages cannot be installed"
        _mark(python).write_bytes(LOCK.read_bytes())
    return "FAILED" if _run([str(python), "-m", "pytest", "-q", *side_by_side(), *(arguments or tests())]) else ""


def _interpreter(version: str) -> str | None:
    """On the path, or one that pyenv keeps."""
    kept = sorted(Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"), reverse=True)
    for candidate in (shutil.which(f"python{version}"), *map(str, kept)):
        if candidate and not _run([candidate, "--version"], quiet=True):
            return candidate
    return None


def _mark(python: Path) -> Path:
    return python.parents[1] / "installed.txt"


def _is_complete(python: Path) -> bool:
    return _mark(python).exists() and _mark(python).read_bytes() == LOCK.read_bytes()


def _run(command: list[str], *, quiet: bool = False) -> int:
    """The exit code."""
    output = subprocess.DEVNULL if quiet else None
    return subprocess.run(
        command, cwd=ROOT, env=environment(), stdout=output, stderr=output, timeout=SECONDS_MAX, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
