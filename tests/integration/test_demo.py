"""``usher demo --json`` as a stranger runs it: the stack comes up, contacts flow, totals add up, nothing stays."""

import json
import os
import subprocess
import sys
from pathlib import Path

import psutil

from tests.support import servers

RUN_SECONDS_MAX = 150.0


def test_the_totals_of_a_demo_add_up_and_nothing_is_left_running() -> None:
    folder = servers.temporary_folder()
    command = [
        sys.executable,
        "-c",
        "from cli.main import main; main()",
        "demo",
        "--seconds",
        "6",
        "--rate",
        "8",
        "--json",
    ]
    try:
        done = subprocess.run(
            command,
            cwd=Path(__file__).resolve().parents[2],
            env={**os.environ, "USHER_LOCAL_DIR": str(folder / "local")},
            capture_output=True,
            text=True,
            timeout=RUN_SECONDS_MAX,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        totals = json.loads(done.stdout)
        assert set(totals) == {
            "contacts", "tiers", "channels", "ended", "live", "offers", "breaches", "dead_letters", "latency_ms"
        }  # fmt: skip
        assert totals["contacts"] >= 40
        assert sum(totals["tiers"].values()) == totals["contacts"]
        assert sum(totals["channels"].values()) == totals["contacts"]
        assert sum(totals["ended"].values()) + totals["live"] == totals["contacts"]
        assert all(totals["tiers"][tier] > 0 for tier in ("self_service", "bot", "agent"))
        assert len(totals["channels"]) >= 5
        assert totals["offers"]["accepted"] > 0
        assert totals["ended"]["closed"] > 0
        assert totals["ended"]["contained"] > 0
        # What crosses the customer's leaving on the way is refused, and says so; nothing else may be.
        gone = totals["offers"].get("rescinded", 0) + totals["ended"].get("abandoned", 0)
        assert totals["dead_letters"] <= gone, done.stderr[-3000:]
        assert 0 < totals["latency_ms"]["p50"] <= totals["latency_ms"]["p99"]
        assert [process for process in psutil.process_iter() if str(folder) in _words(process)] == []
    finally:
        servers.remove(folder)


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""
