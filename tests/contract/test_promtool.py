"""What each service serves on /metrics is what Prometheus' own checker calls well made."""

import shutil
import subprocess

import pytest
from prometheus_client import generate_latest

from tests.support.registries import registries
from tests.unit.test_metrics_labels import at_work

pytestmark = pytest.mark.skipif(
    shutil.which("promtool") is None, reason="no promtool: apt install prometheus checks the metrics too"
)


async def test_promtool_finds_nothing_to_say_about_the_metrics_of_any_service() -> None:
    async with registries() as found:
        pages = {service: generate_latest(registry) for service, registry in found.items()}

    assert {service: check(page) for service, page in pages.items()} == dict.fromkeys(pages, "")
    assert "no help text" in check(b"# TYPE usher_silent gauge\nusher_silent 1\n"), "it does look"


def test_promtool_finds_nothing_to_say_about_a_router_and_an_sla_service_that_have_work() -> None:
    pages = {service: generate_latest(registry) for service, registry in at_work().items()}
    assert b"usher_queue_target_seconds{" in pages["router"]
    assert b"usher_queue_wait_seconds_bucket{" in pages["sla"]
    assert {service: check(page) for service, page in pages.items()} == dict.fromkeys(pages, "")


def check(page: bytes) -> str:
    """What promtool says of a page of metrics."""
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, check=False)
    return done.stderr.decode().strip()
