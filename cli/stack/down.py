"""``usher down``: stops the local stack and leaves nothing running."""

import argparse
import asyncio
import contextlib
import os
import signal

from cli.output import EXIT_NO, EXIT_OK, agreed, say
from deploy.local.state import StateFolder, state_folder
from shared.clock import monotonic
from shared.process.loop import run_loop

STOP_SECONDS_MAX = 60.0  # services drain for 12 s at most, the servers end within 20 s, a busy machine gets room
POLL_SECONDS = 0.1


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of ``usher down``."""
    parser.add_argument("--wipe", action="store_true", help="also delete all data and keys of the local stack")
    parser.add_argument("--yes", action="store_true", help="with --wipe: do not ask")


def run(args: argparse.Namespace) -> int:
    """Exit 0 when nothing runs (any more), 1 if something could not be stopped."""
    state = StateFolder(state_folder())
    if args.wipe and not args.yes and not agreed(f"delete all data and keys in {state.path}?"):
        say("nothing was stopped or deleted")
        return EXIT_NO
    owner = state.owner()
    if owner is None:
        say("no stack runs")
    else:
        _stop(state, owner)
    if not run_loop(state.leftovers_gone()):
        say("usher down: processes of the stack do not end: see " + str(state.logs))
        return EXIT_NO
    state.forget_stack()
    if args.wipe:
        state.wipe()
        say(f"deleted the data in {state.path}")
    return EXIT_OK


def _stop(state: StateFolder, owner: int) -> None:
    say(f"stopping the stack of process {owner}")
    with contextlib.suppress(ProcessLookupError):
        os.kill(owner, signal.SIGTERM)
    if not run_loop(_released(state, STOP_SECONDS_MAX)):
        say("it does not end by itself; killing it")
        with contextlib.suppress(ProcessLookupError):
            os.kill(owner, signal.SIGKILL)


async def _released(state: StateFolder, seconds_max: float) -> bool:
    deadline = monotonic() + seconds_max
    while state.owner() is not None:
        if monotonic() >= deadline:
            return False
        await asyncio.sleep(POLL_SECONDS)
    return True
