"""How the command line speaks: results on stdout, progress on stderr, one line for a usage error."""

import codecs
import csv
import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any, TextIO

import orjson

EXIT_OK = 0
EXIT_NO = 1
EXIT_USAGE = 2
EXIT_SIGNAL = 128  # and the signal's number, as shells call an end by a signal
_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")  # wide ones count in some


class UsageError(Exception):
    """Bad usage or input; the message is one line that names the file, the row or field, and the fix."""


def result(document: Any) -> None:
    """Print one JSON document on stdout. JSON is UTF-8; to a stream of another encoding it goes in ASCII, escaped."""
    text = orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()
    if codecs.lookup(sys.stdout.encoding or "utf-8").name != "utf-8":
        text = json.dumps(orjson.loads(text), indent=2)
    sys.stdout.write(text + "\n")


def write(*lines: str) -> None:
    """Print lines of a result that a person reads, on stdout; what strangers wrote in them is obeyed by no terminal."""
    sys.stdout.writelines(f"{_printable(line)}\n" for line in lines)


def write_csv(rows: Iterable[Sequence[Any]], file: TextIO | None = None) -> None:
    """Print rows as CSV on stdout, or to a file, a line each. Texts that a spreadsheet would take for a formula begin
    with a quote, which such programs read as *this is text*; numbers stay as they are."""
    csv.writer(file or sys.stdout, lineterminator="\n").writerows([_cell(value) for value in row] for row in rows)


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return "'" * value.startswith(_FORMULAS) + _printable(value)


def _printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def agreed(question: str) -> bool:
    """Whether a person says yes; a script, which nobody watches, meant what it called."""
    if not sys.stdin.isatty():
        return True
    sys.stderr.write(f"{question} [y/N] ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().lower() in {"y", "yes"}


def say(line: str) -> None:
    """Print a line of progress on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
