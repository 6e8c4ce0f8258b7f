"""Refused payloads are not kept for ever: what is older than the retention goes, from time to time."""

import asyncio
from typing import Protocol

from services.ingest.sense import Sense
from shared.clock import now_ms
from shared.errors import Fatal, Retryable
from shared.lane.patience import wait_for
from shared.times import DAY_MS

__all__ = ["Purgeable", "keep_for"]

PURGE_EVERY_SECONDS = 3600.0  # an hour more or less is nothing to a retention of days


class Purgeable(Protocol):
    """Where refused inputs are kept."""

    async def purge(self, before_ms: int) -> int:
        """Delete what was refused before; how many. Retryable, Fatal."""


async def keep_for(letters: Purgeable, days: int, stopping: asyncio.Event, sense: Sense) -> None:
    """Purge until ``stopping``. A failure costs nothing: the next time all of it goes."""
    while not stopping.is_set():
        try:
            purged = await letters.purge(now_ms() - days * DAY_MS)
            if purged:
                sense.log.info("dead letters purged", number=purged, older_than_days=days)
        except (Retryable, Fatal) as error:
            sense.log.warning("waiting", what="purging dead letters", problem=str(error))
        await wait_for(stopping, PURGE_EVERY_SECONDS)
