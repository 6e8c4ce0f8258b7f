"""What the benchmark of scale reads of a router, and the table that it prints."""

import asyncio
import os
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

from tests.benchmarks.pipeline.rig import Rig

MIB = 2**20
CONTACTS_PER_SECOND_MIN = 1_660
DECISION_P50_MAX = 20e-6
DECISION_P99_MAX = 200e-6
ROUTER_MB_MAX = 300
LOAD_SECONDS_MAX = 5.0
ASK_SECONDS_MAX = 10.0

Buckets = dict[float, float]
"""Observations up to a bound in seconds."""


async def _get(url: str) -> str:
    def read() -> str:
        with urlopen(url, timeout=ASK_SECONDS_MAX) as reply:
            return str(reply.read().decode())

    return await asyncio.to_thread(read)


async def _samples(made: Rig) -> list[Any]:
    text = await _get(made.urls["router"]["metrics_url"])
    return [sample for family in text_string_to_metric_families(text) for sample in family.samples]


async def is_ready(made: Rig) -> bool:
    """Whether the router says that its partitions are open."""
    try:
        await _get(made.urls["router"]["metrics_url"].replace("/metrics", "/readyz"))
    except (URLError, OSError):
        return False
    return True


async def decisions(made: Rig) -> Buckets:
    """How long the decisions of the live router took so far."""
    return {
        float(each.labels["le"]): each.value
        for each in await _samples(made)
        if each.name == "usher_decision_seconds_bucket"
    }


async def loaded(made: Rig) -> dict[str, int]:
    """What the router holds."""
    names = {"usher_queue_waiting": "waiting", "usher_agents": "agents", "usher_orphans": "orphans"}
    found = dict.fromkeys(names.values(), 0)
    for each in await _samples(made):
        if each.name in names:
            found[names[each.name]] += int(each.value)
    return found


def peak_mib(made: Rig) -> float:
    """The most memory that the whole process has held since its start."""
    status = Path(f"/proc/{made.processes['router'].pid}/status").read_text()
    (kilobytes,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
    return float(int(kilobytes) * 1024 / MIB)


def quantiles(before: Buckets, after: Buckets) -> dict[str, float]:
    """p50 and p99 of the decisions in between, in seconds, interpolated within the histogram's buckets."""
    counts = {bound: after[bound] - before[bound] for bound in sorted(after)}
    total = counts[float("inf")]
    return {"decisions": total, "p50": _quantile(counts, 0.5 * total), "p99": _quantile(counts, 0.99 * total)}


def _quantile(counts: Buckets, wanted: float) -> float:
    low, below = 0.0, 0.0
    for bound, count in counts.items():
        if count >= wanted and count > below:
            return low + (bound - low) * (wanted - below) / (count - below) if bound != float("inf") else low
        low, below = bound, count
    return low


def table(found: dict[str, Any]) -> str:
    """The figures as people read them, the goal beside each."""
    flow, restart, loading = found["flow"], found["restart"], found["loading"]
    decision = flow["decision"]
    rows = [
        ("contacts/s, offered to closed", f"{flow['contacts_per_second']:.0f}", f">= {CONTACTS_PER_SECOND_MIN}",
         flow["contacts_per_second"] >= CONTACTS_PER_SECOND_MIN),
        ("decision p50", f"{decision['p50'] * 1e6:.0f} us", "<= 20 us", decision["p50"] <= DECISION_P50_MAX),
        ("decision p99", f"{decision['p99'] * 1e6:.0f} us", "<= 200 us", decision["p99"] <= DECISION_P99_MAX),
        ("router memory, peak", f"{flow['router_peak_mib']:.0f} MiB", f"<= {ROUTER_MB_MAX} MB",
         flow["router_peak_mib"] * MIB <= ROUTER_MB_MAX * 1e6),
        ("load after kill -9, claimed to open", f"{restart['load_seconds']:.1f} s", f"<= {LOAD_SECONDS_MAX:.0f} s",
         restart["load_seconds"] <= LOAD_SECONDS_MAX),
    ]  # fmt: skip
    lines = [
        f"{found['agents']} agents, {flow['waiting_at_begin']} waiting at the begin of the flow,"
        f" {flow['waiting_at_end']} at its end, {flow['dead_letters']} dead letters",
        *(f"{name:<38}{value:>10}   goal {goal:<10} {'ok' if good else 'MISSED'}" for name, value, goal, good in rows),
        "CPU us per contact: " + _parts(flow["cpu_us_per_contact"]) + f"; {flow['cores_used']:.2f} cores busy",
        _ceiling(flow["cpu_us_per_contact"]),
        f"building the backlog: {found['build_up_contacts_per_second']:.0f} contacts/s",
        f"restart: process up after {restart['process_seconds']:.1f} s, the group gave the partition"
        f" {restart['group_seconds']:.1f} s later (the dead member's session), load {restart['load_seconds']:.1f} s,"
        f" memory then {restart['router_peak_mib']:.0f} MiB",
        f"the load alone: rows {loading['rows_seconds']:.2f} s, engine {loading['restore_seconds']:.2f} s (CPU"
        f" {loading['cpu_seconds']:.2f} s),"
        f" engine's memory {loading['engine_mib']:.0f} MiB for {loading['contacts']} contacts",
    ]
    return "\n".join(lines) + "\n"


def _ceiling(cpu: dict[str, float]) -> str:
    """What the goal takes: cores for everything that ran here, and of the router's one core the share."""
    rate = CONTACTS_PER_SECOND_MIN / 1e6
    return (
        f"at {CONTACTS_PER_SECOND_MIN}/s that is {sum(cpu.values()) * rate:.2f} cores, load and servers included,"
        f" of the {os.cpu_count()} here; the router's lane alone {cpu['router'] * rate:.2f} of one"
    )


def _parts(values: dict[str, float]) -> str:
    return "  ".join(f"{name} {value:.0f}" for name, value in values.items())
