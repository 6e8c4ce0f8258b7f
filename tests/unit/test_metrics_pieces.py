"""A page of many samples is written bit by bit, so that a scrape keeps nothing waiting, and reads as if at once."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client import CollectorRegistry, Gauge, disable_created_metrics
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.exposition import choose_encoder
from prometheus_client.registry import Collector
from prometheus_client.samples import Exemplar

from shared.process.pages import PIECE_SAMPLES, Pages
from shared.process.service import health

PLACES = PIECE_SAMPLES  # each with several samples
ASKS = ("", "text/plain;version=0.0.4", "application/openmetrics-text;version=1.0.0")


class Places(Collector):
    """A histogram and a counter of many places, one of a label with marks, and a family without any sample."""

    def collect(self) -> Iterator[Metric]:
        yield CounterMetricFamily("usher_none", "Nothing.", labels=["queue"])
        waits = HistogramMetricFamily("usher_wait_seconds", "Wait.\nOf each.", labels=["queue"])
        moves = CounterMetricFamily("usher_moves", "Moves.", labels=["queue"])
        for number in range(PLACES):
            name = f'# {number} "x"\\\n# HELP usher_wait_seconds'
            waits.add_metric([name], [("1.0", number, Exemplar({"trace_id": "ab"}, 0.5)), ("+Inf", number + 1)], 7.0)
            moves.add_metric([name], number)
        yield waits
        yield moves


class Process:
    """A process as far as its pages go."""

    def __init__(self) -> None:
        disable_created_metrics()
        self.registry = CollectorRegistry()
        self.registry.register(Places())
        Gauge("usher_last", "The last one.", registry=self.registry).set(1)


@pytest.mark.parametrize("accept", ASKS)
def test_the_pieces_are_the_page_that_the_library_writes_at_once(accept: str) -> None:
    registry = Process().registry
    pieces, media_type = Pages(registry).pieces("prometheus", accept)
    written = list(pieces)
    write, same_type = choose_encoder(accept)
    assert b"".join(written) == write(registry)
    assert media_type == same_type
    assert len(written) > 5 * PLACES / PIECE_SAMPLES
    assert max(piece.count(b"\n") for piece in written) < PIECE_SAMPLES + 10


async def test_others_have_their_turn_while_a_page_is_written() -> None:
    turns = 0

    async def other() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    working = asyncio.create_task(other())
    try:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(health(Process())), base_url="http://a") as client:
            await client.get("/livez")
            before, turns = turns, 0
            page = await client.get("/metrics")
    finally:
        working.cancel()
    assert page.text.count("usher_moves_total{") == PLACES
    assert turns > before + 4 * PLACES / PIECE_SAMPLES, "one for each piece, beside those of any request"
