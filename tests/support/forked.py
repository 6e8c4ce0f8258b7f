"""Commands of ``usher`` and services in processes of their own that need not import everything anew: forked from one
that has.

A start of Python with all that a command or a service imports is a second of CPU, a fork of it some milliseconds, and
tests run hundreds of them. Each still has its own process, environment, output and exit code.
"""

import ctypes
import gc
import os
import pkgutil
import sys
import warnings
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import forkserver, get_context
from multiprocessing.connection import wait
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from signal import SIGINT, SIGKILL, default_int_handler, signal
from threading import Lock
from typing import Any

from cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
SERVICES = ("ingest", "router", "sla")
PR_SET_PDEATHSIG = 1  # of prctl(2): the signal that a process gets when its parent has died
_CONTEXT = get_context("forkserver")
_CONTEXT.set_forkserver_preload(["tests.support.forked_ready"])
# An exit code is read once from a pipe, and each start looks for processes that have ended: never two threads at once.
_LOCK = Lock()


class Forked:
    """A process that was forked; it dies with the tests' own process."""

    def __init__(self, process: ForkServerProcess) -> None:
        self._process = process
        assert process.pid is not None
        self.pid = process.pid
        self.sentinel = process.sentinel  # readable once it has ended

    def ended(self, seconds_max: float = 0) -> int | None:
        """Its exit code (minus a signal: it was killed); None if it still runs after that time."""
        if not wait([self.sentinel], seconds_max):
            return None
        with _LOCK:
            return self._process.exitcode


def command(words: tuple[str, ...], environment: Mapping[str, str], out: Path, err: Path) -> Forked:
    """``usher WORDS`` with that environment, its output in two files; a warning in it is an error."""
    # No daemon: that may have no children, and some commands use all cores.
    return _start(_CONTEXT.Process(target=_run_command, args=(words, dict(environment), str(out), str(err))))


def service(name: str, environment: Mapping[str, str], log: Path) -> Forked:
    """``python -m services.NAME`` with that environment; what it writes is appended to a file."""
    # A daemon: the end of the tests does not wait for it.
    return _start(_CONTEXT.Process(target=_run_service, args=(name, dict(environment), str(log)), daemon=True))


def modules() -> list[str]:
    """What a command or a service may import: the module of each, and those in their rooms."""
    named = {module for module, _ in COMMANDS.values()}
    rooms = {module.rpartition(".")[0] for module in named if module.count(".") > 1}
    near = {f"{room}.{found.name}" for room in rooms for found in pkgutil.iter_modules([_path(room)])}
    return sorted(named | near | {f"services.{service}.__main__" for service in SERVICES})


def _start(process: ForkServerProcess) -> Forked:
    with _LOCK:
        process.start()  # the first waits until everything is imported
    return Forked(process)


def _run_command(words: tuple[str, ...], environment: dict[str, str], out: str, err: str) -> None:
    warnings.simplefilter("error")
    _become(environment, out, err)
    sys.argv = ["usher", *words]
    try:
        import_module("cli.main").main()
    finally:
        gc.collect()  # as an interpreter does at its end: asyncio tells then of errors that nobody has asked for


def _run_service(name: str, environment: dict[str, str], log: str) -> None:
    _become(environment, log, log)
    sys.exit(import_module(f"services.{name}.__main__").main())


def _become(environment: dict[str, str], out: str, err: str) -> None:
    """The process that was asked for: what it inherits, and where its output goes."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, SIGKILL)
    signal(SIGINT, default_int_handler)  # as at a terminal; tests that run in a background ignore Ctrl-C themselves
    _leave_the_pipe_of_life()
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for path, number in ((out, 1), (err, 2)):
        with Path(path).open("ab") as file:
            os.dup2(file.fileno(), number)


def _leave_the_pipe_of_life() -> None:
    """The process that all are forked from ends when nobody holds this pipe any more, and the others with it. Each is
    given an end, for forks of its own; if services kept theirs, killed tests would leave them all behind."""
    server: Any = forkserver._forkserver  # type: ignore[attr-defined]
    os.close(server._forkserver_alive_fd)
    server._forkserver_alive_fd = None


def _path(room: str) -> str:
    return str(ROOT / room.replace(".", "/"))
