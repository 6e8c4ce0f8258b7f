"""The lane: one partition, one owner, one engine; every step is one fenced commit and then published in order.

    claim -> load -> check -> (poll -> prefetch -> step -> commit -> hand to the publisher) for ever

The rules and their reasons stand in docs/lane.md; the places marked by failpoints are where the fault tests kill it.
"""

import asyncio
import gc
from collections.abc import Sequence
from dataclasses import replace

from shared.clock import monotonic, now_ms
from shared.contract.records import Record
from shared.errors import Fatal, Fenced, PartitionClosed, Poison, Reason, Retryable
from shared.lane.engine import Deadline, Engine, Step
from shared.lane.isolation import Isolation
from shared.lane.opening import agrees_with_input, agrees_with_output
from shared.lane.parts import LaneParts, Warm
from shared.lane.patience import Patience
from shared.lane.publisher import Publisher
from shared.lane.rows import encode_batch
from shared.lane.store import Claim, Commit, OutboxBatch
from shared.lane.time import LaneTime, delay_of, gather_ms, is_due, wait_ms
from shared.lane.trail import leave_trail
from shared.lane.watchdog import Watchdog
from shared.times import DAY_MS

__all__ = ["Lane"]

POLL_MS_MAX = 250  # an idle lane looks at its timers and its orders at least this often
UNSETTLED_SECONDS = 0.02  # between looks at a deadline that is due and may not fire yet: it must not spin
FORGET_EVERY_SECONDS = 60.0
TIDY_SECONDS = 1.0  # of quiet; then what the log has leaves the outbox, which holds customers' words
NO_STEP = -1
UNKNOWN_OFFSET = -1  # until a batch is acknowledged, nobody knows where the outbox of a former owner began


class Lane:
    """Owns one partition from claim to stop. Create, ``run`` once, ``stop`` at most once."""

    def __init__(self, partition: int, parts: LaneParts, warm: Warm | None = None) -> None:
        self.partition = partition
        self._parts = parts
        self._sense = parts.sense
        self._log = parts.sense.log.bind(partition=partition)
        self._warm = warm
        self._stopping = False
        self._forgot_at = monotonic()
        self._packed_step = NO_STEP  # the last one that may still have its row in the outbox
        self._progress_at = monotonic()
        self._patience = Patience(parts.sense, partition)
        self._watchdog = Watchdog()
        self._isolation = Isolation(self, self._log, partition)
        self.fired: Sequence[Deadline] = ()
        self.barred: list[Deadline] = []
        self.claim = Claim(partition=partition, epoch=0)
        self.engine: Engine | None = None
        self.ready = False
        self.opening = True  # nothing is under way yet: it may be abandoned at any time
        self.polling = False  # inside a poll nothing is under way, and a rebalance may hold the poll until it is over
        self.publisher = Publisher(partition, parts.wire, parts.outputs, self._still_owner, parts.sense)
        self._time = LaneTime(partition, parts)

    # ---- life ----

    async def run(self) -> None:
        """Own the partition until stopped or fenced. Fenced, PartitionClosed and programming errors are raised."""
        await self._open()
        publishing = asyncio.ensure_future(self.publisher.run())
        try:
            while not self._stopping:
                await self._turn()
                if publishing.done():
                    publishing.result()
            await self._drain(publishing)
        finally:
            self.ready = False
            if not publishing.done():
                publishing.cancel()
            await asyncio.gather(publishing, return_exceptions=True)
            self.publisher.discard()

    def stop(self) -> None:
        """Finish the step under way, publish what is committed, and end ``run``."""
        self._stopping = True
        self._patience.end()

    def keep_warm(self) -> Warm | None:
        """The engine for the next owner in this process; None unless memory is what the database holds."""
        return Warm(self.engine, self.claim) if self.engine is not None and not self._patience.broken else None

    def stuck_seconds(self) -> float:
        """For how long work was seen waiting without progress and without a known fault that explains it."""
        waits = self._parts.inputs.lag(self.partition, self.claim.next_offset) > 0
        progress, excused_at = self.claim.next_step, self._patience.excused_at
        return self._watchdog.stuck_seconds(monotonic(), waits=waits, progress=progress, excused_at=excused_at)

    @property
    def settled_offset(self) -> int:
        """Inputs below it are applied and their events acknowledged; negative when not known yet."""
        return self.publisher.published_offset if self.publisher.backlog else self.claim.next_offset

    # ---- claim, load, check ----

    async def _open(self) -> None:
        store = self._parts.store
        claim = await self._patience.repeat("claim", lambda: store.claim(self.partition, self._parts.owner))
        await self._sense.failpoints.reach("lane.claimed")
        unfinished = await self._patience.repeat("backlog", lambda: store.unfinished(claim))
        backlog, self.barred = unfinished.batches, unfinished.barred
        self.engine = await self._memory(claim)
        self.claim = claim
        await self._sense.failpoints.reach("lane.loaded")
        self.publisher.start_from(claim.published_step, claim.published_seq, claim.next_offset)
        if backlog:
            self.publisher.published_offset = UNKNOWN_OFFSET
            self._packed_step = backlog[-1].step
        tail = await self._patience.repeat("tail", lambda: self._parts.read_output_tail(self.partition))
        agrees_with_output(claim, tail)
        await self._open_input(claim)
        await self._sense.failpoints.reach("lane.checked")
        for batch in backlog:
            self.publisher.add(batch, 0, min((event.at_ms for event in batch.events), default=0))
        self._log.info("lane open", epoch=claim.epoch, offset=claim.next_offset, seq=claim.next_seq)
        self.opening = False
        self.ready = True

    async def _memory(self, claim: Claim) -> Engine:
        """The warm engine if nobody committed since; else a new one from one snapshot."""
        warm, self._warm = self._warm, None
        if warm is not None and replace(warm.claim, epoch=claim.epoch) == replace(
            claim, published_step=warm.claim.published_step, published_seq=warm.claim.published_seq
        ):
            return warm.engine
        return await self._loaded(claim)

    async def _loaded(self, claim: Claim) -> Engine:
        engine = self._parts.new_engine(self.partition)
        try:
            engine.restore(await self._patience.repeat("load", lambda: self._parts.store.load(claim)))
        except (Fenced, Fatal, Retryable):
            raise
        except Exception as error:
            raise PartitionClosed(
                f"partition {self.partition}: its rows cannot be read: {type(error).__name__}: {error}"[:500],
                cure="mend or delete the row that is named; the partition then opens by itself",
            ) from error
        for deadline in self.barred:
            engine.bar(deadline)
        # What was loaded stays: the collector need not walk it again with every full collection.
        gc.unfreeze()
        gc.collect()
        gc.freeze()
        return engine

    async def _open_input(self, claim: Claim) -> None:
        begin, end = await self._patience.repeat("bounds", lambda: self._parts.inputs.bounds(self.partition))
        if claim.next_step == 0 and claim.next_offset < begin:
            self._parts.inputs.open(self.partition, begin)  # a first owner starts where the log starts
            return
        if claim.next_offset == 0 or claim.next_offset - 1 < begin:
            agrees_with_input(claim, begin, end, None)
            self._parts.inputs.open(self.partition, claim.next_offset)
            return
        agrees_with_input(claim, begin, end, None)
        self._parts.inputs.open(self.partition, claim.next_offset - 1)
        first: list[Record] = []
        while not first and not self._stopping and self._parts.inputs.owns(self.partition):
            first = await self._poll(POLL_MS_MAX, 1)
        if first:
            agrees_with_input(claim, begin, end, first[0])

    # ---- the loop ----

    async def _turn(self) -> None:
        self._note_rest()
        records = await self._gather()
        await self._sense.failpoints.reach("lane.polled")
        fresh, records = self._unseen(records)
        if records:
            newest = records[-1]
            self._sense.metrics.event_age_seconds.observe(max(0, now_ms() - records[0].at_ms) / 1000)
            self._sense.metrics.batch_records.observe(len(records))
            await self._isolation.apply(fresh, newest, self._time.at(newest.at_ms, newest.offset + 1))
        elif is_due(self._deadline()):
            await self._fire_due()
        elif self._is_untidy():
            await self._commit(Step(writes=None), [], None, self._time.last_ms, now_ms())
        self._sense.metrics.lag(self.partition, self._parts.inputs.lag(self.partition, self.claim.next_offset))
        await self._housekeeping()

    def _note_rest(self) -> None:
        """Nothing is under way: the deadlines up to now have fired, or those before the next one."""
        wall_ms, deadline_ms = now_ms(), self._deadline()
        self.publisher.rest(wall_ms if deadline_ms is None else min(wall_ms, deadline_ms - 1))

    async def _fire_due(self) -> None:
        now, deadline = self._time.at(0, self.claim.next_offset), self._deadline()
        if deadline is not None and deadline <= now:
            await self._isolation.apply([], None, now)
        else:
            await asyncio.sleep(UNSETTLED_SECONDS)  # due by the wall, while what is known does not reach so far

    async def _gather(self) -> list[Record]:
        """A batch: what is there, plus what comes until the oldest record has waited for the gathering time; [] when a
        timer is due first."""
        settings = self._parts.settings
        if self.publisher.backlog >= settings.backlog_batches_max:
            await asyncio.sleep(POLL_MS_MAX / 1000)
            self._patience.excuse()  # the log does not take what is committed: known, and not a hang
            return []
        records = await self._poll(wait_ms(self._deadline(), POLL_MS_MAX), settings.batch_records_max)
        room = settings.batch_records_max - len(records)
        more_ms = gather_ms(records, now_ms(), settings.gather_ms) if room else 0
        if more_ms and not self._stopping:
            await asyncio.sleep(more_ms / 1000)
            records += await self._poll(0, room) if not self._stopping else []
        return records

    async def _poll(self, wait_ms: int, records_max: int) -> list[Record]:
        self.polling = True
        try:
            polled = await self._parts.inputs.poll(self.partition, wait_ms=wait_ms, records_max=records_max)
        except Retryable as error:
            await self._patience.pause("poll", error, 0)
            return []
        finally:
            self.polling = False
        # After a seek or a rebalance, records of before may still be delivered, and these come first.
        if self.ready and polled and polled[0].offset < self.claim.next_offset:
            return [record for record in polled if record.offset >= self.claim.next_offset]
        return polled

    def _is_untidy(self) -> bool:
        quiet = monotonic() - self._progress_at >= TIDY_SECONDS
        return quiet and NO_STEP < self._packed_step < self.publisher.published_step

    def _unseen(self, records: list[Record]) -> tuple[list[Record], list[Record]]:
        """On a sequenced log: the records after the last one applied, and those of the batch that may be passed.

        A gap closes the partition, once everything before it is applied.
        """
        if not records or records[-1].seq is None:
            return records, records
        last = self.claim.input_seq
        fresh: list[Record] = []
        for number, record in enumerate(records):
            if record.seq is None or record.seq <= last:
                continue
            if record.seq != last + 1 and not (last == 0 and self.claim.next_step == 0):
                if number == 0:
                    raise PartitionClosed(
                        f"partition {self.partition}: the input log jumps from seq {last} to {record.seq} at offset"
                        f" {record.offset}: the records between them are gone"
                    )
                self._parts.inputs.open(self.partition, record.offset)
                return fresh, records[:number]
            last = record.seq
            fresh.append(record)
        return fresh, records

    # ---- one step (the port of Isolation) ----

    async def step(self, records: list[Record], newest: Record | None, now: int) -> None:
        """Step and commit a batch."""
        engine = self._engine()
        self.fired = ()
        needs = engine.needs(records) if records else None
        known = None
        if needs is not None:
            known = await self._patience.repeat("prefetch", lambda: self._parts.store.prefetch(self.partition, needs))
        await self._sense.failpoints.reach("lane.prefetched")
        wall_ms = now_ms()
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
            await self._commit(step, [], None, self._time.last_ms, now_ms())
        return step.changed

    async def refuse(self, cause: Record | Deadline, newest: Record | None, now: int, error: Exception) -> None:
        """Pass a record, or bar a deadline, with its dead letter in the same commit."""
        reason = Reason.DATABASE if isinstance(error, Poison) else Reason.ILLEGAL
        dead = self._engine().reject(cause, reason, f"{type(error).__name__}: {error}"[:500])
        records = [cause] if isinstance(cause, Record) else []
        await self._commit(Step(writes=None, dead=[dead]), records, newest, now, now_ms())
        if isinstance(cause, Deadline):
            self._engine().bar(cause)
            self.barred.append(cause)

    async def reload(self) -> None:
        """Memory anew, as the database holds it."""
        self.engine = None
        self.engine = await self._loaded(self.claim)

    async def _commit(
        self, step: Step, records: list[Record], newest: Record | None, now: int, stepped_ms: int
    ) -> None:
        before = self.claim
        batch = OutboxBatch(
            before.next_step,
            before.next_seq,
            before.next_offset if newest is None else newest.offset + 1,
            step.events,
            step.dead,
        )
        after = replace(
            before,
            next_step=before.next_step + 1,
            next_offset=batch.next_offset,
            next_seq=before.next_seq + len(step.events),
            published_step=self.publisher.published_step,
            published_seq=self.publisher.published_seq,
            input_seq=records[-1].seq or 0 if records else before.input_seq,
            input_id=before.input_id if newest is None else newest.id,
        )
        to_publish = bool(step.events or step.dead)
        commit = Commit(
            before=before,
            after=after,
            at_ms=now,
            outbox=encode_batch(batch) if to_publish else None,
            dead=step.dead,
            writes=step.writes,
        )
        await self._sense.failpoints.reach("lane.stepped")
        started = monotonic()
        await self._patience.repeat("commit", lambda: self._parts.store.commit(commit))
        self._sense.metrics.commit_seconds.observe(monotonic() - started)
        await self._sense.failpoints.reach("lane.committed")
        self.claim = after
        self._progress_at = monotonic()
        self.publisher.confirm_ownership()
        if self._packed_step < after.published_step:
            self._packed_step = NO_STEP
        if to_publish:
            self._packed_step = before.next_step
            self.publisher.add(batch, stepped_ms, records[0].at_ms if records else now)
        elif not self.publisher.backlog:
            self.publisher.start_from(after.next_step, after.next_seq - 1, after.next_offset)
        for dead in step.dead:
            self._sense.metrics.dead_letter(dead.reason)
        self._parts.counted(step)
        leave_trail(self._log, step, before.next_seq)

    def _deadline(self) -> int | None:
        return self.engine.deadline_ms() if self.engine is not None else None

    def _engine(self) -> Engine:
        if self.engine is None:
            raise Fenced("the lane has no memory")
        return self.engine

    # ---- ownership, housekeeping, end ----

    async def _still_owner(self) -> bool:
        return await self._parts.store.still_owner(self.claim)

    async def _housekeeping(self) -> None:
        if monotonic() - self._forgot_at < FORGET_EVERY_SECONDS:
            return
        self._forgot_at = monotonic()
        before = self._time.last_ms - self._parts.settings.input_retention_days * DAY_MS
        try:
            await self._patience.repeat("forget", lambda: self._parts.store.forget(self.partition, before))
        except Poison as error:
            self._log.error("old rows were not dropped", error=str(error))

    async def _drain(self, publishing: "asyncio.Task[None]") -> None:
        """Publish what is committed, then record the cursor, so that the next owner has nothing to repeat."""
        self.publisher.stop()
        await asyncio.wait({publishing}, timeout=self._parts.settings.drain_seconds_max / 2)
        if not publishing.done():
            return
        publishing.result()
        if self.engine is not None and self.publisher.published_step > self.claim.published_step:
            await self._commit(Step(writes=None), [], None, self._time.last_ms, now_ms())
