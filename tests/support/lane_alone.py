"""One real lane on ports in memory and virtual time: what it asks is kept, and each call can be made to fail."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import Callable, Coroutine, Iterable
from typing import Any, TypeVar

import orjson
from prometheus_client import CollectorRegistry

from shared.contract.envelope import Message
from shared.contract.records import Record
from shared.lane.engine import Step
from shared.lane.lane import Lane
from shared.lane.parts import LaneParts, Warm
from shared.lane.phases import FAILPOINTS
from shared.lane.publisher import Wire
from shared.lane.sense import Sense
from shared.lane.store import Claim, Commit, Unfinished
from shared.lane.traces import StepTraces
from shared.process.failpoints import Failpoints
from shared.process.logs import Log
from shared.process.metrics import LaneMetrics
from shared.process.settings import LaneSettings
from tests.support.lane_process import SILENT
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import MemoryGroup, MemoryLog, MemoryMember, MemoryOutputs
from tests.support.tally import INPUT, LOG, Tally
from tests.support.tally_rows import TallyRows
from tests.support.virtual_time import VirtualClock, run

__all__ = ["PARTITION", "QUIET", "SAMPLE", "Alone", "alone", "ended"]

PARTITION = 0
QUIET = 0.5  # virtual seconds after which whatever was sent is applied
SAMPLE = {"service": "tally"}  # labels of its metrics
T = TypeVar("T")


class Script:
    """Errors that the next calls raise, by the name of the call, and how often each was called."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self._errors: dict[str, list[Exception | None]] = defaultdict(list)

    def fail(self, call: str, *errors: Exception | None) -> None:
        """The next calls of this name raise these; None: that one succeeds."""
        self._errors[call] += errors

    def called(self, call: str) -> None:
        """Count it, and raise what is next."""
        self.calls[call] += 1
        error = self._errors[call].pop(0) if self._errors[call] else None
        if error is not None:
            raise error


class Store(MemoryLaneStore):
    """Keeps what was committed."""

    def __init__(self, script: Script) -> None:
        super().__init__(TallyRows())
        self._script = script
        self.commits: list[Commit] = []
        self.commit_seconds = 0.0

    async def claim(self, partition: int, owner: str) -> Claim:
        self._script.called("claim")
        return await super().claim(partition, owner)

    async def load(self, claim: Claim) -> Any:
        self._script.called("load")
        return await super().load(claim)

    async def unfinished(self, claim: Claim) -> Unfinished:
        self._script.called("unfinished")
        return await super().unfinished(claim)

    async def prefetch(self, partition: int, needs: Any) -> Any:
        self._script.called("prefetch")
        return needs

    async def commit(self, commit: Commit) -> None:
        self._script.called("commit")
        if self.commit_seconds:
            await asyncio.sleep(self.commit_seconds)
        await super().commit(commit)
        self.commits.append(commit)

    async def still_owner(self, claim: Claim) -> bool:
        self._script.called("still_owner")
        return await super().still_owner(claim)

    async def forget(self, claim: Claim, at_ms: int) -> dict[str, int]:
        self._script.called("forget")
        return await super().forget(claim, at_ms)


class Outputs(MemoryOutputs):
    """A broker that may be slow: nothing is acknowledged while ``awaited`` is not set."""

    def __init__(self, log: MemoryLog, script: Script) -> None:
        super().__init__(log)
        self._script = script
        self.awaited = asyncio.Event()
        self.awaited.set()

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        self._script.called("publish")
        await super().publish_all(partition, records)
        await self.awaited.wait()


class Inputs(MemoryMember):
    """A member that owns the partition."""

    def __init__(self, log: MemoryLog, clock: VirtualClock, script: Script) -> None:
        super().__init__(MemoryGroup(log, INPUT, PARTITION + 1), clock, self._awake)
        self._script = script
        self.own([PARTITION])

    async def _awake(self) -> None:
        """It always is."""

    async def poll(self, partition: int, *, wait_ms: int, records_max: int) -> list[Record]:
        self._script.called("poll")
        return await super().poll(partition, wait_ms=wait_ms, records_max=records_max)


class Alone:
    """The servers, and one lane after another. ``new_engine``: of a subclass of Tally, for what Tally never does."""

    def __init__(self, clock: VirtualClock) -> None:
        self.clock = clock
        self.script = Script()
        self.log = MemoryLog(clock)
        self.store = Store(self.script)
        self.inputs = Inputs(self.log, clock, self.script)
        self.outputs = Outputs(self.log, self.script)
        self.registry = CollectorRegistry()
        self.metrics = LaneMetrics(self.registry, "tally", clock.now_ms)
        self.settings = LaneSettings(batch_records_max=8, backlog_batches_max=4, gather_ms=0)
        self.new_engine: Callable[[int], Tally] = Tally
        self.settled_ms: Callable[[int], int] | None = None
        self.counted: list[Step] = []
        self.loaded = 0  # how often memory was filled
        self.log_lines: Log = SILENT
        self.traces: StepTraces | None = None

    def lane(self, warm: Warm | None = None) -> Lane:
        """A lane that was not started."""
        return Lane(PARTITION, self.parts(), warm)

    def parts(self) -> LaneParts:
        """What lanes of this world are made of."""
        return LaneParts(
            service="tally",
            settings=self.settings,
            owner="me",
            store=self.store,
            inputs=self.inputs,
            outputs=self.outputs,
            wire=Wire("tally", LOG),
            read_output_tail=self._tail,
            new_engine=self.new_engine,
            counted=self.counted.append,
            sense=Sense(self.log_lines, self.metrics, Failpoints("", FAILPOINTS), self.clock),
            settled_ms=self.settled_ms,
            loaded=self._count_load,
            traces=self.traces,
        )

    def _count_load(self) -> None:
        self.loaded += 1

    async def _tail(self, partition: int) -> list[Record]:
        self.script.called("tail")
        return self.log.read(LOG, partition)

    def send(self, *bodies: dict[str, Any], seq: int | None = None) -> None:
        """Inputs; on a sequenced log the first of them has this number."""
        for number, body in enumerate(bodies):
            offset = len(self.log.read(INPUT, PARTITION))
            headers = [("ce_type", b"tally.input.v1"), ("ce_id", f"input-{offset}".encode())]
            if seq is not None:
                headers.append(("ce_sequence", str(seq + number).encode()))
            self.log.append(INPUT, PARTITION, Message(b"w", orjson.dumps(body), headers))

    def told(self) -> list[tuple[str, int]]:
        """What stands on the output log: key and total of each event."""
        bodies = [orjson.loads(record.value) for record in self.log.read(LOG, PARTITION)]
        return [(body["key"], body["total"]) for body in bodies]

    async def served(self, lane: Lane, seconds: float) -> "asyncio.Task[None]":
        """The lane, after it ran for so long. It is stopped, or cancelled where it hangs, by ``alone``."""
        running = asyncio.ensure_future(lane.run())
        await asyncio.wait({running}, timeout=seconds)
        return running

    async def stopped(self, lane: Lane, running: "asyncio.Task[None]") -> None:
        """Cleanly ended."""
        lane.stop()
        await running


async def ended(world: Alone, lane: Lane) -> None:
    """Served for a moment and stopped."""
    await world.stopped(lane, await world.served(lane, QUIET))


def alone(play: Callable[[Alone], Coroutine[Any, Any, T]]) -> T:
    """Play it in a world of its own, and leave nothing running."""

    async def main(clock: VirtualClock) -> T:
        try:
            return await play(Alone(clock))
        finally:
            rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in rest:
                task.cancel()
            await asyncio.gather(*rest, return_exceptions=True)

    return run(main)
