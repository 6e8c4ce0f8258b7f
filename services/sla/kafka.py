"""How far ingest and the router have come, asked of Kafka: what they have not read or told is unknown."""

import asyncio
from collections.abc import Mapping
from typing import NamedTuple

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from services.sla.upstream import Look, Upstream
from shared.clock import monotonic, now_ms
from shared.contract.progress import told_ms_of
from shared.contract.topics import CONTACT_EVENTS, INGEST_GROUPS, ROUTER_INPUT
from shared.kafka.security import connection
from shared.process.logs import Log
from shared.process.settings import CommonSettings

__all__ = ["Watch"]

LOOK_EVERY_SECONDS = 0.2  # a few small requests each time, for all partitions together
TOPICS_EVERY_SECONDS = 10.0  # how soon a topic that was deleted no longer counts
PAUSE_SECONDS = 1.0  # after a fault of Kafka
REQUEST_MS_MAX = 2_000
STOP_SECONDS_MAX = 2.0

Offsets = Mapping[TopicPartition, int]


class _Clients(NamedTuple):
    admin: AIOKafkaAdminClient
    reader: AIOKafkaConsumer


class Watch:
    """Looks at ingest and router through Kafka and lets ``upstream`` draw the conclusions.

    ingest's offset moves only after delivery and the router's only after its events are acknowledged, so the order is:
    ends of the inbound topics, ingest's offsets, end of the router's input, its offset, end of its output. Of the
    inbound topics those count that ingest has ever read: its groups know them.
    """

    def __init__(self, settings: CommonSettings, groups: tuple[str, str], upstream: Upstream, log: Log) -> None:
        """``groups``: what the names of ingest's groups begin with, and the router's group."""
        self._settings = settings
        self._ingest_group, self._router_group = groups
        self._upstream = upstream
        self._log = log
        self._topics: set[str] = set()
        self._topics_at: float | None = None

    async def run(self) -> None:
        """Look until cancelled; a fault of Kafka only means that nothing is settled meanwhile."""
        while True:
            try:
                await self._watch()
            except (KafkaError, OSError) as error:
                self._log.warning("the progress of ingest and router is unknown", error=repr(error))
                await asyncio.sleep(PAUSE_SECONDS)

    async def _watch(self) -> None:
        clients = _Clients(
            AIOKafkaAdminClient(**connection(self._settings), request_timeout_ms=REQUEST_MS_MAX),
            AIOKafkaConsumer(**connection(self._settings), enable_auto_commit=False, request_timeout_ms=REQUEST_MS_MAX),
        )
        try:
            await clients.admin.start()
            await clients.reader.start()
            while True:
                await self._look(clients)
                await asyncio.sleep(LOOK_EVERY_SECONDS)
        finally:
            await _stop(clients)

    async def _look(self, clients: _Clients) -> None:
        partitions = self._upstream.partitions()
        if not partitions:
            return
        door_ms = await self._look_at_doors(clients)
        inputs = self._at(ROUTER_INPUT, partitions)
        ends = await clients.reader.end_offsets(inputs)
        noted = await clients.admin.list_consumer_group_offsets(self._router_group, partitions=inputs)
        outputs = self._at(CONTACT_EVENTS, partitions)
        output_ends = await clients.reader.end_offsets(outputs)
        for partition, source, target in zip(partitions, inputs, outputs, strict=True):
            note = noted.get(source)
            self._upstream.looked(
                partition,
                Look(door_ms, ends[source]),
                handled=note.offset if note is not None else 0,
                output_end=output_ends[target],
                told_ms=told_ms_of(note.metadata) if note is not None else None,
            )

    async def _look_at_doors(self, clients: _Clients) -> int:
        places = await self._inbound(clients)
        at_ms = now_ms()
        ends: Offsets = await clients.reader.end_offsets(places) if places else {}
        taken = await self._taken(clients, [place for place in places if ends[place]])
        return self._upstream.door_looked(at_ms, ends, {place: taken.get(place, 0) for place in places})

    async def _inbound(self, clients: _Clients) -> list[TopicPartition]:
        """All partitions of the topics that ingest's groups have offsets in, as far as they still exist."""
        if self._topics_at is None or monotonic() - self._topics_at > TOPICS_EVERY_SECONDS:
            self._topics, self._topics_at = set(await clients.reader.topics()), monotonic()
        known = {place.topic for place in await self._offsets(clients)}
        return [
            TopicPartition(topic, number)
            for topic in sorted(known & self._topics)
            for number in sorted(clients.reader.partitions_for_topic(topic) or ())
        ]

    async def _offsets(self, clients: _Clients) -> dict[TopicPartition, int]:
        found: dict[TopicPartition, int] = {}
        for name in INGEST_GROUPS:
            offsets = await clients.admin.list_consumer_group_offsets(f"{self._ingest_group}.{name}")
            found.update({place: noted.offset for place, noted in offsets.items() if noted.offset >= 0})
        return found

    async def _taken(self, clients: _Clients, places: list[TopicPartition]) -> Offsets:
        """How far ingest has delivered; where it has said nothing yet, it begins where the log begins."""
        taken = await self._offsets(clients)
        unsaid = [place for place in places if place not in taken]
        return {**taken, **(await clients.reader.beginning_offsets(unsaid) if unsaid else {})}

    def _at(self, topic: str, partitions: list[int]) -> list[TopicPartition]:
        return [TopicPartition(self._settings.topic_prefix + topic, partition) for partition in partitions]


async def _stop(clients: _Clients) -> None:
    closing = [asyncio.ensure_future(clients.admin.close()), asyncio.ensure_future(clients.reader.stop())]
    await asyncio.wait(closing, timeout=STOP_SECONDS_MAX)
    for task in closing:
        task.cancel()
    await asyncio.gather(*closing, return_exceptions=True)
