"""How the command line speaks: results on stdout, progress on stderr, one line for a usage error."""

import sys
from typing import Any

import orjson

EXIT_OK = 0
EXIT_NO = 1
EXIT_USAGE = 2


class UsageError(Exception):
    """Bad usage or input; the message is one line that names the file, the row or field, and the fix."""


def result(document: Any) -> None:
    """Print one JSON document on stdout."""
    sys.stdout.write(orjson.dumps(document, option=orjson.OPT_INDENT_2).decode() + "\n")


def write(*lines: str) -> None:
    """Print lines of a result that a person reads, on stdout."""
    sys.stdout.writelines(f"{line}\n" for line in lines)


def say(line: str) -> None:
    """Print a line of progress on stderr."""
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
