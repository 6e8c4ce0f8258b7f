"""The page of routing's features names tests that exist, and every test that shows a feature through the topics."""

import re
from pathlib import Path

from tests.support.documents import DOCS, ROOT, tables

PAGE = (DOCS / "conformance" / "routing.md").read_text()
SECTION = re.compile(r"^## `([\w.]+)`$", re.MULTILINE)
TEST = re.compile(r"^(?:async )?def (test_\w+)", re.MULTILINE)


def _tests_in(path: Path) -> set[str]:
    return set(TEST.findall(path.read_text()))


def test_each_file_of_features_is_a_section_and_each_of_its_tests_a_row() -> None:
    files = sorted((ROOT / "tests" / "integration").glob("test_features_*.py"))
    sections = dict(zip(SECTION.findall(PAGE), tables(PAGE), strict=True))
    assert {path.name for path in files} <= set(sections)
    for name, rows in sections.items():
        path = ROOT / "tests" / "integration" / name
        shown, there = {row[1].strip("`") for row in rows}, _tests_in(path)
        assert shown == there if path in files else shown <= there


def test_what_holds_at_the_engine_exists() -> None:
    units = list((ROOT / "tests" / "unit").glob("test_*.py"))
    known = {path.name for path in units}.union(*map(_tests_in, units))
    named = [re.findall(r"`(test_[\w.]+)`", row[2]) for table in tables(PAGE) for row in table]
    assert all(named)
    assert [name for names in named for name in names if name not in known] == []
