"""Runs the unit tests under every supported Python that is on this machine, each in an environment of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOCK = ROOT / "requirements" / "dev.txt"
SUPPORTED = ("3.11", "3.12", "3.13", "3.14")
SECONDS_MAX = 3600  # of one command: packages on a slow line, or all unit tests on a slow machine
ABSENT = "not on this machine"


def main(arguments: list[str]) -> int:
    """0 if what is there passes; ``arguments`` go to pytest in place of the unit tests."""
    results = {version: _result(version, arguments or ["tests/unit"]) for version in SUPPORTED}
    for version, result in results.items():
        sys.stdout.write(f"Python {version}  {result or 'passed'}\n")
    return 1 if any(result and result != ABSENT for result in results.values()) else 0


def _result(version: str, arguments: list[str]) -> str:
    """Why it did not pass; "" where it did."""
    interpreter = _interpreter(version)
    if interpreter is None:
        return ABSENT
    python = ROOT / ".cache" / "pythons" / version / "bin" / "python"
    if not _is_complete(python):
        shutil.rmtree(python.parents[1], ignore_errors=True)
        _run([interpreter, "-m", "venv", str(python.parents[1])])
        if _run([str(python), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK)]):
            return "its packages cannot be installed"
        _mark(python).write_bytes(LOCK.read_bytes())
    return "FAILED" if _run([str(python), "-m", "pytest", "-q", *arguments]) else ""


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
    environment = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
    return subprocess.run(
        command, cwd=ROOT, env=environment, stdout=output, stderr=output, timeout=SECONDS_MAX, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
