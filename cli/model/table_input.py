"""Labelled texts and tiers from CSV files; everything that can be wrong with one is said in one line."""

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from cli.output import UsageError
from lab.training.data import Example
from services.router.model.manifest import LABEL_CHARACTERS_MAX
from services.router.model.tiers import IntentTier
from shared.policy.handling import Tier

__all__ = ["Table", "files_of", "read_all_examples", "read_examples", "read_table", "read_tiers"]

FILE_BYTES_MAX = 512 * 1024 * 1024  # held in memory several times over while it is read
FIELD_CHARACTERS_MAX = 131_072  # far above any message; an unclosed quote swallows the rest of the file
TEXT_COLUMNS = ("text", "utterance", "message", "sentence", "query")
LABEL_COLUMNS = ("label", "intent", "category")
TIERS: tuple[Tier, ...] = ("self_service", "bot", "agent")
LEVELS = frozenset("12345")
SKILL_LEVELS = ((85, 3), (70, 2))  # points of complexity from which a skill without a level is asked at a higher one
YES = frozenset({"1", "true", "yes", "y"})
NO = frozenset({"0", "false", "no", "n", ""})


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file's header and its rows; ``rows`` are (row, fields), counted from 1 with the header included."""

    path: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]

    def column(self, wanted: str | None, usual: Sequence[str], option: str) -> int:
        """The position of a column: ``wanted``, else the first of the usual names."""
        for name in [wanted] if wanted is not None else usual:
            if name in self.header:
                return self.header.index(name)
        sought = repr(wanted) if wanted is not None else " or ".join(map(repr, usual))
        raise UsageError(
            f"{self.path}: row 1: no column {sought}; it has {_listed(self.header)}: name one with {option}"
        )

    def optional(self, *names: str) -> int | None:
        """The position of the first of these columns that is there."""
        return next((self.header.index(name) for name in names if name in self.header), None)


def read_table(path: str) -> Table:
    """The table in a CSV file (UTF-8, commas, one header row); raises UsageError with file, row and fix."""
    text = _content(path).decode("utf-8-sig", "surrogateescape")
    records = _records(path, text)
    header = next(records, (0, ()))[1]
    if not any(header):
        raise UsageError(f"{path}: row 1: the file is empty; give a header row and data rows")
    _check_header(path, header)
    rows = []
    for row, fields in records:
        if len(fields) != len(header):
            raise UsageError(
                f"{path}: row {row}: has {len(fields)} fields, the header has {len(header)}; "
                "quote fields that hold commas"
            )
        rows.append((row, fields))
    if not rows:
        raise UsageError(f"{path}: row 2: there are no rows after the header; add data")
    return Table(path, header, tuple(rows))


def read_all_examples(paths: Sequence[str], text: str | None, label: str | None) -> list[Example]:
    """The labelled texts of several files, in order; a folder stands for its ``*.csv``, by name."""
    files = files_of(paths)
    if len(files) == 1:
        return read_examples(str(files[0]), text, label)
    return [replace(each, file=str(file)) for file in files for each in read_examples(str(file), text, label)]


def files_of(paths: Sequence[str]) -> list[Path]:
    """The files of several paths, in order; a folder stands for its ``*.csv``, by name."""
    return [file for path in paths for file in _files(Path(path))]


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    files = sorted(path.glob("*.csv"))
    if not files:
        raise UsageError(f"{path}: holds no file that ends in .csv; add one or name a file")
    return files


def read_examples(path: str, text: str | None, label: str | None) -> list[Example]:
    """The labelled texts of a file, in order."""
    table = read_table(path)
    text_at = table.column(text, TEXT_COLUMNS, "--text")
    label_at = table.column(label, LABEL_COLUMNS, "--label")
    return [Example(fields[text_at], _label(table, row, fields[label_at]), row) for row, fields in table.rows]


def read_tiers(path: str) -> dict[str, IntentTier]:
    """Who serves each intent: ``intent, tier``, and what else is there of ``moment_of_truth``, ``base_complexity``,
    ``skills`` (``cards=4;fraud=1``) or ``skill`` (its level follows from the base), ``article`` (``one;two``).
    """
    table = read_table(path)
    intent_at = table.column(None, ("intent", "label", "category"), "the header")
    tier_at = table.column(None, ("tier",), "the header")
    moment_at, base_at = table.optional("moment_of_truth"), table.optional("base_complexity", "base")
    skills_at, article_at = table.optional("skills", "skill"), table.optional("article", "articles")
    tiers: dict[str, IntentTier] = {}
    for row, fields in table.rows:
        label = _label(table, row, fields[intent_at])
        if label in tiers:
            raise UsageError(f"{path}: row {row}: intent {label!r} stands twice; keep one")
        base = _base(table, row, "" if base_at is None else fields[base_at])
        tiers[label] = IntentTier(
            tier=_tier(table, row, fields[tier_at]),
            moment_of_truth=_flag(table, row, "" if moment_at is None else fields[moment_at]),
            base=base,
            skills=_skills(table, row, "" if skills_at is None else fields[skills_at], base or 0),
            articles=() if article_at is None else tuple(_items(fields[article_at])),
        )
    return tiers


def _content(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            content = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{path}: cannot be read ({error.strerror}); check the path") from None
    if len(content) > FILE_BYTES_MAX:
        raise UsageError(f"{path}: is larger than {FILE_BYTES_MAX} bytes; give a sample of it")
    return content


def _records(path: str, text: str) -> Iterator[tuple[int, tuple[str, ...]]]:
    """(row, fields) of each record; blank lines are left out but counted."""
    csv.field_size_limit(FIELD_CHARACTERS_MAX)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    row = 0
    while True:
        row += 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UsageError(f"{path}: row {row}: {error}; {_fix(str(error))}") from None
        _check_characters(path, row, fields)
        if fields:
            yield row, tuple(fields)


def _fix(error: str) -> str:
    if "limit" in error:
        return f"a field has at most {FIELD_CHARACTERS_MAX} characters: shorten it, or close an open quote"
    return 'a quote inside a quoted field is written twice ("")'


def _check_characters(path: str, row: int, fields: list[str]) -> None:
    whole = "".join(fields)
    if "\0" in whole:
        raise UsageError(f"{path}: row {row}: holds a NUL character; remove it, or save the file as UTF-8")
    if whole.isascii():
        return
    try:
        whole.encode()
    except UnicodeEncodeError:
        raise UsageError(f"{path}: row {row}: is not UTF-8; save the file as UTF-8") from None


def _check_header(path: str, header: tuple[str, ...]) -> None:
    for at, name in enumerate(header):
        if name in header[:at]:
            raise UsageError(f"{path}: row 1: the column {name!r} stands twice; rename one")


def _listed(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names[:8]) + (" ..." if len(names) > 8 else "")


def _label(table: Table, row: int, value: str) -> str:
    label = value.strip()
    if not label:
        raise UsageError(f"{table.path}: row {row}: the label is empty; give one or remove the row")
    if len(label) > LABEL_CHARACTERS_MAX or not label.isprintable():
        raise UsageError(
            f"{table.path}: row {row}: a label has at most {LABEL_CHARACTERS_MAX} printable characters; "
            "is this the label column?"
        )
    return label


def _tier(table: Table, row: int, value: str) -> Tier:
    for tier in TIERS:
        if value.strip() == tier:
            return tier
    raise UsageError(f"{table.path}: row {row}: unknown tier {value.strip()!r}; one of {', '.join(TIERS)}")


def _flag(table: Table, row: int, value: str) -> bool:
    word = value.strip().lower()
    if word not in YES | NO:
        raise UsageError(f"{table.path}: row {row}: moment_of_truth is {value!r}; give 1 or 0")
    return word in YES


def _items(value: str) -> list[str]:
    return [item for part in value.split(";") if (item := part.strip())]


def _skills(table: Table, row: int, value: str, base: int) -> dict[str, int]:
    usual = next((level for points, level in SKILL_LEVELS if base >= points), 1)
    skills = {}
    for item in _items(value):
        name, given, level = item.partition("=")
        if given and level.strip() not in LEVELS:
            raise UsageError(f"{table.path}: row {row}: skill {item!r}; give a level from 1 to 5, as in cards=4")
        skills[name.strip()] = int(level) if given else usual
    return skills


def _base(table: Table, row: int, value: str) -> int | None:
    digits = value.strip()
    if not digits:
        return None
    if not (digits.isascii() and digits.isdigit() and int(digits) <= 100):
        raise UsageError(f"{table.path}: row {row}: base_complexity is {value!r}; give 0 to 100")
    return int(digits)
