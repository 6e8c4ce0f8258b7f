"""``usher keys``: adds, lists and revokes the API keys of a sources file; ingest reads a changed file by itself."""

import argparse
import fcntl
import os
import secrets
import tempfile
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import yaml

from cli.keys.edit import CannotEdit, with_key, without_key
from cli.output import EXIT_NO, EXIT_OK, UsageError, result, say, write
from cli.subcommands import add_action, run_action
from deploy.local.state import StateFolder, state_folder
from services.ingest.domain.sources import Credential
from services.ingest.domain.sources_file import SourcesError
from services.ingest.domain.types import Right
from services.ingest.settings import load_sources
from shared.policy.errors import did_you_mean

__all__ = ["configure", "run"]

KEY_BYTES = 32  # 256 bits: nobody guesses it, so that a plain SHA-256 of it is enough
FILE_HELP = "sources file (default: USHER_SOURCES_FILE, else that of a stack that runs)"


def configure(parser: argparse.ArgumentParser) -> None:
    """The subcommands."""
    commands = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    add = add_action(commands, "add", _add, "a new key, shown this once; the file keeps its SHA-256")
    rights = ",".join(Right)
    add.add_argument(
        "--may", type=_rights, default=rights, metavar="RIGHTS", help=f"what it may do, with commas (default {rights})"
    )
    show = add_action(commands, "list", _list, "the keys with their rights, never the keys themselves")
    show.add_argument("workspace", metavar="WORKSPACE", nargs="?", help="only its keys")
    revoke = add_action(commands, "revoke", _revoke, "end a key: refused from the next reading of the file on")
    for command in (add, revoke):
        command.add_argument("workspace", metavar="WORKSPACE", help="whose key")
        command.add_argument("name", metavar="NAME", help="what it is called in logs and lists")
    for command in (add, show, revoke):
        command.add_argument("--file", metavar="FILE", help=FILE_HELP)


def run(args: argparse.Namespace) -> int:
    """Run one subcommand; exit 0, 1 (there is such a key already, or none) or 2 (the file cannot be used)."""
    return run_action(args)


def _rights(text: str) -> list[str]:
    """The rights in a list with commas; argparse names the option."""
    named = [right.strip() for right in text.split(",") if right.strip()]
    for right in named or ["nothing"]:
        if right not in list(Right):
            raise argparse.ArgumentTypeError(f"{right} is no right; {did_you_mean(right, list(Right))}")
    return named


def _add(args: argparse.Namespace) -> int:
    file = _file(args)
    key = f"usher_{secrets.token_urlsafe(KEY_BYTES)}"
    digest = sha256(key.encode()).hexdigest()
    if any(_is(found, args) for found in _keys(file)):
        say(f"usher keys: {args.workspace} has a key {args.name} already: choose another name, or revoke it first")
        return EXIT_NO
    _edit(file, lambda text: with_key(text, args.workspace, args.name, digest, args.may))
    say(f"{args.name} of {args.workspace}: keep the key, it is not shown again; in force once ingest has read {file}")
    if args.json:
        result({"workspace": args.workspace, "name": args.name, "key": key, "sha256": digest, "may": args.may})
    else:
        write(key)
    return EXIT_OK


def _list(args: argparse.Namespace) -> int:
    found = [key for key in _keys(_file(args)) if args.workspace in (None, key.workspace)]
    if args.json:
        result([{"workspace": key.workspace, "name": key.name, "may": sorted(key.may)} for key in found])
    else:
        write(*(f"{key.workspace}  {key.name}  may {', '.join(sorted(key.may))}" for key in found))
    return EXIT_OK


def _revoke(args: argparse.Namespace) -> int:
    file = _file(args)
    if not any(_is(found, args) for found in _keys(file)):
        say(f"usher keys: {args.workspace} has no key {args.name}; usher keys list shows them")
        return EXIT_NO
    _edit(file, lambda text: without_key(text, args.workspace, args.name))
    if args.json:
        result({"workspace": args.workspace, "name": args.name, "revoked": True})
    else:
        write(f"revoked {args.name} of {args.workspace}: refused once ingest has read {file}")
    return EXIT_OK


def _is(found: Credential, args: argparse.Namespace) -> bool:
    return (found.workspace, found.name) == (args.workspace, args.name)


def _file(args: argparse.Namespace) -> Path:
    state = StateFolder(state_folder())
    named = args.file or os.environ.get("USHER_SOURCES_FILE") or _of_the_stack(state)
    if not named:
        raise UsageError("no sources file: give --file, or set USHER_SOURCES_FILE as for ingest")
    file = Path(named)
    if not file.exists():
        raise UsageError(f"{named}: there is no such file; an empty one is a beginning")
    if not file.is_file():
        raise UsageError(f"{named}: is no file; give the path of a sources file")
    return file.resolve()  # a link stays one


def _of_the_stack(state: StateFolder) -> str:
    """The file that the running stack was given, where it was: what is written there stays over restarts."""
    given = (state.read_stack() or {}).get("sources")
    return str(given or state.sources_file) if state.owner() else ""


def _keys(file: Path, becomes: Path | None = None) -> list[Credential]:
    """Every key; UsageError names the file, or that which this one is to become."""
    try:
        return list(load_sources(str(file), resolve=lambda reference: reference).credentials.values())
    except SourcesError as error:
        raise UsageError(str(error).replace(str(file), str(becomes or file))) from None


def _edit(file: Path, change: Callable[[str], str]) -> None:
    """Replace the file at once by a changed one that ingest can use; one edit at a time."""
    try:
        folder = os.open(file.parent, os.O_RDONLY)
        try:
            fcntl.flock(folder, fcntl.LOCK_EX)
            with tempfile.TemporaryDirectory(dir=file.parent, prefix=".sources-") as beside:
                new = Path(beside) / file.name
                new.write_text(change(file.read_text()))
                _keys(new, becomes=file)
                status = file.stat()
                new.chmod(status.st_mode)
                os.chown(new, status.st_uid, status.st_gid)
                new.replace(file)
        finally:
            os.close(folder)
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; ask whoever may write it") from None
    except (CannotEdit, KeyError, yaml.YAMLError) as error:
        raise UsageError(f"{file}: {error}; edit it by hand: docs/operators.md shows an entry") from None
