"""The worker: a member of the consumer group that runs a lane for each partition the group gives it."""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial

from shared.contract.progress import Note, note_of
from shared.errors import Fatal, Fenced, PartitionClosed, Retryable
from shared.lane.lane import Lane
from shared.lane.parts import Group, LaneParts, Warm
from shared.lane.patience import again, wait_for
from shared.lane.publisher import Told
from shared.lane.time import is_news

__all__ = ["CLOSED_SECONDS", "Worker"]

LOOK_SECONDS = 0.05  # while lanes end
# Kafka is told what is news, all in one request: for lag tools, and for the sla service. That tells a breach no sooner
# than it hears that the router has handled what came before, and that nothing of it falls due until then.
NOTE_EVERY_SECONDS = 0.1
NOTE_APART_SECONDS = 0.02  # of notes that somebody waits for: as soon as what they tell is so, and no more of them
NOTE_SELDOM_SECONDS = 1.0  # between notes of the last of a chain: only lag tools read them
WATCH_EVERY_SECONDS = 1.0
# After losing a partition that the group still calls ours, the rightful owner gets this long to appear in the group.
RECLAIM_SECONDS = 3.0
CLOSED_SECONDS = 5.0  # a closed partition is looked at again this often: an operator may have decided meanwhile


class Worker:
    """Runs lanes as partitions come and go. ``run`` returns after ``stop``; Fatal when a lane hangs or breaks."""

    def __init__(self, parts: LaneParts, group: Group) -> None:
        self._parts = parts
        self._group = group
        self._log = parts.sense.log
        self._metrics = parts.sense.metrics
        self._clock = parts.sense.clock
        self._lanes: dict[int, Lane] = {}
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._warm: dict[int, Warm] = {}
        self._closed: dict[int, str] = {}
        self._again: set[int] = set()
        self._joined = False
        self._stopping = asyncio.Event()
        self._told = asyncio.Event()  # something is told since the last note
        self._failure: BaseException | None = None

    # ---- what the health page asks ----

    @property
    def lanes(self) -> Iterable[Lane]:
        """The lanes that are open now."""
        return [lane for lane in self._lanes.values() if lane.life.ready]

    def problems(self) -> list[str]:
        """Why this process is not ready: not in the group yet, or partitions closed or still opening.

        A standby, which the group gave no partition, is ready.
        """
        if not self._joined:
            return ["waiting for the consumer group"]
        ready = {number for number, lane in self._lanes.items() if lane.life.ready}
        closed = [reason for number, reason in self._closed.items() if number not in ready]
        waiting = [number for number, lane in self._lanes.items() if not lane.life.ready and number not in self._closed]
        opening = [f"partition {number} is opening" for number in waiting]
        return [*closed, *opening]

    def notes(self) -> list[str]:
        """What an operator should know of partitions that are open and go on: deadlines that are left out."""
        return [
            f"partition {number}: {len(lane.barred)} deadlines are refused and left out, the first"
            f" {lane.barred[0].name}; next: usher dlq list"
            for number, lane in sorted(self._lanes.items())
            if lane.barred
        ]

    # ---- life ----

    async def run(self) -> None:
        """Join the group and serve until ``stop``. Raises what ended it otherwise."""
        await self._join()
        notes = asyncio.ensure_future(self._note_offsets())
        try:
            while not self._stopping.is_set():
                await wait_for(self._stopping, WATCH_EVERY_SECONDS)
                self._watch()
                if notes.done():  # it ends only by what nobody expects, and others wait for what it tells
                    notes.result()
        finally:
            notes.cancel()
            await asyncio.gather(notes, return_exceptions=True)
            await self._end_lanes(list(self._lanes), also_polling=True)
            await self._group.stop()
        if self._failure is not None:
            raise self._failure

    def stop(self) -> None:
        """Let every lane finish its step and publish what it committed, then leave the group."""
        self._stopping.set()

    async def _join(self) -> None:
        async def wait(fault: Exception, seconds: float) -> None:
            self._log.warning("Kafka is not there yet", error=str(fault))
            await wait_for(self._stopping, seconds)
            if self._stopping.is_set():
                raise fault

        if not self._stopping.is_set():
            with suppress(Retryable):  # the process ends before Kafka came
                await again(lambda: self._group.start(self.assigned, self.revoked), wait)

    def _watch(self) -> None:
        """Exit when a lane has work and makes no progress: a restart is the one cure for a hang of unknown cause."""
        for number, lane in self._lanes.items():
            if lane.life.ready and number in self._closed:
                del self._closed[number]
                self._metrics.closed(number, False)
            self._metrics.barred(number, len(lane.barred))
            stuck_seconds = lane.stuck_seconds() if lane.life.ready else 0.0
            if stuck_seconds > self._parts.settings.stuck_seconds_max:
                self._fail(Fatal(f"partition {number}: records wait, nothing was committed for {stuck_seconds:.0f} s"))

    def _fail(self, error: BaseException) -> None:
        self._failure = self._failure or error
        self._stopping.set()

    # ---- partitions come and go ----

    def assigned(self, partitions: list[int]) -> None:
        """Start a lane for each; synchronous, so that nothing is delivered before the lane has opened its partition."""
        self._group.close(partitions)
        self._joined = True
        self._metrics.rebalances.inc()
        for number in partitions:
            if number in self._tasks:
                self._again.add(number)  # its last lane is still leaving a poll that the rebalance held
            elif not self._stopping.is_set():
                self._start(number)
        self._metrics.owned_partitions.set(len(partitions))

    async def revoked(self, partitions: list[int]) -> None:
        """Stop the lanes within the time that the group allows; memory is kept for the case that they come back.

        A lane inside a poll is at rest, and its poll may not return before this callback does: it is not waited for.
        """
        self._again.clear()
        await self._end_lanes(partitions, also_polling=False)
        self._closed.clear()
        self._metrics.owned_partitions.set(0)  # a rebalance takes all of them, and then says which come back

    def _start(self, number: int) -> None:
        lane = Lane(number, self._parts, self._warm.pop(number, None))
        lane.publisher.moved = partial(self._moved, lane)
        self._lanes[number] = lane
        task = self._tasks[number] = asyncio.ensure_future(self._serve(number, lane))
        task.add_done_callback(lambda _: self._ended(number))  # also of one that is cancelled before its first step

    async def _serve(self, number: int, lane: Lane) -> None:
        try:
            await lane.run()
            warm = lane.keep_warm()
            if warm is not None:
                self._warm[number] = warm
        except Fenced as error:
            self._log.warning("fenced", partition=number, reason=str(error))
            asyncio.get_running_loop().call_later(RECLAIM_SECONDS, self._reclaim, number)
        except PartitionClosed as error:
            reason = f"{error}; next: {error.cure or f'usher lane accept {self._parts.service}'}"
            self._log.error("partition closed", partition=number, reason=reason)
            self._closed[number] = reason
            self._metrics.closed(number, True)
            asyncio.get_running_loop().call_later(CLOSED_SECONDS, self._reclaim, number)
        except Retryable as error:
            self._log.warning("stopped during a fault", partition=number, reason=str(error))
        except Exception as error:  # noqa: BLE001 - the edge: whatever broke a lane ends the process, loudly
            self._log.error("a lane broke", partition=number, exc_info=error)
            self._fail(error)

    def _ended(self, number: int) -> None:
        del self._tasks[number], self._lanes[number]
        if number in self._again:
            self._again.discard(number)
            self._reclaim(number)
        elif number not in self._closed:
            self._metrics.disowned(number)  # a lane that a rebalance left in its poll has told of its lag since

    def _reclaim(self, number: int) -> None:
        if number in self._tasks or self._stopping.is_set():
            return
        if self._group.owns(number):
            self._group.close([number])
            self._start(number)
        elif self._closed.pop(number, None) is not None:
            self._metrics.disowned(number)  # it moved away while its poll found it closed: its next owner says so

    async def _end_lanes(self, partitions: list[int], *, also_polling: bool) -> None:
        ending = {number: self._tasks[number] for number in partitions if number in self._tasks}
        for number, task in ending.items():
            self._lanes[number].stop()
            if self._lanes[number].life.opening and not self._lanes[number].life.polling:
                task.cancel()  # it may be waiting for a broker or a database that is away
        until = self._clock.monotonic() + self._parts.settings.drain_seconds_max
        while any(also_polling or self._is_at_work(number, task) for number, task in ending.items()):
            running = [task for task in ending.values() if not task.done()]
            if not running:
                break
            if self._clock.monotonic() > until:
                self._fail(
                    Fatal(f"{len(running)} lanes did not stop in {self._parts.settings.drain_seconds_max:.0f} s")
                )
                break
            await asyncio.wait(running, timeout=LOOK_SECONDS, return_when=asyncio.FIRST_COMPLETED)
        for number in partitions:
            self._metrics.disowned(number)

    def _is_at_work(self, number: int, task: "asyncio.Task[None]") -> bool:
        lane = self._lanes.get(number)
        return not task.done() and lane is not None and not lane.life.polling

    # ---- offsets for lag tools and for whoever waits for us ----

    async def _note_offsets(self) -> None:
        noted: dict[int, Told] = {}
        apart_seconds = NOTE_APART_SECONDS if self._parts.settled_ms is None else NOTE_SELDOM_SECONDS
        while True:
            await asyncio.sleep(apart_seconds)
            await wait_for(self._told, NOTE_EVERY_SECONDS - NOTE_APART_SECONDS)
            self._told.clear()
            for lane in self.lanes:
                if lane.life.polling:  # nothing is under way, and an idle lane turns only now and then
                    lane.note_rest()
            told = {lane.partition: each for lane in self.lanes if (each := lane.publisher.told) is not None}
            news = {number: each for number, each in told.items() if self._is_news(each, noted.get(number))}
            notes = {number: (each.offset, note_of(Note(each.at_ms, each.seq))) for number, each in news.items()}
            try:
                await self._group.note_offsets(notes)
            except Retryable as error:
                self._log.debug("offsets were not noted", error=str(error))
            else:
                noted = {number: news.get(number, noted.get(number, each)) for number, each in told.items()}

    def _is_news(self, told: Told, noted: Told | None) -> bool:
        return is_news(told, noted, self._clock.now_ms(), waited_for=self._parts.settled_ms is None)

    def _moved(self, lane: Lane) -> None:
        """Note it at once, unless the lane is far behind: then that is what everybody waits for."""
        behind = self._parts.inputs.lag(lane.partition, lane.claim.next_offset)
        if self._parts.settled_ms is None and behind < self._parts.settings.batch_records_max:
            self._told.set()
