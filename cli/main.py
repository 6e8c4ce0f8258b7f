"""Entry point of ``usher``: finds the module of a command and runs it."""

import argparse
import atexit
import contextlib
import errno
import io
import os
import signal
import sys
import traceback
from collections.abc import Sequence
from difflib import get_close_matches
from importlib import import_module
from types import ModuleType
from typing import Any, NoReturn

from cli.examples import EXAMPLES
from cli.interrupt import EXIT_INTERRUPTED, importing
from cli.output import EXIT_NO, EXIT_OK, EXIT_USAGE, UsageError
from shared.process.version import VERSION

ERROR_CHARACTERS_MAX = 300
UNWRITTEN = {errno.EPIPE, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF}  # errors of who writes

# Name -> (module, one-line help). A module has configure(parser) and run(args) -> exit code; it is imported on demand.
COMMANDS: dict[str, tuple[str, str]] = {
    "up": ("cli.stack.up", "start the local stack: Kafka, PostgreSQL, migrations, topics, policies, services"),
    "down": ("cli.stack.down", "stop the local stack and leave nothing running"),
    "demo": ("cli.demo", "up, then sample traffic, agents that answer and a live view"),
    "ingest": ("cli.stack.service", "run the ingest service, configured by environment"),
    "router": ("cli.stack.service", "run the router service, configured by environment"),
    "sla": ("cli.stack.service", "run the sla service, configured by environment"),
    "migrate": ("cli.stack.migrate", "bring the database schema up to date"),
    "acl": ("cli.acl", "the rights that each service needs at the broker and the database"),
    "topics": ("cli.stack.topics", "create the topics, or check them"),
    "policy": ("cli.policy.command", "check, apply, show, diff, roll back and shadow policies"),
    "sources": ("cli.stack.sources", "check a sources file, show connections without secrets, try an adapter"),
    "keys": ("cli.keys.command", "add, list and revoke API keys of the door, without a restart"),
    "model": ("cli.model.command", "which text model decides: show, reload, roll back, or try one as a shadow"),
    "articles": ("cli.stack.articles", "load the answers of self-service, list them"),
    "train": ("cli.model.train", "train a text model on labelled data"),
    "evaluate": ("cli.model.evaluate", "measure a text model on labelled data"),
    "classify": ("cli.model.classify", "classify texts, with reasons"),
    "simulate": ("cli.simulate", "run the router's matching on a virtual clock"),
    "validate-event": ("cli.validate_event", "check inbound payloads against the contract, offline"),
    "status": ("cli.status.command", "what runs, how far behind it is and what is wrong; exit 1 if anything is"),
    "logs": ("cli.logs.command", "what the services' logs say about one contact"),
    "explain": ("cli.explain", "the way of a contact and the reasons of every decision"),
    "report": ("cli.report.command", "promises kept, waits, agents and abandonment, by hour, queue, channel, agent"),
    "customer": ("cli.customer.command", "who somebody is over all channels; merge and split customers"),
    "forget": ("cli.customer.forget", "erase what the database knows of a customer"),
    "dlq": ("cli.dlq.command", "list, show, replay and discard dead letters"),
    "completion": ("cli.completion", "a script that completes commands and options in your shell"),
    "lane": ("cli.lane.command", "where each partition stands; open one that is kept closed"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and exit 2, with what may have been meant."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        sys.stderr.write(f"{self.prog}: {message}{self._meant(message)} (see {self.prog} --help)\n")
        raise SystemExit(EXIT_USAGE)

    def parse_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Options may stand between a list's words and those before it, where there are no subcommands."""
        positional = [action.nargs for action in self._actions if not action.option_strings]
        if argparse.ZERO_OR_MORE in positional and argparse.PARSER not in positional:
            return self.parse_intermixed_args(args, namespace)
        return super().parse_args(args, namespace)

    def _meant(self, message: str) -> str:
        """A near option or action for the first word that is none."""
        if message.startswith("unrecognized arguments: "):
            word, known = message.split()[2], [name for action in self._actions for name in action.option_strings]
        elif "invalid choice: " in message and "(choose from " in message:
            word = message.partition("invalid choice: ")[2].partition(" (")[0].strip("'")
            known = [choice.strip(" '") for choice in message.partition("(choose from ")[2].rstrip(")").split(",")]
        else:
            return ""
        return did_you_mean(word, known)


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """``; did you mean X?`` for the nearest of the known words; nothing where none is near."""
    close = get_close_matches(word.partition("=")[0], known, 1)
    return f"; did you mean {close[0]}?" if close else ""


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command; exits with 0, 1 (the answer is no) or 2 (bad usage or input)."""
    make_streams()
    # Once all is done, Ctrl-C ends the process as it stands: an interpreter that is half gone may crash over it.
    atexit.register(signal.signal, signal.SIGINT, signal.SIG_DFL)
    words = sys.argv[1:] if arguments is None else arguments
    who = " ".join(["usher", *(name for name in words[:1] if name in COMMANDS)])
    status = _run(words, who)
    try:
        sys.stdout.flush()  # what cannot be written shows here at the latest, not when the interpreter ends
    except OSError as error:
        status = _unwritten(who, error, status)
    raise SystemExit(status)


def make_streams() -> None:
    """Whoever calls with a stream closed wants nothing of it; and a terminal that lacks a letter gets its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode))  # noqa: SIM115 - open for as long as the process lives
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")


def parser_of(name: str) -> tuple[Parser, ModuleType]:
    """The whole parser of a command, and its module."""
    module_name, summary = COMMANDS[name]
    with importing():
        module = import_module(module_name)
    parser = Parser(
        prog=f"usher {name}",
        description=summary,
        epilog="examples:\n" + "\n".join(f"  {line}" for line in EXAMPLES.get(name, ())),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command=name)
    module.configure(parser)
    return parser, module


def _run(words: list[str], who: str) -> int:
    """The status of a command, whatever comes of it; what should not happen is one line on stderr, no traceback."""
    try:
        return _called(words)
    except SystemExit as ended:  # of argparse
        return ended.code if isinstance(ended.code, int) else EXIT_OK
    except UsageError as error:
        sys.stderr.write(f"{who}: {error}\n")
        return EXIT_USAGE
    except KeyboardInterrupt:
        sys.stderr.write(f"\n{who}: ended by Ctrl-C\n")
        return EXIT_INTERRUPTED
    except Exception as error:  # noqa: BLE001 - the edge of the process: a line for people, a traceback for who asks
        if isinstance(error, OSError) and error.errno in UNWRITTEN:
            return _unwritten(who, error, EXIT_OK)
        if os.environ.get("USHER_TRACEBACK"):
            traceback.print_exc()
        text = " ".join(f"{type(error).__name__}: {error}".split())[:ERROR_CHARACTERS_MAX]
        sys.stderr.write(f"{who}: unexpected {text} (USHER_TRACEBACK=1 shows where)\n")
        return EXIT_NO


def _called(words: list[str]) -> int:
    if words and words[0] == "help":
        words = [*words[1:], "--help"]
    if not words or words[0] in {"-h", "--help"}:
        (sys.stdout if words else sys.stderr).write(_help())
        return EXIT_OK if words else EXIT_USAGE
    if words[0] in {"-V", "--version"}:
        sys.stdout.write(f"usher {VERSION}\n")
        return EXIT_OK
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        sys.stderr.write(f"usher: unknown command {name!r}{did_you_mean(name, list(COMMANDS))} (see usher --help)\n")
        return EXIT_USAGE
    parser, module = parser_of(name)
    return int(module.run(parser.parse_args(rest)))


def _unwritten(who: str, error: OSError, status: int) -> int:
    """Whoever read our output has seen enough, as with ``usher ... | head``; a full disk is told, once."""
    if not isinstance(error, BrokenPipeError):
        sys.stderr.write(f"{who}: cannot write{f' {error.filename}' if error.filename else ''}: {error.strerror}\n")
        status = EXIT_NO
    with contextlib.suppress(OSError, ValueError):  # a stream that is no file of ours, as in a test
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return status


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return (
        "usage: usher COMMAND [options]\n\n"
        + "\n".join(lines)
        + "\n\nusher COMMAND --help tells more, with examples; usher --version; usher completion bash|zsh.\n"
    )
