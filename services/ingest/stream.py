"""The way of a batch from the inbound topics: through the door, then delivered."""

import asyncio
from collections.abc import Sequence

from services.ingest.delivery import Delivery
from services.ingest.domain.admission import LogRecord, TopicDoor
from services.ingest.domain.normalise import Admitted
from services.ingest.domain.rejection import Refusal
from services.ingest.sense import Sense
from shared.clock import now_ms
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["Stream"]

BYTES_AT_ONCE_MAX = 1024 * 1024  # read without a pause: some milliseconds in which no request is answered


class Stream:
    """Takes batches of records; ``handle`` returns when every event is delivered, and what is left of the batch."""

    def __init__(self, door: TopicDoor, delivery: Delivery, sense: Sense) -> None:
        self._door = door
        self._delivery = delivery
        self._metrics = sense.metrics
        self._log = sense.log

    async def handle(self, records: Sequence[LogRecord]) -> asyncio.Future[None] | None:
        """Deliver a batch in order; returns what is left to do, None for nothing.

        Stopped, raised or by what is returned: the process ends before all of it was delivered.
        """
        at_ms = now_ms()
        oldest_ms = min((record.timestamp for record in records if record.timestamp > 0), default=at_ms)
        self._metrics.event_age_seconds.observe(max(0, at_ms - oldest_ms) / MILLISECONDS_PER_SECOND)
        self._metrics.batch_records.observe(len(records))
        admitted: list[Admitted] = []
        refused: list[Refusal] = []
        size = 0
        for record in records:
            self._admit(record, at_ms, admitted, refused)
            size += len(record.value or b"")
            if size > BYTES_AT_ONCE_MAX:
                size = 0
                await asyncio.sleep(0)
        return await self._delivery.deliver(admitted, refused)

    def _admit(self, record: LogRecord, at_ms: int, admitted: list[Admitted], refused: list[Refusal]) -> None:
        before = len(admitted), len(refused)
        try:
            self._door.admit(record, at_ms, admitted, refused)
        except Exception as error:  # noqa: BLE001 - the edge: a fault of ours in one record must not hold up the others
            self._log.error("a record could not be read", topic=record.topic, offset=record.offset, exc_info=error)
            del admitted[before[0] :], refused[before[1] :]
            refused.append(self._door.unreadable(record, at_ms))
