"""How the rows of a report are laid out: for a terminal of any width, and as a table of cells."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from unicodedata import combining, east_asian_width

__all__ = ["flat", "screen", "table"]

Row = Mapping[str, Any]


def table(rows: Sequence[Row], columns: Sequence[str]) -> list[list[Any]]:
    """A head of these columns, and of whatever more the rows say, then a line of cells for each row."""
    told = [flat(row) for row in rows]
    heads = list(dict.fromkeys([*columns, *(name for row in told for name in row)]))
    return [heads, *([row.get(name) for name in heads] for row in told)]


def screen(rows: Sequence[Row], columns: int) -> Iterator[str]:
    """A line for each row; where that is more than fits, a block for each, with a line for each thing that it says."""
    if not rows:
        yield "nothing happened in these hours"
        return
    lines = list(_aligned(table(rows, ())))
    if max(map(_width, lines)) <= columns:
        yield from lines
        return
    for number, row in enumerate(rows):
        yield from [""] * (number > 0)
        yield from _aligned(list(flat(row).items()))


def flat(row: Row, before: str = "") -> dict[str, Any]:
    """The row without rows in it: a name within another is written ``one.other``."""
    found: dict[str, Any] = {}
    for name, value in row.items():
        found.update(flat(value, f"{before}{name}.") if isinstance(value, dict) else {before + name: value})
    return found


def _aligned(lines: Sequence[Sequence[Any]]) -> Iterator[str]:
    cells = [["" if value is None else str(value) for value in line] for line in lines]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        yield "  ".join(cell + " " * (width - _width(cell)) for cell, width in zip(line, widths, strict=True)).rstrip()


def _width(text: str) -> int:
    """Columns of a terminal: agents are called what they like, and a character of theirs may take two, or none."""
    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
