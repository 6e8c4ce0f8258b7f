"""Contacts per second end to end, CPU per contact and latency: this design against the naive one, in one run.

    python -m tests.benchmarks.bench_pipeline [--model starter] [--contacts N] [--naive N] [--rates 300,1000]

Prints a table and the same figures as JSON. Real Kafka and PostgreSQL (fsync on), one workspace, one partition.
"""

import argparse
import asyncio
import json
import statistics
from datetime import datetime
from pathlib import Path
from signal import SIGCONT, SIGSTOP
from typing import Any

from shared.clock import monotonic
from shared.contract.topics import AGENT_OFFERS, CONTACT_EVENTS, ROUTER_INPUT
from shared.policy.load import load_policy
from tests.benchmarks.pipeline.load import TEXTS, agents, message, send, send_at_rate
from tests.benchmarks.pipeline.report import say, tell
from tests.benchmarks.pipeline.rig import ROOT, Rig, rig, shared_servers
from tests.benchmarks.pipeline.stack import SERVICES, events_told, settled, start_services, until
from tests.benchmarks.pipeline.texts import Texts, varied_texts

POLICY = ROOT / "tests/benchmarks/pipeline/policy.yaml"
MODEL_POLICY = ROOT / "tests/benchmarks/pipeline/policy-model.yaml"
BUDGETS = {"ingest": 60, "router": 100, "sla": 45}
RATIO_GOAL = 30
MODEL_RATIO_GOAL = 20
MODEL_RATE_GOAL = 1_000


async def throughput_ours(made: Rig, first: int, contacts: int, texts: Texts) -> dict[str, Any]:
    """A backlog of contacts, worked off: contacts/s and CPU microseconds per contact by process."""
    before = await made.end_offset(ROUTER_INPUT)
    made.processes["ingest"].send(SIGSTOP)  # so that the whole backlog is there when it begins
    await send(made.kafka.bootstrap, made.prefix, [message(first + number, texts) for number in range(contacts)])
    cpu, started = made.cpu_seconds(), monotonic()
    made.processes["ingest"].send(SIGCONT)
    await until(lambda: settled(made, before + contacts), progress=lambda: events_told(made))
    return _rates(made, contacts, cpu, monotonic() - started)


def _rates(made: Rig, contacts: int, cpu: dict[str, float], seconds: float) -> dict[str, Any]:
    spent = made.cpu_seconds()
    return {
        "contacts": contacts,
        "contacts_per_second": contacts / seconds,
        "cpu_us_per_contact": {name: (spent[name] - cpu[name]) / contacts * 1e6 for name in spent},
    }


async def throughput_naive(made: Rig, contacts: int, texts: Texts) -> dict[str, Any]:
    """The same backlog through the naive design."""
    for role in SERVICES:
        await made.start(f"naive {role}", ["-m", "tests.benchmarks.pipeline.naive", role], wait=False)
    await until(lambda: _naive_ready(made))
    await send(made.kafka.bootstrap, made.prefix, agents())
    await until(lambda: _count(made, "naive_agent", len(agents())))
    cpu, started = made.cpu_seconds(), monotonic()
    await send(made.kafka.bootstrap, made.prefix, [message(number, texts) for number in range(contacts)])
    await until(lambda: _count(made, "naive_contact", contacts))
    events = 0
    while events != (events := await made.end_offset(CONTACT_EVENTS)):
        await asyncio.sleep(0.2)
    await until(lambda: _count(made, "naive_seen", events))
    return _rates(made, contacts, cpu, monotonic() - started)


async def _naive_ready(made: Rig) -> bool:
    return bool(await made.value("SELECT count(*) FROM pg_tables WHERE tablename = 'naive_seen'"))


async def _count(made: Rig, table: str, expected: int) -> bool:
    return await made.value(f"SELECT count(*) FROM {table}") >= expected


async def latency(made: Rig, first: int, per_second: int, seconds: float, texts: Texts) -> dict[str, Any]:
    """Channel topic -> offer on usher.agent-offers.v1, open loop, milliseconds."""
    async with made.from_now(AGENT_OFFERS) as came:
        cpu, waits = made.cpu_seconds(), []
        load = send_at_rate(made.kafka.bootstrap, made.prefix, first, per_second, seconds, texts)
        sending = asyncio.ensure_future(load)
        expected, quiet_since = int(per_second * seconds) * 3 // 10, monotonic()
        while len(waits) < expected and monotonic() - quiet_since < 20.0:
            for raw in await came(500):
                quiet_since = monotonic()
                if dict(raw.headers)["ce_type"] == b"usher.contact.offered.v1":
                    waits.append(raw.timestamp - _sent_ms(json.loads(raw.value)["occurred_at"]))
        sent = await sending
    quantiles = statistics.quantiles(waits, n=100) if len(waits) > 1 else [0.0] * 99
    return {
        **_rates(made, sent, cpu, seconds),
        "offers": len(waits),
        "offers_expected": expected,
        "p50_ms": quantiles[49],
        "p99_ms": quantiles[98],
    }


def _sent_ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Both designs on the same servers, one after the other."""
    policy = MODEL_POLICY if options.model else POLICY
    texts = varied_texts(load_policy(policy)) if options.model else TEXTS
    async with shared_servers() as (kafka, postgres):
        async with rig(kafka, postgres, policy) as made:
            say(f"naive design: {options.naive} contacts")
            naive = await throughput_naive(made, options.naive, texts)
        async with rig(kafka, postgres, policy) as made:
            await start_services(made, load_policy(policy), agents())
            say("this design: warming up")
            await throughput_ours(made, 0, 2_000, texts)
            say(f"this design: {options.contacts} contacts")
            ours = await throughput_ours(made, 2_000, options.contacts, texts)
            first, steady = 2_000 + options.contacts, []
            for rate in map(int, options.rates.split(",")):
                say(f"this design: {rate} contacts/s for {options.seconds} s")
                steady.append(await latency(made, first, rate, options.seconds, texts))
                first += int(rate * options.seconds)
    ratio = ours["contacts_per_second"] / naive["contacts_per_second"]
    return {"model": options.model, "ours": ours, "naive": naive, "ratio": ratio, "steady": steady}


def _goal(found: dict[str, Any]) -> str:
    if not found["model"]:
        return str(RATIO_GOAL)
    return f"{MODEL_RATIO_GOAL}, and {MODEL_RATE_GOAL} contacts/s, both with the model {found['model']}"


def table(found: dict[str, Any]) -> str:
    """The figures as people read them, the goal beside each."""
    ours, naive = found["ours"], found["naive"]
    lines = [
        f"{'design':<10}{'contacts/s':>12}   CPU us per contact",
        *(
            f"{name:<10}{figures['contacts_per_second']:>12.0f}   "
            + "  ".join(f"{part} {value:.0f}" for part, value in figures["cpu_us_per_contact"].items())
            for name, figures in (("naive", naive), ("usher", ours))
        ),
        f"ratio {found['ratio']:.1f} (goal {_goal(found)})",
        "budgets, us per contact: "
        + ", ".join(f"{name} {ours['cpu_us_per_contact'][name]:.0f} (goal {goal})" for name, goal in BUDGETS.items()),
    ]
    for row in found["steady"]:
        lines.append(
            f"channel topic -> offer at {row['contacts_per_second']:.0f}/s: p50 {row['p50_ms']:.0f} ms,"
            f" p99 {row['p99_ms']:.0f} ms, {row['offers']} of {row['offers_expected']} offers"
        )
    return "\n".join(lines) + "\n"


def main() -> None:
    """Run, print the table on stdout and write the JSON."""
    parser = argparse.ArgumentParser(prog="bench_pipeline")
    parser.add_argument("--contacts", type=int, default=30_000)
    parser.add_argument("--naive", type=int, default=1_000)
    parser.add_argument("--rates", default="300,1000")
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--model", choices=["starter"], help="both designs ask this text model, about varied texts")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    tell(table(found), found, options.json)


if __name__ == "__main__":
    main()
