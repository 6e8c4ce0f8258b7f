"""Signed webhooks a second on one core, with Kafka's acknowledgement, beside the naive handler in the same run.

    python -m tests.benchmarks.bench_webhooks [--requests N] [--adapters slack,twilio]

For each adapter: requests a second as fast as 64 connections go, microseconds of ingest's CPU for each, and p50 and p99
at half of that rate. Every request is a message of its own, signed as its provider signs. The server has the first core
for itself, load and broker have the others; on a machine of two cores these are busy first, so the rate is theirs too.
What one core would do is what the server does in a second of its own CPU, and that is compared.

The naive handler (webhooks/naive.py) is FastAPI's, for the payloads of COMPARED, and there are several, for people
write it in several ways: ``async def`` with aiokafka's ``send_and_wait``, on both servers that one gets with uvicorn,
and ``def`` with confluent-kafka's ``produce`` and ``flush``. The goal is held against NAIVE_OF_GOAL, as the
documentation of FastAPI has one start it, and the one that takes the least of ours; a goal held against a slower one
would be kind to us. Only the ``def`` makes sure of one produce request for each HTTP request: aiokafka sends what came
meanwhile together.
"""

import argparse
import asyncio
import os
from pathlib import Path
from typing import Any

from services.ingest.domain.channels.registry import NAMES
from shared.contract.topics import CHANNELS, ROUTER_INPUT, all_topics
from shared.kafka import ensure_topics
from tests.benchmarks.pipeline.report import say, tell
from tests.benchmarks.pipeline.rig import Rig, rig, shared_servers
from tests.benchmarks.webhooks.load import Load
from tests.benchmarks.webhooks.signed import SECRETS, request, sources

RATIO_GOAL = 5.0
WARM_UP = 300  # requests before anything is measured
ROUNDS = 3  # of what is compared, in turn; of each the one with the least CPU, which others disturbed the least
NAIVE = {  # name -> server, produce
    "async, uvicorn": ("plain", "awaited"),
    "async, fastapi[standard]": ("standard", "awaited"),
    "def, fastapi[standard]": ("standard", "flushed"),
}
NAIVE_OF_GOAL = "async, fastapi[standard]"
COMPARED = ("slack", "standard_webhooks")  # the payloads that the naive handler takes too


async def measured(made: Rig, process: str, adapter: str, first: int, requests: int) -> dict[str, float]:
    """Figures of one adapter; ``first`` numbers its messages."""
    load = Load()
    await load.open(made.urls[process]["ingest_url"])
    try:
        made_now = [request(adapter, first + number) for number in range(WARM_UP + 2 * requests)]
        await load.flood(made_now[:WARM_UP])
        cpu = made.cpu_seconds()[process]
        seconds = await load.flood(made_now[WARM_UP : WARM_UP + requests])
        spent = made.cpu_seconds()[process] - cpu
        p50, p99 = await load.steady(made_now[WARM_UP + requests :], requests / seconds / 2)
    finally:
        load.close()
    return {
        "requests_per_second": requests / seconds,
        "per_second_of_cpu": requests / max(spent, 0.01),
        "cpu_us_per_request": spent / requests * 1e6,
        "p50_ms": p50,
        "p99_ms": p99,
    }


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """The naive handler, then every adapter, on the same servers."""
    found: dict[str, dict[str, float]] = {}
    cores = sorted(os.sched_getaffinity(0))
    async with shared_servers() as (kafka, postgres), rig(kafka, postgres) as made:
        await ensure_topics(made.settings, all_topics((*CHANNELS, *NAMES)))
        file = made.folder / "sources.yaml"
        await asyncio.to_thread(file.write_text, sources())
        os.environ.update(SECRETS, USHER_SOURCES_FILE=str(file))  # the processes are given this environment
        for name, (server, produce) in NAIVE.items():
            arguments = ["-m", "tests.benchmarks.webhooks.naive", "--server", server, "--produce", produce]
            await made.start(name, arguments)
            apart(made, name, cores)
        await made.start("ingest", ["-m", "services.ingest"])
        apart(made, "ingest", cores)
        before, runs = await made.end_offset(ROUTER_INPUT), 0
        every = WARM_UP + 2 * options.requests
        turns = [(name, by_naive(name, adapter), adapter) for name in NAIVE for adapter in COMPARED]
        turns += [("ingest", name, name) for name in options.adapters]
        for turn in range(ROUNDS):
            for process, name, adapter in turns:
                if turn == 0 or adapter in COMPARED:
                    say(f"{name}, round {turn + 1}")
                    figures = await measured(made, process, adapter, turn * every, options.requests)
                    found[name] = min(found.get(name, figures), figures, key=lambda one: one["cpu_us_per_request"])
                    runs += 1
        arrived = await made.end_offset(ROUTER_INPUT) - before
    expected = runs * every
    if arrived < expected:
        raise SystemExit(f"{arrived} of {expected} acknowledged messages are on the log")
    return {
        "webhooks": found,
        "ratios": _ratios(found, "per_second_of_cpu"),
        "rates": _ratios(found, "requests_per_second"),
    }


def by_naive(name: str, adapter: str) -> str:
    """How the figures of a naive handler are called."""
    return f"naive, {name}, {adapter}"


def apart(made: Rig, process: str, cores: list[int]) -> None:
    """The first core for the server, the others for load and broker, where there are others."""
    first, *others = cores
    for pid, its_own in ((made.processes[process].pid, [first]), (made.kafka.pid, others), (os.getpid(), others)):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), its_own or [first])


def _ratios(found: dict[str, dict[str, float]], figure: str) -> dict[str, dict[str, float]]:
    """By adapter, how many times each naive handler's; of those that were measured."""
    return {
        adapter: {name: found[adapter][figure] / found[by_naive(name, adapter)][figure] for name in NAIVE}
        for adapter in COMPARED
        if adapter in found
    }


def table(found: dict[str, Any]) -> str:
    """The figures as people read them."""
    lines = [f"{'':<52}{'requests/s':>11}{'CPU us each':>13}{'p50 ms':>9}{'p99 ms':>9}"]
    lines += [
        f"{name:<52}{one['requests_per_second']:>11.0f}"
        f"{one['cpu_us_per_request']:>13.0f}{one['p50_ms']:>9.1f}{one['p99_ms']:>9.1f}"
        for name, one in found["webhooks"].items()
    ]
    for adapter, ratios in found["ratios"].items():
        for name, ratio in ratios.items():
            goal = f"; goal: {RATIO_GOAL:.0f}" if name == NAIVE_OF_GOAL else ""
            rate = f"{found['rates'][adapter][name]:.1f} times its rate"
            lines.append(f"{adapter}: {ratio:.1f} times `{name}` on one core ({rate}){goal}")
    return "\n".join(lines) + "\n"


def _adapters(text: str) -> list[str]:
    names = text.split(",")
    unknown = set(names) - set(NAMES)
    if unknown:
        raise argparse.ArgumentTypeError(f"no such adapter: {', '.join(sorted(unknown))}")
    return names


def main() -> None:
    """Run, print the table on stdout and write the JSON."""
    parser = argparse.ArgumentParser(prog="bench_webhooks")
    parser.add_argument("--requests", type=int, default=1500, help="of each adapter and of each of its two runs")
    parser.add_argument("--adapters", type=_adapters, default=list(NAMES), metavar="NAMES", help="with commas")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    tell(table(found), found, options.json)


if __name__ == "__main__":
    main()
