"""``usher completion``: a script for the shell, made from the commands themselves."""

import argparse

from cli.output import EXIT_OK, UsageError, write

__all__ = ["configure", "run", "script"]

SHELLS = ("bash", "zsh")


def configure(parser: argparse.ArgumentParser) -> None:
    """Which shell."""
    parser.add_argument("shell", choices=SHELLS)


def run(args: argparse.Namespace) -> int:
    """Print the script."""
    write(*script(args.shell).splitlines())
    return EXIT_OK


def script(shell: str) -> str:
    """What the shell is to read, for all commands, actions and options."""
    from cli.main import COMMANDS, parser_of  # noqa: PLC0415 - it imports this module by name

    try:
        import shtab  # noqa: PLC0415 - of the optional packages; nothing else needs it
    except ImportError:
        raise UsageError("the package shtab is missing: pip install shtab") from None
    whole = argparse.ArgumentParser(prog="usher")
    commands = whole.add_subparsers(metavar="COMMAND")
    for name, (_, summary) in COMMANDS.items():
        parser, _ = parser_of(name)
        commands.add_parser(name, help=summary, parents=[parser], add_help=False, description=summary)
    return str(shtab.complete(whole, shell=shell))
