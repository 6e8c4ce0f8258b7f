"""Fetches the programs of strangers for the tests, each from its own registry and none with root's rights.

``python -m tests.producers.fetch``; quick the second time. What cannot be had is said in a line, and its test skipped.
"""

import hashlib
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from deploy.local.java import cache_folder

__all__ = ["console_producer", "exim", "kafkajs"]

HERE = Path(__file__).resolve().parent
DEBIAN = ("exim4-daemon-light", "libidn12", "libnss-wrapper")  # exim, what it lacks on a bare machine, and users for it
FETCH_SECONDS_MAX = 300.0


def console_producer() -> Path | None:
    """The folder with Kafka's own tools, None where they were not fetched."""
    return _there(cache_folder() / f"kafka-tools-{_digest(HERE / 'pom.xml')}")


def kafkajs() -> Path | None:
    """The folder in which node finds KafkaJS, None where it was not fetched."""
    return HERE if (HERE / "node_modules" / "kafkajs").is_dir() and shutil.which("node") else None


def exim() -> Path | None:
    """The folder into which Debian's exim was unpacked, None where it was not fetched."""
    return _there(cache_folder() / "exim")


def _there(folder: Path) -> Path | None:
    return folder if folder.is_dir() else None


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def _fetch_console_producer(partial: Path) -> Path:
    goal = ["dependency:copy-dependencies", f"-DoutputDirectory={partial}"]
    _run("mvn", "-B", "-q", "-C", "-f", str(HERE / "pom.xml"), *goal)
    return cache_folder() / f"kafka-tools-{_digest(HERE / 'pom.xml')}"


def _fetch_kafkajs(_: Path) -> None:
    _run("npm", "ci", "--silent", folder=HERE)


def _fetch_exim(partial: Path) -> Path:
    """Unpacked and not installed: no user is made, no service begins, and nothing runs with another's rights."""
    with tempfile.TemporaryDirectory() as folder:
        _run("apt-get", "download", "-qq", *DEBIAN, folder=Path(folder))
        for package in sorted(Path(folder).glob("*.deb")):
            _run("dpkg", "-x", str(package), str(partial))
    (partial / "usr" / "sbin" / "exim4").chmod(0o755)  # Debian's is setuid root
    return cache_folder() / "exim"


def _run(program: str, *arguments: str, folder: Path | None = None) -> None:
    """RuntimeError says why it could not."""
    found = shutil.which(program)
    if found is None:
        raise RuntimeError(f"there is no {program}")
    try:
        done = subprocess.run(
            [found, *arguments], cwd=folder, capture_output=True, text=True, timeout=FETCH_SECONDS_MAX, check=False
        )
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"{program} took more than {FETCH_SECONDS_MAX:.0f} s") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RuntimeError(f"{program} failed: {said[-1] if said else f'exit {done.returncode}'}")


PROGRAMS: Sequence[tuple[str, Callable[[], Path | None], Callable[[Path], Path | None]]] = (
    ("Kafka's console producer", console_producer, _fetch_console_producer),
    ("KafkaJS", kafkajs, _fetch_kafkajs),
    ("exim", exim, _fetch_exim),
)


def main() -> int:
    """0 when all are there, else 1 after a line for each that is not."""
    missing = 0
    cache_folder().mkdir(parents=True, exist_ok=True)
    for name, find, fetch in PROGRAMS:
        if find() is not None:
            continue
        with tempfile.TemporaryDirectory(dir=cache_folder()) as folder:
            partial = Path(folder) / "partial"
            try:
                target = fetch(partial)
                if target is not None:
                    partial.chmod(0o755)
                    partial.replace(target)
            except (RuntimeError, OSError) as why:
                missing += 1
                sys.stderr.write(f"setup: {name} cannot be had: {why}; its test is skipped\n")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
