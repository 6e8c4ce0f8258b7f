"""``usher sources``: checks a sources file, shows its connections without any secret, and tries an adapter."""

import argparse
import os
from pathlib import Path
from typing import Any

from cli.output import EXIT_NO, EXIT_OK, UsageError, result, write
from cli.stack.try_adapter import configure_try, try_adapter
from cli.subcommands import add_action, run_action
from deploy.local.state import StateFolder, state_folder
from services.ingest.domain.sources import Sources
from services.ingest.domain.sources_file import SourcesError
from services.ingest.settings import load_sources
from shared.contract.topics import channel_topic
from shared.policy.errors import PolicyError

__all__ = ["configure", "run"]


def configure(parser: argparse.ArgumentParser) -> None:
    """The subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    check = add_action(commands, "check", _check, "whether ingest could work with a file; secrets are not looked up")
    check.add_argument("file", metavar="FILE", help="sources file")
    attempt = add_action(commands, "try", try_adapter, "what an adapter makes of a payload, field by field, offline")
    configure_try(attempt)
    show = add_action(commands, "show", _show, "connections and keys, without secrets")
    named = "sources file (default: USHER_SOURCES_FILE, else that of a stack that runs, else the eight channels alone)"
    show.add_argument("file", metavar="FILE", nargs="?", help=named)


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (the file is not valid) or 2 (it cannot be read)."""
    return run_action(args)


def _check(args: argparse.Namespace) -> int:
    try:
        sources = _read(args.file)
    except SourcesError as error:
        if args.json:
            result({"valid": False, "errors": [_fault(found) for found in error.errors], "warnings": []})
        else:
            write(*map(str, error.errors))
        return EXIT_NO
    doubts = {f"sources.{name}": source.doubt() for name, source in sources.by_name.items() if source.doubt()}
    if args.json:
        warnings = [{"path": path, "message": message} for path, message in doubts.items()]
        result({"valid": True, "errors": [], "warnings": warnings})
    else:
        write(*(f"warning: {path}: {message}" for path, message in doubts.items()), "valid")
    return EXIT_OK


def _fault(found: PolicyError) -> dict[str, Any]:
    message = f"{found.message} ({found.hint})" if found.hint else found.message
    return {"line": found.line, "path": found.path, "message": message}


def _show(args: argparse.Namespace) -> int:
    file = args.file or os.environ.get("USHER_SOURCES_FILE") or _of_the_stack()
    try:
        found = _document(_read(file))
    except SourcesError as error:
        raise UsageError(str(error)) from None
    if args.json:
        result(found)
        return EXIT_OK
    for key in found["api_keys"]:
        write(f"key     {key['workspace']}  {key['name']}  may {', '.join(key['may'])}")
    for source in found["sources"]:
        count = source["secrets"]
        admits = f"{count} secret{'s' * (count > 1)}" if count else "API keys"
        write(f"source  {source['name']}  {source['adapter']}  {source['workspace'] or '(any)'}  webhook by {admits}")
    return EXIT_OK


def _read(file: str) -> Sources:
    """The sources of a file ("": none), with the form of secrets checked and none of them read."""
    if file:
        try:
            Path(file).read_bytes()
        except OSError as error:
            raise UsageError(f"{file}: {error.strerror}; give the path of a sources file") from None
    return load_sources(file, resolve=lambda reference: reference)


def _of_the_stack() -> str:
    state = StateFolder(state_folder())
    return str(state.sources_file) if state.owner() else ""


def _document(sources: Sources) -> dict[str, Any]:
    return {
        "api_keys": [
            {"workspace": key.workspace, "name": key.name, "may": sorted(key.may)}
            for key in sources.credentials.values()
        ],
        "regions": dict(sources.regions),
        "sources": [
            {
                "name": source.name,
                "adapter": source.adapter.name,
                "workspace": source.way.workspace or None,
                "channel": source.way.channel,
                "queue": source.way.queue or None,
                "topic": channel_topic(source.name),
                "webhook": f"/v1/webhooks/{source.name}",
                "secrets": source.secret_count(),
            }
            for source in sources.by_name.values()
        ],
    }
