"""What each service serves on /metrics is what Prometheus' own checker calls well made."""

import random
import shutil
import subprocess

import pytest
from prometheus_client import CollectorRegistry, generate_latest

from services.sla.domain.totals import BREACHES, CLOCKS, Totals
from services.sla.metrics import CommittedTotals, SlaCollector
from shared.policy.kinds import SPANS
from shared.process.metrics import WorkspaceLabels
from tests.support.registries import registries
from tests.unit.test_metrics_labels import Watched

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool: apt install prometheus checks the metrics too"
)


async def test_promtool_finds_nothing_to_say_about_the_metrics_of_any_service() -> None:
    async with registries() as found:
        pages = {service: generate_latest(registry) for service, registry in found.items()}

    assert {service: check(page) for service, page in pages.items()} == dict.fromkeys(pages, "")
    assert "no help text" in check(b"# TYPE usher_silent gauge\nusher_silent 1\n"), "it does look"


def test_promtool_finds_nothing_to_say_about_a_router_and_an_sla_service_that_have_work() -> None:
    watched = Watched()
    for number in range(60):
        watched.flood(random.Random(number), number)
    watched.samples()
    committed = CommittedTotals()
    place = ("acme", "orders", "chat")
    totals = Totals()
    for kind in SPANS:
        totals.add((CLOCKS, "acme", kind, "4h", "orders", "met"))
        totals.add((BREACHES, "acme", kind, "4h", "orders", "chat"))
        totals.ended_late(("acme", kind, "orders"), 3)
    totals.begin_waits(place)
    totals.waited(place, "answered", 3)
    rows = type("Rows", (), {"totals": totals.take_changed()})()
    committed.restart(0, rows)
    sla = CollectorRegistry()
    sla.register(SlaCollector(committed, lambda: {0: None}, lambda _: 0, lambda: 0, WorkspaceLabels(50)))

    pages = {"router": generate_latest(watched.registry), "sla": generate_latest(sla)}
    assert b"usher_queue_target_seconds{" in pages["router"]
    assert b"usher_queue_wait_seconds_bucket{" in pages["sla"]
    assert {service: check(page) for service, page in pages.items()} == dict.fromkeys(pages, "")


def check(page: bytes) -> str:
    """What promtool says of a page of metrics."""
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)
    return done.stderr.decode().strip()
