"""What is counted for the first time between two scrapes is an increase; what moved here with a partition is none."""

from collections import defaultdict

import httpx
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.parser import text_string_to_metric_families

from services.sla.domain.account import PHASE_COUNT, PHASE_SECONDS
from services.sla.domain.rows import SlaRows, SlaWrites
from services.sla.domain.totals import BREACHES, WAIT_BUCKET, WAIT_SUM, Key, Total
from services.sla.metrics import CommittedTotals, SlaCollector
from shared.process.metrics import WorkspaceLabels
from shared.process.pages import NEW_SECONDS, SCRAPERS_MAX, Pages
from shared.process.service import SCRAPE_HEADER, health

Shown = dict[tuple[str, ...], float]
BREACH = (BREACHES, "acme", "resolution", "4h", "orders", "chat")
TALK = ("acme", "talk", "orders", "chat")
WAIT = ("acme", "orders", "chat", "answered")


def read(page: bytes) -> Shown:
    """The samples of a page by name and the values of their labels."""
    return {
        (sample.name, *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(page.decode())
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


counts = st.tuples(st.sampled_from("abc"), st.integers(1, 5))
scrapes = st.sampled_from(["prometheus-1", "prometheus-2", "somebody"])
passing = st.just(NEW_SECONDS / 2)


@given(st.lists(st.one_of(counts, scrapes, passing), max_size=30))
def test_each_scraper_sees_every_count_since_its_first_page_or_of_a_new_process_as_an_increase(
    story: list[tuple[str, int] | str | float],
) -> None:
    """Who does not say that it comes again sees on its first page what is."""
    registry = CollectorRegistry()
    counter = Counter("usher_x", "x", ["label"], registry=registry)
    seconds = Histogram("usher_y_seconds", "y", ["label"], buckets=[1.0], registry=registry)
    age = 0.0
    pages = Pages(registry, seconds=lambda: age)
    truth: dict[str, float] = defaultdict(float)
    at_first: dict[str, dict[str, float]] = {}
    increases: dict[str, Shown] = defaultdict(lambda: defaultdict(float))
    latest: dict[str, Shown] = defaultdict(dict)
    for step in [*story, *["prometheus-1", "prometheus-2", "somebody"] * 2]:
        if isinstance(step, float):
            age += step
            continue
        if isinstance(step, tuple):
            label, number = step
            counter.labels(label).inc(number)
            for _ in range(number):
                seconds.labels(label).observe(0.5)
            truth[label] += number
            continue
        comes_again = step != "somebody"
        at_first.setdefault(step, {} if comes_again and age < NEW_SECONDS else dict(truth))
        shown = read(pages.page(step, comes_again=comes_again)[0])
        for series, value in shown.items():
            increases[step][series] += value - latest[step].get(series, value)
        latest[step] = shown
    for scraper, before in at_first.items():
        for label, number in truth.items():
            since = number - before.get(label, 0.0)
            for series in (("usher_x_total", label), ("usher_y_seconds_bucket", label, "1.0"),
                           ("usher_y_seconds_bucket", label, "+Inf"), ("usher_y_seconds_count", label)):  # fmt: skip
                assert latest[scraper][series] == number
                assert increases[scraper][series] == since


def test_the_first_page_of_a_scraper_and_every_gauge_stand_as_they_are() -> None:
    registry = CollectorRegistry()
    counter, gauge = Counter("usher_x", "x", ["label"], registry=registry), Gauge("usher_g", "g", registry=registry)
    pages = Pages(registry)
    pages.page("prometheus")
    counter.labels("a").inc(3)
    gauge.set(4)
    assert read(pages.page("somebody")[0]) == {("usher_x_total", "a"): 3, ("usher_g",): 4}
    assert read(pages.page("prometheus")[0]) == {("usher_x_total", "a"): 0, ("usher_g",): 4}
    assert read(pages.page("prometheus")[0]) == {("usher_x_total", "a"): 3, ("usher_g",): 4}


def test_of_a_new_process_a_scraper_is_told_what_it_did_but_none_that_may_have_been_forgotten() -> None:
    registry = CollectorRegistry()
    refused = Counter("usher_x", "x", ["label"], registry=registry)
    pages = Pages(registry)
    refused.labels("a").inc(3)
    for number in range(SCRAPERS_MAX):
        assert read(pages.page(f"prometheus-{number}", comes_again=True)[0]) == {("usher_x_total", "a"): 0}
    assert read(pages.page("prometheus-0", comes_again=True)[0]) == {("usher_x_total", "a"): 3}
    assert read(pages.page("one-more", comes_again=True)[0]) == {("usher_x_total", "a"): 3}


async def test_prometheus_says_that_it_comes_again_and_curl_does_not() -> None:
    sla = Sla()
    Counter("usher_x", "x", registry=sla.registry).inc(3)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(health(sla)), base_url="http://sla") as client:
        for headers, shown in (({}, 3), ({"user-agent": "Prometheus", SCRAPE_HEADER: "10"}, 0)):
            page = (await client.get("/metrics", headers=headers)).content
            assert read(page)["usher_x_total",] == shown


def test_any_number_of_scrapers_is_not_remembered_for_ever() -> None:
    pages = Pages(CollectorRegistry())
    for number in range(3 * SCRAPERS_MAX):
        pages.page(f"scraper-{number}")
    assert len(pages._last_of) == SCRAPERS_MAX


class Sla:
    """The application of an sla process, as far as its pages go."""

    def __init__(self) -> None:
        self.committed = CommittedTotals()
        self.owned: dict[int, None] = {}
        self.registry = CollectorRegistry()
        labels = WorkspaceLabels(50)
        self.registry.register(SlaCollector(self.committed, lambda: self.owned, lambda _: 0, lambda: 0, labels))

    def moved_here(self) -> set[str]:
        return self.committed.take_moved_here(self.owned)

    def load(self, partition: int, **totals: float) -> None:
        """What is read before the lane is open."""
        self.committed.restart(partition, SlaRows(totals=[Total(key, value) for key, value in named(totals)]))

    def opened(self, partition: int) -> None:
        self.owned[partition] = None

    def commit(self, partition: int, **totals: float) -> None:
        self.committed.follow(partition, SlaWrites(totals=[Total(key, value) for key, value in named(totals)]))


def named(totals: dict[str, float]) -> list[tuple[Key, float]]:
    names = {
        "breaches": [BREACH],
        "talks": [(PHASE_COUNT, *TALK), (PHASE_SECONDS, *TALK)],
        "waits": [(WAIT_BUCKET, *WAIT, "20.0"), (WAIT_SUM, *WAIT)],
    }
    return [(key, value) for name, value in totals.items() for key in names[name]]


async def test_a_partition_that_moves_brings_its_history_and_what_happens_after_it_is_an_increase() -> None:
    sla = Sla()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(health(sla)), base_url="http://sla") as client:

        async def shown(partition: int) -> dict[str, float]:
            found = read((await client.get("/metrics")).content)
            names = {
                "breaches": ("usher_sla_breaches_total", "chat", "resolution", str(partition), "orders", "4h", "acme"),
                "talks": ("usher_phase_seconds_count", "chat", str(partition), "talk", "orders", "acme"),
                "waits": ("usher_queue_wait_seconds_bucket", "chat", "20.0", "answered", str(partition), "orders",
                          "acme"),
            }  # fmt: skip
            return {name: found[key] for name, key in names.items() if key in found}

        assert await shown(0) == {}
        sla.load(0)  # nothing ever happened in it
        sla.opened(0)
        sla.commit(0, breaches=2, talks=3, waits=4)
        assert await shown(0) == {"breaches": 0, "talks": 0, "waits": 0}
        assert await shown(0) == {"breaches": 2, "talks": 3, "waits": 4}

        sla.load(1, breaches=844, waits=7)
        assert await shown(1) == {}, "while log and database are compared it is not shown"
        sla.opened(1)
        assert await shown(1) == {"breaches": 844, "waits": 7}, "no history is shown as what happens now"
        sla.commit(1, breaches=845, talks=5)
        assert await shown(1) == {"breaches": 845, "waits": 7, "talks": 0}
        assert await shown(1) == {"breaches": 845, "waits": 7, "talks": 5}


async def test_a_bound_that_joins_a_histogram_begins_with_what_lies_below_it() -> None:
    registry = CollectorRegistry()
    committed = CommittedTotals()
    registry.register(SlaCollector(committed, lambda: {0: None}, lambda _: 0, lambda: 0, WorkspaceLabels(50)))
    pages = Pages(registry)
    committed.follow(0, SlaWrites(totals=[Total(key, value) for key, value in named({"waits": 6})]))
    pages.page("prometheus")
    committed.follow(0, SlaWrites(totals=[Total(("wait_bound", "25.0"), 0.0)]))
    found = {key: value for key, value in read(pages.page("prometheus")[0]).items() if "25.0" in key}
    assert list(found.values()) == [6], "from zero it would look as if six had just waited"
