"""One random schedule of a lane's world."""

import asyncio
from collections import Counter
from random import Random
from typing import Any, NamedTuple

from shared.lane.phases import FAILPOINTS, Phase
from tests.support.lane_promises import Told, broken, untrue_notes
from tests.support.lane_world import PARTITIONS, Process, World
from tests.support.memory_lane import MemoryLaneStore
from tests.support.tally import TOTAL_MAX
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
        wrong = [*broken(world, range(PARTITIONS)), *untrue_notes(world, world.group.notes)]
    except TimeoutError:
        wrong = ["a healed world does not come to rest", *world.broken]
    fired = sum(len(Told(world, partition).fired()) for partition in range(PARTITIONS))
    return Outcome(seed, wrong, world.met, len(world.store.dead), fired)


# ---- what happens ----


async def _feed(world: World, chance: Random) -> None:
    for number in range(RECORDS):
        await asyncio.sleep(chance.expovariate(RECORDS / FEED_SECONDS))
        world.send(chance.randrange(PARTITIONS), random_body(chance, number))


def random_body(chance: Random, number: int) -> dict[str, Any]:
    """An input: most are good, some set a deadline, some break the engine or the tables, and so do some deadlines."""
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
