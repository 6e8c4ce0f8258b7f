"""Environments for tools that must not stand beside what runs: made once from a hashed lock file."""

import hashlib
import shutil
import subprocess
import sys
import venv
from pathlib import Path

from deploy.local.java import cache_folder

ROOT = Path(__file__).resolve().parents[2]
INSTALL_SECONDS_MAX = 900.0  # a hundred packages over a slow line


def tools(name: str) -> Path:
    """The folder of the programs that ``requirements/<name>.txt`` brings. RuntimeError says why it cannot be had."""
    lock = ROOT / "requirements" / f"{name}.txt"
    home = cache_folder() / f"{name}-{hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]}"
    stamp = home / "installed"
    if not stamp.exists():
        sys.stderr.write(f"installing {lock.relative_to(ROOT)} into an environment of its own\n")
        shutil.rmtree(home, ignore_errors=True)
        venv.create(home, with_pip=True)
        pip = [str(home / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
        command = [*pip, "--no-compile", "--require-hashes", "--requirement", str(lock)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=INSTALL_SECONDS_MAX, check=False)
        if done.returncode != 0:
            raise RuntimeError(f"pip could not install {lock.name}: {done.stderr.strip()[-500:]}")
        stamp.touch()
    return home / "bin"
