"""What a lane keeps tidy: outbox rows that the log has, rows that are remembered for deduplication alone."""

from shared.errors import Poison
from shared.lane.parts import LaneParts
from shared.lane.patience import Patience
from shared.lane.store import Commit
from shared.times import DAY_MS

__all__ = ["Upkeep"]

FORGET_EVERY_SECONDS = 60.0
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
        self._progress_at = self._forgot_at = self._clock.monotonic()

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

    def is_untidy(self, published_step: int) -> bool:
        """Whether a commit for the cursor alone is worth its while: it is quiet, and rows lie there for nothing."""
        quiet = self._clock.monotonic() - self._progress_at >= TIDY_SECONDS
        return quiet and NO_STEP < self._packed_step < published_step

    async def forget(self, last_ms: int) -> None:
        """Now and then, drop rows whose inputs cannot come again: a bounded number, counted from the lane's time."""
        if self._clock.monotonic() - self._forgot_at < FORGET_EVERY_SECONDS:
            return
        self._forgot_at = self._clock.monotonic()
        before = last_ms - self._parts.settings.input_retention_days * DAY_MS
        try:
            await self._patience.repeat("forget", lambda: self._parts.store.forget(self._partition, before))
        except Poison as error:
            self._log.error("old rows were not dropped", error=str(error))
