"""What FastStream calls for a batch: the raw records are the message, and moving partitions are waited for."""

from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from faststream import AckPolicy
from faststream.kafka.message import FAKE_CONSUMER, KafkaAckableMessage

from services.ingest.settings import IngestSettings

__all__ = ["Listener", "options"]

POLL_INTERVAL_MS_MAX = 24 * 3600 * 1000  # waiting out a long fault is no reason to lose the partitions
FETCH_BYTES_MAX = 1024 * 1024  # per partition and reply; a single larger record is delivered all the same


class Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    """Lets a subscription settle before its partitions move."""

    def __init__(self, revoked: Callable[[], Awaitable[None]]) -> None:
        self._revoked = revoked

    async def on_partitions_revoked(self, _: set[TopicPartition]) -> None:
        await self._revoked()

    async def on_partitions_assigned(self, _: set[TopicPartition]) -> None:
        return None


async def _parse(batch: tuple[ConsumerRecord, ...]) -> KafkaAckableMessage:
    return KafkaAckableMessage(
        raw_message=batch, body=batch, headers={}, message_id="batch", correlation_id="batch", consumer=FAKE_CONSUMER
    )


async def _decode(message: KafkaAckableMessage) -> Any:
    return message.raw_message


def options(settings: IngestSettings, name: str) -> dict[str, Any]:
    """Of a subscriber of FastStream: whole batches, acknowledged by us, read as they were committed."""
    return {
        "batch": True,
        "group_id": f"{settings.group or settings.topic_prefix + 'usher.ingest'}.{name}",
        "ack_policy": AckPolicy.MANUAL,
        "auto_offset_reset": "earliest",
        "isolation_level": "read_committed",  # a producer that takes its records back has sent nothing
        "max_records": settings.batch_records_max,
        "batch_timeout_ms": settings.batch_wait_ms,
        "max_partition_fetch_bytes": FETCH_BYTES_MAX,
        "session_timeout_ms": settings.session_timeout_ms,
        "heartbeat_interval_ms": settings.heartbeat_ms,
        "rebalance_timeout_ms": settings.rebalance_timeout_ms,
        "max_poll_interval_ms": POLL_INTERVAL_MS_MAX,
        "parser": _parse,
        "decoder": _decode,
        "no_reply": True,
    }
