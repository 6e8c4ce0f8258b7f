"""Entry point of ``usher``: finds the module of a command and runs it."""

import argparse
import os
import sys
from importlib import import_module
from typing import NoReturn

from cli.output import EXIT_OK, EXIT_USAGE, UsageError

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
    "model": ("cli.model.command", "which text model decides: show, reload, roll back, or try one as a shadow"),
    "articles": ("cli.stack.articles", "load the answers of self-service, list them"),
    "train": ("cli.model.train", "train a text model on labelled data"),
    "evaluate": ("cli.model.evaluate", "measure a text model on labelled data"),
    "classify": ("cli.model.classify", "classify texts, with reasons"),
    "simulate": ("cli.simulate", "run the router's matching on a virtual clock"),
    "validate-event": ("cli.validate_event", "check inbound payloads against the contract, offline"),
    "explain": ("cli.explain", "the way of a contact and the reasons of every decision"),
    "customer": ("cli.customer.command", "who somebody is over all channels; merge and split customers"),
    "forget": ("cli.customer.forget", "erase what the database knows of a customer"),
    "dlq": ("cli.dlq.command", "list, show, replay and discard dead letters"),
    "lane": ("cli.lane.command", "where each partition stands; open one that is kept closed"),
}


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line and exit 2."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and where help is."""
        sys.stderr.write(f"{self.prog}: {message} (see {self.prog} --help)\n")
        raise SystemExit(EXIT_USAGE)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command; exits with 0, 1 (the answer is no) or 2 (bad usage or input)."""
    words = sys.argv[1:] if arguments is None else arguments
    if not words or words[0] in {"-h", "--help"}:
        (sys.stdout if words else sys.stderr).write(_help())
        raise SystemExit(EXIT_OK if words else EXIT_USAGE)
    name, rest = words[0], words[1:]
    if name not in COMMANDS:
        sys.stderr.write(f"usher: unknown command {name!r}; one of: {', '.join(COMMANDS)}\n")
        raise SystemExit(EXIT_USAGE)
    module_name, summary = COMMANDS[name]
    module = import_module(module_name)
    parser = Parser(prog=f"usher {name}", description=summary)
    parser.set_defaults(command=name)
    module.configure(parser)
    try:
        raise SystemExit(module.run(parser.parse_args(rest)))
    except BrokenPipeError:  # whoever read our output has seen enough, as with `usher ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(EXIT_OK) from None
    except UsageError as error:
        sys.stderr.write(f"usher {name}: {error}\n")
        raise SystemExit(EXIT_USAGE) from None


def _help() -> str:
    width = max(map(len, COMMANDS))
    lines = [f"  {name:<{width}}  {summary}" for name, (_, summary) in COMMANDS.items()]
    return "usage: usher COMMAND [options]\n\n" + "\n".join(lines) + "\n\nusher COMMAND --help tells more.\n"
