"""Commands of ``usher`` in processes of their own that need not import everything anew: forked from one that has.

A start of Python with all that a command imports is a second of CPU, a fork of it some milliseconds, and tests run
hundreds of commands. Each command still has its own process, environment, output and exit code.
"""

import os
import pkgutil
import sys
import warnings
from collections.abc import Mapping
from importlib import import_module
from multiprocessing import get_context
from pathlib import Path

from cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
CONTEXT = get_context("forkserver")
CONTEXT.set_forkserver_preload(["tests.support.forked_ready"])


def modules() -> list[str]:
    """What a command may import: the module of each, and those in their rooms."""
    named = {module for module, _ in COMMANDS.values()}
    rooms = {module.rpartition(".")[0] for module in named if module.count(".") > 1}
    return sorted(named | {f"{room}.{found.name}" for room in rooms for found in pkgutil.iter_modules([_path(room)])})


def run(words: tuple[str, ...], environment: Mapping[str, str], out: str, err: str) -> None:
    """The command in this process, which ends with its exit code; a warning in it is an error."""
    warnings.simplefilter("error")
    os.chdir(ROOT)
    os.environ.clear()
    os.environ.update(environment)
    for path, stream in ((out, sys.stdout), (err, sys.stderr)):
        with Path(path).open("wb") as file:
            os.dup2(file.fileno(), 1 if stream is sys.stdout else 2)
    sys.argv = ["usher", *words]
    import_module("cli.main").main()


def _path(room: str) -> str:
    return str(ROOT / room.replace(".", "/"))
