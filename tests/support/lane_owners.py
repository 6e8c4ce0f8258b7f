"""One partition and its owners, one after another: no group, and no time on the way to a server.

Each owner is caught at a place, and killed, or stopped as a zombie that goes on when a successor has the partition.
What happens is in the schedule alone and nothing is left to chance, so every two places can be tried, in milliseconds.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Generator, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import count, islice, product
from random import Random
from types import coroutine
from typing import Any, NamedTuple, TypeVar, TypeVarTuple

import orjson

from shared.contract.envelope import Message
from shared.contract.ids import derive
from shared.errors import Fenced, OutcomeUnknown, Retryable
from shared.lane.lane import Lane
from shared.lane.phases import FAILPOINTS, Phase
from tests.support.lane_process import Killed, Mortal
from tests.support.lane_promises import broken
from tests.support.lane_schedule import CALLS, OPENING, random_body
from tests.support.lane_world import pending, unless_killed
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import MemoryGroup, MemoryLog, MemoryMember, settled, wake
from tests.support.tally import INPUT
from tests.support.tally_rows import TallyRows
from tests.support.virtual_time import VirtualClock, run

PARTITION = 0
CAUGHT_SECONDS_MAX = 1.0  # virtual; whoever was not caught by then does not pass the place so often
QUIET_SECONDS = 0.01  # virtual; calls take no time, so whoever is still at work after it waits for something
DONE_SECONDS_MAX = 60.0  # virtual; with all back-off of all owners a lane is done in a few
LATER_MS = 400  # a deadline that falls due while owners change
BESIDE = {"commit", "publish"}  # calls at which a lane and its publisher take turns; while it opens it is alone

OWNERS_MAX = 4  # of a random schedule, before the last

T = TypeVar("T")
Ts = TypeVarTuple("Ts")

Portions = Sequence[Sequence[dict[str, Any]]]

LOADS: dict[str, Portions] = {
    "counts": [[{"key": "a"}], [{"key": "b"}], [{"key": "a"}]],
    "deadlines": [[{"key": "a", "later_ms": LATER_MS}], [{"key": "a"}], [{"key": "b", "later_ms": 0}]],
    "poison": [[{"key": "nul\x00"}], [{"key": "a"}], [{"key": "b", "explode": 1}]],
}
"""By name: what is in the log at first, and what comes when an owner is caught; the rest when the last one is."""


class Catch(NamedTuple):
    """At which pass of which place an owner is caught, and whether that kills it."""

    place: Phase
    passes: int
    kills: bool


class Fault(NamedTuple):
    """Which call of an owner to a server fails: before anything happened, or after, so that the reply alone is lost."""

    call: str
    number: int
    lost: bool


class Schedule(NamedTuple):
    """Which inputs (a name in LOADS, or any other for inputs that follow from it), where each owner but the last is
    caught, and which calls of each owner fail."""

    load: str
    catches: tuple[Catch, ...]
    faults: tuple[frozenset[Fault], ...] = ()


class Outcome(NamedTuple):
    """``wrong``: a sentence for each broken promise; ``caught``: which of the owners came to their places."""

    wrong: list[str]
    caught: tuple[bool, ...]


def schedules(passes_max: int, owners: int = 2) -> Iterator[Schedule]:
    """So many owners at every place each, at each of so many passes, with every load. The opening is passed once."""
    passes = {place: 1 if place in OPENING else passes_max for place in FAILPOINTS}
    catches = [Catch(at, n, kills) for at in FAILPOINTS for n in range(1, passes[at] + 1) for kills in (True, False)]
    return (Schedule(load, each) for load in LOADS for each in product(catches, repeat=owners))


def random_schedule(seed: int) -> Schedule:
    """Some owners, at any places; inputs, deadlines and poison as they come; servers that fail now and then."""
    chance = Random(seed)
    catches = [
        Catch(chance.choice(FAILPOINTS), chance.choice((1, 1, 2, 3)), chance.random() < 0.5)
        for _ in range(chance.randint(1, OWNERS_MAX))
    ]
    faults = [frozenset(_fault(chance) for _ in range(chance.randrange(3))) for _ in (*catches, None)]
    return Schedule(f"load {seed}", tuple(catches), tuple(faults))


def _fault(chance: Random) -> Fault:
    return Fault(chance.choice(CALLS), chance.randint(1, 4), chance.random() < 0.5)


def _random_load(chance: Random) -> Portions:
    sizes = [1, *(chance.randrange(4) for _ in range(OWNERS_MAX))]
    return [[random_body(chance, number) for number in range(size)] for size in sizes]


def _message(number: int, body: dict[str, Any]) -> Message:
    identity = derive("input", str(number))
    return Message(b"w", orjson.dumps(body), [("ce_type", b"tally.input.v1"), ("ce_id", identity.encode())])


@lru_cache
def _messages(load: str) -> Sequence[Sequence[Message]]:
    """The portions of a load: the same at each call."""
    numbers = count()
    return [[_message(next(numbers), body) for body in each] for each in LOADS.get(load) or _random_load(Random(load))]


def run_owners(schedule: Schedule, store: MemoryLaneStore | None = None) -> Outcome:
    """Play it and judge."""

    owners: list[_Owner] = []

    async def main(clock: VirtualClock) -> Outcome:
        asyncio.get_running_loop().set_exception_handler(unless_killed)
        world = _World(clock, store or MemoryLaneStore(TallyRows()), owners)
        try:
            return await _played(world, schedule)
        finally:
            world.close()

    outcome = run(main)
    for owner in owners:
        owner.take_apart()
    return outcome


@coroutine
def _others_first() -> Generator[None, None, None]:
    """As asyncio.sleep(0), in half the calls."""
    yield


class _World:
    """The servers, and everybody who ever owned the partition."""

    def __init__(self, clock: VirtualClock, store: MemoryLaneStore, owners: "list[_Owner]") -> None:
        self.clock = clock
        self.log = MemoryLog(clock)
        self.store = store
        self.met: Counter[tuple[Phase, str]] = Counter()
        self.broken: list[str] = []
        self.group = MemoryGroup(self.log, INPUT, PARTITION + 1)
        self.owners = owners
        self.moved: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # done: there was a commit

    def send(self, messages: Iterable[Message]) -> None:
        """Inputs."""
        for message in messages:
            self.log.append(INPUT, PARTITION, message)

    def own(self, catch: Catch | None, faults: frozenset[Fault]) -> "_Owner":
        """The next owner takes the partition."""
        owner = _Owner(self, f"owner-{len(self.owners)}", catch, faults)
        self.owners.append(owner)
        return owner

    def is_done(self) -> bool:
        """Every input is applied, every deadline has fired or is barred."""
        lane = self.store.lanes.get(PARTITION)
        applied = lane is not None and lane.next_offset == len(self.log.read(INPUT, PARTITION))
        return applied and not pending(self.store)

    def close(self) -> None:
        """Nothing is left running once the loop has ended."""
        for owner in self.owners:
            owner.die()
            owner.running.cancel()


class _Owner(Mortal):
    """A process with one lane, which takes the partition whoever has it."""

    def __init__(self, world: _World, name: str, catch: Catch | None, faults: frozenset[Fault]) -> None:
        super().__init__(world)
        self._faults = faults
        self._calls: Counter[str] = Counter()
        self._go_on = asyncio.Event()
        self.caught = False
        self._seen: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if catch is not None:
            self.trap = catch.place, catch.passes, float(not catch.kills)
        inputs = MemoryMember(world.group, world.clock, self.awake)
        inputs.own([PARTITION])
        self.lane = Lane(PARTITION, self.parts(name, inputs))
        self.running = asyncio.create_task(self.lane.run())
        self.running.add_done_callback(self._ended)

    def _ended(self, running: "asyncio.Future[None]") -> None:
        """It may die, or learn that somebody else has the partition."""
        error = None if running.cancelled() else running.exception()
        if error is not None and not isinstance(error, Killed | Fenced):
            self.world.broken.append(repr(error))
        self._catch()

    def _catch(self) -> None:
        self.caught = True
        wake(self._seen)

    async def seen(self, seconds_max: float) -> None:
        """Returns when it is caught or has ended, or after so long."""
        await settled(self._seen, seconds_max)

    async def awake(self) -> None:
        self.alive()
        if self.held:
            await self._go_on.wait()
            self.alive()

    async def call(self, what: str, work: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        """At once."""
        if what in BESIDE:
            await _others_first()
        if self.held:
            await self.awake()
        if self._faults:
            return await self._call_in_vain(what, work, *args)
        result = await work(*args)
        if what == "commit":
            wake(self.world.moved)
        if self.held:
            await self.awake()
        return result

    async def _call_in_vain(self, what: str, work: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        self._calls[what] += 1
        number = self._calls[what]
        if Fault(what, number, False) in self._faults:
            raise Retryable(f"{what}: the server is away")
        result = await work(*args)
        if what == "commit":
            wake(self.world.moved)
        await self.awake()
        if Fault(what, number, True) in self._faults:
            raise OutcomeUnknown(f"{what}: the reply was lost")
        return result

    def arrived(self, number: int) -> int:
        return number // 2

    def kill(self) -> None:
        self.die()
        self.running.cancel()
        self._catch()

    def stop(self, seconds: float) -> None:
        self.held = True
        self._catch()

    def end(self) -> None:
        """Cleanly: a service that is stopped in the middle of a fault may leave a batch to the next owner."""
        self._faults = frozenset()
        self.lane.stop()

    def take_apart(self) -> None:
        """What is over refers to itself in circles, which the collector would have to find: an eighth of a schedule."""
        vars(self.lane).clear()
        vars(self).clear()

    def go_on(self) -> None:
        """Where it was stopped, it is no longer."""
        self.trap = None
        self.held = self.dead
        self._go_on.set()


async def _played(world: _World, schedule: Schedule) -> Outcome:
    """Each goes on when its successor is where it was caught, or at work."""
    portions = iter(_messages(schedule.load))
    world.send(next(portions))
    caught = []
    catches = (*schedule.catches, None)
    for catch, faults in zip(catches, schedule.faults or [frozenset[Fault]()] * len(catches), strict=True):
        owner = world.own(catch, faults)
        if catch is None:
            await asyncio.sleep(QUIET_SECONDS)
        else:
            await owner.seen(CAUGHT_SECONDS_MAX)
            caught.append(owner.caught)
        for portion in islice(portions, 1) if catch else portions:
            world.send(portion)
        if len(world.owners) > 1:
            world.owners[-2].go_on()
            await asyncio.sleep(QUIET_SECONDS)
    return Outcome(await _judged(world, owner), tuple(caught))


async def _judged(world: _World, last: _Owner) -> list[str]:
    if not await _ended_its_work(world, last):
        return ["the last owner is not done", *world.broken]
    return list(broken(world, [PARTITION]))


async def _ended_its_work(world: _World, last: _Owner) -> bool:
    until = world.clock.now + DONE_SECONDS_MAX
    while not world.is_done():
        if world.clock.now >= until:
            return False
        world.moved = asyncio.get_running_loop().create_future()
        await settled(world.moved, until - world.clock.now)
    last.end()
    await last.seen(until - world.clock.now)
    return last.running.done()
