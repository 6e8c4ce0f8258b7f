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
from shared.contract.progress import Note
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


def page(runner: Runner, seconds: float, known: float | None = None) -> dict[tuple[str, ...], float]:
    """What an owner who has shown nothing yet shows at a time; ``known``: as of when all is applied, now unless said;
    0: not known."""
    committed, registry = CommittedTotals(), CollectorRegistry()
    committed.restart(0, SlaRows(totals=runner.database.rows().totals))
    now_ms = BASE_MS + round(seconds * 1000)
    engines = {0: runner.engine}
    known_ms = 0 if known == 0 else BASE_MS + round((seconds if known is None else known) * 1000)
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
            committed,
            lambda: engines,
            lambda _: BASE_MS * 2,
            lambda: BASE_MS + round(now[0] * 1000),
            WorkspaceLabels(9),
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
    assert registry.get_sample_value("usher_agent_seconds_total", busy) is None, "it has not looked yet"
    look()
    assert registry.get_sample_value("usher_agent_seconds_total", busy) == meanwhile


class Way:
    """Agents report to a router that is behind by as much as it is; owners of the partition come and go."""

    def __init__(self) -> None:
        self.runner, self.now, self.handled = Runner(), 100.0, 0
        self.told: list[tuple[float, tuple[str, str, str]]] = []  # the router's input: when each report came
        self.highest: dict[tuple[str, ...], float] = {}
        self.comes()

    def comes(self) -> None:
        """Another owner, who has looked at nothing."""
        self.runner.restart()
        self.upstream, self.registry = Upstream(self.applied, self.applied), CollectorRegistry()
        self.committed = CommittedTotals()
        self.registry.register(
            SlaCollector(
                self.committed, lambda: {0: self.runner.engine}, self.upstream.settled_ms, self.now_ms,
                WorkspaceLabels(9),
            )
        )  # fmt: skip

    def applied(self) -> dict[int, int]:
        return {0: self.handled}

    def now_ms(self) -> int:
        return BASE_MS + round(self.now * 1000)

    def route(self, number: int) -> None:
        """The router handles so many of the reports that wait, and the owner applies what it tells."""
        for at, (agent, presence, availability) in self.told[self.handled : self.handled + number]:
            self.runner.step(Desk().agent(agent, at, presence, availability).log.records)
            self.handled += 1

    def look(self) -> None:
        inputs, note = Look(self.now_ms(), len(self.told)), None
        if self.handled < len(self.told):
            note = Note(BASE_MS + round(self.told[self.handled][0] * 1000) - 1, self.handled)
        self.upstream.looked(0, inputs, handled=self.handled, output_end=self.handled, note=note)

    def scrape(self) -> None:
        """What is shown is never less than anybody has shown before."""
        self.committed.restart(0, SlaRows(totals=self.runner.database.rows().totals))
        for family in self.registry.collect():
            for sample in family.samples:
                if sample.name in ("usher_agent_seconds_total", "usher_agent_unit_seconds_total"):
                    series = (sample.name, *sample.labels.values())
                    assert sample.value >= self.highest.get(series, 0.0) - 1e-6, series
                    self.highest[series] = sample.value


doings = st.lists(
    st.one_of(
        st.tuples(st.just("report"), st.sampled_from(["a1", "a2"]), st.sampled_from(
            ["available", "not_ready", "offline"]), st.sampled_from(["idle", "busy"])),
        st.tuples(st.just("route"), st.integers(1, 3)),
        st.tuples(st.sampled_from(["comes", "look", "look", "scrape", "scrape"])),
        st.tuples(st.just("waits"), st.floats(0.1, 900.0)),
    ),
    max_size=40,
)  # fmt: skip


@given(doings)
@settings(max_examples=200)
def test_no_owner_shows_more_than_the_next_one_though_the_router_is_behind_when_they_come(doings: list[Any]) -> None:
    way = Way()
    for name, *how in [*doings, ("route", 99), ("look",), ("scrape",)]:
        if name == "report":
            agent, presence, availability = how
            way.told.append((way.now, (agent, presence, "idle" if presence == "offline" else availability)))
        elif name == "waits":
            way.now += how[0]
        else:
            getattr(way, name)(*how)


def test_who_has_not_looked_yet_shows_no_time_of_agents() -> None:
    runner = Runner()
    runner.step(Desk().agent("a1", 10, "available", "busy").agent("a1", 20, "available", "idle").log.records)
    assert page(runner, 600, known=0) == {}
    assert page(runner, 600, known=300)["usher_agent_seconds_total", "acme", "busy", "", "0"] == 10
