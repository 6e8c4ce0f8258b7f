"""Prepares a machine: virtual environment, packages, Java and Maven where allowed, Kafka. Quick the second time.

Run by ``make setup`` with the system's Python before anything is installed, so only the standard library is used.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
STAMP = VENV / "usher-setup"
REQUIREMENTS = ROOT / "requirements" / "dev.txt"
PYTHON_MIN = (3, 11)
PACKAGES = {"java": "openjdk-17-jre-headless", "mvn": "maven"}  # tool -> Debian package
EXIT_USAGE = 2


class Missing(Exception):
    """Something that this script cannot or may not install; the message is one line with the fix."""


def main() -> int:
    """Bring everything up to date; 0, or 2 after one line that says what is missing."""
    started = time.monotonic()
    try:
        if sys.version_info < PYTHON_MIN:
            raise Missing(f"{sys.executable} is Python {sys.version.split()[0]}: set PYTHON to a Python 3.11 or newer")
        install_packages()
        if not os.environ.get("USHER_KAFKA_BOOTSTRAP_SERVERS"):
            install_tools()
            run([str(VENV / "bin" / "python"), "-m", "deploy.local.fetch"], "Kafka could not be prepared")
    except Missing as problem:
        sys.stderr.write(f"setup: {problem}\n")
        return EXIT_USAGE
    say(f"ready after {time.monotonic() - started:.1f} s")
    return 0


def install_packages() -> None:
    """A virtual environment with exactly the hashed requirements, and the ``usher`` command."""
    wanted = fingerprint()
    if STAMP.exists() and STAMP.read_text() == wanted and (VENV / "bin" / "usher").exists():
        return
    if not (VENV / "bin" / "python").exists():
        say("making the virtual environment .venv")
        make_environment()
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    say("installing Python packages (a minute or two the first time)")
    run([*pip, "--require-hashes", "-r", str(REQUIREMENTS)], "pip could not install the packages")
    run([*pip, "--no-deps", "--no-build-isolation", "-e", str(ROOT)], "pip could not install the usher command")
    STAMP.write_text(wanted)


def make_environment() -> None:
    """``python -m venv``; on Debian the module is a package of its own."""
    command = [sys.executable, "-m", "venv", str(VENV)]
    if subprocess.run(command, capture_output=True, check=False).returncode == 0:
        return
    shutil.rmtree(VENV, ignore_errors=True)
    apt_install(["python3-venv"], "python3 has no venv module")
    run(command, "the virtual environment cannot be made")


def install_tools() -> None:
    """Java and Maven by apt, if this is Debian and the user is root; otherwise say what to install."""
    missing = [tool for tool in PACKAGES if shutil.which(tool) is None]
    home = os.environ.get("JAVA_HOME")
    if home and "java" in missing and shutil.which("java", path=f"{home}/bin"):
        missing.remove("java")
    if missing:
        apt_install([PACKAGES[tool] for tool in missing], f"not found: {', '.join(missing)}")


def apt_install(packages: list[str], why: str) -> None:
    """Install Debian packages after saying so; Missing where that is not possible."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None or os.geteuid() != 0:
        raise Missing(
            f"{why}: install {names} (Debian: sudo apt install {names}), or set USHER_KAFKA_BOOTSTRAP_SERVERS "
            "and USHER_POSTGRES_DSN to servers that run, or use docker compose up"
        )
    say(f"{why}: installing {names} with apt, because this is Debian and you are root")
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    run(["apt-get", "-qq", "update"], "apt-get update failed", environment)
    run(["apt-get", "-qq", "-y", "--no-install-recommends", "install", *packages], f"apt-get install {names} failed")


def run(command: list[str], failure: str, environment: dict[str, str] | None = None) -> None:
    """Run a command that shows its own output; Missing if it fails."""
    status = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
    if status != 0:
        raise Missing(f"{failure} (exit {status}): {' '.join(command)}")


def fingerprint() -> str:
    """Changes when the requirements, the packaging or the Python change."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (REQUIREMENTS, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"setup: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
