"""Records as they come in: polled patiently, gathered into batches, and on a sequenced log held against its seqs."""

import asyncio

from shared.contract.records import Record
from shared.errors import PartitionClosed, Retryable
from shared.lane.parts import LaneParts
from shared.lane.patience import Patience
from shared.lane.phases import Life, Phase
from shared.lane.store import Claim
from shared.lane.time import gather_ms, is_awaited, wait_ms

__all__ = ["GATHER_DUE_MS_MAX", "POLL_MS_MAX", "Arrivals"]

GATHER_DUE_MS_MAX = 20  # of a batch that a deadline waits for; it ends as soon as that may fire
POLL_MS_MAX = 250  # an idle lane looks at its timers and its orders at least this often


class Arrivals:
    """The input of one partition, as its lane reads it."""

    def __init__(self, partition: int, parts: LaneParts, life: Life, patience: Patience) -> None:
        self._partition = partition
        self._parts = parts
        self._clock = parts.sense.clock
        self._life = life
        self._patience = patience
        self._resting: asyncio.Future[None] | None = None

    async def seek(self) -> Record | None:
        """The first record that comes after the opening; None when the partition is given up meanwhile."""
        while not self._patience.ended and self._parts.inputs.owns(self._partition):
            self._life.go(Phase.SEEKING)
            found = await self._poll(POLL_MS_MAX, 1, then=Phase.LOADED)
            if found:
                return found[0]
        return None

    async def gather(self, deadline_ms: int | None, next_offset: int) -> list[Record]:
        """A batch: what is there, plus what comes until the oldest record has waited for the gathering time; [] when a
        timer is due first."""
        settings = self._parts.settings
        wait = wait_ms(deadline_ms, POLL_MS_MAX, self._clock.now_ms())
        records = self._fresh(await self._next(wait, settings.batch_records_max), next_offset)
        room = settings.batch_records_max - len(records)
        longest_ms = settings.gather_ms
        if is_awaited(deadline_ms, self._clock.now_ms()):
            longest_ms = min(longest_ms, GATHER_DUE_MS_MAX)
        more_ms = gather_ms(records, self._clock.now_ms(), longest_ms, deadline_ms) if room else 0
        if more_ms and not self._patience.ended and not self._is_settled(deadline_ms):
            await self.rest(more_ms / 1000)
            records += self._fresh(await self._next(0, room), next_offset) if not self._patience.ended else []
        return records

    def _is_settled(self, deadline_ms: int | None) -> bool:
        settled_ms = self._parts.settled_ms
        return settled_ms is not None and deadline_ms is not None and deadline_ms <= settled_ms(self._partition)

    async def rest(self, seconds: float) -> None:
        """Wait so long, or until ``hurry``."""
        loop = asyncio.get_running_loop()
        self._resting = loop.create_future()
        timer = loop.call_later(seconds, self.hurry)
        try:
            await self._resting
        finally:
            timer.cancel()

    def hurry(self) -> None:
        """End a rest: what was waited for is known. No step is cut short."""
        if self._resting is not None and not self._resting.done():
            self._resting.set_result(None)

    async def _next(self, longest_ms: int, records_max: int) -> list[Record]:
        self._life.go(Phase.POLLING)
        return await self._poll(longest_ms, records_max, then=Phase.POLLED)

    async def _poll(self, longest_ms: int, records_max: int, *, then: Phase) -> list[Record]:
        try:
            return await self._parts.inputs.poll(self._partition, wait_ms=longest_ms, records_max=records_max)
        except Retryable as error:
            await self._patience.pause("poll", error)
            return []
        finally:
            self._life.go(then)

    def _fresh(self, polled: list[Record], next_offset: int) -> list[Record]:
        """After a seek or a rebalance, records of before may still be delivered, and these come first."""
        if polled and polled[0].offset < next_offset:
            return [record for record in polled if record.offset >= next_offset]
        return polled

    def unseen(self, records: list[Record], claim: Claim) -> tuple[list[Record], list[Record]]:
        """On a sequenced log: the records after the last one applied, and those of the batch that may be passed.

        A gap closes the partition, once everything before it is applied.
        """
        if not records or records[-1].seq is None:
            return records, records
        last = claim.input_seq
        fresh: list[Record] = []
        for number, record in enumerate(records):
            if record.seq is None or record.seq <= last:
                continue
            if record.seq != last + 1 and not (last == 0 and claim.next_step == 0):
                if number == 0:
                    raise PartitionClosed(
                        self._partition,
                        f"the input log jumps from seq {last} to {record.seq} at offset"
                        f" {record.offset}: the records between them are gone",
                    )
                self._parts.inputs.open(self._partition, record.offset)
                return fresh, records[:number]
            last = record.seq
            fresh.append(record)
        return fresh, records
