"""The lane: one partition, one owner, one engine; every step is one fenced commit and then published in order.

    claim -> load -> check -> (poll -> prefetch -> step -> commit -> hand to the publisher) for ever

The rules and their reasons stand in docs/lane.md; what is done at each place, and what a crash means, in phases.py.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from shared.contract.records import Record
from shared.errors import Fenced, PartitionClosed, Poison, Reason, Retryable
from shared.lane.arrivals import POLL_MS_MAX, Arrivals
from shared.lane.claiming import Claiming
from shared.lane.commits import commit_of
from shared.lane.engine import Deadline, Engine, Step
from shared.lane.isolation import Isolation
from shared.lane.parts import LaneParts, Warm
from shared.lane.patience import Patience
from shared.lane.phases import Life, Phase
from shared.lane.publisher import Publisher
from shared.lane.store import Claim, Commit, OutboxBatch
from shared.lane.time import LaneTime, at_rest, delay_of, is_due
from shared.lane.trail import leave_trail
from shared.lane.upkeep import Upkeep
from shared.lane.watchdog import Watchdog

__all__ = ["Lane"]

UNSETTLED_SECONDS = 0.02  # between looks at a deadline that is due and may not fire yet: it must not spin


class Lane:
    """Owns one partition from claim to stop. Create, ``run`` once, ``stop`` at most once."""

    def __init__(self, partition: int, parts: LaneParts, warm: Warm | None = None) -> None:
        self.partition = partition
        self._parts = parts
        self._sense = parts.sense
        self._log = parts.sense.log.bind(partition=partition)
        self._warm = warm
        self._clock = parts.sense.clock
        self._patience = Patience(parts.sense, partition)
        self._upkeep = Upkeep(partition, parts, self._patience)
        self._watchdog = Watchdog()
        self._isolation = Isolation(self, self._log, partition)
        self.fired: Sequence[Deadline] = ()
        self.claim = Claim(partition=partition, epoch=0)
        self.engine: Engine | None = None
        self.life = Life(parts.sense.failpoints)
        self.publisher = Publisher(partition, parts.wire, parts.outputs, self._still_owner, parts.sense)
        self._time = LaneTime(partition, parts)
        self.arrivals = Arrivals(partition, parts, self.life, self._patience)
        self._claiming = Claiming(partition, parts, self.life, self._patience, self.arrivals)

    # ---- life ----

    async def run(self) -> None:
        """Own the partition until stopped or fenced. Fenced, PartitionClosed and programming errors are raised."""
        try:
            await self._open()
            await self._serve()
        finally:
            self.life.go(Phase.ENDED)
            self.publisher.discard()

    async def _serve(self) -> None:
        publishing = asyncio.create_task(self.publisher.run())
        try:
            while not self._patience.ended:
                await self._turn()
                if publishing.done():
                    publishing.result()
            await self._drain(publishing)
        except PartitionClosed:
            self._patience.end()
            with suppress(Retryable):  # whoever looks at a closed partition would send it again each time
                await self._drain(publishing)
            raise
        finally:
            publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)

    def stop(self) -> None:
        """Finish the step under way, publish what is committed, and end ``run``."""
        self._patience.end()

    def keep_warm(self) -> Warm | None:
        """The engine for the next owner in this process; None unless memory is what the database holds."""
        return Warm(self.engine, self.claim) if self.engine is not None and not self._patience.broken else None

    def stuck_seconds(self) -> float:
        """For how long work was seen waiting without progress and without a known fault that explains it."""
        now, excused_at = self._clock.monotonic(), self._patience.excused_at
        waits = self._parts.inputs.lag(self.partition, self.claim.next_offset) > 0
        return self._watchdog.stuck_seconds(now, waits=waits, progress=self.claim.next_step, excused_at=excused_at)

    @property
    def barred(self) -> Sequence[Deadline]:
        """The deadlines that are refused, and left out until an operator says otherwise."""
        return self._claiming.barred

    # ---- claim, load, check ----

    async def _open(self) -> None:
        warm, self._warm = self._warm, None
        opened = await self._claiming.open(warm)
        self.engine, self.claim = opened.engine, opened.claim
        self.publisher.start_from(self.claim.published_step, self.claim.published_seq)
        if opened.backlog:
            self._upkeep.packed(opened.backlog[-1].step)
        for batch in opened.backlog:
            self.publisher.add(batch, 0, batch.first_ms)
        await self.life.reach(Phase.CHECKED)
        self._log.info("lane open", epoch=self.claim.epoch, offset=self.claim.next_offset, seq=self.claim.next_seq)

    # ---- the loop ----

    async def _turn(self) -> None:
        self.note_rest()
        records = await self._gather()
        await self.life.reach(Phase.POLLED)
        fresh, records = self.arrivals.unseen(records, self.claim)
        if records:
            newest = records[-1]
            age_seconds = max(0, self._clock.now_ms() - records[0].at_ms) / 1000
            self._sense.metrics.event_age_seconds.observe(age_seconds, records[0].traceparent)
            self._sense.metrics.batch_records.observe(len(records))
            await self._isolation.apply(fresh, newest, self._time.at(newest.at_ms, newest.offset + 1))
        elif is_due(self._deadline(), self._clock.now_ms()):
            await self._fire_due()
        elif self._upkeep.is_untidy(self.publisher.published_step):
            await self._commit(Step(writes=None), [], None, self._time.last_ms, self._clock.now_ms())
        self._sense.metrics.lag(self.partition, self._parts.inputs.lag(self.partition, self.claim.next_offset))
        await self._upkeep.forget(self.claim, self._time.last_ms)

    def note_rest(self) -> None:
        """Nothing is under way: the deadlines before the next one have fired."""
        self.publisher.rest(at_rest(self.claim, self._deadline(), self._clock.now_ms()))

    async def _fire_due(self) -> None:
        now, deadline = self._time.at(0, self.claim.next_offset), self._deadline()
        if deadline is not None and deadline <= now:
            await self._isolation.apply([], None, now)
        else:
            await self.arrivals.rest(UNSETTLED_SECONDS)  # due by the wall, while what is known does not reach so far

    async def _gather(self) -> list[Record]:
        if self.publisher.backlog >= self._parts.settings.backlog_batches_max:
            await asyncio.sleep(POLL_MS_MAX / 1000)
            self._patience.excuse()  # the log does not take what is committed: known, and not a hang
            return []
        return await self.arrivals.gather(self._deadline(), self.claim.next_offset)

    # ---- one step (the port of Isolation) ----

    async def step(self, records: list[Record], newest: Record | None, now: int) -> None:
        """Step and commit a batch."""
        engine = self._engine()
        self.fired = ()
        needs = engine.needs(records) if records else None
        known = None
        if needs is not None:
            known = await self._patience.repeat("prefetch", lambda: self._parts.store.prefetch(self.partition, needs))
        await self.life.reach(Phase.PREFETCHED)
        wall_ms = self._clock.now_ms()
        delay = delay_of(records, wall_ms, self.publisher.late_since(wall_ms))
        try:
            step = engine.step(records, known, now, delay)
        finally:
            self.fired = engine.fired
        if newest is None and not step.changed:
            return
        await self._commit(step, records, newest, now, wall_ms)

    async def fire(self, deadline: Deadline) -> bool:
        """Step and commit one deadline; False where it is not pending."""
        step = self._engine().fire(deadline)
        if step.changed:
            await self._commit(step, [], None, self._time.last_ms, self._clock.now_ms())
        return step.changed

    async def refuse(self, cause: Record | Deadline, newest: Record | None, now: int, error: Exception) -> None:
        """Pass a record, or bar a deadline, with its dead letter in the same commit."""
        reason = Reason.DATABASE if isinstance(error, Poison) else Reason.ILLEGAL
        dead = self._engine().reject(cause, reason, f"{type(error).__name__}: {error}"[:500])
        records = [cause] if isinstance(cause, Record) else []
        await self._commit(Step(writes=None, dead=[dead]), records, newest, now, self._clock.now_ms())
        if isinstance(cause, Deadline):
            self._engine().bar(cause)
            self._claiming.barred.append(cause)

    async def reload(self) -> None:
        """Memory anew, as the database holds it."""
        self.engine = None
        self.engine = await self._claiming.loaded(self.claim)

    async def _commit(
        self, step: Step, records: list[Record], newest: Record | None, now: int, stepped_ms: int
    ) -> None:
        published = self.publisher.published_step, self.publisher.published_seq
        traces = self._parts.traces
        spans = traces.begin_step(step, self.partition, stepped_ms) if traces is not None else []
        commit, batch = commit_of(self.claim, step, records, newest, now, published)
        await self.life.reach(Phase.STEPPED)
        started = self._clock.monotonic()
        await self._patience.repeat("commit", lambda: self._parts.store.commit(commit))
        seconds = self._clock.monotonic() - started
        self._sense.metrics.commit_seconds.observe(seconds, records[0].traceparent if records else "")
        await self.life.reach(Phase.COMMITTED)
        if traces is not None:
            traces.end(spans)
        self.claim = commit.after
        self._upkeep.committed(commit)
        self.publisher.confirm_ownership()
        self._hand_on(commit, batch, stepped_ms, records[0].at_ms if records else now)
        for dead in step.dead:
            self._sense.metrics.dead_letter(dead.reason)
        self._parts.counted(step)
        leave_trail(self._log, step, commit.before.next_seq)

    def _hand_on(self, commit: Commit, batch: OutboxBatch, stepped_ms: int, log_ms: int) -> None:
        if commit.outbox is not None:
            self.publisher.add(batch, stepped_ms, log_ms)
        elif not self.publisher.backlog:
            self.publisher.start_from(commit.after.next_step, commit.after.next_seq - 1)

    def _deadline(self) -> int | None:
        return self.engine.deadline_ms() if self.engine is not None else None

    def _engine(self) -> Engine:
        if self.engine is None:
            raise Fenced("the lane has no memory")
        return self.engine

    # ---- ownership, end ----

    async def _still_owner(self) -> bool:
        return await self._parts.store.still_owner(self.claim)

    async def _drain(self, publishing: "asyncio.Task[None]") -> None:
        """Publish what is committed, then record the cursor, so that the next owner has nothing to repeat."""
        self.publisher.stop()
        await asyncio.wait({publishing}, timeout=self._parts.settings.drain_seconds_max / 2)
        if not publishing.done():
            return
        publishing.result()
        if self.engine is not None and self._upkeep.keeps_sent(self.publisher.published_step):
            await self._commit(Step(writes=None), [], None, self._time.last_ms, self._clock.now_ms())
