"""``usher status``: what runs, how far behind it is and what is wrong, on one screen."""

import argparse
import asyncio
import os
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from shutil import get_terminal_size
from typing import Any

from cli.groups import group_of
from cli.lane.accept import LANES
from cli.output import EXIT_NO, EXIT_OK, result, write
from cli.policy.in_force import settings_in_force
from cli.status.facts import STUCK_SECONDS, Facts, Lane, Oldest, Replica, notes, problems, screen
from cli.status.http import look_aside
from deploy.local.state import StateFolder, state_folder
from services.router.lookup.standing import Standing, standing
from shared.clock import now_ms
from shared.contract.topics import INGEST_GROUPS
from shared.errors import Fatal, Retryable
from shared.kafka.groups import groups
from shared.kafka.reader import LogReader, silence_retries
from shared.lane.operators_rows import LaneRow, LaneRows
from shared.process.loop import run_loop
from shared.process.settings import CommonSettings
from shared.process.version import VERSION

__all__ = ["configure", "run"]

SERVERS = ("USHER_KAFKA_BOOTSTRAP_SERVERS", "USHER_POSTGRES_DSN", "USHER_POSTGRES_DSN_FILE")
DOORS = ("ingest_url", "smtp_url")  # in stack.json
NOTHING_RUNS = "no local stack runs (usher up), and the environment names no servers"


def configure(parser: argparse.ArgumentParser) -> None:
    """Where to ask, and how to say it."""
    parser.add_argument(
        "--url", action="append", default=[], metavar="URL",
        help="metrics port of a service's process, as http://10.0.0.7:9100; repeatable",
    )  # fmt: skip
    parser.add_argument("--json", action="store_true", help="everything that was found, as JSON on stdout")


def run(args: argparse.Namespace) -> int:
    """Show the state; exit 0 when nothing is wrong, else 1."""
    silence_retries()
    facts = run_loop(_facts(args.url))
    wrong = problems(facts)
    if args.json:
        result({**asdict(facts), "notes": notes(facts), "problems": wrong})
    else:
        write(*screen(facts, get_terminal_size().columns if sys.stdout.isatty() else None))
    return EXIT_NO if wrong else EXIT_OK


async def _facts(urls: list[str]) -> Facts:
    state = StateFolder(state_folder())
    stack = state.read_stack() if state.owner() else None
    named = any(os.environ.get(name) for name in SERVERS)
    local = stack if not named and not urls else None
    if local is None and not named and not urls and stack is None:
        return Facts(place=str(state.path), version=VERSION, faults=(NOTHING_RUNS,))
    settings = settings_in_force()
    targets = _targets(local) if local else [(url, "process") for url in urls]
    place = f"local stack in {state.path}" if local else f"Kafka at {settings.kafka_bootstrap_servers}"
    looks = asyncio.gather(*(look_aside(url, service) for url, service in targets))
    found, replicas = await asyncio.gather(_servers(settings), looks)
    return _told(place, replicas, found, local)


@dataclass(slots=True)
class _Found:
    """What the servers say. ``ends`` of the logs, and ``first_ms``, when what nobody applied was written; by service
    and partition. ``door_lag``: records of the inbound topics that ingest has not taken; ``deserted``: services whose
    processes are all gone. ``faults``: of servers that cannot be asked."""

    rows: list[LaneRow]
    standing: Standing | None
    faults: list[str]
    door_lag: int | None = None
    deserted: list[str] = field(default_factory=list)
    ends: dict[tuple[str, int], int] = field(default_factory=dict)
    first_ms: dict[tuple[str, int], int] = field(default_factory=dict)


def _told(place: str, replicas: list[Replica], found: _Found, local: Mapping[str, Any] | None) -> Facts:
    now = now_ms()
    stands, oldest = found.standing, found.standing.oldest if found.standing else None
    return Facts(
        place=place,
        version=VERSION,
        doors=tuple(local[name] for name in DOORS if local.get(name)) if local else (),
        whole=local is not None,
        partitions=len([1 for service, _ in found.ends if service == "router"]) or None,
        replicas=tuple(replicas),
        lanes=tuple(_lane(row, found, now) for row in found.rows),
        waiting=stands.waiting if stands else None,
        oldest=oldest and Oldest(
            contact_id=oldest.contact_id, workspace=oldest.workspace, queue=oldest.queue,
            seconds=max(0.0, (now - oldest.since_ms) / 1000),
        ),
        letters=stands.letters if stands else {},
        door_lag=found.door_lag,
        deserted=tuple(found.deserted),
        faults=(*(_gone(local) if local else ()), *found.faults),
    )  # fmt: skip


async def _servers(settings: CommonSettings) -> _Found:
    found = _Found(*await _database(settings))
    await _log(settings, found)
    return found


async def _database(settings: CommonSettings) -> tuple[list[LaneRow], Standing | None, list[str]]:
    """Lanes, who waits, and why PostgreSQL cannot be asked."""
    try:
        async with LaneRows.of(settings) as rows:
            return await rows.all(), await standing(settings), []
    except (Retryable, Fatal) as error:
        return [], None, [str(error)]


async def _log(settings: CommonSettings, found: _Found) -> None:
    """The end of every partition of what router and sla read, and of those that may stand still the first input."""
    try:
        async with LogReader(settings) as reader:
            there = await reader.topics()
            for service, (source, _) in LANES.items():
                if source not in there:
                    found.faults.append(f"topic {settings.topic_prefix}{source} does not exist: usher topics makes it")
                    continue
                bounds = await reader.bounds(source, await reader.partitions(source))
                found.ends.update({(service, partition): end for partition, (_, end) in bounds.items()})
                for row in found.rows:
                    begin, end = bounds.get(row.claim.partition, (0, 0))
                    first = max(begin, row.claim.next_offset)
                    if row.service == service and first < end and _quiet(row):
                        records = await reader.read(source, row.claim.partition, first)
                        found.first_ms[service, row.claim.partition] = records[0].timestamp
            await _members(settings, reader, there, found)
    except (Retryable, Fatal) as error:
        found.faults.append(str(error))


async def _members(settings: CommonSettings, reader: LogReader, there: set[str], found: _Found) -> None:
    """Whether anybody is in the services' groups, and how far those of ingest have come."""
    names = group_names(settings)
    taken: dict[tuple[str, int], int] = {}
    known = await groups(settings, list(names))
    for service in dict.fromkeys(names.values()):
        its = [group for group in known if names[group.name] == service]
        if any(group.deserted for group in its) or all(group.unknown for group in its):
            found.deserted.append(service)
    for group in known:
        if names[group.name] == "ingest":
            taken |= group.taken
    topics = {topic for topic, _ in taken} & there
    if topics:
        found.door_lag = 0
    for topic in topics:
        for partition, (begin, end) in (await reader.bounds(topic, await reader.partitions(topic))).items():
            found.door_lag = (found.door_lag or 0) + end - max(begin, taken.get((topic, partition), begin))


def group_names(settings: CommonSettings) -> dict[str, str]:
    """The services by the names of their consumer groups: those that the environment names, else the default ones."""
    named = group_of(settings)
    names: dict[str, str] = {named[service]: service for service in ("router", "sla")}
    return names | {f"{named['ingest']}.{kind}": "ingest" for kind in INGEST_GROUPS}


def _quiet(row: LaneRow) -> bool:
    """Whether nothing was committed lately: only then its lag may be more than what is just being done."""
    return now_ms() - row.at_ms > STUCK_SECONDS * 1000


def _lane(row: LaneRow, found: _Found, now: int) -> Lane:
    place = row.service, row.claim.partition
    end = found.ends.get(place)
    return Lane(
        service=row.service,
        partition=row.claim.partition,
        owner=row.owner,
        lag=None if end is None else max(0, end - row.claim.next_offset),
        behind_seconds=max(0.0, (now - found.first_ms.get(place, now)) / 1000),
    )


def _targets(stack: Mapping[str, Any]) -> list[tuple[str, str]]:
    return [(url, service) for service, urls in stack.get("metrics", {}).items() for url in urls]


def _gone(stack: Mapping[str, Any]) -> list[str]:
    """Processes of the stack that do not live."""
    found = []
    for name, pids in stack.get("pids", {}).items():
        for pid in pids if isinstance(pids, list) else [pids]:
            if isinstance(pid, int) and not _lives(pid):
                found.append(f"{name} (process {pid}) is gone; supervisor.log says why")
    return found


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user, and alive
        return True
    return True
