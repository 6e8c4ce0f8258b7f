"""Options of ``usher demo`` and its course: the stack comes up, the show runs, the stack goes down."""

import argparse
import asyncio
from dataclasses import replace
from typing import Any

from cli.demo.account import Account
from cli.demo.show import Show
from cli.output import EXIT_NO, EXIT_OK, result, say
from cli.seconds import above_zero
from cli.stack.running import (
    EndedEarlyError,
    LocalStackError,
    add_stack_options,
    stack_options,
    stack_policies,
    stack_until_signal,
)
from deploy.local.options import StackOptions
from deploy.local.state import DEMO
from shared.policy import Policy
from shared.process.loop import run_loop

RATE_DEFAULT = 6.0  # contacts a second: enough to see queues breathe, few enough to read the decisions
RATE_MAX = 2_000.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Options of ``usher demo``."""
    add_stack_options(parser)
    parser.add_argument("--seconds", type=above_zero, metavar="N", help="of traffic; default: until Ctrl-C")
    parser.add_argument("--rate", type=_rate, default=RATE_DEFAULT, metavar="R", help="contacts a second, default 6")
    parser.add_argument("--json", action="store_true", help="totals on stdout at the end; a line a second on stderr")


def run(args: argparse.Namespace) -> int:
    """Exit 0 after the run or Ctrl-C, 1 if something did not come up, 2 for bad options, 128 and its number for a
    signal that came before all was ready (130: Ctrl-C)."""
    options, policies = replace(stack_options(args), part=DEMO), stack_policies(args)
    try:
        totals = run_loop(_demo(options, policies, args))
    except EndedEarlyError as ended:
        say(f"usher demo: {ended}")
        return ended.status
    except LocalStackError as error:
        say(f"usher demo: {error}")
        return EXIT_NO
    if args.json:
        result(totals)
    return EXIT_OK


def _rate(text: str) -> float:
    """Contacts a second; for argparse."""
    try:
        rate = float(text)
    except ValueError:
        rate = 0.0
    if not 0 < rate <= RATE_MAX:
        raise argparse.ArgumentTypeError(f"{text!r} is not above 0 and at most {RATE_MAX:g}, contacts a second")
    return rate


async def _demo(options: StackOptions, policies: list[Policy], args: argparse.Namespace) -> dict[str, Any]:
    """The totals; also when it was ended by Ctrl-C or SIGTERM."""
    totals = Account().document()
    peak = args.rate == RATE_DEFAULT and not args.json  # who asks for a rate or for totals gets just that
    async with stack_until_signal(options) as supervisor:
        keeping = asyncio.ensure_future(supervisor.run())
        async with Show(supervisor.document()["kafka"], policies, args.rate, quiet=args.json, peak=peak) as show:
            try:
                await show.run(args.seconds)
            finally:
                totals = show.account.document()
                keeping.cancel()
    return totals
