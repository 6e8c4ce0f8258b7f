"""What a start of the local stack keeps: an operator's policy, its ports; and the show between two starts: its totals
add up, and it leaves nothing."""

import json
import os
import shutil
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from deploy.local.ports import free_port
from tests.support.commands import ROOT, Said, forked

COMMAND_SECONDS_MAX = 240.0
KEPT_VARIABLES = ("USHER_POSTGRES_BIN", "USHER_CACHE_DIR")


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A state folder of its own; nothing of it runs afterwards."""
    folder = Path("/tmp") / f"usher-keeps-{os.getpid()}"  # short: PostgreSQL's socket paths have 107 characters
    try:
        yield folder
    finally:
        usher(folder, "down", "--wipe", "--yes")
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def first(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A first stack, in which an operator changed the policy, and which is down again; what its stack.json said."""
    done = usher(folder, "up", "--detach", "--port", str(free_port()))
    assert done.status == 0, done.err
    stack = json.loads((folder / "stack.json").read_text())
    mine = yaml.safe_load((ROOT / "deploy/policies/demo/acme.yaml").read_text())
    mine["wrap_up"] = {"default": "7s"}
    file = tmp_path_factory.mktemp("mine") / "mine.yaml"
    file.write_text(yaml.safe_dump(mine))
    assert usher(folder, "policy", "apply", str(file)).status == 0
    usher(folder, "down")
    return dict(stack)


@pytest.fixture(scope="module")
def show(folder: Path, first: dict[str, Any]) -> Said:
    """``usher demo --json`` as a stranger runs it, on a machine with a stack of its own."""
    return usher(folder, "demo", "--seconds", "6", "--rate", "8", "--json")


def usher(folder: Path, *words: str) -> Said:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
    environment |= {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return forked(words, {**environment, "USHER_LOCAL_DIR": str(folder)}, COMMAND_SECONDS_MAX)


def test_the_totals_of_the_show_add_up_and_it_leaves_nothing(folder: Path, show: Said) -> None:
    assert show.status == 0, show.err[-3000:]
    totals = show.document()
    assert set(totals) == {
        "contacts", "tiers", "channels", "ended", "live", "offers", "breaches", "dead_letters", "latency_ms"
    }  # fmt: skip
    assert totals["contacts"] >= 40
    assert sum(totals["tiers"].values()) == totals["contacts"]
    assert sum(totals["channels"].values()) == totals["contacts"]
    assert sum(totals["ended"].values()) + totals["live"] == totals["contacts"]
    assert all(totals["tiers"][tier] > 0 for tier in ("self_service", "bot", "agent")), f"{totals}\n{show.err[-3000:]}"
    assert len(totals["channels"]) >= 5
    assert totals["offers"]["accepted"] > 0
    assert totals["ended"]["closed"] > 0
    assert totals["ended"]["contained"] > 0
    # What crosses the customer's leaving on the way is refused, and says so; nothing else may be.
    gone = totals["offers"].get("rescinded", 0) + totals["ended"].get("abandoned", 0)
    assert totals["dead_letters"] <= gone, show.err[-3000:]
    assert 0 < totals["latency_ms"]["p50"] <= totals["latency_ms"]["p99"]
    assert [process for process in psutil.process_iter() if str(folder) in _words(process)] == []
    assert not (folder / "demo").exists()


def test_a_second_start_keeps_the_operators_policy_and_every_port(
    folder: Path, first: dict[str, Any], show: Said
) -> None:
    again = usher(folder, "up", "--detach")
    assert again.status == 0, again.err
    assert "workspace acme keeps its policy, version 2; --policy FILE replaces it" in again.err
    stack = json.loads((folder / "stack.json").read_text())
    assert (stack["ingest_url"], stack["metrics"], stack["kafka"]) == (
        first["ingest_url"], first["metrics"], first["kafka"],
    )  # fmt: skip
    shown = usher(folder, "policy", "show", "acme", "--json").document()
    assert shown["policy"]["wrap_up"]["default"] in ("7s", 7.0, 7)
    usher(folder, "down")


def test_a_port_that_is_taken_is_refused(folder: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = usher(folder, "up", "--detach", "--port", str(taken.getsockname()[1]))
    assert refused.status == 2 and "is taken: choose another" in refused.err


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
