"""The router at scale: 10,000 agents, 50,000 waiting contacts, a flow through the whole stack, a kill and a restart.

    python -m tests.benchmarks.bench_scale [--agents N] [--waiting N] [--seconds S] [--in-flight N] [--json FILE]

Real Kafka and PostgreSQL (fsync on), one workspace, one partition. The flow competes with the backlog: half of it joins
the 50,000 and is served by the NEXT rule over all of them, half finds the least scarce of thousands of free agents of
mostly unique profiles (tests/benchmarks/pipeline/big.py). Simulated agents accept, close and wrap up over the topics.
Short: ``--agents 1000 --waiting 5000 --seconds 5``.
"""

import argparse
import asyncio
import json
import os
import sys
from pathlib import Path
from typing import Any

import psutil

from shared.clock import monotonic
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT
from tests.benchmarks.pipeline import big, figures
from tests.benchmarks.pipeline.crew import Crew
from tests.benchmarks.pipeline.report import say, tell
from tests.benchmarks.pipeline.rig import ROOT, Rig, rig, shared_servers
from tests.benchmarks.pipeline.stack import events_told, settled, start_services, until

WARM_UP_SECONDS = 5.0
QUEUED = "SELECT count(*) FROM router_contact WHERE state = 'queued'"
OWN = "agents"


async def build_up(made: Rig, crew: Crew, options: argparse.Namespace) -> float:
    """Everybody signed on, the crowded side at work, the backlog there; returns contacts/s of building it."""
    say(f"{options.agents} agents sign on")
    await start_services(made, big.policy(), big.sign_ons(options.agents))
    contacts, began = options.waiting + big.at_work(options.agents), monotonic()
    say(f"{contacts} contacts arrive for {big.at_work(options.agents)} agents")
    await crew.crowd(contacts)
    await until(lambda: _at_rest(made), 0.2, lambda: events_told(made))
    return contacts / (monotonic() - began)


async def _at_rest(made: Rig) -> bool:
    """Whether everything that was said has gone through ingest, router and sla."""
    if not await settled(made, await made.end_offset(ROUTER_INPUT)):
        return False
    told = await made.end_offset(CONTACT_EVENTS)
    await asyncio.sleep(1.0)  # an answer of an agent may be under way
    return await settled(made, await made.end_offset(ROUTER_INPUT)) and told == await made.end_offset(CONTACT_EVENTS)


async def flow(made: Rig, crew: Crew, options: argparse.Namespace) -> dict[str, Any]:
    """The sustained flow: contacts a second from offered load to closed, CPU of each part, decisions, memory."""
    say(f"flow: {options.seconds:.0f} s with {options.in_flight} contacts in flight")
    await crew.begin(options.in_flight)
    await asyncio.sleep(WARM_UP_SECONDS)
    decisions = await figures.decisions(made)
    waiting, closed, cpu, began = await made.value(QUEUED), crew.closed, _cpu(made), monotonic()
    await asyncio.sleep(options.seconds)
    closed, spent, seconds = crew.closed - closed, _cpu(made), monotonic() - began
    found = {
        "contacts": closed,
        "contacts_per_second": closed / seconds,
        "cpu_us_per_contact": {name: (spent[name] - cpu[name]) / max(1, closed) * 1e6 for name in spent},
        "cores_used": sum(spent[name] - cpu[name] for name in spent) / seconds,
        "waiting_at_begin": waiting,
        "waiting_at_end": await made.value(QUEUED),
        "decision": figures.quantiles(decisions, await figures.decisions(made)),
        "router_peak_mib": figures.peak_mib(made),
    }
    crew.flowing = False
    await until(lambda: _at_rest(made), 0.2, lambda: events_told(made))
    found["dead_letters"] = await made.value("SELECT count(*) FROM dead_letter")
    return found


def _cpu(made: Rig) -> dict[str, float]:
    own = psutil.Process(os.getpid()).cpu_times()
    return {**made.cpu_seconds(), OWN: float(own.user + own.system)}


async def restart(made: Rig) -> dict[str, Any]:
    """Kill the router as it stands and start it again: seconds until its lane is open with everything loaded."""
    say("kill -9 of the router, and again from the start")
    epoch = "SELECT epoch FROM lane WHERE service = 'router'"
    before = await made.value(epoch)
    await made.processes["router"].kill()
    (made.folder / "router.json").unlink()
    began = monotonic()
    await made.start("router", ["-m", "services.router"])
    up = monotonic()
    await until(lambda: _is_later(made, epoch, before))
    claimed = monotonic()
    await until(lambda: figures.is_ready(made))
    opened = monotonic()
    expected = {"waiting": await made.value(QUEUED), "agents": await made.value("SELECT count(*) FROM router_agent")}
    loaded = await figures.loaded(made)
    if loaded != {**expected, "orphans": 0}:
        raise SystemExit(f"the router loaded {loaded}, the database has {expected}")
    return {
        "process_seconds": up - began,
        "group_seconds": claimed - up,
        "load_seconds": opened - claimed,
        "start_to_open_seconds": opened - began,
        "router_peak_mib": figures.peak_mib(made),
        **expected,
    }


async def _is_later(made: Rig, sql: str, than: int) -> bool:
    return await made.value(sql) > than


async def parts_of_loading(made: Rig) -> dict[str, Any]:
    """The load taken apart, in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.pipeline.loading"]
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=made.environment("loading"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the load could not be taken apart")
    return dict(json.loads(out))


async def measure(options: argparse.Namespace) -> dict[str, Any]:
    """All of it on servers of its own."""
    async with shared_servers() as (kafka, postgres), rig(kafka, postgres) as made:
        crew = Crew(kafka.bootstrap, made.prefix)
        await crew.start()
        working = asyncio.ensure_future(crew.run())
        try:
            built = await build_up(made, crew, options)
            flowed = await flow(made, crew, options)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)
            await crew.stop()
        restarted = await restart(made)
        loading = await parts_of_loading(made)
    return {
        "agents": options.agents,
        "waiting": options.waiting,
        "build_up_contacts_per_second": built,
        "flow": flowed,
        "restart": restarted,
        "loading": loading,
    }


def main() -> None:
    """Run, print the table on stdout and write the JSON."""
    parser = argparse.ArgumentParser(prog="bench_scale")
    parser.add_argument("--agents", type=int, default=10_000)
    parser.add_argument("--waiting", type=int, default=50_000)
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--in-flight", type=int, default=2_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    found = asyncio.run(measure(options))
    tell(figures.table(found), found, options.json)


if __name__ == "__main__":
    main()
