"""Compares partitions' rows with both of their logs, and accepts what they say when an operator decides so."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from cli.lane import sums
from cli.output import UsageError
from services.sla.lookup.totals import totals
from shared.clock import monotonic
from shared.contract.envelope import to_record
from shared.contract.records import Record
from shared.contract.topics import CONTACT_EVENTS, ROUTER_INPUT, SLA_EVENTS
from shared.kafka import read_tail
from shared.kafka.reader import LogReader
from shared.lane.acceptance import Input, Plan, input_disagreement, plan
from shared.lane.operators_rows import LaneRow, LaneRows
from shared.lane.store import Claim
from shared.process.settings import CommonSettings

__all__ = ["LANES", "Accepted", "Busy", "Ends", "accept"]

WATCH_SECONDS = 2.0  # a service under load commits many times in this time


class Ends(NamedTuple):
    """The topics that a service's lanes read and write."""

    input: str
    output: str


class Accepted(NamedTuple):
    """What was found of a partition, and whether its row was set. ``sums``: metrics that do not agree with the topic.
    ``busy``: why nothing may be accepted there."""

    partition: int
    plan: Plan
    sums: list[str]
    done: bool
    busy: str = ""


class Busy(Exception):
    """The partition's row changed while it was looked at: somebody owns it and works."""


LANES: Mapping[str, Ends] = {"router": Ends(ROUTER_INPUT, CONTACT_EVENTS), "sla": Ends(CONTACT_EVENTS, SLA_EVENTS)}


async def accept(
    settings: CommonSettings, service: str, partitions: Sequence[int], start: str, *, yes: bool
) -> list[Accepted]:
    """What keeps partitions closed and what opens them; set if ``yes`` and there is anything to set.

    Without ``partitions`` all that the service ever claimed are looked at. UsageError for one that was never claimed,
    or an offset outside the log. Where an owner commits meanwhile nothing is accepted.
    """
    async with LaneRows.of(settings) as rows, LogReader(settings) as reader:
        seen_at = monotonic()
        before = await _rows(rows, service, partitions)
        desk = _Desk(settings, reader, rows, LANES[service])
        await desk.check_topics()
        plans = [await desk.planned(row.claim, start) for row in before]
        await asyncio.sleep(max(0.0, seen_at + WATCH_SECONDS - monotonic()))
        found = []
        for row, made in zip(before, plans, strict=True):
            each = await _decide(rows, row, made, yes=yes)
            closed = made.found and not each.busy
            found.append(each._replace(sums=await desk.sums(service, row.claim)) if closed else each)
        return found


async def _rows(rows: LaneRows, service: str, partitions: Sequence[int]) -> list[LaneRow]:
    every = {row.claim.partition: row for row in await rows.all() if row.service == service}
    for partition in partitions:
        if partition not in every:
            raise UsageError(f"{service} never claimed partition {partition}; usher lane show names the others")
    return [every[partition] for partition in partitions or sorted(every)]


async def _decide(rows: LaneRows, row: LaneRow, made: Plan, *, yes: bool) -> Accepted:
    service, partition = row.service, row.claim.partition
    now = await rows.one(service, partition)
    # Whoever finds the partition closed claims it again and again: only a commit says that somebody works.
    if now is None or replace(now.claim, epoch=row.claim.epoch) != row.claim:
        busy = f"{row.owner} owns partition {partition} of {service} and works: nothing is accepted meanwhile"
        return Accepted(partition, made, [], done=False, busy=busy)
    if not yes or not made.found:
        return Accepted(partition, made, [], done=False)
    if await rows.set(service, row.claim, made.after):
        return Accepted(partition, made, [], done=True)
    busy = f"partition {partition} of {service} was committed to this very moment: look again"
    return Accepted(partition, made, [], done=False, busy=busy)


class _Desk:
    """Looks at a service's logs."""

    def __init__(self, settings: CommonSettings, reader: LogReader, rows: LaneRows, ends: Ends) -> None:
        self._settings = settings
        self._reader = reader
        self._rows = rows
        self._ends = ends

    async def check_topics(self) -> None:
        """UsageError where one of them does not exist."""
        there = await self._reader.topics()
        missing = [topic for topic in self._ends if topic not in there]
        if missing:
            raise UsageError(f"topic {self._settings.topic_prefix}{missing[0]} does not exist; run usher topics")

    async def planned(self, claim: Claim, start: str) -> Plan:
        """What keeps the partition closed, and the row that opens it."""
        log = await self._input(claim, start)
        return plan(claim, log, await read_tail(self._settings, self._ends.output, claim.partition))

    async def sums(self, service: str, claim: Claim) -> list[str]:
        """Sums of the sla metrics that do not agree with the topic, as far as it is still there to be counted."""
        if service != "sla":
            return ["usher_sla_* and usher_queue_wait_seconds count once more what stands on the log a second time"]
        begin, end = (await self._reader.bounds(SLA_EVENTS, [claim.partition]))[claim.partition]
        first = max(begin, end - sums.RECORDS_MAX)
        records = await self._all(SLA_EVENTS, claim.partition, first, end)
        whole = first == 0 or not records or records[0].seq == 1
        if whole:
            return sums.disagreeing(await totals(self._settings, claim.partition), sums.told(records))
        beyond = [record for record in records if (record.seq or 0) >= claim.next_seq]
        return sums.unknown_to(sums.told(beyond), claim.next_seq - 1)

    async def _input(self, claim: Claim, start: str) -> Input:
        topic, partition = self._ends.input, claim.partition
        begin, end = (await self._reader.bounds(topic, [partition]))[partition]
        last_applied = None
        if begin < claim.next_offset <= end:
            last_applied = (await self._records(topic, partition, claim.next_offset - 1))[0]
        offset = max(begin, claim.next_offset)
        if input_disagreement(claim, begin, end, last_applied):
            offset = {"begin": begin, "end": end}.get(start, -1) if not start.isdecimal() else int(start)
            if not begin <= offset <= end:
                raise UsageError(f"--from {start}: the input log holds {begin} to {end}")
        unread = await self._records(topic, partition, offset) if offset < end else []
        return Input(begin, end, last_applied, offset, unread)

    async def _all(self, topic: str, partition: int, offset: int, end: int) -> list[Record]:
        records: list[Record] = []
        while offset < end:
            records += await self._records(topic, partition, offset)
            offset = records[-1].offset + 1
        return records

    async def _records(self, topic: str, partition: int, offset: int) -> list[Record]:
        polled = await self._reader.read(topic, partition, offset)
        return [to_record(raw.offset, raw.timestamp, raw.value, raw.headers) for raw in polled]
