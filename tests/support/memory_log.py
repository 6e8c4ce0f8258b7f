"""Kafka in memory, as much of it as a lane sees: logs with offsets, one consumer group, one ordered producer.

It does what the real one does that bites: records are stamped when they arrive, a poll that meets a rebalance waits for
it, and a member that answers too late is put out of the group and goes on as if nothing had happened.
"""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import NamedTuple

from shared.clock import Clock
from shared.contract.envelope import Message, to_record
from shared.contract.records import Record
from shared.lane.parts import Assigned, Revoked

POLL_AGE_MS_MAX = 1_500  # as in shared/kafka/input.py
RESOLUTION_SECONDS = 1e-6  # a timer so near is due: virtual time does not pass for it
EVICTED_SECONDS = 6.0  # a member that does not answer a rebalance for so long is out of the group


class MemoryLog:
    """Topics of partitions; every append is kept for ever."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._records: dict[tuple[str, int], list[Record]] = defaultdict(list)
        self._waiting: dict[tuple[str, int], set[asyncio.Future[None]]] = defaultdict(set)

    def append(self, topic: str, partition: int, message: Message) -> None:
        """Stamped with the time of its arrival, as a topic with LogAppendTime does."""
        records = self._records[topic, partition]
        records.append(to_record(len(records), self._clock.now_ms(), message.value, message.headers))
        for waiting in self._waiting.pop((topic, partition), ()):
            wake(waiting)

    def read(self, topic: str, partition: int) -> list[Record]:
        """All of it, oldest first."""
        return self._records[topic, partition]

    async def grown(self, topic: str, partition: int, seconds_max: float) -> None:
        """Returns when the partition holds more, or after so long: one future and one timer, for it is waited often."""
        waiting = self._waiting[topic, partition]
        grown = asyncio.get_running_loop().create_future()
        waiting.add(grown)
        try:
            await settled(grown, seconds_max)
        finally:
            waiting.discard(grown)


async def settled(future: "asyncio.Future[None]", seconds_max: float) -> None:
    """Returns when it is done, and after so long it is. A world waits so often that asyncio.wait would be dear."""
    timer = asyncio.get_running_loop().call_later(seconds_max, wake, future)
    try:
        await future
    finally:
        timer.cancel()


def wake(waiting: "asyncio.Future[None]") -> None:
    """It is done, if it was not."""
    if not waiting.done():
        waiting.set_result(None)


class MemoryOutputs:
    """The producer: each record is on its log, in order, when the call returns."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    async def publish_all(self, partition: int, records: Iterable[tuple[str, Message]]) -> None:
        """Append them."""
        for topic, message in records:
            self._log.append(topic, partition, message)


class Noted(NamedTuple):
    """What was noted beside the offset of a partition, and when."""

    partition: int
    offset: int
    note: str
    at_ms: int


class MemoryGroup:
    """The consumer group of one topic: who is in it, and whose each partition is."""

    def __init__(self, log: MemoryLog, topic: str, partitions: int) -> None:
        self.log = log
        self.topic = topic
        self._partitions = range(partitions)
        self._turn = asyncio.Lock()
        self.members: list[MemoryMember] = []
        self._late: set[asyncio.Future[None]] = set()  # answers that were not waited for
        self.noted: dict[int, tuple[int, str]] = {}
        self.notes: list[Noted] = []  # all that ever were
        self.shift = 0  # whose turn it is to be first: a rebalance may move every partition

    async def rebalance(self) -> None:
        """Everybody gives everything back, then gets their part anew. Who does not answer in time is out."""
        async with self._turn:
            members = list(self.members)
            answers = [asyncio.ensure_future(member.give_back()) for member in members]
            if answers:
                await asyncio.wait(answers, timeout=EVICTED_SECONDS)
            for member, answer in zip(members, answers, strict=True):
                if not answer.done():
                    self._late.add(answer)
                    answer.add_done_callback(self._late.discard)
                if not answer.done() and member in self.members:
                    self.members.remove(member)
                    answer.add_done_callback(member.join_again)
            here = self.members
            for number, member in enumerate(here):
                first = (number + self.shift) % len(here)
                member.take([each for each in self._partitions if each % len(here) == first])

    async def join(self, member: "MemoryMember") -> None:
        """One more member."""
        self.members.append(member)
        await self.rebalance()

    async def leave(self, member: "MemoryMember") -> None:
        """One less, by its own will; or because nothing was heard of it, and then it does not know."""
        if member in self.members:
            self.members.remove(member)
            await self.rebalance()


class MemoryMember:
    """One member: the ports Inputs and Group of a process. It may believe to own what another has."""

    def __init__(self, group: MemoryGroup, clock: Clock, awake: Callable[[], Awaitable[None]]) -> None:
        self._group = group
        self._clock = clock
        self._awake = awake  # returns while its process runs, and not while it is stopped
        self._positions: dict[int, int] = {}
        self._seen: dict[int, tuple[int, int]] = {}  # by partition: the end as of the last poll, and when that was
        self._settled = asyncio.Event()
        self.silent = asyncio.Event()  # set: its process is dead, and nothing is heard of it any more
        self.mine: set[int] = set()

    # ---- what the group does with it ----

    async def start(self, assigned: Assigned, revoked: Revoked) -> None:
        """Join the group."""
        self._assigned, self._revoked = assigned, revoked
        await self._group.join(self)

    async def stop(self) -> None:
        """Leave the group."""
        if not self.silent.is_set():
            await self._group.leave(self)
            self.mine.clear()

    def join_again(self, _: object = None) -> None:
        """Where it was put out, it learns of it."""
        if not self.silent.is_set() and self not in self._group.members:
            self._joining = asyncio.ensure_future(self._group.join(self))

    async def give_back(self) -> None:
        """A rebalance begins: polls wait for its end."""
        self._settled.clear()
        if self.silent.is_set():
            await asyncio.Event().wait()
        await self._awake()
        if self.mine:
            await self._revoked(sorted(self.mine))
        self.mine.clear()

    def take(self, partitions: list[int]) -> None:
        """The end of it."""
        self.own(partitions)
        self._assigned(partitions)

    def own(self, partitions: list[int]) -> None:
        """From now on it believes to own these, whoever says so."""
        self.mine = set(partitions)
        self._positions.clear()
        self._settled.set()

    # ---- Inputs and Group ----

    def owns(self, partition: int) -> bool:
        """Whether the group gave it to this member, as far as the member knows."""
        return partition in self.mine

    def close(self, partitions: Iterable[int]) -> None:
        """Deliver nothing of them."""
        for partition in partitions:
            self._positions.pop(partition, None)

    def open(self, partition: int, offset: int) -> None:
        """Deliver from there on."""
        if partition in self.mine:
            self._positions[partition] = offset

    async def bounds(self, partition: int) -> tuple[int, int]:
        """Nothing expires here."""
        return 0, len(self._group.log.read(self._group.topic, partition))

    async def poll(self, partition: int, *, wait_ms: int, records_max: int) -> list[Record]:
        """What is there, or what comes within the time; a rebalance holds it."""
        until = self._clock.monotonic() + wait_ms / 1000
        while True:
            if not self._settled.is_set():
                await self._settled.wait()
            found = self._take(partition, records_max)
            left = until - self._clock.monotonic()
            if found or left < RESOLUTION_SECONDS:
                return found
            await self._group.log.grown(self._group.topic, partition, left)

    def _take(self, partition: int, records_max: int) -> list[Record]:
        at = self._positions.get(partition)
        if at is None or partition not in self.mine:
            return []
        records = self._group.log.read(self._group.topic, partition)
        found = records[at : at + records_max]
        self._positions[partition] = at + len(found)
        self._seen[partition] = len(records), self._clock.now_ms()
        return found

    def caught_up(self, partition: int, next_offset: int) -> bool:
        """Whether a fresh poll saw nothing beyond."""
        end, at_ms = self._seen.get(partition, (None, 0))
        fresh = self._clock.now_ms() - at_ms <= POLL_AGE_MS_MAX
        return partition in self.mine and end is not None and fresh and end <= next_offset

    def lag(self, partition: int, next_offset: int) -> int:
        """By the last poll."""
        end, _ = self._seen.get(partition, (0, 0))
        return max(0, end - next_offset)

    async def note_offsets(self, notes: Mapping[int, tuple[int, str]]) -> None:
        """Kept for lag tools; here for the tests."""
        taken = {number: noted for number, noted in notes.items() if number in self.mine}
        self._group.noted.update(taken)
        self._group.notes += [Noted(number, *noted, self._clock.now_ms()) for number, noted in taken.items()]
