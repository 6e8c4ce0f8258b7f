"""What the commands of the local stack share: options, and a stack that lives as long as a block of code."""

import argparse
import asyncio
import contextlib
import os
from collections.abc import AsyncIterator
from pathlib import Path
from signal import SIGHUP, SIGINT, SIGTERM, Signals

from cli.output import EXIT_SIGNAL, UsageError, say
from cli.policy.models import model_faults
from cli.settings import common_settings, sources_file
from cli.stack.activation import Activation
from cli.stack.articles import read_folder, with_examples
from deploy.local.errors import LocalStackError, SetupError
from deploy.local.java import ROOT
from deploy.local.options import REPLICAS_MAX, SERVICES, StackOptions
from deploy.local.state import StateFolder, state_folder
from deploy.local.supervisor import Supervisor
from services.ingest.domain.sources_file import SourcesError
from services.ingest.settings import load_sources
from shared.kafka.reader import silence_retries
from shared.policy.errors import PolicyErrors
from shared.policy.load import load_policies
from shared.policy.policy import Policy

STARTER = ROOT / "deploy" / "starter"
DEMO_POLICIES = ROOT / "deploy" / "policies" / "demo"
PARTITIONS_MAX = 512
PORT_MAX = 65_535
ENDING = (SIGINT, SIGTERM, SIGHUP)


def add_stack_options(parser: argparse.ArgumentParser) -> None:
    """The options that ``usher up`` and ``usher demo`` have in common."""
    parser.add_argument(
        "--policy", action="append", type=Path, metavar="FILE", help="policy file or folder; repeatable (default: demo)"
    )
    parser.add_argument("--sources", type=Path, metavar="FILE", help="sources file (default USHER_SOURCES_FILE)")
    parser.add_argument(
        "--partitions",
        type=_partitions,
        metavar="N",
        help="of every topic; fixed by the first start (default USHER_PARTITIONS, else 4)",
    )
    parser.add_argument(
        "--observability", action="store_true", help="Prometheus with the rules, and Alertmanager, beside the stack"
    )
    parser.add_argument(
        "--replicas", action="append", type=_replicas, default=[], metavar="SERVICE=N", help="repeatable (default: 1)"
    )
    parser.add_argument(
        "--port", type=_port, metavar="N", help="of the public door (default: that of the last start, else a free one)"
    )


def stack_options(args: argparse.Namespace) -> StackOptions:
    """Checked options; UsageError names the file or option. Nothing is started."""
    settings = common_settings()  # a wrong variable is said here and not by each service
    _refuse_login_of_another()
    first, policies, sources = _read(args)
    names = [policy.workspace for policy in (*first, *policies)]

    articles = with_examples(read_folder(STARTER / "articles"), [str(STARTER / "train.csv"), str(STARTER / "train")])
    activation = Activation(policies, articles, replace=bool(args.policy))
    return StackOptions(
        workspaces=list(dict.fromkeys(names)),
        activate=activation.publish,
        settled=activation.settled,
        sources=sources,
        sources_fault=_sources_fault,
        partitions=args.partitions or (settings.partitions if "partitions" in settings.model_fields_set else None),
        replicas=dict(args.replicas),
        kafka=os.environ.get("USHER_KAFKA_BOOTSTRAP_SERVERS"),
        postgres=os.environ.get("USHER_POSTGRES_DSN"),
        port=args.port,
        observability=args.observability,
    )


def _refuse_login_of_another() -> None:
    """UsageError where a login is given without its database: each service would try it on the stack's own."""
    logins = (
        "USHER_POSTGRES_USER",
        "USHER_POSTGRES_PASSWORD",
        "USHER_POSTGRES_PASSWORD_FILE",
        "USHER_POSTGRES_DSN_FILE",
    )
    given = next((name for name in logins if os.environ.get(name)), None)
    if given and not os.environ.get("USHER_POSTGRES_DSN"):
        raise UsageError(
            f"{given} is set and USHER_POSTGRES_DSN is not: name the server, or unset it for the stack's own"
        )


def _read(args: argparse.Namespace) -> tuple[list[Policy], list[Policy], Path | None]:
    """Policies of the first path, of all paths, and the sources file; UsageError."""
    paths = args.policy or [DEMO_POLICIES]
    try:
        first, policies = load_policies(paths[:1]), load_policies(paths)
        sources = args.sources or sources_file()
        if sources:
            load_sources(str(sources))
    except SourcesError as error:
        raise UsageError(f"{'--sources' if args.sources else 'USHER_SOURCES_FILE:'} {error}") from None
    except PolicyErrors as refused:
        raise UsageError(f"--policy {refused}") from None
    if not policies:
        raise UsageError(f"--policy: no policy file in {', '.join(map(str, paths))}")
    faults = model_faults(policies)
    if faults:
        raise UsageError(f"--policy {faults[0]}")
    return first, policies, sources


def _sources_fault(file: Path) -> str:
    try:
        load_sources(str(file))
    except SourcesError as error:
        return str(error)
    return ""


def stack_policies(args: argparse.Namespace) -> list[Policy]:
    """The policies that these options name, for whoever plays the people of their workspaces."""
    return load_policies(args.policy or [DEMO_POLICIES])


@contextlib.asynccontextmanager
async def running_stack(options: StackOptions) -> AsyncIterator[Supervisor]:
    """A stack that is ready inside the block and gone after it, however the block ends. UsageError, LocalStackError."""
    state = StateFolder(state_folder(), options.part)
    silence_retries()
    try:
        with state.claim():
            supervisor = Supervisor(options, state, say)
            if options.part and await state.leftovers_gone():  # of a show that was killed
                state.wipe_data()
                state.data.mkdir(parents=True, exist_ok=True)
            try:
                await supervisor.start()
                yield supervisor
            finally:
                await _take_down(supervisor)
                if options.part:
                    state.wipe_data()
    except SetupError as error:
        raise UsageError(str(error)) from None


class EndedEarlyError(Exception):
    """A signal ended the stack before it was ready; ``status`` is what the process ends with."""

    def __init__(self, number: Signals) -> None:
        what = "Ctrl-C" if number == SIGINT else number.name
        super().__init__(f"ended by {what} before it was ready")
        self.status = EXIT_SIGNAL + number


@contextlib.asynccontextmanager
async def stack_until_signal(options: StackOptions) -> AsyncIterator[Supervisor]:
    """``running_stack`` for the task that is the process: a signal cancels the block, which is how it is meant to end.

    EndedEarlyError where the signal came before the block was begun.
    """
    came: list[Signals] = []
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    assert task is not None

    def end(number: Signals) -> None:
        came.append(number)
        task.cancel()

    for number in ENDING:
        loop.add_signal_handler(number, end, number)
    is_ready = False
    try:
        async with running_stack(options) as supervisor:
            is_ready = True
            yield supervisor
    except asyncio.CancelledError:
        if not is_ready:
            raise EndedEarlyError(came[0]) from None
        say("stopped")


async def _take_down(supervisor: Supervisor) -> None:
    """An orderly stop that goes on when it is cancelled, but then at once: the second Ctrl-C is in earnest."""
    stopping = asyncio.ensure_future(supervisor.stop())
    try:
        await asyncio.shield(stopping)
    except asyncio.CancelledError:
        await supervisor.kill()
        await asyncio.gather(stopping, return_exceptions=True)
        raise


def _partitions(text: str) -> int:
    number = int(text) if text.isdecimal() else 0
    if not 1 <= number <= PARTITIONS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {PARTITIONS_MAX}")
    return number


def _port(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= PORT_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port from 1 to {PORT_MAX}")
    return int(text)


def _replicas(text: str) -> tuple[str, int]:
    service, _, count = text.partition("=")
    if service not in SERVICES or not count.isdecimal() or not 1 <= int(count) <= REPLICAS_MAX:
        raise argparse.ArgumentTypeError(
            f"{text!r} is not SERVICE=N with one of {', '.join(SERVICES)} and 1 to {REPLICAS_MAX}"
        )
    return service, int(count)


__all__ = [
    "EndedEarlyError", "LocalStackError", "add_stack_options", "stack_options", "stack_policies", "stack_until_signal",
]  # fmt: skip
