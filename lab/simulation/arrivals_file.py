"""Arrivals that somebody else made: the rows of a CSV file as a workload, or the row that is wrong and why."""

import csv
from collections.abc import Iterable
from math import inf

from lab.simulation.fields import SECONDS_MAX, is_text
from lab.simulation.scenario import Scenario
from lab.simulation.workload import Workload

HEADER = ["contact_id", "at", "class", "handle_seconds", "patience_seconds"]
CONTACT_ID_MAX = 256
"""Characters of a contact id."""


class ArrivalsError(Exception):
    """A row is wrong: ``row`` counts from 1 (the header), ``reason`` names the column and the fix."""

    def __init__(self, row: int, reason: str) -> None:
        super().__init__(f"row {row}: {reason}")
        self.row = row
        self.reason = reason


def read_arrivals(lines: Iterable[str], scenario: Scenario) -> Workload:
    """The workload of a CSV file's lines; rows keep their order, which decides among equal times."""
    reader = csv.reader(lines, strict=True)
    workload = Workload(contact_ids=[], at=[], class_of=[], handle=[], patience=[], draws=[])
    classes = {each.name: index for index, each in enumerate(scenario.classes)}
    seen: set[str] = set()
    row = 0
    try:
        for row, cells in enumerate(reader, 1):  # noqa: B007 - the handler below names the row
            if row == 1:
                _check_header(cells)
            else:
                _append(workload, cells, row, classes, seen)
    except csv.Error as error:
        raise ArrivalsError(row + 1, f"is not CSV: {error}") from None
    if row == 0:
        raise ArrivalsError(1, f"the header is missing; it must be {','.join(HEADER)}")
    return workload


def _check_header(cells: list[str]) -> None:
    if cells != HEADER:
        raise ArrivalsError(1, f"the header must be {','.join(HEADER)}")


def _append(workload: Workload, cells: list[str], row: int, classes: dict[str, int], seen: set[str]) -> None:
    if len(cells) != len(HEADER):
        raise ArrivalsError(row, f"has {len(cells)} fields instead of {len(HEADER)}")
    contact_id, at, class_name, handle, patience = cells
    if not 1 <= len(contact_id) <= CONTACT_ID_MAX or not is_text(contact_id):
        raise ArrivalsError(row, f"contact_id must have 1 to {CONTACT_ID_MAX} characters, without NUL")
    if contact_id in seen:
        raise ArrivalsError(row, f"contact_id {contact_id!r} is used twice")
    if class_name not in classes:
        raise ArrivalsError(row, f"class {class_name!r} is not in the scenario; one of: {', '.join(classes)}")
    arrival = _seconds(at, "at", row)
    if workload.at and arrival < workload.at[-1]:
        raise ArrivalsError(row, "at is earlier than in the row before; sort the rows by at")
    seen.add(contact_id)
    workload.contact_ids.append(contact_id)
    workload.at.append(arrival)
    workload.class_of.append(classes[class_name])
    workload.handle.append(_seconds(handle, "handle_seconds", row))
    workload.patience.append(_seconds(patience, "patience_seconds", row) if patience else inf)
    workload.draws.append(0.0)


def _seconds(text: str, column: str, row: int) -> float:
    try:
        value = float(text)
    except ValueError:
        raise ArrivalsError(row, f"{column} {text!r} is not a number of seconds") from None
    if not 0 <= value <= SECONDS_MAX or "_" in text:
        raise ArrivalsError(row, f"{column} {text!r} must be between 0 and {SECONDS_MAX:g}")
    return value
