"""What a webhook costs the door, in calls of functions: the same on every machine, however busy it is.

The limits are a sixth above what was counted last. Whoever goes beyond one for a good reason raises it, and says why.
"""

import pytest

from tests.benchmarks.bench_door import calls_of, stages, whole_way

CALLS_MAX = {"slack": 483, "standard_webhooks": 302, "canonical": 239}
WHOLE_WAY_MAX = {"slack": 651, "standard_webhooks": 457, "canonical": 394}  # the loop's and the log's among them


@pytest.mark.parametrize("adapter", CALLS_MAX)
def test_a_webhook_takes_no_more_calls_than_the_limit_of_its_adapter(adapter: str) -> None:
    assert sum(map(calls_of, stages(adapter).values())) <= CALLS_MAX[adapter]


@pytest.mark.parametrize("adapter", WHOLE_WAY_MAX)
def test_the_whole_way_of_a_webhook_takes_no_more_calls_than_its_limit(adapter: str) -> None:
    assert whole_way(adapter)["calls"] <= WHOLE_WAY_MAX[adapter]
