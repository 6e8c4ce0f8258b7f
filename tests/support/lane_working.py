"""A worker on ports in memory, and a consumer group that does what the test says."""

import asyncio
from collections.abc import Iterable, Mapping

from shared.lane.parts import Assigned, Revoked
from shared.lane.worker import Worker
from tests.support.lane_alone import PARTITION, QUIET, Alone

__all__ = ["Working", "working"]


class Group:
    """A consumer group that does what the test says. ``closed``: what was closed, at which time."""

    def __init__(self, world: Alone) -> None:
        self._world = world
        self.mine: set[int] = set()
        self.closed: list[tuple[float, list[int]]] = []
        self.noted: list[dict[int, tuple[int, str]]] = []
        self.stopped = 0

    async def start(self, assigned: Assigned, revoked: Revoked) -> None:
        self._world.script.called("join")
        self.assigned, self.revoked = assigned, revoked

    async def stop(self) -> None:
        self.stopped += 1

    def owns(self, partition: int) -> bool:
        return partition in self.mine

    def close(self, partitions: Iterable[int]) -> None:
        self.closed.append((self._world.clock.monotonic(), list(partitions)))

    async def note_offsets(self, notes: Mapping[int, tuple[int, str]]) -> None:
        self._world.script.called("note")
        self.noted.append(dict(notes))

    def give(self) -> None:
        """A rebalance gives the partition to this member."""
        self.mine = {PARTITION}
        self.assigned([PARTITION])

    async def take(self) -> None:
        """A rebalance takes it away."""
        await self.revoked([PARTITION])
        self.mine = set()


class Working:
    """A worker that joined; ended in the end."""

    def __init__(self, world: Alone) -> None:
        self.group = Group(world)
        self.worker = Worker(world.parts(), self.group)
        self.running = asyncio.ensure_future(self.worker.run())

    async def end(self) -> None:
        """Cleanly."""
        self.worker.stop()
        await self.running


async def working(world: Alone) -> Working:
    """Joined, and the owner of the partition."""
    made = Working(world)
    await asyncio.sleep(0)
    made.group.give()
    await asyncio.sleep(QUIET)
    return made
