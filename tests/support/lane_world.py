"""A lane's whole world in memory, on virtual time: processes that die or are stopped, servers that refuse, moves.

Everything but the servers is the real code: Worker, Lane, Publisher, Patience. What chance decides comes from one seed.
"""

import asyncio
from collections import Counter
from itertools import count
from random import Random
from typing import Any

import orjson

from shared.contract.envelope import Message
from shared.contract.ids import derive
from shared.lane.phases import Phase
from tests.support.lane_process import PARTITIONS, Killed, Process, Weather
from tests.support.memory_lane import MemoryLaneStore
from tests.support.memory_log import MemoryGroup, MemoryLog
from tests.support.tally import INPUT, LOG
from tests.support.tally_rows import TallyRows
from tests.support.virtual_time import VirtualClock

__all__ = ["PARTITIONS", "Process", "World", "pending", "unless_killed"]

QUIET_SECONDS_MAX = 300.0  # virtual; a world that is healed comes to rest long before


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
        asyncio.get_running_loop().set_exception_handler(unless_killed)

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
        if any(process.stopped_until > self.clock.monotonic() or process.is_ending for process in self.living()):
            return False
        for partition in range(PARTITIONS):
            lane = self.store.lanes.get(partition)
            if lane is None or lane.next_offset < len(self.log.read(INPUT, partition)):
                return False
            if max((record.seq or 0 for record in self.log.read(LOG, partition)), default=0) < lane.next_seq - 1:
                return False
        return not pending(self.store) and not self.store.outbox

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
            process.die()
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)


def pending(store: MemoryLaneStore) -> set[tuple[int, int, str]]:
    """Deadlines that will still fire."""
    origins = [dead.origin for dead in store.dead.values() if dead.origin.deadline is not None]
    barred = {(origin.partition, origin.at_ms, origin.deadline) for origin in origins}
    rows: Any = store.rows
    return {each for each in rows.timers if each not in barred}


def unless_killed(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """A loop's exception handler: tasks that were killed have errors that nobody asks for."""
    if not isinstance(context.get("exception"), Killed):
        loop.default_exception_handler(context)
