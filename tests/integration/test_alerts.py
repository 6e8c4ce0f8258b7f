"""Every alert on a real Prometheus and Alertmanager: it fires while things are bad, and is over when they are well."""

import asyncio
import re
import shutil
import threading
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
import yaml

from cli.policy.rules import rules_document
from deploy.local.observability import RULES, Observability
from deploy.local.state import StateFolder
from shared.policy.parse import parse_policy
from tests.support import servers
from tests.support.questions import rules

pytestmark = pytest.mark.skipif(
    not (shutil.which("prometheus") and shutil.which("prometheus-alertmanager")),
    reason="no Prometheus: apt install prometheus prometheus-alertmanager runs these too",
)

SECONDS_MAX = 120.0
INTERVAL = "500ms"
HELD = "1s"  # instead of each alert's `for`
MANY = 100_000  # beside what went wrong before, so many good ones are all that counts
# What happened within some minutes: over when these have passed, which alerts_test.yml waits for in Prometheus' time.
OF_MINUTES = {"UsherDeadLetters", "UsherFencedCommits", "UsherRestartsOften"}
POLICY = parse_policy(
    {
        "workspace": "acme",
        "queues": {"cards": {"targets": {"time_to_answer": {"within": "20s", "objective": 0.8}}}},
        "targets": [{"name": "gold", "when": {"customer_class": "gold"}, "then": {"first_response": {"within": "1m"}}}],
    }
)
CARDS = 'workspace="acme",queue="cards"'
CLOCKS = f'usher_sla_clocks_total{{{CARDS},partition="0",'
ANSWERS, FIRSTS = 'kind="time_to_answer",target="20s",', 'kind="first_response",target="1m",'
REQUESTS = "usher_ingest_http_requests_total"
# Series -> its value while things are bad, and while they are well.
GAUGES = {
    f'usher_queue_objective{{{CARDS},kind="time_to_answer"}}': (0.8, 0.8),
    f'usher_queue_target_seconds{{{CARDS},kind="time_to_answer",bound="20.0"}}': (20, 20),
    f"usher_queue_oldest_wait_seconds{{{CARDS}}}": (400, 0),
    f"usher_queue_overdue{{{CARDS}}}": (1, 0),
    f"usher_queue_waiting{{{CARDS}}}": (2, 2),
    f'usher_queue_agents{{{CARDS},state="free"}}': (0, 1),
    f"usher_queue_open{{{CARDS}}}": (1, 1),
    "usher_sla_watermark_lag_seconds": (300, 0),
    'usher_partition_closed{service="sla",partition="2"}': (1, 0),
    'usher_outbox_backlog{service="router"}': (64, 0),
    'usher_outbox_age_seconds{service="sla"}': (31, 0.004),
    'usher_lag_records{service="router",partition="0"}': (50, 0),
    'usher_batch_records_count{service="router"}': (9, 9),
    "usher_orphans": (1, 0),
    "usher_model_problems": (1, 0),
}
# Series -> by how much it grows from page to page while things are bad, and while they are well.
COUNTERS = {
    f'{CLOCKS}{ANSWERS}result="breached"}}': (10, 0),
    f'{CLOCKS}{ANSWERS}result="met"}}': (0, MANY),
    f'{CLOCKS}{FIRSTS}result="breached"}}': (10, 0),
    f'{CLOCKS}{FIRSTS}result="met"}}': (0, MANY),
    'usher_event_age_seconds_bucket{service="router",le="10.0"}': (0, MANY),
    'usher_event_age_seconds_bucket{service="router",le="60.0"}': (10, MANY),
    'usher_event_age_seconds_bucket{service="router",le="+Inf"}': (10, MANY),
    'usher_decision_seconds_bucket{le="0.001"}': (0, MANY),
    'usher_decision_seconds_bucket{le="0.01"}': (10, MANY),
    'usher_decision_seconds_bucket{le="+Inf"}': (10, MANY),
    f'{REQUESTS}{{path="webhooks",status="401"}}': (10, 0),
    f'{REQUESTS}{{path="webhooks",status="200"}}': (10, MANY),
    f'{REQUESTS}{{path="contacts",status="503"}}': (10, 0),
    f'{REQUESTS}{{path="contacts",status="202"}}': (10, MANY),
    'usher_dead_letters_total{reason="invalid"}': (1, 0),
    'usher_fenced_commits_total{service="sla"}': (5, 0),
    "process_start_time_seconds": (1, 0),
}


@dataclass
class Pages:
    """What two processes show: one its metrics, page after page; the other fails as long as things are bad."""

    bad: bool = True
    shown: Counter[str] = field(default_factory=Counter)

    def page(self) -> str:
        now = 0 if self.bad else 1
        lines = [f"{series} {values[now]}" for series, values in GAUGES.items()]
        lines += [f"{series} {self.shown[series]}" for series in COUNTERS]
        self.shown.update({series: grows[now] for series, grows in COUNTERS.items()})
        return "".join(f"{line}\n" for line in lines)

    def beside(self) -> str | None:
        return None if self.bad else "usher_build_info 1\n"


@contextmanager
def served(page: Iterator[str | None]) -> Iterator[str]:
    """The address of a process whose metrics are the next page; none is an error of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = next(page)
            self.send_response(500 if body is None else 200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write((body or "").encode())

        def log_message(self, *_: object) -> None:
            """Prometheus says enough."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/metrics"
        finally:
            server.shutdown()
            thread.join()


@pytest_asyncio.fixture(loop_scope="session")
async def watched() -> AsyncIterator[tuple[Pages, dict[str, str]]]:
    """Pages, and the addresses of the two servers of ``usher up --observability`` that watch them, in a hurry."""
    folder, pages = servers.temporary_folder(), Pages()
    state = StateFolder(folder)
    observability = Observability(state)
    observability.prepare()
    in_a_hurry(state.observability)
    try:
        async with AsyncExitStack() as stack:
            whole = stack.enter_context(served(iter(pages.page, "")))
            beside = stack.enter_context(served(iter(pages.beside, "")))
            observability.scrape({"sla": [whole], "ingest": [beside]})
            for unit in observability.units:
                await unit.start()
                stack.push_async_callback(unit.stop)
            yield pages, observability.addresses()
    finally:
        servers.remove(folder)


def in_a_hurry(folder: Path) -> None:
    """The rules as they are shipped, and those of a policy, but asked often and held for a moment only."""
    (folder / "recording.yml").write_text((RULES / "recording.yml").read_text())
    (folder / "alerts.yml").write_text(re.sub(r"for: \w+", f"for: {HELD}", (RULES / "alerts.yml").read_text()))
    own = re.sub(r"for: \w+", f"for: {HELD}", yaml.safe_dump(rules_document([POLICY])))
    (folder / "queues.yml").write_text(own)
    configuration = folder / "prometheus.yml"
    document = yaml.safe_load(configuration.read_text())
    document["global"] = {"scrape_interval": INTERVAL, "scrape_timeout": INTERVAL, "evaluation_interval": INTERVAL}
    document["rule_files"] = ["recording.yml", "alerts.yml", "queues.yml"]
    configuration.write_text(yaml.safe_dump(document))


async def alerts_of(client: httpx.AsyncClient, addresses: dict[str, str]) -> tuple[set[str], set[str]]:
    """The names of those that Prometheus says are firing, and of those that Alertmanager would tell somebody of."""
    rang = (await client.get(f"{addresses['prometheus']}/api/v1/alerts")).json()["data"]["alerts"]
    told = (await client.get(f"{addresses['alertmanager']}/api/v2/alerts")).json()
    return (
        {alert["labels"]["alertname"] for alert in rang if alert["state"] == "firing"},
        {alert["labels"]["alertname"] for alert in told},
    )


async def test_every_alert_fires_while_things_are_bad_and_is_over_when_they_are_well(
    watched: tuple[Pages, dict[str, str]],
) -> None:
    pages, addresses = watched
    every = {rule["alert"] for rule in rules("alerts.yml")}
    every |= {rule["alert"] for group in rules_document([POLICY])["groups"] for rule in group["rules"]}
    async with httpx.AsyncClient(timeout=30.0) as client:
        for bad, expected in ((True, every), (False, OF_MINUTES)):
            pages.bad = bad
            try:
                async with asyncio.timeout(SECONDS_MAX):
                    while (found := await alerts_of(client, addresses)) != (expected, expected):
                        await asyncio.sleep(0.2)
            except TimeoutError:
                assert found == (expected, expected), "bad" if bad else "well"
