"""Ctrl-C while a command waits for servers that say nothing: one line, exit 130, no traceback of any library."""

import asyncio
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGINT, SIGKILL

import pytest
import pytest_asyncio

from deploy.local.state import DEMO, StateFolder
from shared.process.version import VERSION
from tests.support.commands import Said
from tests.support.forked import ROOT, command

ASKED_SECONDS_MAX = 60.0  # the first command waits until everything is imported, on a slow and busy machine
ENDED_SECONDS_MAX = 60.0
SILENT = "{silent}"
INTERRUPT = "signal.raise_signal(signal.SIGINT)"
AT_A_TERMINAL = "signal.signal(signal.SIGINT, signal.default_int_handler)"  # the tests themselves may run behind nohup
POLICIES = str(ROOT / "deploy" / "policies" / "demo")
CONTACT = "ff371479-0000-4000-8000-000000000000"
COMMANDS = [
    f"status --url http://{SILENT}",
    "topics --check",
    "migrate --check",
    "lane show",
    f"explain {CONTACT}",
    "report service-levels",
    "dlq list",
    "customer show 1",
    "forget 1 --dry-run",
    "policy show acme",
    f"policy apply {POLICIES}",
    f"policy shadow {POLICIES}/acme.yaml",
    "model show acme",
    "articles list",
]


class Silent:
    """A server that takes every connection and answers none; ``asked`` once somebody came."""

    def __init__(self) -> None:
        self.asked = asyncio.Event()
        self.address = ""
        self._writers: list[asyncio.StreamWriter] = []

    async def take(self, _: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        self.asked.set()

    def close(self) -> None:
        """Hang up."""
        for writer in self._writers:
            writer.close()


@pytest_asyncio.fixture
async def silent() -> AsyncIterator[Silent]:
    made = Silent()
    server = await asyncio.start_server(made.take, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()
    made.address = f"{host}:{port}"
    yield made
    made.close()
    server.close()
    await server.wait_closed()


@pytest.mark.parametrize("words", COMMANDS, ids=lambda words: " ".join(words.split()[:2]))
async def test_ctrl_c_ends_a_command_that_waits_with_one_line(words: str, silent: Silent, tmp_path: Path) -> None:
    status, out, err = await interrupted(words, silent, tmp_path)
    assert (status, out) == (130, ""), err
    assert err.endswith(f"\nusher {words.split()[0]}: ended by Ctrl-C\n") and "Traceback" not in err


@pytest.mark.parametrize(
    ("steps", "ends"), [(1, "answered\ncancelled\nraised"), (2, "cancelled\nraised")], ids=["once", "twice"]
)
def test_ctrl_c_comes_between_two_steps_of_a_loop_and_the_second_at_once(steps: int, ends: str) -> None:
    program = f"""
import asyncio, signal
from shared.process.loop import run_loop
{AT_A_TERMINAL}
def answer(waiting):
    if not waiting.done():
        for _ in range({steps}): {INTERRUPT}
        waiting.set_result(None); print('answered')  # as a library does it that has looked whether somebody waits
async def work():
    waiting = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(answer, waiting)
    try: await waiting; await asyncio.sleep(60)
    except asyncio.CancelledError: print("cancelled"); raise
try: run_loop(work())
except KeyboardInterrupt: print("raised")
print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"""
    assert python(program) == (0, f"{ends}\nTrue\n", "")


@pytest.mark.parametrize(
    "before", [AT_A_TERMINAL, "signal.signal(signal.SIGINT, signal.SIG_IGN)"], ids=["at a terminal", "behind nohup"]
)
def test_a_loop_that_nobody_interrupts_leaves_ctrl_c_as_it_was(before: str) -> None:
    program = f"""
import asyncio, signal
from shared.process.loop import run_loop
{before}
was = signal.getsignal(signal.SIGINT)
async def work(): await asyncio.sleep(0); return 7
print(run_loop(work()), signal.getsignal(signal.SIGINT) is was)"""
    assert python(program) == (0, "7 True\n", "")


@pytest.mark.parametrize(
    "before", [AT_A_TERMINAL, "signal.signal(signal.SIGINT, signal.SIG_IGN)"], ids=["at a terminal", "behind nohup"]
)
def test_a_loop_in_a_thread_leaves_ctrl_c_to_the_loop_that_runs_in_the_main_one(before: str) -> None:
    program = f"""
import asyncio, signal
from shared.process.loop import run_loop
{before}
async def inner(): await asyncio.sleep(0); return 7
async def outer():
    was = signal.getsignal(signal.SIGINT)
    return await asyncio.to_thread(lambda: run_loop(inner())), signal.getsignal(signal.SIGINT) is was
print(*asyncio.run(outer()))"""
    assert python(program) == (0, "7 True\n", "")


def test_every_command_runs_its_loop_so_that_ctrl_c_comes_between_two_steps() -> None:
    files = [file for folder in ("cli", "deploy/local", "lab") for file in (ROOT / folder).rglob("*.py")]
    assert [file for file in files if re.search(r"asyncio\.(run|Runner)\b|run_until_complete", file.read_text())] == []


@pytest.mark.parametrize("words", ["up", "up --detach", "demo --json"])
async def test_a_stack_that_ctrl_c_ends_before_it_is_ready_says_so_and_is_gone(
    words: str, silent: Silent, tmp_path: Path
) -> None:
    status, out, err = await interrupted(words, silent, tmp_path)
    assert (status, out) == (130, ""), err
    assert err.splitlines()[-1] == f"usher {words.split()[0]}: ended by Ctrl-C before it was ready"
    assert StateFolder(tmp_path / "local").owner() is None
    assert StateFolder(tmp_path / "local", DEMO).owner() is None


def test_ctrl_c_that_comes_while_the_supervisor_is_forked_off_reaches_it(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from cli.stack import up
from deploy.local.state import StateFolder
{AT_A_TERMINAL}
up._foreground = lambda options, ready: signal.pause() or 0
os.register_at_fork(after_in_parent=lambda: {INTERRUPT})
print(up._detached(None, StateFolder(Path({str(tmp_path)!r})), False))"""
    assert python(program) == (0, "130\n", "usher up: ended by Ctrl-C before it was ready\n")


def test_ctrl_c_that_comes_right_before_the_wait_for_the_supervisor_reaches_it(tmp_path: Path) -> None:
    """Signal and wait are one call of C, with no step of Python between them in which the handler could run."""
    program = f"""
import ctypes, functools, operator, select, signal
from pathlib import Path
from cli.stack import up
from deploy.local.state import StateFolder
{AT_A_TERMINAL}
wait, come = select.select, iter([functools.partial(ctypes.CDLL(None)["raise"], signal.SIGINT)])
def select_after_signal(*given):
    return list(map(operator.call, (*come, functools.partial(wait, *given))))[-1]
select.select = select_after_signal
up._foreground = lambda options, ready: signal.pause() or 0
print(up._detached(None, StateFolder(Path({str(tmp_path)!r})), False))"""
    assert python(program) == (0, "130\n", "usher up: ended by Ctrl-C before it was ready\n")


async def interrupted(words: str, silent: Silent, folder: Path) -> Said:
    """What a command says that is interrupted when it has asked its servers, which all are silent."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("USHER_")}
    environment = inherited | {
        "USHER_KAFKA_BOOTSTRAP_SERVERS": silent.address,
        "USHER_POSTGRES_DSN": f"postgresql://usher@{silent.address}/usher?sslmode=disable",
        "USHER_LOCAL_DIR": str(folder / "local"),
    }
    out, err = folder / "out", folder / "err"
    called = tuple(words.replace(SILENT, silent.address).split())
    process = await asyncio.to_thread(command, called, environment, out, err)
    async with asyncio.timeout(ASKED_SECONDS_MAX):
        await silent.asked.wait()
    os.kill(process.pid, SIGINT)
    status = await asyncio.to_thread(process.ended, ENDED_SECONDS_MAX)
    if status is None:
        os.kill(process.pid, SIGKILL)
    assert status is not None, "it goes on"
    return Said(status, out.read_text(), err.read_text())


@pytest.mark.parametrize(
    ("before", "inside", "after", "ends"),
    [
        (AT_A_TERMINAL, INTERRUPT, "pass", (130, "", "\nusher: ended by Ctrl-C\n")),
        ("signal.signal(signal.SIGINT, signal.SIG_IGN)", INTERRUPT, "print('goes on')", (0, "goes on\n", "")),
        (AT_A_TERMINAL, "pass", f"try: {INTERRUPT}\nexcept KeyboardInterrupt: print('raised')", (0, "raised\n", "")),
    ],
    ids=["told", "ignored as behind nohup", "as ever afterwards"],
)
def test_ctrl_c_raises_nothing_in_modules_that_are_imported(
    before: str, inside: str, after: str, ends: tuple[int, str, str]
) -> None:
    program = f"import signal\nfrom cli.interrupt import importing\n{before}\nwith importing(): {inside}\n{after}"
    assert python(program) == ends


def test_the_command_begins_where_its_modules_are_imported_so() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    assert project["project"]["scripts"] == {"usher": "cli.entry:main"}
    assert python("from cli.entry import main; main()", "--version") == (0, f"usher {VERSION}\n", "")


def python(program: str, *words: str) -> tuple[int, str, str]:
    """Status, output and errors of a process of its own."""
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr
