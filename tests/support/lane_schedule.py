"""One random schedule of a lane's world, and what must hold when it is over."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from random import Random
from typing import Any, NamedTuple

import orjson

from shared.contract.ids import derive
from shared.contract.records import Record
from shared.contract.topics import DEAD_LETTERS
from shared.lane.phases import FAILPOINTS, Phase
from tests.support.lane_world import PARTITIONS, Process, World
from tests.support.memory_lane import MemoryLaneStore
from tests.support.tally import INPUT, LOG, TOTAL_MAX
from tests.support.virtual_time import VirtualClock, run

RECORDS = 24
FAULTS = 5
FEED_SECONDS = 8.0
KEYS = "abcdef"
OPENING = {Phase.CLAIMED, Phase.LOADED, Phase.CHECKED}
CALLS = ("claim", "load", "tail", "commit", "publish")
LATER_MS_MAX = 3_000


class Outcome(NamedTuple):
    """``wrong``: a sentence for each broken promise; ``met``: where a process was killed or stopped; how many inputs
    and deadlines were refused, how many deadlines fired."""

    seed: int
    wrong: list[str]
    met: Counter[tuple[Phase, str]]
    refused: int
    fired: int


def run_schedule(seed: int, store: MemoryLaneStore | None = None) -> Outcome:
    """Feed, disturb, heal, judge."""

    async def main(clock: VirtualClock) -> Outcome:
        world = World(seed, clock, store)
        try:
            return await _played(world, seed)
        finally:
            await world.close()

    return run(main)


async def _played(world: World, seed: int) -> Outcome:
    world.start()
    world.start()
    feeding = asyncio.gather(_feed(world, Random(f"feed {seed}")), _disturb(world, Random(f"faults {seed}")))
    await feeding
    try:
        await world.heal()
        wrong = list(broken(world))
    except TimeoutError:
        wrong = ["a healed world does not come to rest", *world.broken]
    fired = len(_fired(world))
    return Outcome(seed, wrong, world.met, len(world.store.dead), fired)


# ---- what happens ----


async def _feed(world: World, chance: Random) -> None:
    for number in range(RECORDS):
        await asyncio.sleep(chance.expovariate(RECORDS / FEED_SECONDS))
        world.send(chance.randrange(PARTITIONS), _body(chance, number))


def _body(chance: Random, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {"key": chance.choice(KEYS), "n": number}
    match chance.randrange(12):
        case 0:
            body["explode"] = 1
        case 1:
            body["key"] = "nul\x00"
        case 2:
            body |= {"key": "full", "add": TOTAL_MAX - 1}
        case 3 | 4 | 5:
            body["later_ms"] = chance.randrange(LATER_MS_MAX)
        case _:
            pass
    if body["key"] == "full":
        body["later_ms"] = chance.randrange(LATER_MS_MAX)  # a deadline that the database refuses
    return body


async def _disturb(world: World, chance: Random) -> None:
    for _ in range(FAULTS):
        await asyncio.sleep(chance.uniform(0, FEED_SECONDS / FAULTS))
        living = world.living()
        match chance.randrange(8):
            case 0 | 1 | 2 if living:
                await _trap(world, chance.choice(living), 0.0, chance)
            case 3 | 4 if living:
                await _trap(world, chance.choice(living), chance.uniform(0.5, 12), chance)
            case 5:
                await _move(world)
            case 6:
                world.weather.refuses = {chance.choice(CALLS): chance.random()}
                world.weather.loses = {chance.choice(CALLS): chance.random()}
            case _:
                world.weather.calm()
                world.weather.seconds_max = chance.choice((0.02, 0.5, 3.0))
        if len(world.living()) < 2:
            world.start()


async def _trap(world: World, process: Process, seconds: float, chance: Random) -> None:
    """Be killed, or stopped for so long, at a next pass of some place; the opening is passed when partitions move."""
    place = chance.choice(FAILPOINTS)
    process.trap = (place, chance.randint(1, 3), seconds)
    if place in OPENING:
        process.trap = (place, 1, seconds)
        await _move(world)


async def _move(world: World) -> None:
    world.group.shift += 1
    await world.group.rebalance()


# ---- what must hold ----


def broken(world: World) -> Iterator[str]:
    """A sentence for each promise that was not kept, once nothing is to come."""
    for partition in range(PARTITIONS):
        yield from _told_wrong(world, partition)
        yield from _lost_or_doubled(world, partition)
        yield from _unlike_the_log(world, partition)
    public = {record.id for partition in range(PARTITIONS) for record in world.log.read(DEAD_LETTERS, partition)}
    if public != set(world.store.dead):
        yield f"dead letters stored and published differ: {public ^ set(world.store.dead)}"
    yield from world.broken
    if world.store.outbox:
        yield f"the outbox still holds {sorted(world.store.outbox)}"


def _events(world: World, partition: int) -> list[Record]:
    """The log as a consumer sees it: what it has seen is dropped."""
    found: dict[int, Record] = {}
    for record in world.log.read(LOG, partition):
        found.setdefault(record.seq or 0, record)
    return [found[seq] for seq in sorted(found)]


def _told_wrong(world: World, partition: int) -> Iterator[str]:
    """Seqs are 1..N, each first seen in order, and whatever is told again is the same."""
    first: dict[int, Record] = {}
    for record in world.log.read(LOG, partition):
        seq = record.seq or 0
        known = first.setdefault(seq, record)
        if (known.id, known.value) != (record.id, record.value):
            yield f"partition {partition}: seq {seq} is told in two ways: {known.value!r} and {record.value!r}"
        if seq > len(first):
            yield f"partition {partition}: a gap before seq {seq}"


def _lost_or_doubled(world: World, partition: int) -> Iterator[str]:
    """Each input and each deadline has exactly one effect: an event, or a dead letter."""
    causes = Counter(orjson.loads(record.value)["cause"] for record in _events(world, partition))
    letters = [dead.origin for dead in world.store.dead.values() if dead.origin.partition == partition]
    refused = Counter(origin.offset for origin in letters if origin.offset is not None)
    barred = Counter((origin.deadline, origin.at_ms) for origin in letters if origin.deadline is not None)
    for record in world.log.read(INPUT, partition):
        body = orjson.loads(record.value)
        if causes[record.id] + refused[record.offset] != 1:
            yield f"partition {partition}: {body} has {causes[record.id]} events and {refused[record.offset]} letters"
        if _is_good(body) == bool(refused[record.offset]):
            yield f"partition {partition}: {body} was {'refused' if refused[record.offset] else 'taken'}"
        if "later_ms" in body and causes[record.id]:
            due_ms = record.at_ms + body["later_ms"]
            effects = causes[derive("timer", body["key"], str(due_ms))] + barred[body["key"], due_ms]
            if effects != 1:
                yield f"partition {partition}: the deadline of {body} has {effects} effects"
    expected = _causes(world.log.read(INPUT, partition))
    if set(causes) - expected:
        yield f"partition {partition}: events without a cause: {set(causes) - expected}"


def _is_good(body: dict[str, Any]) -> bool | None:
    """Whether it must be taken; None where it depends on what came before."""
    if body["key"] == "full":
        return None
    return "explode" not in body and "\x00" not in body["key"]


def _causes(records: Iterable[Record]) -> set[str]:
    found = set()
    for record in records:
        body = orjson.loads(record.value)
        found |= {record.id, derive("timer", body["key"], str(record.at_ms + body.get("later_ms", 0)))}
    return found


def _unlike_the_log(world: World, partition: int) -> Iterator[str]:
    """The rows are what the events add up to, and so was the memory of who ended last."""
    rows: Any = world.store.rows
    told: dict[str, int] = {}
    for record in _events(world, partition):
        body = orjson.loads(record.value)
        if body["total"] <= told.get(body["key"], 0):
            yield f"partition {partition}: the total of {body['key']} goes from {told[body['key']]} to {body['total']}"
        told[body["key"]] = body["total"]
    stored = dict(rows.live(partition)[0])
    if stored != told:
        yield f"partition {partition}: rows {stored} and log {told} differ"


def _fired(world: World) -> set[str]:
    inputs = {record.id for partition in range(PARTITIONS) for record in world.log.read(INPUT, partition)}
    events = [event for partition in range(PARTITIONS) for event in _events(world, partition)]
    return {cause for event in events if (cause := orjson.loads(event.value)["cause"]) not in inputs}
