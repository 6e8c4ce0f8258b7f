"""A process of a lane's world in memory: real lanes, killed, stopped, or cut from their servers by chance."""

import asyncio
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar, TypeVarTuple, cast

from prometheus_client import CollectorRegistry

from shared.contract.envelope import Message
from shared.contract.records import Record
from shared.errors import OutcomeUnknown, Retryable
from shared.lane.parts import Inputs, LaneParts
from shared.lane.phases import Phase
from shared.lane.publisher import Wire
from shared.lane.sense import Sense
from shared.lane.store import Claim, Commit, Unfinished
from shared.lane.worker import Worker
from shared.process.failpoints import Failpoints
from shared.process.logs import Log
from shared.process.metrics import LaneMetrics
from shared.process.settings import LaneSettings
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import EVICTED_SECONDS, RESOLUTION_SECONDS, MemoryLog, MemoryMember, MemoryOutputs
from tests.support.tally import LOG, Tally
from tests.support.virtual_time import VirtualClock

if TYPE_CHECKING:
    from tests.support.lane_world import World

PARTITIONS = 2
CALL_SECONDS_MAX = 0.02
SETTINGS = LaneSettings(batch_records_max=8, backlog_batches_max=4, partitions=PARTITIONS)
METRICS = LaneMetrics(CollectorRegistry(), "tally")

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Killed(BaseException):
    """kill -9: nothing catches it, and nothing of the process has an effect from here on."""


class Weather:
    """How likely a call to a server fails: before anything happened, or after, when only the reply is lost."""

    def __init__(self) -> None:
        self.refuses: dict[str, float] = {}
        self.loses: dict[str, float] = {}
        self.seconds_max = CALL_SECONDS_MAX

    def calm(self) -> None:
        """Everything works again."""
        self.__init__()  # type: ignore[misc]


class Silent:
    """A log that nobody reads. At level CRITICAL the real one says as little, and takes a tenth of a schedule."""

    def bind(self, **fields: object) -> "Silent":
        """The same."""
        return self

    def isEnabledFor(self, level: int) -> bool:  # noqa: N802 - the name that logging gave it
        """For none."""
        return False

    def debug(self, event: str, **fields: object) -> None:
        """Nothing."""

    info = warning = error = debug


SILENT = cast(Log, Silent())


class Surroundings(Protocol):
    """What a process needs of the world that it is in."""

    clock: VirtualClock
    log: MemoryLog
    store: MemoryLaneStore
    met: Counter[tuple[Phase, str]]


class Mortal(ABC):
    """A process as its servers see it, until it dies. ``trap``: the place, at which pass it acts, for how long it stops
    (0: killed). ``held``: it is dead or stopped, so that whatever it does next must wait until it is ``awake``."""

    def __init__(self, world: Surroundings) -> None:
        self.world = world
        self.dead = False
        self.held = False
        self.trap: tuple[Phase, int, float] | None = None

    def parts(self, name: str, inputs: Inputs) -> LaneParts:
        """What its lanes are made of."""
        return LaneParts(
            service="tally",
            settings=SETTINGS,
            owner=name,
            store=_Store(self),
            inputs=inputs,
            outputs=_Outputs(self),
            wire=Wire("tally", LOG),
            read_output_tail=self._tail,
            new_engine=Tally,
            counted=lambda step: None,
            sense=Sense(SILENT, METRICS, _Traps(self), self.world.clock),
        )

    @abstractmethod
    def kill(self) -> None:
        """kill -9."""

    @abstractmethod
    def stop(self, seconds: float) -> None:
        """Stopped by a signal, and after so long it goes on: as a zombie, if others have its partitions."""

    @abstractmethod
    async def awake(self) -> None:
        """Returns at once while the process runs; after it was stopped and goes on, otherwise."""

    @abstractmethod
    async def call(self, what: str, work: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        """One call to a server."""

    @abstractmethod
    def arrived(self, number: int) -> int:
        """How many records of so many stand on the log although the call that published them failed."""

    def alive(self) -> None:
        """Killed where it is dead: code of a dead process may still be run here, and must not get through."""
        if self.dead:
            raise Killed

    def die(self) -> None:
        """From here on nothing of it has an effect."""
        self.dead = self.held = True

    async def _tail(self, partition: int) -> list[Record]:
        return await self.call("tail", self._read, partition)

    async def _read(self, partition: int) -> list[Record]:
        return self.world.log.read(LOG, partition)


class Process(Mortal):
    """One process of the service: a worker, in a group."""

    def __init__(self, world: "World", name: str) -> None:
        super().__init__(world)
        self._group, self._broken = world.group, world.broken
        self.weather, self.chance = world.weather, world.chance
        self.stopped_until = 0.0
        self.member = MemoryMember(world.group, world.clock, self.awake)
        self.worker = Worker(self.parts(name, self.member), self.member)
        self.running = asyncio.ensure_future(self.worker.run())
        self.running.add_done_callback(self._ended)

    def _ended(self, running: "asyncio.Future[None]") -> None:
        """A process may exit because its lanes hung; nothing else may end it."""
        error = None if running.cancelled() else running.exception()
        if error is not None and not isinstance(error, Killed) and "did not stop" not in str(error):
            self._broken.append(repr(error))
        if error is not None:
            self.die()
            self.member.silent.set()

    @property
    def is_ending(self) -> bool:
        """Whether something ends it that is no stop from outside, such as a lane that hung: it is still leaving."""
        return self.worker._failure is not None

    async def awake(self) -> None:
        self.alive()
        while (seconds := self.stopped_until - self.world.clock.monotonic()) > RESOLUTION_SECONDS:
            await asyncio.sleep(seconds)
        self.alive()
        self.held = False

    async def call(self, what: str, work: Callable[[*Ts], Awaitable[T]], *args: *Ts) -> T:
        """In the weather that there is."""
        weather, chance = self.weather, self.chance
        await self.awake()
        await asyncio.sleep(chance.uniform(0, weather.seconds_max))  # what was sent before a signal still arrives
        self.alive()
        if chance.random() < weather.refuses.get(what, 0.0):
            raise Retryable(f"{what}: the server is away")
        result = await work(*args)
        await asyncio.sleep(chance.uniform(0, CALL_SECONDS_MAX))
        await self.awake()
        if chance.random() < weather.loses.get(what, 0.0):
            raise OutcomeUnknown(f"{what}: the reply was lost")
        return result

    def arrived(self, number: int) -> int:
        return self.chance.randrange(number + 1)

    def kill(self) -> None:
        self.die()
        self.member.silent.set()
        self.running.cancel()
        self._unheard_of(lambda: True)

    def stop(self, seconds: float) -> None:
        now = self.world.clock.monotonic()
        self.held, self.stopped_until = True, now + seconds
        self._unheard_of(lambda: self.stopped_until > now + EVICTED_SECONDS)
        asyncio.get_running_loop().call_later(seconds, self.member.join_again)

    def _unheard_of(self, still: Callable[[], bool]) -> None:
        """The group notices when nothing was heard of it for the session time-out."""

        def leave() -> None:
            if still():
                self.leaving = asyncio.ensure_future(self._group.leave(self.member))

        asyncio.get_running_loop().call_later(EVICTED_SECONDS, leave)


class _Traps(Failpoints):
    """Passes every place, and does what the process's trap says."""

    def __init__(self, process: Mortal) -> None:
        """Without traps of their own."""
        self._process = process

    async def reach(self, name: str) -> None:
        process = self._process
        if process.held:
            await process.awake()
        if process.trap is None or process.trap[0] != name:
            return
        place, passes, seconds = process.trap
        process.trap = (place, passes - 1, seconds) if passes > 1 else None
        if passes > 1:
            return
        process.world.met[place, "stop" if seconds else "kill"] += 1
        if not seconds:
            process.kill()
            raise Killed
        process.stop(seconds)
        await process.awake()


class _Store:
    """The store as one process reaches it."""

    def __init__(self, process: Mortal) -> None:
        self._call = process.call
        self._store = process.world.store

    def claim(self, partition: int, owner: str) -> Coroutine[Any, Any, Claim]:
        return self._call("claim", self._store.claim, partition, owner)

    def load(self, claim: Claim) -> Coroutine[Any, Any, Any]:
        return self._call("load", self._store.load, claim)

    def unfinished(self, claim: Claim) -> Coroutine[Any, Any, Unfinished]:
        return self._call("load", self._store.unfinished, claim)

    def prefetch(self, partition: int, needs: Any) -> Coroutine[Any, Any, Any]:
        return self._call("load", self._store.prefetch, partition, needs)

    def commit(self, commit: Commit) -> Coroutine[Any, Any, None]:
        return self._call("commit", self._store.commit, commit)

    def still_owner(self, claim: Claim) -> Coroutine[Any, Any, bool]:
        return self._call("load", self._store.still_owner, claim)

    def forget(self, claim: Claim, at_ms: int) -> Coroutine[Any, Any, dict[str, int]]:
        return self._call("load", self._store.forget, claim, at_ms)


class _Outputs:
    """The producer of one process: where it fails, some of the records may be on the log."""

    def __init__(self, process: Mortal) -> None:
        self._process = process
        self._outputs = MemoryOutputs(process.world.log)

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        sending = list(records)
        try:
            await self._process.call("publish", self._outputs.publish_all, partition, sending)
        except OutcomeUnknown as error:
            raise Retryable(str(error)) from error
        except Retryable:
            await self._outputs.publish_all(partition, islice(sending, self._process.arrived(len(sending))))
            raise
