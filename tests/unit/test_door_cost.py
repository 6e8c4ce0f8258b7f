"""What a webhook costs the door, in calls of functions: the same on every machine, however busy it is.

The limits are a sixth above what was counted last. Whoever goes beyond one for a good reason raises it, and says why.
"""

import gc
from collections.abc import Callable

import pytest
import uvloop

from services.ingest.domain.channels.registry import NAMES
from tests.benchmarks.bench_door import calls_of, stages, whole_way
from tests.benchmarks.webhooks.signed import request
from tests.benchmarks.webhooks.whole import CONNECTIONS, Whole

CALLS_MAX = {"slack": 483, "standard_webhooks": 302, "canonical": 239}
WHOLE_WAY_MAX = {"slack": 651, "standard_webhooks": 457, "canonical": 394}  # the loop's and the log's among them


@pytest.mark.parametrize("adapter", CALLS_MAX)
def test_a_webhook_takes_no_more_calls_than_the_limit_of_its_adapter(adapter: str) -> None:
    assert sum(map(calls_of, stages(adapter).values())) <= CALLS_MAX[adapter]


@pytest.mark.parametrize("adapter", WHOLE_WAY_MAX)
def test_the_whole_way_of_a_webhook_takes_no_more_calls_than_its_limit(adapter: str) -> None:
    assert whole_way(adapter)["calls"] <= WHOLE_WAY_MAX[adapter]


# Without Mailgun, whose tokens need a store, and SendGrid: the parser of forms in parts refers to itself.
ASKED = [  # (what comes instead of what was signed, the status of the answer)
    *[pytest.param(name, lambda raw: raw, 200, id=name) for name in NAMES if name not in ("mailgun", "sendgrid")],
    pytest.param("slack", lambda raw: raw.replace(b"v0=", b"v0=0"), 401, id="forged"),
    pytest.param("slack", lambda raw: raw.replace(b"/slack ", b"/slacks "), 404, id="an unknown source"),
    pytest.param("slack", lambda raw: raw.replace(b"application/json", b"text/plain"), 415, id="another type"),
    pytest.param("slack", lambda raw: raw.replace(b"POST ", b"PUT "), 405, id="another method"),
    pytest.param("canonical", lambda raw: raw.replace(b'"channel"', b'"chancel"'), 422, id="a field that is missing"),
]


@pytest.mark.parametrize(("adapter", "change", "status"), ASKED)
def test_a_request_leaves_nothing_to_the_collector(adapter: str, change: Callable[[bytes], bytes], status: int) -> None:
    """What refers to itself lies about until the collector comes: that was a tenth of the time of the process."""

    async def ask() -> list[str]:
        made = Whole()
        asked = [change(request(adapter, number)) for number in range(2 * CONNECTIONS)]
        await made.answers(asked[:CONNECTIONS])
        gc.collect()
        gc.disable()
        try:
            answers = await made.answers(asked[CONNECTIONS:])
            gc.set_debug(gc.DEBUG_SAVEALL)
            gc.collect()
            left = sorted(type(one).__name__ for one in gc.garbage)
        finally:
            gc.set_debug(0)
            gc.garbage.clear()
            gc.enable()
        assert all(one.startswith(b"HTTP/1.1 %d" % status) for one in answers), answers[0]
        return left

    assert uvloop.run(ask()) == []
