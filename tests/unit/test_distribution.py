"""Distribution and Distributions tell a metrics server what prometheus_client's own histogram would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics, generate_latest

from shared.process.tallies import Distribution, Distributions

BUCKETS = (5e-6, 1e-5, 1e-3, 0.5)


@given(
    st.lists(st.sampled_from(BUCKETS) | st.floats(0, 1), max_size=20),
    st.sampled_from([{}, {"service": "router"}, {"service": 'a "b"', "tier": "simple"}]),
)
@settings(deadline=None)
def test_it_reads_like_the_librarys_histogram(values, labels):
    disable_created_metrics()
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    distribution = Distribution("usher_decision_seconds", "Time.", BUCKETS, ours, labels)
    histogram = Histogram("usher_decision_seconds", "Time.", list(labels), buckets=BUCKETS, registry=theirs)
    child = histogram.labels(**labels) if labels else histogram
    for value in values:
        distribution.observe(value)
        child.observe(value)
    assert generate_latest(ours) == generate_latest(theirs)


def test_a_registry_refuses_a_second_one_of_the_name():
    registry = CollectorRegistry()
    Distribution("usher_decision_seconds", "Time.", BUCKETS, registry)
    with pytest.raises(ValueError, match="usher_decision_seconds"):
        Distribution("usher_decision_seconds", "Time.", BUCKETS, registry)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from(BUCKETS) | st.floats(0, 1)), max_size=20))
@settings(deadline=None)
def test_those_of_one_label_read_like_the_librarys_histogram(values):
    disable_created_metrics()
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    distributions = Distributions("usher_http_request_seconds", "Time.", "path", BUCKETS, ours, expected="ab")
    histogram = Histogram("usher_http_request_seconds", "Time.", ["path"], buckets=BUCKETS, registry=theirs)
    for path in "ab":
        histogram.labels(path)
    for path, value in values:
        distributions.observe(path, value)
        histogram.labels(path).observe(value)
    assert generate_latest(ours) == generate_latest(theirs)
    with pytest.raises(ValueError, match="usher_http_request_seconds"):
        Distributions("usher_http_request_seconds", "Time.", "path", BUCKETS, ours)
