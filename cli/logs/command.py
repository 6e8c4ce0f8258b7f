"""``usher logs``: what the services' logs say about one contact, in the order of time."""

import argparse
import contextlib
import heapq
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from cli.logs.about import About, Line, readable
from cli.logs.files import Tails, lines_of
from cli.output import EXIT_NO, EXIT_OK, UsageError, say, write
from deploy.local.options import SERVICES
from deploy.local.state import StateFolder, state_folder

__all__ = ["configure", "run"]

LINES_MAX = 10_000  # shown at once; the latest
LOOK_EVERY_SECONDS = 0.2
STDIN = "-"


class Said(NamedTuple):
    """A line as it was written, and read."""

    text: bytes
    line: Line


def configure(parser: argparse.ArgumentParser) -> None:
    """An id and where to look."""
    parser.add_argument("contact_id", metavar="CONTACT_ID", help="of a contact, or of an event")
    parser.add_argument(
        "files", nargs="*", metavar="FILE", help="log files, - for stdin (default: the logs of the local stack)"
    )
    parser.add_argument("--follow", action="store_true", help="go on with what is written from now on, until Ctrl-C")
    parser.add_argument("--json", action="store_true", help="the lines as they are: one JSON object each")


def run(args: argparse.Namespace) -> int:
    """Show the lines; exit 1 when there is none, 2 for a file that cannot be read."""
    about = About(_id(args.contact_id))
    if args.follow:
        return _follow(args, about)
    with tempfile.TemporaryDirectory() as folder:
        found, left_out = _found(_readable_twice(_paths(args.files), Path(folder)), about)
    _show(found, as_json=args.json)
    if left_out:
        say(f"usher logs: the latest {LINES_MAX}; {left_out} before them are left out")
    if not found:
        say("usher logs: no line names it; at USHER_LOG_LEVEL=DEBUG router and sla log each event they tell")
    return EXIT_OK if found else EXIT_NO


def _id(text: str) -> str:
    """As services write it: an UUID in small letters."""
    if not text.strip():
        raise UsageError("CONTACT_ID is empty; usher explain and /v1/contacts name contacts")
    with contextlib.suppress(ValueError):
        return str(UUID(text.strip()))
    return text.strip()


def _paths(files: Sequence[str]) -> list[Path]:
    """The files, or those of the local stack's services; UsageError without any."""
    if files:
        return [Path(name) for name in files]
    folder = StateFolder(state_folder()).logs
    found = sorted(path for service in SERVICES for path in folder.glob(f"{service}-*.log"))
    if not found:
        raise UsageError(f"{folder} holds no log of a service: usher up makes them; or name files, - for stdin")
    return found


def _readable_twice(paths: Sequence[Path], folder: Path) -> list[Path]:
    kept: list[Path] = []
    for path in dict.fromkeys(paths):
        copy = folder / str(len(kept))
        if str(path) == STDIN:
            with copy.open("wb") as file:
                shutil.copyfileobj(sys.stdin.buffer, file)
        elif path.is_fifo():  # as the shell's <(...) is
            with path.open("rb") as source, copy.open("wb") as file:
                shutil.copyfileobj(source, file)
        else:
            copy = path
        kept.append(copy)
    return kept


def _found(paths: Sequence[Path], about: About) -> tuple[list[Said], int]:
    """The latest LINES_MAX lines in the order of time, and how many more there are."""
    for path in paths:
        for text in lines_of(path):
            about.learn(text)
    count = 0

    def numbered() -> Iterator[tuple[str, int, Said]]:
        nonlocal count
        for path in paths:
            for text in lines_of(path):
                if (line := about.match(text)) is not None:
                    count += 1
                    yield str(line.get("at", "")), count, Said(text, line)

    latest = sorted(heapq.nlargest(LINES_MAX, numbered(), key=lambda each: each[:2]), key=lambda each: each[:2])
    return [said for _, _, said in latest], count - len(latest)


def _follow(args: argparse.Namespace, about: About) -> int:
    """Show what is there, then what comes; with stdin until its end."""
    if STDIN in args.files:
        if len(args.files) > 1:
            raise UsageError("--follow takes either - or files")
        shown = 0
        for text in iter(sys.stdin.buffer.readline, b""):
            shown += _show_matching([text], about, as_json=args.json)
        return EXIT_OK if shown else EXIT_NO
    for path in _paths(args.files):
        for text in lines_of(path):
            about.learn(text)
    tails = Tails(lambda: _paths(args.files))
    with contextlib.closing(tails):
        while True:
            _show_matching(tails.more(), about, as_json=args.json)
            time.sleep(LOOK_EVERY_SECONDS)


def _show_matching(texts: Iterable[bytes], about: About, *, as_json: bool) -> int:
    found = [Said(text, line) for text in texts if (line := about.match(text)) is not None]
    _show(sorted(found, key=lambda said: str(said.line.get("at", ""))), as_json=as_json)
    return len(found)


def _show(found: Iterable[Said], *, as_json: bool) -> None:
    for said in found:
        if as_json:
            sys.stdout.write(said.text.decode(errors="replace").rstrip("\r\n") + "\n")
        else:
            write(*readable(said.line))
    sys.stdout.flush()
