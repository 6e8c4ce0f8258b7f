"""What a contact costs the sla service's engine, in calls of functions: the same on every machine, however busy it is.

The limits are a tenth above what was counted last. Whoever goes beyond one for a good reason raises it, and says why.
Replies, messages, classifications and hand-backs are read whatever is promised: a policy that promises something to
whoever is there already must know since when it is owed, and whether it still is.
"""

import pytest

from tests.benchmarks.bench_sla_engine import calls_of, flows

CALLS_MAX = {
    "all to agents, time_to_answer": 227,
    "all to agents, time_to_answer with warning, resolution": 280,
    "seven of ten to a bot, time_to_answer with warning, resolution": 143,
    "talk, two kinds": 245,
    "talk, all kinds": 385,
}


@pytest.mark.parametrize("name", flows())
def test_a_contact_takes_no_more_calls_than_the_limit_of_its_way(name: str) -> None:
    assert calls_of(*flows()[name]) <= CALLS_MAX[name]
