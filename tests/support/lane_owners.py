"""One partition and its owners, one after another: no group, and no time on the way to a server.

Two owners are caught at a place each, and killed, or stopped as zombies that go on when others have the partition. What
happens is in the schedule alone and nothing is left to chance, so every two places can be tried, in milliseconds.
"""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from random import Random
from typing import Any, NamedTuple

import orjson

from shared.contract.envelope import Message
from shared.contract.ids import derive
from shared.errors import Fenced
from shared.lane.lane import Lane
from shared.lane.phases import FAILPOINTS, Phase
from tests.support.lane_process import Killed, Mortal, Weather
from tests.support.lane_schedule import OPENING, broken
from tests.support.lane_world import pending, unless_killed
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import MemoryGroup, MemoryLog, MemoryMember
from tests.support.tally import INPUT
from tests.support.tally_rows import TallyRows
from tests.support.virtual_time import VirtualClock, run

PARTITION = 0
QUIET_SECONDS = 0.01  # virtual; calls take no time, so whoever is still at work after it waits for something
LOOK_SECONDS = 0.1  # virtual; between looks whether all is done: each costs as much as a step of a lane
DONE_SECONDS_MAX = 60.0  # virtual; with all back-off of all owners a lane is done in a few
LATER_MS = 400  # a deadline that falls due while owners change

LOADS: dict[str, Sequence[dict[str, Any]]] = {
    "counts": ({"key": "a"}, {"key": "b"}, {"key": "a"}),
    "deadlines": ({"key": "a", "later_ms": LATER_MS}, {"key": "a"}, {"key": "b", "later_ms": 0}),
    "poison": ({"key": "nul\x00"}, {"key": "a"}, {"key": "b", "explode": 1}),
}
"""By name: what is in the log at first, when the first owner is caught, and when the second is."""


class Catch(NamedTuple):
    """At which pass of which place an owner is caught, and whether that kills it."""

    place: Phase
    passes: int
    kills: bool


class Schedule(NamedTuple):
    """Which inputs, and where the first and the second owner are caught."""

    load: str
    first: Catch
    second: Catch


class Outcome(NamedTuple):
    """``wrong``: a sentence for each broken promise; ``caught``: whether the two owners came to their places."""

    wrong: list[str]
    caught: tuple[bool, bool]


def schedules(passes_max: int) -> Iterator[Schedule]:
    """Every two places, at each of so many passes, with every load. The opening is passed once."""
    passes = {place: 1 if place in OPENING else passes_max for place in FAILPOINTS}
    catches = [Catch(at, n, kills) for at in FAILPOINTS for n in range(1, passes[at] + 1) for kills in (True, False)]
    return (Schedule(*each) for each in product(LOADS, catches, catches))


def run_owners(schedule: Schedule, store: MemoryLaneStore | None = None) -> Outcome:
    """Play it and judge."""

    async def main(clock: VirtualClock) -> Outcome:
        asyncio.get_running_loop().set_exception_handler(unless_killed)
        world = _World(clock, store or MemoryLaneStore(TallyRows()))
        try:
            return await _played(world, schedule)
        finally:
            await world.close()

    return run(main)


class _World:
    """The servers, and everybody who ever owned the partition."""

    def __init__(self, clock: VirtualClock, store: MemoryLaneStore) -> None:
        self.chance = Random(0)  # of nothing: the weather is fair and calls take no time
        self.clock = clock
        self.weather = Weather(0.0)
        self.log = MemoryLog(clock)
        self.store = store
        self.met: Counter[tuple[Phase, str]] = Counter()
        self.broken: list[str] = []
        self.group = MemoryGroup(self.log, INPUT, PARTITION + 1)
        self.owners: list[_Owner] = []

    def send(self, body: dict[str, Any]) -> None:
        """One input."""
        identity = derive("input", str(len(self.log.read(INPUT, PARTITION))))
        headers = [("ce_type", b"tally.input.v1"), ("ce_id", identity.encode())]
        self.log.append(INPUT, PARTITION, Message(b"w", orjson.dumps(body), headers))

    def own(self, catch: Catch | None) -> "_Owner":
        """The next owner takes the partition."""
        owner = _Owner(self, f"owner-{len(self.owners)}", catch)
        self.owners.append(owner)
        return owner

    def is_done(self) -> bool:
        """Every input is applied, every deadline has fired or is barred."""
        lane = self.store.lanes.get(PARTITION)
        applied = lane is not None and lane.next_offset == len(self.log.read(INPUT, PARTITION))
        return applied and not pending(self.store)

    async def close(self) -> None:
        """Nothing is left running."""
        for owner in self.owners:
            owner.dead = True
            owner.running.cancel()
        await asyncio.gather(*(owner.running for owner in self.owners), return_exceptions=True)


class _Owner(Mortal):
    """A process with one lane, which takes the partition whoever has it."""

    def __init__(self, world: _World, name: str, catch: Catch | None) -> None:
        super().__init__(world)
        self._frozen: asyncio.Event | None = None
        self.caught = asyncio.Event()
        if catch is not None:
            self.trap = catch.place, catch.passes, float(not catch.kills)
        inputs = MemoryMember(world.group, world.clock, self.awake)
        inputs.own([PARTITION])
        self.lane = Lane(PARTITION, self.parts(name, inputs))
        self.running = asyncio.ensure_future(self.lane.run())
        self.running.add_done_callback(self._ended)

    def _ended(self, running: "asyncio.Future[None]") -> None:
        """It may die, or learn that somebody else has the partition."""
        error = None if running.cancelled() else running.exception()
        if error is not None and not isinstance(error, Killed | Fenced):
            self.world.broken.append(repr(error))
        self.caught.set()

    async def awake(self) -> None:
        self.alive()
        if self._frozen is not None:
            await self._frozen.wait()
            self.alive()

    def kill(self) -> None:
        self.dead = True
        self.running.cancel()
        self.caught.set()

    def stop(self, seconds: float) -> None:
        self._frozen = asyncio.Event()
        self.caught.set()

    def go_on(self) -> None:
        """Where it was stopped, it is no longer."""
        self.trap = None
        if self._frozen is not None:
            self._frozen.set()


async def _played(world: _World, schedule: Schedule) -> Outcome:
    """The first goes on while the second is where it was caught, and the second when the third is at work."""
    inputs = iter(LOADS[schedule.load])
    world.send(next(inputs))
    owners = []
    for catch in (schedule.first, schedule.second):
        owner = world.own(catch)
        owners.append(owner)
        await asyncio.wait([asyncio.ensure_future(owner.caught.wait())], timeout=1.0)
        world.send(next(inputs))
    caught = tuple(owner.caught.is_set() for owner in owners)
    owners[0].go_on()
    await asyncio.sleep(QUIET_SECONDS)
    last = world.own(None)
    await asyncio.sleep(QUIET_SECONDS)
    owners[1].go_on()
    try:
        async with asyncio.timeout(DONE_SECONDS_MAX):
            while not world.is_done():
                await asyncio.sleep(LOOK_SECONDS)
            last.lane.stop()
            await asyncio.wait({last.running})
    except TimeoutError:
        return Outcome(["the last owner is not done", *world.broken], caught)
    return Outcome(list(broken(world)), caught)
