"""Compiles the lock files with hashes from pyproject.toml, for every supported Python and platform; versions that are
locked stay. ``python3 requirements/compile.py [--upgrade]`` needs uv (pip install uv)."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("cli", "local", "train", "encoder", "tracing")
# Lock file -> what it holds. dev.txt is first: the others take its versions, so that what is tested is what runs.
LOCKS = {
    "dev.txt": ["pyproject.toml", *(f"--extra={extra}" for extra in EXTRAS), "--group=dev"],
    "local.txt": ["pyproject.toml", "--extra=cli", "--extra=local"],  # make setup, make run
    "cli.txt": ["pyproject.toml", "--extra=cli"],  # the image of the commands
    "ingest.txt": ["--group=ingest"],  # and those of the services
    "router.txt": ["--group=router"],
    "sla.txt": ["--group=sla"],
    "helm.txt": ["--group=helm", "--no-deps"],  # tools, each in an environment of its own: they run nothing of ours
    "platform.txt": ["--group=platform"],
    "audit.txt": ["--group=audit"],
}
TOOLS = ("helm.txt", "platform.txt", "audit.txt")  # their versions are their own: only dev.txt's say what is tested
OPTIONS = ["--universal", "--generate-hashes", "--no-annotate", "--no-header", "--python-version=3.11", "--quiet"]


def main(arguments: list[str]) -> int:
    """0, or the status of the first compilation that failed."""
    uv = shutil.which("uv")
    if uv is None:
        sys.stderr.write("uv is missing: pip install uv\n")
        return 2
    folder = ROOT / "requirements"
    for name, what in LOCKS.items():
        lock = folder / name
        with tempfile.NamedTemporaryFile("w", suffix=".txt") as old:
            own = name == "dev.txt" or name in TOOLS
            old.write(lock.read_text() if own and lock.exists() and "--upgrade" not in arguments else "")
            old.flush()
            base = old.name if own else str(folder / "dev.txt")
            command = [uv, "pip", "compile", *what, *OPTIONS, "--constraint", base, "--output-file", str(lock)]
            lock.unlink(missing_ok=True)
            status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status:
            return status
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
