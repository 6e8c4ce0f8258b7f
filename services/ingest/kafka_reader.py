"""A consumer that a single malformed record cannot stop.

aiokafka decodes the names of headers as UTF-8 while it reads a batch, and fails on any other bytes, although Kafka
allows them. The failed call delivers nothing, yet the partitions it had read before the bad one have moved on: without
this class their records would be skipped, and the bad partition would be asked again and again without end.
"""

from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException

from services.ingest.domain.admission import UNREADABLE_HEADERS

__all__ = ["Reader"]

READ_MS_MAX = 1000  # for records that are known to be there: one round trip to the broker

Polled = dict[TopicPartition, list[Any]]


class Reader(AIOKafkaConsumer):  # type: ignore[misc]
    """Delivers every record once per assignment; in place of an unreadable one a record with UNREADABLE_HEADERS."""

    def __init__(self, *topics: str, **options: Any) -> None:
        super().__init__(*topics, **options)
        self._taken: dict[TopicPartition, int] = {}  # offset behind the last record that was handed out

    def forget(self) -> None:
        """The partitions move: where they stand is the group's matter again."""
        self._taken.clear()

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Polled:
        """Records by partition, each in order; an unreadable record does not keep back any other."""
        try:
            polled: Polled = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
        except (UnicodeDecodeError, CorruptRecordException):
            polled = await self._carefully(max_records)
        for where, records in polled.items():
            self._taken[where] = records[-1].offset + 1
        return polled

    async def _carefully(self, max_records: int | None) -> Polled:
        """Read again from where the last call left each partition, one partition at a time."""
        polled: Polled = {}
        for where in sorted(self.assignment()):
            start = await self._rewind(where)
            if (self.highwater(where) or 0) > start:
                polled[where] = await self._read(where, max_records)
        return {where: records for where, records in polled.items() if records}

    async def _rewind(self, where: TopicPartition) -> int:
        start = self._taken.get(where)
        if start is None:
            start = await self.committed(where)
        if start is None:
            start = (await self.beginning_offsets([where]))[where]
        self.seek(where, start)
        return int(start)

    async def _read(self, where: TopicPartition, max_records: int | None) -> list[Any]:
        try:
            return await self._step(where, max_records)
        except UnicodeDecodeError:
            records: list[Any] = []
        while True:
            try:
                step = await self._step(where, 1)
            except UnicodeDecodeError:
                offset = await self.position(where)
                self.seek(where, offset + 1)
                return [*records, _unreadable(where, offset)]
            if not step:
                return records
            records += step

    async def _step(self, where: TopicPartition, max_records: int | None) -> list[Any]:
        polled: Polled = await super().getmany(where, timeout_ms=READ_MS_MAX, max_records=max_records)
        return polled.get(where, [])


def _unreadable(where: TopicPartition, offset: int) -> ConsumerRecord:
    return ConsumerRecord(where.topic, where.partition, offset, -1, 0, None, None, None, -1, -1, UNREADABLE_HEADERS)
