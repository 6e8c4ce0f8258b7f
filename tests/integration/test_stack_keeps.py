"""What a start of the local stack keeps: an operator's policy, its ports; and what the show leaves: nothing."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
USHER = str(Path(sys.executable).parent / "usher")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A state folder of its own; nothing of it runs afterwards."""
    folder = Path("/tmp") / f"usher-keeps-{os.getpid()}"  # short: PostgreSQL's socket paths have 107 characters
    try:
        yield folder
    finally:
        usher(folder, "down", "--wipe", "--yes")
        for left in sorted(folder.rglob("*"), reverse=True) if folder.exists() else ():
            left.unlink() if left.is_file() else left.rmdir()
        if folder.exists():
            folder.rmdir()


def usher(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
    environment |= {"USHER_LOCAL_DIR": str(folder)}
    for name in ("USHER_POSTGRES_BIN", "USHER_CACHE_DIR"):
        if name in os.environ:
            environment[name] = os.environ[name]
    return subprocess.run(
        [USHER, *words], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=240, check=False
    )


def test_a_second_start_keeps_the_operators_policy_and_every_port_and_the_show_leaves_nothing(
    folder: Path, tmp_path: Path
) -> None:
    first = started(folder, "--port", str(free_port()))
    mine = yaml.safe_load((ROOT / "deploy/policies/demo/acme.yaml").read_text())
    mine["wrap_up"] = {"default": "7s"}
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(mine))
    assert usher(folder, "policy", "apply", str(tmp_path / "mine.yaml")).returncode == 0
    usher(folder, "down")

    show = usher(folder, "demo", "--seconds", "4", "--json")
    assert show.returncode == 0, show.stderr
    assert json.loads(show.stdout)["contacts"] > 0
    assert not (folder / "demo").exists()

    again = usher(folder, "up", "--detach")
    assert again.returncode == 0, again.stderr
    assert "workspace acme keeps its policy, version 2; --policy FILE replaces it" in again.stderr
    stack = json.loads((folder / "stack.json").read_text())
    assert (stack["ingest_url"], stack["metrics"], stack["kafka"]) == (
        first["ingest_url"], first["metrics"], first["kafka"],
    )  # fmt: skip
    shown = json.loads(usher(folder, "policy", "show", "acme", "--json").stdout)
    assert shown["policy"]["wrap_up"]["default"] in ("7s", 7.0, 7)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        usher(folder, "down")
        refused = usher(folder, "up", "--detach", "--port", str(taken.getsockname()[1]))
    assert refused.returncode == 2 and "is taken: choose another" in refused.stderr


def started(folder: Path, *words: str) -> dict[str, object]:
    done = usher(folder, "up", "--detach", *words)
    assert done.returncode == 0, done.stderr
    return dict(json.loads((folder / "stack.json").read_text()))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
