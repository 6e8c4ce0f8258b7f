"""What an auditor can see: every record of the public topics and the rows of the lane, read with plain clients."""

from dataclasses import dataclass, field
from typing import Any

import asyncpg
import orjson
from aiokafka import AIOKafkaConsumer, TopicPartition

READ_MS_MAX = 5_000


@dataclass(slots=True)
class Seen:
    """One record: where it stands, its headers as text, its body."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    headers: dict[str, str]
    value: bytes
    body: Any = None

    @property
    def kind(self) -> str:
        return self.headers.get("ce_type", "")

    @property
    def seq(self) -> int:
        return int(self.headers["ce_sequence"])


@dataclass(slots=True)
class Evidence:
    """All records by topic (without prefix), in offset order within a partition, and table rows by table."""

    topics: dict[str, list[Seen]] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def log(self, topic: str) -> dict[int, list[Seen]]:
        """Records of a topic by partition."""
        found: dict[int, list[Seen]] = {}
        for record in self.topics[topic]:
            found.setdefault(record.partition, []).append(record)
        return found


async def gather(bootstrap: str, prefix: str, dsn: str, topics: list[str], tables: list[str]) -> Evidence:
    """Read everything there is right now."""
    evidence = Evidence()
    for topic in topics:
        evidence.topics[topic] = await read_topic(bootstrap, prefix, topic)
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "usher"})
    try:
        for table in tables:
            evidence.tables[table] = [dict(row) for row in await connection.fetch(f"SELECT * FROM {table}")]
    finally:
        await connection.close()
    return evidence


async def read_topic(bootstrap: str, prefix: str, topic: str) -> list[Seen]:
    """All records of a topic, partition by partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest")
    try:
        await consumer.start()
        numbers = consumer.partitions_for_topic(prefix + topic) or await _partitions(consumer, prefix + topic)
        places = [TopicPartition(prefix + topic, number) for number in sorted(numbers)]
        consumer.assign(places)
        ends = await consumer.end_offsets(places)
        begins = await consumer.beginning_offsets(places)
        seen: list[Seen] = []
        for place in places:
            consumer.pause(*places)
            consumer.resume(place)
            consumer.seek(place, begins[place])
            position = begins[place]
            while position < ends[place]:
                polled = await consumer.getmany(place, timeout_ms=READ_MS_MAX)
                for raw in polled.get(place, []):
                    position = raw.offset + 1
                    seen.append(_seen(topic, raw))
        return seen
    finally:
        await consumer.stop()


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> set[int]:
    await consumer._client.add_topic(topic)
    await consumer._client.force_metadata_update()
    return consumer.partitions_for_topic(topic) or set()


def _seen(topic: str, raw: Any) -> Seen:
    headers = {name: (value or b"").decode("utf-8", "replace") for name, value in raw.headers}
    seen = Seen(topic, raw.partition, raw.offset, raw.key, headers, raw.value or b"")
    if headers.get("content-type") == "application/json":
        seen.body = orjson.loads(seen.value)
    return seen
