"""What a contact costs the router's engine, in calls of functions: the same on every machine, however busy it is.

The limits are a sixth above what was counted last. Whoever goes beyond one for a good reason raises it, and says why.
"""

import pytest

from tests.benchmarks.bench_router_engine import FLOWS, calls_of

CALLS_MAX = {
    "message -> self-service": 287,
    "message -> offer -> accept -> close": 840,
    "message -> waiting (0 to 10,000 before it)": 485,
}


@pytest.mark.parametrize("name", FLOWS)
def test_a_contact_takes_no_more_calls_than_the_limit_of_its_way(name: str) -> None:
    assert calls_of(FLOWS[name]) <= CALLS_MAX[name]
