"""What a webhook costs the door, in calls of functions: the same on every machine, however busy it is.

The limits are a sixth above what was counted last. Whoever goes beyond one for a good reason raises it, and says why.
"""

import pytest

from tests.benchmarks.bench_door import calls_of, stages

CALLS_MAX = {"slack": 517, "standard_webhooks": 307, "canonical": 246}


@pytest.mark.parametrize("adapter", CALLS_MAX)
def test_a_webhook_takes_no_more_calls_than_the_limit_of_its_adapter(adapter: str) -> None:
    assert sum(map(calls_of, stages(adapter).values())) <= CALLS_MAX[adapter]
