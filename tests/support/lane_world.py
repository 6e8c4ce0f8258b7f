"""A lane's whole world in memory, on virtual time: processes that die or are stopped, servers that refuse, moves.

Everything but the servers is the real code: Worker, Lane, Publisher, Patience. What chance decides comes from one seed.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from itertools import count, islice
from random import Random
from typing import Any, TypeVar

import orjson
from prometheus_client import CollectorRegistry

from shared.contract.envelope import Message
from shared.contract.ids import derive
from shared.contract.records import Record
from shared.errors import OutcomeUnknown, Retryable
from shared.lane.parts import LaneParts
from shared.lane.phases import FAILPOINTS, Phase
from shared.lane.publisher import Wire
from shared.lane.sense import Sense
from shared.lane.store import Claim, Commit, Unfinished
from shared.lane.worker import Worker
from shared.process.failpoints import Failpoints
from shared.process.logs import configure
from shared.process.metrics import LaneMetrics
from shared.process.settings import LaneSettings
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import (
    EVICTED_SECONDS,
    RESOLUTION_SECONDS,
    MemoryGroup,
    MemoryLog,
    MemoryMember,
    MemoryOutputs,
)
from tests.support.tally import INPUT, LOG, Tally
from tests.support.tally_rows import TallyRows
from tests.support.virtual_time import VirtualClock

PARTITIONS = 2
CALL_SECONDS_MAX = 0.02
QUIET_SECONDS_MAX = 300.0  # virtual; a world that is healed comes to rest long before
SETTINGS = LaneSettings(batch_records_max=8, backlog_batches_max=4, partitions=PARTITIONS)
LOGGER = configure("tally", "CRITICAL")
METRICS = LaneMetrics(CollectorRegistry(), "tally")

T = TypeVar("T")


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


class Process:
    """One process of the service. ``trap``: the place, at which pass it acts, for how long it stops (0: killed)."""

    def __init__(self, world: "World", name: str) -> None:
        self.world = world
        self.dead = False
        self.trap: tuple[Phase, int, float] | None = None
        self.stopped_until = 0.0
        self.member = MemoryMember(world.group, world.clock, self.awake)
        parts = LaneParts(
            service="tally",
            settings=SETTINGS,
            owner=name,
            store=_Store(self),
            inputs=self.member,
            outputs=_Outputs(self),
            wire=Wire("tally", LOG),
            read_output_tail=self._tail,
            new_engine=Tally,
            counted=lambda step: None,
            sense=Sense(LOGGER, METRICS, _Traps(self), world.clock),
        )
        self.worker = Worker(parts, self.member)
        self.running = asyncio.ensure_future(self.worker.run())
        self.running.add_done_callback(self._ended)

    def alive(self) -> None:
        """Killed where it is dead: code of a dead process may still be run here, and must not get through."""
        if self.dead:
            raise Killed

    def _ended(self, running: "asyncio.Future[None]") -> None:
        """A process may exit because its lanes hung; nothing else may end it."""
        error = None if running.cancelled() else running.exception()
        if error is not None and not isinstance(error, Killed) and "did not stop" not in str(error):
            self.world.broken.append(repr(error))
        if error is not None:
            self.dead = True
            self.member.silent.set()

    async def awake(self) -> None:
        """Returns at once while the process runs; after it was stopped and goes on, otherwise."""
        self.alive()
        while (seconds := self.stopped_until - self.world.clock.monotonic()) > RESOLUTION_SECONDS:
            await asyncio.sleep(seconds)
        self.alive()

    def kill(self) -> None:
        """kill -9."""
        self.dead = True
        self.member.silent.set()
        self.running.cancel()
        self._unheard_of(lambda: True)

    def stop(self, seconds: float) -> None:
        """Stopped by a signal, and after so long it goes on: as a zombie, if others have its partitions."""
        now = self.world.clock.monotonic()
        self.stopped_until = now + seconds
        self._unheard_of(lambda: self.stopped_until > now + EVICTED_SECONDS)
        asyncio.get_running_loop().call_later(seconds, self.member.join_again)

    def _unheard_of(self, still: Callable[[], bool]) -> None:
        """The group notices when nothing was heard of it for the session time-out."""

        def leave() -> None:
            if still():
                self.leaving = asyncio.ensure_future(self.world.group.leave(self.member))

        asyncio.get_running_loop().call_later(EVICTED_SECONDS, leave)

    async def call(self, what: str, work: Callable[[], Awaitable[T]]) -> T:
        """One call to a server, in the weather that there is."""
        weather, chance = self.world.weather, self.world.chance
        await self.awake()
        await asyncio.sleep(chance.uniform(0, weather.seconds_max))  # what was sent before a signal still arrives
        self.alive()
        if chance.random() < weather.refuses.get(what, 0.0):
            raise Retryable(f"{what}: the server is away")
        result = await work()
        await asyncio.sleep(chance.uniform(0, CALL_SECONDS_MAX))
        await self.awake()
        if chance.random() < weather.loses.get(what, 0.0):
            raise OutcomeUnknown(f"{what}: the reply was lost")
        return result

    async def _tail(self, partition: int) -> list[Record]:
        async def work() -> list[Record]:
            return self.world.log.read(LOG, partition)

        return await self.call("tail", work)


class _Traps(Failpoints):
    """Passes every place, and does what the process's trap says."""

    def __init__(self, process: Process) -> None:
        super().__init__("", FAILPOINTS)
        self._process = process

    async def reach(self, name: str) -> None:
        process = self._process
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

    def __init__(self, process: Process) -> None:
        self._call = process.call
        self._store = process.world.store

    async def claim(self, partition: int, owner: str) -> Claim:
        return await self._call("claim", lambda: self._store.claim(partition, owner))

    async def load(self, claim: Claim) -> Any:
        return await self._call("load", lambda: self._store.load(claim))

    async def unfinished(self, claim: Claim) -> Unfinished:
        return await self._call("load", lambda: self._store.unfinished(claim))

    async def prefetch(self, partition: int, needs: Any) -> Any:
        return await self._call("load", lambda: self._store.prefetch(partition, needs))

    async def commit(self, commit: Commit) -> None:
        await self._call("commit", lambda: self._store.commit(commit))

    async def still_owner(self, claim: Claim) -> bool:
        return await self._call("load", lambda: self._store.still_owner(claim))

    async def forget(self, partition: int, at_ms: int) -> dict[str, int]:
        return await self._call("load", lambda: self._store.forget(partition, at_ms))


class _Outputs:
    """The producer of one process: where it fails, some of the records may be on the log."""

    def __init__(self, process: Process) -> None:
        self._process = process
        self._outputs = MemoryOutputs(process.world.log)

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        chance, sending = self._process.world.chance, list(records)

        async def work() -> None:
            await self._outputs.publish_all(partition, sending)

        try:
            await self._process.call("publish", work)
        except OutcomeUnknown as error:
            raise Retryable(str(error)) from error
        except Retryable:
            await self._outputs.publish_all(partition, islice(sending, chance.randrange(len(sending) + 1)))
            raise


class World:
    """Logs, a database, a group and the processes in it. ``met``: how often a place was killed or stopped at."""

    def __init__(self, seed: int, clock: VirtualClock, store: MemoryLaneStore | None = None) -> None:
        self.chance = Random(seed)
        self.clock = clock
        self.weather = Weather()
        self.log = MemoryLog(clock)
        self.store = store or MemoryLaneStore(TallyRows())
        self.group = MemoryGroup(self.log, INPUT, PARTITIONS)
        self.processes: list[Process] = []
        self.met: Counter[tuple[Phase, str]] = Counter()
        self.broken: list[str] = []  # errors that ended a process
        self._numbers = count(1)
        asyncio.get_running_loop().set_exception_handler(_unless_killed)

    def start(self) -> Process:
        """One more process."""
        process = Process(self, f"process-{next(self._numbers)}")
        self.processes.append(process)
        return process

    def living(self) -> list[Process]:
        """The processes that run."""
        return [process for process in self.processes if not process.running.done() and not process.dead]

    def send(self, partition: int, body: dict[str, Any]) -> None:
        """One input."""
        value = orjson.dumps(body)
        identity = derive("input", str(partition), str(len(self.log.read(INPUT, partition))))
        self.log.append(
            INPUT, partition, Message(b"w", value, [("ce_type", b"tally.input.v1"), ("ce_id", identity.encode())])
        )

    def is_at_rest(self) -> bool:
        """Every input is applied, every deadline has fired or is barred, every event is on the log, everybody runs."""
        if any(process.stopped_until > self.clock.monotonic() for process in self.living()):
            return False
        for partition in range(PARTITIONS):
            lane = self.store.lanes.get(partition)
            if lane is None or lane.next_offset < len(self.log.read(INPUT, partition)):
                return False
            if max((record.seq or 0 for record in self.log.read(LOG, partition)), default=0) < lane.next_seq - 1:
                return False
        return not self.pending() and not self.store.outbox

    def pending(self) -> set[tuple[int, int, str]]:
        """Deadlines that will still fire."""
        origins = [dead.origin for dead in self.store.dead.values() if dead.origin.deadline is not None]
        barred = {(origin.partition, origin.at_ms, origin.deadline) for origin in origins}
        rows: Any = self.store.rows
        return {each for each in rows.timers if each not in barred}

    async def heal(self) -> None:
        """Everything works; when all is done, the processes end cleanly."""
        self.weather.calm()
        for process in self.living():
            process.trap = None
        async with asyncio.timeout(QUIET_SECONDS_MAX):
            while not self.is_at_rest():
                if not self.living():
                    self.start()
                await asyncio.sleep(0.25)
            for process in self.living():
                process.worker.stop()
                await process.running

    async def close(self) -> None:
        """Nothing is left running."""
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for process in self.processes:
            process.dead = True
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def _unless_killed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)
