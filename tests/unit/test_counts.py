"""Counts tells a metrics server what prometheus_client's own counter would."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, Counter, disable_created_metrics, generate_latest

from shared.process.tallies import Counts

LABELS = ["path", "status"]
ASKED = st.tuples(st.sampled_from(["contacts", "webhooks", 'a "b"\\\n']), st.sampled_from([200, 404]))


@given(st.lists(ASKED), st.lists(ASKED))
@settings(deadline=None)
def test_it_is_shown_as_the_librarys_own_counter_is(
    expected: list[tuple[str, int]], asked: list[tuple[str, int]]
) -> None:
    disable_created_metrics()
    theirs, ours = CollectorRegistry(), CollectorRegistry()
    counter, counts = (
        Counter("usher_asked", "Asked.", LABELS, registry=theirs),
        Counts("usher_asked", "Asked.", LABELS, ours),
    )
    for path, status in expected:
        counter.labels(path, str(status))
        counts.expect(path, status)
    for path, status in asked:
        counter.labels(path, str(status)).inc()
        counts.add(path, status)
    assert generate_latest(ours) == generate_latest(theirs)


def test_a_registry_refuses_a_second_one_of_its_name() -> None:
    registry = CollectorRegistry()
    Counts("usher_asked", "Asked.", LABELS, registry)
    with pytest.raises(ValueError, match="Duplicated"):
        Counter("usher_asked", "Asked.", LABELS, registry=registry)
