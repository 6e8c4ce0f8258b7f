"""What commands that ask servers share: how a subcommand is added, and what failures mean to the caller."""

import argparse
from collections.abc import Callable
from typing import Any

from cli.output import EXIT_NO, UsageError, say
from shared.errors import Fatal, Retryable

__all__ = ["add_action", "carried_out", "run_action"]

Action = Callable[[argparse.Namespace], int]


def add_action(commands: Any, name: str, action: Action, summary: str) -> argparse.ArgumentParser:
    """Add a subcommand with ``--json``; ``run_action`` will call ``action``."""
    parser: argparse.ArgumentParser = commands.add_parser(name, help=summary, description=summary)
    parser.add_argument("--json", action="store_true", help="the result as JSON on stdout")
    parser.set_defaults(action_run=action)
    return parser


def run_action(args: argparse.Namespace) -> int:
    """Run the chosen subcommand; failures mean what they mean to ``carried_out``."""
    return carried_out(args, args.action_run)


def carried_out(args: argparse.Namespace, action: Action) -> int:
    """Run the action; exit 1 when servers do not answer, UsageError for what only the caller can mend."""
    try:
        return action(args)
    except Retryable as error:
        hint = "is the stack up, and USHER_KAFKA_BOOTSTRAP_SERVERS and USHER_POSTGRES_DSN right?"
        say(f"usher {args.command}: {error}; {hint}")
        return EXIT_NO
    except Fatal as error:
        raise UsageError(str(error)) from None
