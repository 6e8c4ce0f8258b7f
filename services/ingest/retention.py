"""Refused payloads and tokens are not kept for ever: what is older than its retention goes, from time to time."""

import asyncio
from typing import Protocol

from services.ingest.sense import Sense
from shared.clock import now_ms
from shared.errors import Fatal, Retryable
from shared.lane.patience import wait_for

__all__ = ["TOKENS_KEPT_MS", "Purgeable", "keep_for"]

PURGE_EVERY_SECONDS = 3600.0  # an hour more or less is nothing to a retention of days
TOKENS_KEPT_MS = 3600 * 1000  # a signed time is good for five minutes either way; the clocks of replicas may differ


class Purgeable(Protocol):
    """Where something is kept."""

    async def purge(self, before_ms: int) -> int:
        """Delete what came before; how many. Retryable, Fatal."""


async def keep_for(what: str, kept: Purgeable, kept_ms: int, stopping: asyncio.Event, sense: Sense) -> None:
    """Purge until ``stopping``. A failure costs nothing: the next time all of it goes."""
    while not stopping.is_set():
        try:
            purged = await kept.purge(now_ms() - kept_ms)
            if purged:
                sense.log.info(f"{what} purged", number=purged, older_than_seconds=kept_ms // 1000)
        except (Retryable, Fatal) as error:
            sense.log.warning("waiting", what=f"purging {what}", problem=str(error))
        await wait_for(stopping, PURGE_EVERY_SECONDS)
