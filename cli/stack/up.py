"""``usher up``: the local stack, in the foreground until Ctrl-C or, with --detach, until ``usher down``."""

import argparse
import os
import select
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import NoReturn

from cli.interrupt import EXIT_INTERRUPTED
from cli.output import EXIT_NO, EXIT_OK, EXIT_SIGNAL, EXIT_USAGE, UsageError, result, say
from cli.stack.running import EndedEarlyError, add_stack_options, stack_options, stack_until_signal
from deploy.local.errors import LocalStackError, SetupError
from deploy.local.options import StackOptions
from deploy.local.state import StateFolder, state_folder
from shared.process.loop import run_loop

Ready = Callable[[], None]
READY = "ready\n"
LOG_MODE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
REPORT_BYTES = 65_536  # that are read at once, as much as a pipe holds
PASSED_ON = (signal.SIGINT, signal.SIGTERM)  # to the supervisor, while its starter waits for it


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of ``usher up``."""
    add_stack_options(parser)
    parser.add_argument("--detach", action="store_true", help="return when all is ready; usher down stops it")
    parser.add_argument("--json", action="store_true", help="what runs, as JSON on stdout, once all is ready")


def run(args: argparse.Namespace) -> int:
    """Exit 0 after a clean end (with --detach: when ready), 1 if something did not come up, 2 for bad options, 128 and
    its number for a signal that came before all was ready (130: Ctrl-C)."""
    options = stack_options(args)
    state = StateFolder(state_folder())
    owner = state.owner()
    if owner:
        raise UsageError(f"a stack runs already (process {owner}): usher down stops it")
    if args.detach:
        return _detached(options, state, args.json)
    return _foreground(options, lambda: _announce(state, args.json))


def _announce(state: StateFolder, as_json: bool) -> None:
    document = state.read_stack() or {}
    if as_json:
        result(document)
    for name, url in document.get("observability", {}).items():
        say(f"{name} {url}")
    if "smtp_url" in document:
        say(f"mail {document['smtp_url']}")
    say(f"ingest {document.get('ingest_url')}, workspace {document.get('workspace')}; all of it: {state.stack_file}")


def _foreground(options: StackOptions, ready: Ready) -> int:
    try:
        run_loop(_until_signal(options, ready))
    except EndedEarlyError as ended:
        say(f"usher up: {ended}")
        return ended.status
    except LocalStackError as error:
        say(f"usher up: {error}")
        return EXIT_NO
    return EXIT_OK


async def _until_signal(options: StackOptions, ready: Ready) -> None:
    async with stack_until_signal(options) as supervisor:
        ready()
        await supervisor.run()


def _detached(options: StackOptions, state: StateFolder, as_json: bool) -> int:
    """Fork: the child becomes the supervisor in a session of its own, the parent reports until it is ready."""
    try:
        state.make_logs()
    except SetupError as error:
        raise UsageError(str(error)) from None
    reading, writing = os.pipe()
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, PASSED_ON)  # what Ctrl-C raises inside of a fork is dropped
    child = os.fork()
    if child == 0:
        os.close(reading)
        _supervise(options, state, writing, blocked)
    os.close(writing)
    for number in PASSED_ON:
        signal.signal(number, lambda number, _: os.kill(child, number))
    signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    for line in _reports(reading):
        if line == READY:
            _announce(state, as_json)
            return EXIT_OK
        say(line.rstrip())
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return (EXIT_SIGNAL - status if status < 0 else status) or EXIT_NO


def _reports(reading: int) -> Iterator[str]:
    """Lines of the pipe until its end. A signal that comes right before the wait ends the wait too: its handler would
    else run no sooner than the supervisor's next word, which may be minutes away."""
    waking, awake = os.pipe()
    os.set_blocking(awake, False)
    signal.set_wakeup_fd(awake, warn_on_full_buffer=False)
    rest = b""
    try:
        while True:
            ready, _, _ = select.select([reading, waking], [], [])
            if waking in ready:
                os.read(waking, REPORT_BYTES)
            if reading in ready:
                said = os.read(reading, REPORT_BYTES)
                if not said:
                    if rest:  # it was killed in the middle of a word
                        yield rest.decode()
                    return
                *lines, rest = (rest + said).split(b"\n")
                yield from (f"{line.decode()}\n" for line in lines)
    finally:
        signal.set_wakeup_fd(-1)
        for end in (reading, waking, awake):
            os.close(end)


def _supervise(options: StackOptions, state: StateFolder, writing: int, blocked: set[int | signal.Signals]) -> NoReturn:
    """Be the supervisor: progress goes to the parent until all is ready, and to the log from then on. ``blocked``: the
    signals that were before the fork."""
    os.setsid()
    log = os.open(state.logs / "supervisor.log", LOG_MODE, 0o600)
    null = os.open(os.devnull, os.O_RDWR)
    for source, target in ((null, 0), (null, 1), (writing, 2)):
        os.dup2(source, target)
    os.close(writing)

    def ready() -> None:
        os.write(2, READY.encode())
        os.dup2(log, 2)

    status = EXIT_NO
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
        status = _foreground(options, ready)
    except UsageError as error:
        say(f"usher up: {error}")
        status = EXIT_USAGE
    except KeyboardInterrupt:  # before signals are waited for
        say("usher up: ended by Ctrl-C before it was ready")
        status = EXIT_INTERRUPTED
    except Exception:  # noqa: BLE001 - the parent waits for a word, and nobody sees what a daemon raises
        say("usher up: " + traceback.format_exc())
    finally:
        sys.stderr.flush()
        os._exit(status)
