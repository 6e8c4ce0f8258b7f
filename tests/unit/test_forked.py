"""Processes that tests fork from one that has imported everything: each is as if it had been started by itself."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.support.commands import ROOT, forked
from tests.support.forked import service
from tests.support.service_process import ServiceProcess

SECONDS_MAX = 60.0
NOWHERE = "127.0.0.1:1"
TESTS = """
import os, sys, time
from pathlib import Path
from tests.support.forked import service
print(service("sla", dict(os.environ), Path(sys.argv[1])).pid, flush=True)
time.sleep(600)
"""


def test_commands_that_end_at_once_in_many_threads_each_have_their_own_end_and_words() -> None:
    words = [("--version",), ("nonsense",), ("completion", "bash")] * 4
    with ThreadPoolExecutor(len(words)) as pool:
        said = list(pool.map(lambda each: forked(each, dict(os.environ)), words))
    assert [each.status for each in said] == [0, 2, 0] * 4
    assert all(each.out.startswith("usher ") and not each.err for each in said[::3])
    assert all("nonsense" in each.err and not each.out for each in said[1::3])


def test_a_command_may_have_children_of_its_own(tmp_path: Path) -> None:
    scenario = tmp_path / "scenario.json"
    short = {"seeds": 2, "warmup_seconds": 60, "duration_seconds": 600}
    scenario.write_text(json.dumps(json.loads((ROOT / "deploy/scenarios/erlang-c.json").read_text()) | short))
    said = forked(("simulate", str(scenario), "--json"), dict(os.environ))
    assert said.status == 0, said.err
    assert said.document()["policies"]


async def test_a_service_that_ended_is_waited_for_and_signals_to_it_are_nothing(tmp_path: Path) -> None:
    process = await ServiceProcess.start("router", {"USHER_PARTITIONS": "many"}, tmp_path / "log")
    assert await asyncio.wait_for(process.wait(), SECONDS_MAX) == 2
    assert not process.running
    process.send(signal.SIGKILL)
    await process.stop()


def test_a_service_has_the_environment_that_it_was_given_and_no_other(tmp_path: Path) -> None:
    process = service("router", {"USHER_PARTITIONS": "many"}, tmp_path / "log")
    assert process.ended(SECONDS_MAX) == 2
    assert "USHER_PARTITIONS: Input should be a valid integer" in (tmp_path / "log").read_text()


def test_tests_that_are_killed_leave_no_service_behind_not_even_one_that_is_stopped(tmp_path: Path) -> None:
    program, log = tmp_path / "killed.py", tmp_path / "log"
    program.write_text(f"if __name__ == '__main__':\n{textwrap.indent(TESTS, '    ')}")
    servers = {"USHER_KAFKA_BOOTSTRAP_SERVERS": NOWHERE, "USHER_POSTGRES_DSN": f"postgresql://a@{NOWHERE}/a"}
    environment = {**os.environ, **servers, "USHER_METRICS_PORT": "0", "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, program, log], env=environment, stdout=subprocess.PIPE, text=True) as tests:
        assert tests.stdout is not None
        pid = int(tests.stdout.readline())
        _until(lambda: log.exists() and log.stat().st_size > 0)
        os.kill(pid, signal.SIGSTOP)
        tests.kill()
    _until(lambda: _is_over(pid))


def _until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _is_over(pid: int) -> bool:
    """Whether a process has ended; there may be nobody who asks how, as in a container whose first process does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except (FileNotFoundError, ProcessLookupError):
        return True
