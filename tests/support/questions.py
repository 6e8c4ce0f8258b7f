"""What rules, alerts and dashboards ask of Prometheus, and what promtool says of it."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.grafana.boards import BOARDS
from deploy.grafana.preview import filled_in

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
NAME = re.compile(r"\b(?:usher|process|python)[a-z0-9_]*(?::[a-z0-9_]+)*\b")
PARTS = ("_bucket", "_count", "_sum")
needs_promtool = pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: apt install prometheus")


def promtool(*words: str) -> str:
    """What it says, run in deploy/prometheus; it must be content."""
    done = subprocess.run(["promtool", *words], cwd=DEPLOY / "prometheus", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def rules(file: str) -> list[dict[str, Any]]:
    """The rules of a file in deploy/prometheus, without their groups."""
    document = yaml.safe_load((DEPLOY / "prometheus" / file).read_text())
    return [rule for group in document["groups"] for rule in group["rules"]]


def panels() -> list[tuple[str, str]]:
    """(panel, question) of every dashboard, with its variables filled in."""
    return [
        (f"{board.uid}: {panel.title}", filled_in(question, rate_seconds=60))
        for board in BOARDS
        for panel in board.panels
        for _, question in panel.questions
    ]


def metrics_of(question: str) -> set[str]:
    """The names of series that a question asks for."""
    bare = re.sub(r'"[^"]*"', "", question)
    return set(NAME.findall(bare))


def family(name: str, known: set[str]) -> str:
    """The metric that a series belongs to: a histogram has three kinds."""
    for part in PARTS:
        if name.endswith(part) and name.removesuffix(part) in known:
            return name.removesuffix(part)
    return name


# What operations people must be able to see -> the series that say so, each with the labels that it must have.
ASKED: dict[str, dict[str, tuple[str, ...]]] = {
    "who waits": {
        "usher_queue_waiting": ("workspace", "queue"), "usher_queue_oldest_wait_seconds": ("workspace", "queue"),
        "usher_queue_overdue": ("workspace", "queue"),
        "usher_queue_wait_seconds_bucket": ("workspace", "queue", "channel", "outcome", "partition", "le"),
    },
    "contacts": {
        "usher_contacts": ("workspace", "state"), "usher_contacts_received_total": ("workspace", "channel"),
        "usher_contacts_ended_total": ("workspace", "outcome"),
    },
    "handle time per phase": {"usher_phase_seconds_sum": ("workspace", "queue", "channel", "phase", "partition")},
    "agents": {
        "usher_agents": ("workspace", "availability"), "usher_queue_agents": ("workspace", "queue", "state"),
        "usher_agent_seconds_total": ("workspace", "state", "partition"),
        "usher_agent_unit_seconds_total": ("workspace", "use", "partition"),
        "usher:occupancy:rate5m": ("workspace",),
    },
    "moves": {
        f"usher_{name}_total": ("workspace", "queue", "partition")
        for name in ("transfers", "requeues", "overflows", "callbacks", "non_responses", "declines")
    },
    "offers": {"usher_offers_total": ("workspace", "result")},
    "first contact resolution": {
        "usher_contacts_repeated_total": ("workspace", "by"), "usher:first_contact_resolution:ratio1d": ("workspace",),
    },
    "containment and deflection": {
        "usher_automation_total": ("workspace", "tier", "outcome"),
        "usher_contacts_routed_total": ("workspace", "tier"),
    },
    "promises": {
        "usher_sla_clocks_total": ("workspace", "kind", "target", "queue", "result", "partition"),
        "usher_sla_breaches_total": ("workspace", "kind", "target", "queue", "channel", "partition"),
        "usher_sla_lateness_seconds_bucket": ("workspace", "kind", "queue", "partition", "le"),
        "usher_sla_open_clocks": ("kind",), "usher_sla_at_risk": ("workspace", "queue"),
        "usher_sla_watermark_lag_seconds": (), "usher:service_level:offered": ("workspace", "queue"),
        "usher:service_level:with_overdue": ("workspace", "queue"),
    },
    "the door": {
        "usher_http_request_seconds_bucket": ("path", "le"), "usher_ingest_http_requests_total": ("path", "status"),
    },
    "the log": {
        "usher_event_age_seconds_bucket": ("service", "le"), "usher_lag_records": ("service", "partition"),
        "usher_owned_partitions": ("service",), "usher_rebalances_total": ("service",),
        "usher_batch_records_bucket": ("service", "le"), "usher_commit_seconds_bucket": ("service", "le"),
        "usher_outbox_backlog": ("service",), "usher_outbox_age_seconds": ("service",),
        "usher_pool_wait_seconds_bucket": ("service", "le"), "usher_fenced_commits_total": ("service",),
        "usher_retries_total": ("service", "during"), "usher_dead_letters_total": ("reason",),
        "usher_duplicates_total": ("workspace",), "usher_decision_seconds_bucket": ("le",),
    },
    "processes": {
        "usher_build_info": ("service", "version"), "process_cpu_seconds_total": (), "python_info": ("version",),
        "process_resident_memory_bytes": (), "process_start_time_seconds": (), "process_open_fds": (),
        "python_gc_collections_total": ("generation",),
    },
}  # fmt: skip
