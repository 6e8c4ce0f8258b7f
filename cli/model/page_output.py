"""Where the HTML report of a model goes."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cli.output import UsageError
from lab.training.measure import Outcome
from lab.training.page import page

__all__ = ["check_report", "write_report"]


def check_report(path: Path | None) -> None:
    """Refuse a report that could not be written, before any work is done."""
    if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
        raise UsageError(f"--report {path}: give a file in a directory that exists")


def write_report(path: Path, outcome: Outcome, figures: Mapping[str, Any]) -> None:
    """Write the page; ``figures`` is the command's JSON document."""
    try:
        path.write_text(page(outcome, figures), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"--report {path}: cannot be written ({error.strerror})") from None
