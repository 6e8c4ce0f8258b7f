"""Totals that go on between two events: they rise evenly, whoever shows them and however late a report comes."""

from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.sla.domain.rows import SlaRows
from services.sla.domain.stretches import REPORT_MS_MAX
from services.sla.metrics import CommittedTotals, SlaCollector
from services.sla.upstream import Look, Upstream
from shared.process.metrics import WorkspaceLabels
from tests.support.sla_builders import BASE_MS, Runner
from tests.unit.test_sla_account import Desk

LATE_SECONDS = REPORT_MS_MAX / 1000
reports = st.lists(
    st.tuples(st.sampled_from(["a1", "a2"]), st.floats(0.0, 20.0), st.floats(0.0, LATE_SECONDS), st.sampled_from(
        ["available", "not_ready", "draining", "offline"]), st.sampled_from(["idle", "offered", "busy"]),
        st.integers(0, 4)),
    min_size=1, max_size=8,
)  # fmt: skip


def page(runner: Runner, seconds: float, known: float = 0) -> dict[tuple[str, ...], float]:
    """What an owner who has shown nothing yet shows at a time; ``known``: as of when all is applied, 0: not known."""
    committed, registry = CommittedTotals(), CollectorRegistry()
    committed.restart(0, SlaRows(totals=runner.database.rows().totals))
    now_ms = BASE_MS + round(seconds * 1000)
    engines = {0: runner.engine}
    known_ms = BASE_MS + round(known * 1000) if known else 0
    registry.register(SlaCollector(committed, lambda: engines, lambda _: known_ms, lambda: now_ms, WorkspaceLabels(9)))
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name in ("usher_agent_seconds_total", "usher_agent_unit_seconds_total")
    }


@given(reports)
@settings(max_examples=30)
def test_no_series_falls_when_a_report_comes_late_and_the_owner_changes(
    told: list[tuple[str, float, float, str, str, int]],
) -> None:
    runner, pages, now = Runner(), [], 100.0
    for agent, later, late, presence, availability, free in told:
        now += later
        pages.append(page(runner, now))
        desk = Desk()
        desk.agent(agent, now - late, presence, "idle" if presence == "offline" else availability, free_units=free)
        runner.step(desk.log.records)
        runner.restart()
        pages.append(page(runner, now))
    for before, after in pairwise(pages):
        assert {series: value for series, value in before.items() if value > after[series] + 1e-6} == {}


def test_seconds_rise_while_nothing_is_told() -> None:
    runner = Runner()
    runner.step(Desk().agent("a1", 10, "available", "busy", free_units=1).log.records)
    busy = ("usher_agent_seconds_total", "acme", "busy", "", "0")
    assert [page(runner, 10 + LATE_SECONDS + seconds)[busy] for seconds in (-1, 0, 1, 60)] == [0.0, 0.0, 1.0, 60.0]


def test_what_a_process_has_shown_stands_though_a_report_is_later_than_any_should_be() -> None:
    runner, committed, registry, now = Runner(), CommittedTotals(), CollectorRegistry(), [60.0]
    engines = {0: runner.engine}
    registry.register(
        SlaCollector(
            committed, lambda: engines, lambda _: 0, lambda: BASE_MS + round(now[0] * 1000), WorkspaceLabels(9)
        )
    )

    def shown() -> float | None:
        committed.restart(0, SlaRows(totals=runner.database.rows().totals))
        labels = {"workspace": "acme", "state": "busy", "reason": "", "partition": "0"}
        return registry.get_sample_value("usher_agent_seconds_total", labels)

    desk = Desk().agent("a1", 10, "available", "busy", free_units=1)
    runner.step(desk.log.records)
    assert shown() == 60 - 10 - LATE_SECONDS
    told = len(desk.log.records)
    desk.agent("a1", 20, "available", "idle", free_units=2)  # 40 s ago
    runner.step(desk.log.records[told:])
    now[0] += 1
    assert shown() == 60 - 10 - LATE_SECONDS


@given(reports, st.floats(0.0, 3600.0))
@settings(max_examples=30)
def test_no_series_falls_when_the_owner_changes_while_somebody_on_the_way_is_behind(
    told: list[tuple[str, float, float, str, str, int]], behind: float
) -> None:
    """What agents did is told by then, and so much later taken."""
    runner, pages, then = Runner(), [], 100.0
    for agent, later, late, presence, availability, free in told:
        then += later
        pages.append(page(runner, then + behind, known=then))
        desk = Desk()
        desk.agent(agent, then - late, presence, "idle" if presence == "offline" else availability, free_units=free)
        runner.step(desk.log.records)
        runner.restart()
        pages.append(page(runner, then + behind, known=then))
    for before, after in pairwise(pages):
        assert {series: value for series, value in before.items() if value > after[series] + 1e-6} == {}


def test_what_is_not_known_yet_is_shown_when_it_is() -> None:
    runner = Runner()
    runner.step(Desk().agent("a1", 10, "available", "busy", free_units=1).log.records)
    busy = ("usher_agent_seconds_total", "acme", "busy", "", "0")
    assert [page(runner, 600, known=known)[busy] for known in (60, 61, 600)] == [
        known - 10 - LATE_SECONDS for known in (60, 61, 600)
    ]


def test_an_owner_who_gets_a_partition_back_shows_no_less_than_whoever_had_it_meanwhile() -> None:
    runner, mine, now, registry = Runner(), {0: 1}, [100.0], CollectorRegistry()
    runner.step(Desk().agent("a1", 10, "available", "busy", free_units=1).log.records)
    upstream, committed = Upstream(lambda: mine), CommittedTotals()

    def now_ms() -> int:
        return BASE_MS + round(now[0] * 1000)

    def look() -> None:
        for partition in upstream.partitions():
            upstream.looked(partition, Look(now_ms(), 1), handled=1, output_end=1)

    def engines() -> dict[int, Any]:
        return dict.fromkeys(mine, runner.engine)

    committed.restart(0, SlaRows(totals=runner.database.rows().totals))
    registry.register(SlaCollector(committed, engines, upstream.settled_ms, now_ms, WorkspaceLabels(9)))
    busy = {"workspace": "acme", "state": "busy", "reason": "", "partition": "0"}
    look()
    assert registry.get_sample_value("usher_agent_seconds_total", busy) == 100 - 10 - LATE_SECONDS
    mine.clear()
    look()
    assert registry.get_sample_value("usher_agent_seconds_total", busy) is None
    now[0], mine[0] = 3600.0, 1
    meanwhile = page(runner, 3600, known=3600)["usher_agent_seconds_total", "acme", "busy", "", "0"]
    assert registry.get_sample_value("usher_agent_seconds_total", busy) == meanwhile
