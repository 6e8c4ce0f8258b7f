"""Durations tells a metrics server what prometheus_client's own histogram would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Histogram, disable_created_metrics, generate_latest

from shared.process.metrics import Durations

BUCKETS = (5e-6, 1e-5, 1e-3, 0.5)


@given(st.lists(st.sampled_from(BUCKETS) | st.floats(0, 1), max_size=20))
@settings(deadline=None)
def test_it_reads_like_the_librarys_histogram(values):
    disable_created_metrics()
    ours, theirs = CollectorRegistry(), CollectorRegistry()
    durations = Durations("usher_decision_seconds", "Time.", BUCKETS, ours)
    histogram = Histogram("usher_decision_seconds", "Time.", buckets=BUCKETS, registry=theirs)
    for value in values:
        durations.observe(value)
        histogram.observe(value)
    assert generate_latest(ours) == generate_latest(theirs)


def test_a_registry_refuses_a_second_one_of_the_name():
    registry = CollectorRegistry()
    Durations("usher_decision_seconds", "Time.", BUCKETS, registry)
    with pytest.raises(ValueError, match="usher_decision_seconds"):
        Durations("usher_decision_seconds", "Time.", BUCKETS, registry)
