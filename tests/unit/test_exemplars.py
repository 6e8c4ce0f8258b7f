"""The way from a slow bucket to a trace: for those who read OpenMetrics, and of traces that somebody records."""

import re
from collections import defaultdict
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.openmetrics.parser import text_string_to_metric_families as open_metrics
from prometheus_client.parser import text_string_to_metric_families as plain_text
from prometheus_client.samples import Exemplar, Sample

from shared.contract.envelope import Message
from shared.process.metrics import registry_for
from shared.process.pages import Pages
from shared.process.service import health
from shared.process.tallies import TRIES_MAX, Distribution, Distributions
from tests.support.lane_alone import PARTITION, QUIET, Alone, alone
from tests.support.registries import SERVICES, registries
from tests.support.tally import INPUT
from tests.unit.test_metrics_labels import at_work

OPEN = "application/openmetrics-text"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"
# What Prometheus 2.42, 3.7, and agents that would rather have native histograms ask for.
ASKS = (
    f"{OPEN};version=1.0.0,{OPEN};version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
    f"{OPEN};version=1.0.0;escaping=allow-utf-8;q=0.5,{OPEN};version=0.0.1;q=0.4,text/plain;version=1.0.0;q=0.3,*/*;q=0.1",
    f"{PROTOBUF};q=0.6,{OPEN};version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.2,*/*;q=0.1",
)
BUCKETS = (0.1, 1.0)
LABELS_LENGTH_MAX = 128  # of an exemplar, says OpenMetrics


def trace(number: int, flags: str = "01") -> str:
    return f"00-{number:032x}-{number:016x}-{flags}"


def sent(traceparent: str) -> list[tuple[bytes, bytes]]:
    return [(b"host", b"usher"), (b"traceparent", traceparent.encode()), (b"accept", b"*/*")]


TRACES = st.integers(1, 50).map(trace)
NO_TRACES = st.sampled_from(["", trace(7, "00"), trace(0), trace(7).upper(), trace(7)[:-1], '"} 1\n', "x" * 54 + "1"])


def shown(registry: CollectorRegistry) -> dict[str, tuple[float, Exemplar]]:
    """Bound -> what lies at or below it and its exemplar, of the buckets that have one, as OpenMetrics tells it."""
    page, media_type = Pages(registry).page("prometheus", ASKS[0])
    assert media_type.startswith(OPEN)
    return {sample.labels["le"]: (sample.value, sample.exemplar) for sample in samples(page) if sample.exemplar}


def samples(page: bytes) -> Iterator[Sample]:
    for family in open_metrics(page.decode()):
        yield from family.samples


@given(st.lists(st.tuples(st.floats(0, 3), TRACES | NO_TRACES, st.booleans()), max_size=30))
def test_an_exemplar_is_a_value_of_its_bucket_that_was_observed_in_that_trace(values: list) -> None:
    registry = CollectorRegistry()
    kept = Distribution("usher_x_seconds", "x", BUCKETS, registry)
    told: dict[str, set[tuple[str, float]]] = defaultdict(set)
    for value, traceparent, as_header in values:
        kept.observe(value, sent(traceparent) if as_header else traceparent)
        bound = next((str(bound) for bound in BUCKETS if value <= bound), "+Inf")
        if re.fullmatch("00-0{30}[0-9a-f]{2}-[0-9a-f]{16}-01", traceparent) and traceparent != trace(0):
            told[bound].add((traceparent[3:35], value))
    found = shown(registry)
    assert found.keys() == told.keys()
    for bound, (_, exemplar) in found.items():
        assert (exemplar.labels["trace_id"], exemplar.value) in told[bound]
        assert sum(map(len, (*exemplar.labels, *exemplar.labels.values()))) <= LABELS_LENGTH_MAX


def test_of_each_bucket_and_page_the_first_that_is_traced_is_shown_until_another_one_comes() -> None:
    registry = CollectorRegistry()
    kept = Distributions("usher_y_seconds", "y", "path", BUCKETS, registry)
    kept.observe("contacts", 0.5, "")
    kept.observe("contacts", 0.5, sent(trace(1)))
    kept.observe("contacts", 0.6, sent(trace(2)))
    for _ in range(2):
        found = shown(registry)
        assert {bound: (count, exemplar.value) for bound, (count, exemplar) in found.items()} == {"1.0": (3, 0.5)}
    kept.observe("contacts", 0.7, sent(trace(3)))
    assert shown(registry)["1.0"][1].labels == {"trace_id": trace(3)[3:35]}


def test_a_bucket_that_is_new_to_a_scraper_is_empty_at_first_and_shows_its_trace_when_it_shows_its_value() -> None:
    registry = CollectorRegistry()
    kept, pages = Distributions("usher_y_seconds", "y", "path", BUCKETS, registry), Pages(registry)
    pages.page("prometheus", ASKS[0])
    kept.observe("contacts", 0.5, trace(1))
    found = []
    for _ in range(2):
        page, _ = pages.page("prometheus", ASKS[0])
        found.append([(sample.value, sample.exemplar and sample.exemplar.labels["trace_id"]) for sample in samples(page)
                      if sample.labels.get("le") == "1.0"])  # fmt: skip
    assert found == [[(0, None)], [(1, trace(1)[3:35])]]


def test_where_nobody_traces_no_more_values_are_looked_at_than_the_bound() -> None:
    registry = CollectorRegistry()
    kept = Distribution("usher_x_seconds", "x", BUCKETS, registry)
    looked = [0]

    class Headers(list):
        def __iter__(self) -> Iterator:
            looked[0] += 1
            return super().__iter__()

    for _ in range(3 * TRIES_MAX):
        kept.observe(0.5, Headers(sent("")))
    assert looked == [TRIES_MAX]
    assert shown(registry) == {}
    kept.observe(0.5, Headers(sent(trace(1))))
    assert looked == [TRIES_MAX + 1], "the next page looks again"


@pytest.mark.parametrize(
    "accept",
    ["", "*/*", "text/html,application/xml;q=0.9,*/*;q=0.8", "text/plain;version=0.0.4", f"{OPEN};version=abc",
     "text/plain;version=1.0.0;escaping=allow-utf-8"],
)  # fmt: skip
def test_whoever_reads_the_plain_text_is_shown_no_exemplar(accept: str) -> None:
    registry = CollectorRegistry()
    Distribution("usher_x_seconds", "x", BUCKETS, registry).observe(0.5, trace(1))
    page, media_type = Pages(registry).page("somebody", accept)
    assert media_type.startswith("text/plain")
    assert b"trace_id" not in page
    assert {family.name for family in plain_text(page.decode())} == {"usher_x_seconds"}


@pytest.mark.parametrize("accept", ASKS)
async def test_every_page_of_every_service_says_the_same_in_both_languages(accept: str) -> None:
    async with registries() as made:
        assert made.keys() == set(SERVICES)
        for registry in (*made.values(), *at_work().values()):
            pages = Pages(registry)
            page, media_type = pages.page("prometheus", accept)
            assert media_type.startswith(OPEN)
            ours = {(sample.name, *sorted(sample.labels.items())) for sample in samples(page)}
            text, _ = pages.page("somebody")
            theirs = {
                (sample.name, *sorted(sample.labels.items()))
                for family in plain_text(text.decode())
                for sample in family.samples
            }
            assert ours == theirs
            assert len(ours) > 50


async def test_the_metrics_page_answers_in_the_language_that_is_asked_for() -> None:
    class Application:
        registry = registry_for("sla", "1")

    Distribution("usher_x_seconds", "x", BUCKETS, Application.registry).observe(0.5, trace(1))
    Counter("usher_c", "c", registry=Application.registry).inc()
    application = health(Application())  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://sla") as client:
        answer = await client.get("/metrics", headers={"accept": ASKS[0]})
        assert answer.headers["content-type"].startswith(OPEN)
        (exemplar,) = [sample.exemplar for sample in samples(answer.content) if sample.exemplar]
        assert exemplar.labels == {"trace_id": trace(1)[3:35]}
        plain = await client.get("/metrics")
        assert plain.headers["content-type"].startswith("text/plain")
        assert b"trace_id" not in plain.content


def test_a_lane_shows_in_which_trace_a_record_was_old_and_a_commit_was_slow() -> None:
    async def play(world: Alone) -> None:
        lane = world.lane()
        headers = [("ce_type", b"tally.input.v1"), ("ce_id", b"input-0"), ("traceparent", trace(9).encode())]
        world.log.append(INPUT, PARTITION, Message(b"w", b'{"key": "a"}', headers))
        await world.stopped(lane, await world.served(lane, QUIET))
        page, _ = Pages(world.registry).page("prometheus", ASKS[0])
        found = {sample.name: sample.exemplar.labels["trace_id"] for sample in samples(page) if sample.exemplar}
        assert found == dict.fromkeys(("usher_event_age_seconds_bucket", "usher_commit_seconds_bucket"), trace(9)[3:35])

    alone(play)
