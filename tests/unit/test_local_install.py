"""make setup: what it installs by itself and what it says when it may not."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from deploy.local import install

ROOT = Path(__file__).resolve().parents[2]
apt_is_allowed = pytest.mark.skipif(os.geteuid() != 0, reason="make setup uses apt only where it runs as root")


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder of executables that stands for a whole machine: neither Java nor Maven."""
    folder = tmp_path / "bin"
    folder.mkdir()
    return folder


def executable(folder: Path, name: str, script: str) -> None:
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def install_tools(machine: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    program = (
        "import sys\nfrom deploy.local import install\n"
        "try: install.install_tools()\nexcept install.Missing as problem: sys.exit(f'MISSING {problem}')"
    )
    environment = {"PATH": str(machine), "JAVA_HOME": "", "PYTHONPATH": str(ROOT), **variables}
    return subprocess.run(
        [sys.executable, "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_machine_without_apt_is_told_what_to_install_in_one_line(machine: Path) -> None:
    done = install_tools(machine)

    (line,) = done.stderr.splitlines()
    assert done.returncode == 1
    for word in ("MISSING", "java", "mvn", "openjdk-17-jre-headless maven", "USHER_KAFKA_BOOTSTRAP_SERVERS", "docker"):
        assert word in line


@apt_is_allowed
def test_root_on_debian_gets_java_and_maven_by_apt_after_being_told(machine: Path) -> None:
    executable(machine, "apt-get", f'echo "$@" >> {machine}/log')

    done = install_tools(machine)

    assert done.returncode == 0, done.stderr
    assert "installing openjdk-17-jre-headless maven with apt" in done.stderr
    updated, installed = (machine / "log").read_text().splitlines()
    assert updated.endswith("update")
    assert installed.endswith("install openjdk-17-jre-headless maven")


def test_machine_with_java_and_maven_is_left_alone(machine: Path, tmp_path: Path) -> None:
    executable(machine, "mvn", "exit 1")
    executable(machine, "apt-get", "exit 1")
    (tmp_path / "java" / "bin").mkdir(parents=True)
    executable(tmp_path / "java" / "bin", "java", "exit 1")

    done = install_tools(machine, JAVA_HOME=str(tmp_path / "java"))

    assert (done.returncode, done.stderr) == (0, "")


@apt_is_allowed
def test_failed_apt_is_said_in_one_line(machine: Path) -> None:
    executable(machine, "apt-get", "exit 100")

    done = install_tools(machine)

    assert done.returncode == 1
    assert "apt-get update failed (exit 100)" in done.stderr.splitlines()[-1]


def test_packages_for_running_and_for_tests_are_apart_and_tests_include_both(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def installed(command: list[str], packages: int) -> None:
        assert packages > 0
        asked.append(Path(command[command.index("-r") + 1]).name)

    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "run_with_progress", installed)
    monkeypatch.setattr(install, "run", lambda *_: None)
    (tmp_path / "bin").mkdir()
    for name in ("python", "usher"):
        (tmp_path / "bin" / name).touch()

    install.install_packages(tests=False)
    install.install_packages(tests=False)
    assert asked == ["local.txt"]
    install.install_packages(tests=True)
    install.install_packages(tests=True)
    install.install_packages(tests=False)
    assert asked == ["local.txt", "dev.txt"]


def test_pip_tells_its_progress_and_its_last_words_only_when_it_fails(capfd: pytest.CaptureFixture[str]) -> None:
    lines = [
        *(f"Collecting package{n}" for n in range(install.PROGRESS_PACKAGES)),
        "Installing collected packages: all",
    ]
    script = f"print({chr(10).join(lines)!r})"

    install.run_with_progress([sys.executable, "-c", script], 20)
    said = capfd.readouterr().err.splitlines()
    assert said == ["setup: 20 of 20 packages fetched", "setup: all 20 packages fetched, unpacking them"]

    with pytest.raises(install.Missing, match=r"exit 3"):
        install.run_with_progress([sys.executable, "-c", "print('no such version'); raise SystemExit(3)"], 20)
    assert "no such version" in capfd.readouterr().err


def test_what_maven_fetches_is_fetched_while_no_package_is_there_yet() -> None:
    program = "import deploy.local.fetch, tests.producers.fetch"
    assert subprocess.run([*install.PLAIN_PYTHON, "-c", program], cwd=ROOT, check=False).returncode == 0


def test_what_one_registry_refuses_is_said_when_the_others_have_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def refused(**_: bool) -> None:
        asked.append("packages")
        raise install.Missing("pip could not install the packages")

    monkeypatch.setattr(install, "VENV", tmp_path)
    monkeypatch.setattr(install, "make_environment", lambda: asked.append("environment"))
    monkeypatch.setattr(install, "install_packages", refused)
    for name in ("tools", "node_packages", "producers", "helm"):
        monkeypatch.setattr(install, f"install_{name}", lambda name=name: asked.append(name))
    monkeypatch.setattr(install, "run", lambda command, _: asked.append(command[-1]))

    with pytest.raises(install.Missing, match="pip could not"):
        install.install_everything(tests=True)
    assert asked[:2] == ["environment", "tools"], "the rest needs them"
    assert sorted(asked[2:]) == ["deploy.local.fetch", "node_packages", "packages", "producers"]
