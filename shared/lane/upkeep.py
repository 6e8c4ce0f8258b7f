"""What a lane keeps tidy: outbox rows that the log has, rows whose retention is over."""

from shared.errors import Poison, Retryable
from shared.lane.parts import LaneParts
from shared.lane.patience import Patience
from shared.lane.store import FORGET_ROWS_MAX, Claim, Commit

__all__ = ["Upkeep"]

FORGET_EVERY_SECONDS = 60.0
FORGET_MORE_SECONDS = 1.0  # after a call that reached its bound: more goes in a second than a lane writes in one
TIDY_SECONDS = 1.0  # of quiet; then what the log has leaves the outbox, which holds customers' words
NO_STEP = -1


class Upkeep:
    """The upkeep of one partition."""

    def __init__(self, partition: int, parts: LaneParts, patience: Patience) -> None:
        self._partition = partition
        self._parts = parts
        self._clock = parts.sense.clock
        self._log = parts.sense.log.bind(partition=partition)
        self._patience = patience
        self._packed_step = NO_STEP  # the last one that may still have its row in the outbox
        self._progress_at = self._clock.monotonic()
        self._forget_at = self._progress_at + FORGET_EVERY_SECONDS

    def packed(self, step: int) -> None:
        """The outbox holds a row of this step."""
        self._packed_step = step

    def committed(self, commit: Commit) -> None:
        """There was progress; rows before its cursor are gone."""
        self._progress_at = self._clock.monotonic()
        if self._packed_step < commit.after.published_step:
            self._packed_step = NO_STEP
        if commit.outbox is not None:
            self._packed_step = commit.before.next_step

    def keeps_sent(self, published_step: int) -> bool:
        """Whether rows lie in the outbox for nothing: the next owner would send them again."""
        return NO_STEP < self._packed_step < published_step

    def is_untidy(self, published_step: int) -> bool:
        """Whether a commit for the cursor alone is worth its while: it is quiet, and rows lie there for nothing."""
        return self._clock.monotonic() - self._progress_at >= TIDY_SECONDS and self.keeps_sent(published_step)

    async def forget(self, claim: Claim, last_ms: int) -> None:
        """Now and then, drop rows whose retention is over: a bounded number, counted from the lane's time. Fenced.

        What fails is tried at the next time: nobody waits for it, and a statement that takes too long would again."""
        if self._clock.monotonic() < self._forget_at:
            return
        gone = await self._patience.repeat("forget", lambda: self._forgotten(claim, last_ms))
        more = max(gone.values(), default=0) >= FORGET_ROWS_MAX
        self._forget_at = self._clock.monotonic() + (FORGET_MORE_SECONDS if more else FORGET_EVERY_SECONDS)
        self._parts.sense.metrics.forgotten.inc(sum(gone.values()))
        if gone:
            self._log.debug("old rows dropped", **gone)

    async def _forgotten(self, claim: Claim, last_ms: int) -> dict[str, int]:
        try:
            return await self._parts.store.forget(claim, last_ms)
        except (Poison, Retryable) as error:
            self._log.error("old rows were not dropped", error=str(error))
            return {}
