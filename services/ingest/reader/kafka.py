"""A consumer that a single odd record cannot stop.

aiokafka decodes the names of headers as UTF-8 while it reads a batch, and fails on any other bytes, although Kafka
allows them. The failed call delivers nothing, yet the partitions it had read before the bad one have moved on: without
this class their records would be skipped, and the bad partition would be asked again and again without end. The same
holds for a batch that is not unpacked, because it would take more memory than any may (unpack/kafka.py).
"""

import asyncio
from collections.abc import Iterable, Iterator
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import CorruptRecordException, KafkaError, UnsupportedCodecError
from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.default_records import _DefaultRecordBatchPy

from services.ingest.domain.admission import REFUSED_HEADER
from services.ingest.unpack.kafka import BATCH_BYTES_MAX, BatchTooLarge, Budget, PollFull, bound_unpacking, spend

__all__ = ["Reader", "position_of"]

IDLE_MS = 500  # in one poll of topics on which nothing comes; a record that comes ends it
POSITION_SECONDS_MAX = 0.1  # known at once, unless the partitions move
READ_MS_MAX = 1000  # for records that are known to be there: one round trip to the broker
FETCH_BYTES_MAX = 1024 * 1024  # of the batches that are decoded here; a single larger batch comes all the same

# A batch begins with its first offset (8 bytes) and the length of what follows (4 bytes).
_LENGTH_AT = 8
_BATCH_HEAD = 12

READ_COMMITTED = 1  # isolation level of a fetch: up to the last stable offset, with what was taken back named
ABORT_MARK = 0  # type of a control record; its key is a version and a type of two bytes each

Aborted = list[tuple[int, int]]  # (producer id, first offset)
Polled = dict[TopicPartition, list[Any]]


class Reader(AIOKafkaConsumer):  # type: ignore[misc]
    """Delivers every record, in order; a header whose name is not UTF-8 comes with replacement characters."""

    def __init__(self, *topics: str, **options: Any) -> None:
        bound_unpacking()
        super().__init__(*topics, **options)
        self._taken: dict[TopicPartition, int] = {}  # where reading goes on after a batch that cannot be read
        self._handed: dict[TopicPartition, int] = {}  # offset behind the last record that was handed out
        self.astray = False  # a call failed: positions may stand behind records that were never handed out
        self._first: TopicPartition | None = None  # whose turn it is when not all can be read in one poll
        self.failing: set[TopicPartition] = set()  # partitions that only an operator can make readable again

    def forget(self) -> None:
        """The partitions move: where they stand is the group's matter again."""
        self._taken.clear()
        self._handed.clear()
        self.failing.clear()
        self.astray = False

    def handed_out(self, where: TopicPartition) -> int | None:
        """The offset behind the last record of a partition that was handed out; None since it was assigned."""
        return self._handed.get(where)

    async def getmany(self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None) -> Polled:
        """Records by partition, each in order; a batch that cannot be read does not keep back other partitions.

        ``max_records`` may be exceeded by what one odd batch holds. FastStream sleeps behind a poll in vain as long as
        it asked one to wait, and a record that comes then is late. So it asks for little, and the wait is this one's:
        the fewer polls, the less an idle process costs.
        """
        timeout_ms = max(timeout_ms, IDLE_MS) if timeout_ms else 0
        spend(Budget())
        polled: Polled | None = None
        if not self.astray:
            try:
                polled = await super().getmany(*partitions, timeout_ms=timeout_ms, max_records=max_records)
            except (UnicodeDecodeError, CorruptRecordException, UnsupportedCodecError):
                self.astray = True
        if polled is None:
            polled = await self._carefully(max_records)
        for where, records in polled.items():
            self._handed[where] = records[-1].offset + 1
            self._taken[where] = max(self._handed[where], self._taken.get(where, 0))
        return polled

    async def _carefully(self, max_records: int | None) -> Polled:
        """Read again from where the last call left each partition, one partition at a time.

        All go back before any is read: whichever is not read now, keeps its place.
        """
        polled: Polled = {}
        failure: KafkaError | None = None
        budget = Budget()
        whole = True
        starts = await self._rewind(self._in_turn())
        for where, start in starts.items():
            if (self.highwater(where) or 0) <= start:
                continue
            try:
                polled[where] = await self._read(where, start, max_records, budget)
                self.failing.discard(where)
            except PollFull:
                self._first, whole = where, False  # what was unpacked is handed out before
                break
            except KafkaError as error:
                whole = False
                self.failing.add(where)
                failure = error  # of this partition alone: a codec that is not installed, a damaged disk
        self.astray = not whole
        if failure is not None and not any(polled.values()):
            raise failure
        return {where: records for where, records in polled.items() if records}

    def _in_turn(self) -> list[TopicPartition]:
        """The partitions in order; first who had to wait the last time, so that no neighbour takes every poll."""
        first, self._first = self._first, None
        return sorted(self.assignment(), key=lambda where: (first is not None and where < first, where))

    async def _rewind(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        """Back to the first record of each that was not handed out; its offset."""
        await self._ask([where for where in places if where not in self._taken])
        for where in places:
            if await self.position(where) != self._taken[where]:
                self.seek(where, self._taken[where])
        return {where: int(self._taken[where]) for where in places}

    async def _ask(self, places: list[TopicPartition]) -> None:
        """Where the group stands. One question: it waits behind a fetch that is under way, up to half a second."""
        committed = await asyncio.gather(*map(self.committed, places))
        known = {where: offset for where, offset in zip(places, committed, strict=True) if offset is not None}
        new = [where for where in places if where not in known]
        self._taken |= known | (await self.beginning_offsets(new) if new else {})

    async def _read(self, where: TopicPartition, start: int, max_records: int | None, budget: Budget) -> list[Any]:
        attempt = budget.copy()
        spend(attempt)
        try:
            polled: Polled = await super().getmany(where, timeout_ms=READ_MS_MAX, max_records=max_records)
            budget.become(attempt)
            return polled.get(where, [])
        except (UnicodeDecodeError, BatchTooLarge, PollFull):
            batches, aborted = await self._fetch(where, start)
        spend(budget)  # what the attempt unpacked is dropped
        return self._unpack(where, start, batches, aborted)

    def _unpack(self, where: TopicPartition, start: int, batches: list[Any], aborted: Aborted) -> list[Any]:
        """The records of the batches as far as may be unpacked now; reading goes on behind. PollFull: not the first."""
        records: list[ConsumerRecord] = []
        behind = batches[-1].next_offset if batches else start  # of all, also where none of their records counts
        for batch in _committed(batches, aborted):
            try:
                records += [record for record in _decoded(where, batch) if record.offset >= start]
            except PollFull:
                if batch.base_offset <= start:
                    raise
                behind = batch.base_offset
                break
        if batches:
            self._taken[where] = max(start, behind)
            self.seek(where, self._taken[where])
        return records

    async def _fetch(self, where: TopicPartition, start: int) -> tuple[list[Any], Aborted]:
        """The batches at ``start`` as the broker keeps them, and the transactions among them that were taken back."""
        node = self._client.cluster.leader_for_partition(where)
        wanted = [(where.topic, [(where.partition, start, FETCH_BYTES_MAX)])]
        response = await self._client.send(node, FetchRequest(READ_MS_MAX, 1, FETCH_BYTES_MAX, READ_COMMITTED, wanted))
        fields = response.topics[0][1][0]
        aborted = next((field for field in fields[4:-1] if isinstance(field, list)), [])  # its place moves by version
        return list(_batches(bytes(fields[-1] or b""))), aborted


class _Lenient(bytearray):
    """Bytes whose parts decode to text whatever they are."""

    def __getitem__(self, key: Any) -> Any:
        part = super().__getitem__(key)
        return _Lenient(part) if isinstance(part, bytearray) else part

    def decode(self, *_: Any) -> str:
        return bytes(self).decode(errors="replace")


def _committed(batches: Iterable[Any], aborted: Aborted) -> Iterator[Any]:
    """The batches that count, as a consumer of committed records sees them: no marks, and nothing that was taken back.

    A producer's records are taken back from the first offset that the broker names up to the mark of the abort."""
    waiting = sorted(aborted, key=lambda each: each[1])
    taken_back: set[int] = set()
    for batch in batches:
        while waiting and waiting[0][1] <= batch.base_offset:
            taken_back.add(waiting.pop(0)[0])
        if batch.is_control_batch:
            if int.from_bytes(next(iter(batch)).key[2:4], "big") == ABORT_MARK:
                taken_back.discard(batch.producer_id)
        elif not (batch.is_transactional and batch.producer_id in taken_back):
            yield batch


def _decoded(where: TopicPartition, batch: Any) -> Iterator[ConsumerRecord]:
    """The records of a whole batch by aiokafka's own decoder in plain Python; one in place of too large a batch."""
    try:
        batch._maybe_uncompress()
    except BatchTooLarge:
        yield _stand_in(where, batch)
        return
    batch._buffer = _Lenient(batch._buffer)
    for record in batch:
        yield ConsumerRecord(
            where.topic,
            where.partition,
            record.offset,
            record.timestamp,
            record.timestamp_type,
            record.key,
            record.value,
            None,
            -1 if record.key is None else len(record.key),
            -1 if record.value is None else len(record.value),
            tuple(record.headers),
        )


def _stand_in(where: TopicPartition, batch: Any) -> ConsumerRecord:
    """A record that stands for a whole batch, with the batch as it was packed; at the last offset of the batch."""
    last, packed = batch.next_offset - 1, bytes(batch._buffer)
    detail = f"a batch, offsets {batch.base_offset} to {last}, is over {BATCH_BYTES_MAX} bytes unpacked"
    headers = ((REFUSED_HEADER, detail.encode()),)
    at_ms = batch.max_timestamp
    return ConsumerRecord(where.topic, where.partition, last, at_ms, 0, None, packed, None, -1, len(packed), headers)


def _batches(raw: bytes) -> Iterator[Any]:
    at = 0
    while at + _BATCH_HEAD <= len(raw):
        end = at + _BATCH_HEAD + int.from_bytes(raw[at + _LENGTH_AT : at + _BATCH_HEAD], "big")
        if end > len(raw):
            return  # the broker cuts the last batch at the size that was asked for
        yield _DefaultRecordBatchPy(raw[at:end])
        at = end


async def position_of(consumer: Reader, where: TopicPartition) -> int | None:
    """Where a reader stands; None while that is not known."""
    asking = asyncio.ensure_future(consumer.position(where))
    await asyncio.wait({asking}, timeout=POSITION_SECONDS_MAX)
    known = asking.done() and not asking.exception()
    asking.cancel()
    return asking.result() if known else None
