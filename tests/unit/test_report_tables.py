"""How ``usher report`` is written: for a terminal of any width, and as CSV whatever happened."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.report.figures import DIMENSIONS, REPORTS, columns_of
from cli.report.layout import flat, screen, table
from services.sla.domain.hours import Hours
from shared.policy.kinds import SPANS
from tests.support.sla_builders import BASE_MS

PLACE = ("acme", "orders", "chat", "ana")


def a_day() -> Hours:
    """One of everything that an hour holds."""
    hours = Hours()
    for kind in SPANS:
        hours.add(BASE_MS, ("clock", "acme", kind, "20s", "orders", "chat", "ana", "breached"))
    hours.wait(BASE_MS, (*PLACE, "answered"), 12_000)
    hours.wait(BASE_MS, (*PLACE, "abandoned"), 3_000)
    hours.add(BASE_MS, ("phase", "acme", "talk", "orders", "chat", "ana"), 60_000)
    hours.add(BASE_MS, ("moved", *PLACE, "declines"))
    hours.spread(BASE_MS, BASE_MS + 90_000, ("agent", "acme", "ana", "not_ready", "lunch"))
    return hours


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("columns", [40, 80, 400])
def test_a_report_fits_the_terminal_and_says_every_figure(report: str, columns: int) -> None:
    found = REPORTS[report](a_day().take(), DIMENSIONS)
    assert found, "a dull day"

    lines, rows = list(screen(found, columns)), [flat(row) for row in found]

    assert max(map(len, lines)) <= max(columns, max(len(name) for row in rows for name in row) + 26)
    said = " ".join(lines).split()
    for row in rows:
        assert {*row, *(str(value) for value in row.values() if value not in (None, ""))} <= set(said)


def test_rows_that_fit_stand_in_lines_and_those_that_do_not_in_blocks() -> None:
    rows = [{"queue": "orders", "met": 3}, {"queue": "cards", "met": None}]
    assert list(screen(rows, 11)) == ["queue   met", "orders  3", "cards"]
    assert list(screen(rows, 10)) == ["queue  orders", "met    3", "", "queue  cards", "met"]
    assert list(screen([], 80)) == ["nothing happened in these hours"]


def test_columns_stand_under_each_other_whatever_agents_are_called() -> None:
    rows = [{"agent": name, "handled": 3} for name in ("ana", "\u5ba2\u5ba2", "jose\u0301")]
    assert list(screen(rows, 14)) == ["agent  handled", "ana    3", "\u5ba2\u5ba2   3", "jose\u0301   3"]
    wide = [{"agent": "\u5ba2" * 7, "handled": 3}]
    assert list(screen(wide, 23)) == ["agent           handled", "\u5ba2" * 7 + "  3"]
    assert list(screen(wide, 22)) == ["agent    " + "\u5ba2" * 7, "handled  3"]


@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("by", [(), ("queue", "hour"), DIMENSIONS])
def test_the_head_of_csv_is_there_before_anything_happens_and_the_same_after(report: str, by: tuple[str, ...]) -> None:
    (row, *_) = REPORTS[report](a_day().take(), by)
    said = [name for name in flat(row) if not name.startswith("seconds.") and name != "declines"]
    assert columns_of(report, by) == said


def test_csv_of_hours_in_which_nothing_happened_is_its_head() -> None:
    assert table([], columns_of("abandoned", ["queue"])) == [columns_of("abandoned", ["queue"])]


@given(st.lists(st.integers(min_value=0, max_value=10_000_000), min_size=1, max_size=20))
def test_no_percentile_is_above_the_worst_and_each_is_within_a_percent_of_a_wait(waits: list[int]) -> None:
    hours = Hours()
    for ms in waits:
        hours.wait(BASE_MS, (*PLACE, "answered"), ms)
    (row,) = REPORTS["service-levels"](hours.take(), ())

    p50, p90, worst = (row[f"wait_{name}_seconds"] for name in ("p50", "p90", "worst"))
    assert p50 <= p90 <= worst == max(waits) / 1000
    for told, share in ((p50, 0.5), (p90, 0.9)):
        exact = sorted(waits)[ceil(share * len(waits)) - 1] / 1000
        assert told == pytest.approx(exact, rel=0.0101, abs=0.1)
