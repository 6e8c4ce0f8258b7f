"""The CHECKs of the migrations as Python: what the database would refuse of a row, without a database."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

MIGRATIONS = Path(__file__).parents[2] / "shared" / "migrations"

_TABLE = re.compile(r"CREATE TABLE (?:\w+\.)?(\w+) \((.*?)\n\)", re.DOTALL)
_WORDS = (  # SQL -> Python, for the few words that the checks are made of
    (r"(\w+) BETWEEN (\w+) AND (\w+)", r"\2 <= \1 <= \3"),
    (r"(\w+) IN \(([^)]*)\)", r"\1 in (\2,)"),
    (r"IS NOT NULL", "is not None"),
    (r"IS NULL", "is None"),
    (r"\bAND\b", "and"),
    (r"\bOR\b", "or"),
    (r"(?<![<>=!])=(?!=)", "=="),
    (r"\blength\(", "len("),
)


def refused(table: str, row: Any) -> list[str]:
    """The checks of the table that the row, by its attributes, does not meet; KeyError for a table without any."""
    values = {name: getattr(row, name) for name in row.__struct_fields__}
    return [sql for sql, holds in checks()[table] if not holds(values)]


@cache
def checks() -> dict[str, list[tuple[str, Callable[[dict[str, Any]], bool]]]]:
    """By table: each check as it stands, and as a function of a row's values."""
    found: dict[str, list[tuple[str, Callable[[dict[str, Any]], bool]]]] = {}
    for path in sorted(MIGRATIONS.glob("*.sql")):
        for table, body in _TABLE.findall(re.sub(r"--[^\n]*", "", path.read_text())):
            found[table] = [(sql, _compiled(sql)) for sql in _clauses(body)]
    return found


def _clauses(body: str) -> Iterator[str]:
    for start in (match.end() for match in re.finditer(r"CHECK \(", body)):
        depth, end = 1, start
        while depth:
            depth += {"(": 1, ")": -1}.get(body[end], 0)
            end += 1
        yield body[start : end - 1]


def _compiled(sql: str) -> Callable[[dict[str, Any]], bool]:
    python = sql
    for pattern, replacement in _WORDS:
        python = re.sub(pattern, replacement, python)
    code = compile(python, sql, "eval")
    return lambda values: bool(eval(code, {"__builtins__": {"len": len}}, values))  # noqa: S307 - our own migrations
