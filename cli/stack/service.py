"""``usher ingest``, ``usher router``, ``usher sla``: one service in the foreground, configured by environment."""

import argparse
from importlib import import_module
from importlib.util import find_spec

from cli.output import UsageError


def configure(parser: argparse.ArgumentParser) -> None:
    """No options: the environment (USHER_*) says everything, as in a container."""
    parser.epilog = "Settings are environment variables USHER_*: see the service's settings.py."


def run(args: argparse.Namespace) -> int:
    """Run the service until SIGTERM or Ctrl-C; its own exit status."""
    module = f"services.{args.command}"
    if find_spec(module) is None:
        raise UsageError(f"the {args.command} service is not part of this installation; an image holds one service")
    return int(import_module(f"{module}.__main__").main() or 0)
