"""Compares a partition's row with both of its logs, and accepts what they say when an operator decides so."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from cli.lane.lane_plan import Input, Plan, input_disagreement, plan
from cli.lane.lane_store import LaneRows
from cli.output import UsageError
from shared.clock import monotonic
from shared.contract.envelope import to_record
from shared.contract.records import Record
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT, SLA_EVENTS
from shared.kafka import read_tail
from shared.kafka.reader import LogReader
from shared.lane.store import Claim
from shared.process.settings import CommonSettings

__all__ = ["LANES", "Accepted", "Busy", "Ends", "accept"]

WATCH_SECONDS = 2.0  # a service under load commits many times in this time


class Ends(NamedTuple):
    """The topics that a service's lanes read and write."""

    input: str
    output: str


class Accepted(NamedTuple):
    """What was found, and whether the row was set."""

    plan: Plan
    done: bool


class Busy(Exception):
    """The partition's row changed while it was looked at: somebody owns it and works."""


LANES: Mapping[str, Ends] = {"router": Ends(ROUTER_INPUT, CONTACT_EVENTS), "sla": Ends(CONTACT_EVENTS, SLA_EVENTS)}


async def accept(
    settings: CommonSettings, where: tuple[str, int], start: str, *, yes: bool, lanes: Mapping[str, Ends] = LANES
) -> Accepted:
    """What keeps a partition (service, number) closed and what opens it; set if ``yes`` and there is anything to set.

    Busy where an owner commits. UsageError for a partition that was never claimed, or an offset outside the log.
    """
    service, partition = where
    async with LaneRows.of(settings) as rows:
        seen_at = monotonic()
        row = await rows.one(service, partition)
        if row is None:
            raise UsageError(f"{service} never claimed partition {partition}; usher lane show names the others")
        made = await _planned(settings, lanes[service], row.claim, start)
        await asyncio.sleep(max(0.0, seen_at + WATCH_SECONDS - monotonic()))
        if await rows.one(service, partition) != row:
            raise Busy(f"{row.owner} owns partition {partition} of {service} and works: nothing is accepted meanwhile")
        if not yes or not made.found:
            return Accepted(made, done=False)
        if not await rows.set(service, row.claim, made.after):
            raise Busy(f"partition {partition} of {service} was claimed this very moment: look again")
        return Accepted(made, done=True)


async def _planned(settings: CommonSettings, ends: Ends, claim: Claim, start: str) -> Plan:
    async with LogReader(settings) as reader:
        missing = [topic for topic in ends if topic not in await reader.topics()]
        if missing:
            raise UsageError(f"topic {settings.topic_prefix}{missing[0]} does not exist; run usher topics")
        log = await _input(reader, ends.input, claim, start)
    return plan(claim, log, await read_tail(settings, ends.output, claim.partition))


async def _input(reader: LogReader, topic: str, claim: Claim, start: str) -> Input:
    begin, end = (await reader.bounds(topic, [claim.partition]))[claim.partition]
    last_applied = None
    if begin < claim.next_offset <= end:
        last_applied = (await _records(reader, topic, claim.partition, claim.next_offset - 1))[0]
    offset = max(begin, claim.next_offset)
    if input_disagreement(claim, begin, end, last_applied):
        offset = {"begin": begin, "end": end}.get(start, -1) if not start.isdecimal() else int(start)
        if not begin <= offset <= end:
            raise UsageError(f"--from {start}: the input log holds {begin} to {end}")
    unread = await _records(reader, topic, claim.partition, offset) if offset < end else []
    return Input(begin, end, last_applied, offset, unread)


async def _records(reader: LogReader, topic: str, partition: int, offset: int) -> Sequence[Record]:
    polled = await reader.read(topic, partition, offset)
    return [to_record(raw.offset, raw.timestamp, raw.value, raw.headers) for raw in polled]
