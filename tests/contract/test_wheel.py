"""The wheel and the source archive: whole, and a command that works far from any checkout."""

import os
import shutil
import subprocess
import sys
import tarfile
import venv
import zipfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = ("deploy/docker/", "deploy/grafana/", "deploy/helm/")
ROOMS = ("services/", "shared/", "lab/", "cli/", "deploy/")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the archive, and the wheel that was built from that archive and not from a checkout."""
    folder = tmp_path_factory.mktemp("built")
    checkout = folder / "checkout"
    for name in tracked():
        (checkout / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, checkout / name)
    command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(folder), str(checkout)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    shutil.rmtree(checkout)
    return folder


def tracked() -> list[str]:
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    return [name for name in names if not name.startswith(("tests/", "docs/")) and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def usher(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The command in a new environment: the wheel is installed by pip, the packages are lent by this environment."""
    home = tmp_path_factory.mktemp("installed")
    venv.create(home, with_pip=False, symlinks=True)
    (wheel,) = built.glob("*.whl")
    python = str(home / "bin" / "python")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--python", python, "install", "--quiet"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, timeout=100)
    (packages,) = home.glob("lib/python*/site-packages")
    lent = packages / "lent"
    lent.mkdir()
    for origin in {Path(path) for path in sys.path if path.endswith("site-packages")}:
        for one in origin.iterdir():
            if "usher" not in one.name.lower() and one.suffix != ".pth" and not (lent / one.name).exists():
                (lent / one.name).symlink_to(one)
    (packages / "lent.pth").write_text(f"{lent}\n")
    return home / "bin" / "usher"


def call(usher: Path, words: Sequence[str], home: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **variables}
    return subprocess.run(
        [str(usher), *words], cwd=home, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


def test_the_wheel_holds_every_file_that_stands_beside_the_code(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        inside = set(archive.namelist())
    wanted = {name for name in tracked() if name.startswith(ROOMS) and not name.startswith(LEFT_OUT)}
    assert wanted - inside == set()
    assert {name for name in inside - wanted if ".dist-info/" not in name} == set()


def test_the_archive_brings_what_the_wheel_is_built_from(built: Path) -> None:
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        names = {name.partition("/")[2] for name in tar.getnames()}
    assert {"pyproject.toml", "README.md", "LICENSE", "shared/grants.sql", "cli/main.py"} <= names


def test_every_command_can_be_loaded(usher: Path, tmp_path: Path) -> None:
    names = sorted({module for module, _ in COMMANDS.values()})
    program = f"from importlib import import_module\nfor name in {names}: import_module(name)"
    done = call(usher.with_name("python"), ["-c", program], tmp_path)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "words",
    [["--version"], ["acl", "print"], ["acl", "print", "--sql"], ["classify", "--json", "My card was stolen"],
     ["sources", "show"], ["completion", "bash"]],
)  # fmt: skip
def test_a_command_that_needs_no_server_works_with_the_data_of_the_wheel(
    usher: Path, tmp_path: Path, words: list[str]
) -> None:
    done = call(usher, words, tmp_path)
    assert (done.returncode, done.stdout != "") == (0, True), done.stderr
    assert list(tmp_path.iterdir()) == []
