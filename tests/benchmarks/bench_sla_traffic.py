"""How soon a breach is told while the inbound topics never rest: the three services as processes, on real Kafka and
PostgreSQL, customers at a steady rate, and no agent who could answer them.

    python -m tests.benchmarks.bench_sla_traffic [--rates 50,500] [--seconds 30]

Told is the delay from the due time to the record of ``clock_breached`` on Kafka, as its own timestamp says: the room
for late reports (``USHER_WATERMARK_LATENESS_MS``) is a part of it. The goal is 250 ms. Prints JSON, milliseconds.
"""

import argparse
import asyncio
from datetime import datetime
from typing import Any

import orjson
import yaml

from shared.clock import monotonic
from shared.contract.topics import SLA_EVENTS
from shared.policy import Policy, parse_policy
from tests.benchmarks.bench_pipeline import POLICY
from tests.benchmarks.pipeline.load import TEXTS, send_at_rate
from tests.benchmarks.pipeline.report import say, tell
from tests.benchmarks.pipeline.rig import Rig, rig, shared_servers
from tests.benchmarks.pipeline.stack import start_services

TARGET_SECONDS = 5
WARM_SECONDS = 5.0  # of traffic before what is measured: what is done for the first time is slower
FOR_PEOPLE = 3 / 10  # of the texts; the others go to a bot or to self-service, and are promised nothing here
QUIET_SECONDS_MAX = 15.0


def short_promises() -> Policy:
    """The pipeline's policy, where every queue promises an answer in seconds."""
    document = yaml.safe_load(POLICY.read_text())
    for queue in document["queues"].values():
        queue["targets"] = {"time_to_answer": {"within": f"{TARGET_SECONDS}s"}}
    return parse_policy(document)


async def told(made: Rig, first: int, per_second: int, seconds: float) -> dict[str, Any]:
    """Milliseconds from due to told of what falls due while customers come at this rate."""
    async with made.from_now(SLA_EVENTS) as came:
        cpu, started = made.cpu_seconds(), monotonic()
        load = send_at_rate(made.kafka.bootstrap, made.prefix, first, per_second, seconds)
        sending = asyncio.ensure_future(load)
        found: list[float] = []
        quiet_since = monotonic()
        while not sending.done() and monotonic() - quiet_since < QUIET_SECONDS_MAX:
            for raw in await came(200):
                quiet_since = monotonic()
                if dict(raw.headers)["ce_type"] == b"usher.sla.clock_breached.v1":
                    found.append(raw.timestamp - _ms(orjson.loads(raw.value)["due_at"]))
        await sending
    spent, ordered = made.cpu_seconds(), sorted(found)
    return {
        "messages_per_second": per_second,
        "breaches": len(ordered),
        "breaches_at_least": int(per_second * max(0.0, seconds - TARGET_SECONDS - 1) * FOR_PEOPLE),
        "told_ms_p50": ordered[len(ordered) // 2],
        "told_ms_p99": ordered[len(ordered) * 99 // 100],
        "told_ms_worst": ordered[-1],
        "cores": {name: (spent[name] - cpu[name]) / (monotonic() - started) for name in spent},
    }


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


async def measure(rates: list[int], seconds: float) -> list[dict[str, Any]]:
    """One rate after the other, on the same services."""
    found, first = [], 0
    async with shared_servers() as (kafka, postgres), rig(kafka, postgres) as made:
        await start_services(made, short_promises(), [])
        for rate in rates:
            say(f"{rate} messages a second for {seconds} s")
            await send_at_rate(made.kafka.bootstrap, made.prefix, first, rate, WARM_SECONDS, TEXTS)
            first += int(rate * WARM_SECONDS)
            found.append(await told(made, first, rate, seconds))
            first += int(rate * seconds)
    return found


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(prog="bench_sla_traffic", description=__doc__)
    parser.add_argument("--rates", default="50,500")
    parser.add_argument("--seconds", type=float, default=30.0)
    options = parser.parse_args()
    tell("", {"rates": asyncio.run(measure([int(rate) for rate in options.rates.split(",")], options.seconds))}, None)


if __name__ == "__main__":
    main()
