"""The contacts of the benchmark: seven channels, three tiers, texts as customers write them; and senders."""

import asyncio
from collections.abc import Sequence
from typing import Any

import orjson
from aiokafka import AIOKafkaProducer

from shared.clock import monotonic, now_ms
from shared.contract.topics import AGENT_ACTIVITY, channel_topic
from shared.times import rfc3339

WORKSPACE = "bench"
CHANNELS = ("chat", "email", "sms", "messaging", "web", "social", "voice")
# Of ten contacts, five can be answered by self-service, two by a bot, three need a person.
TEXTS = (
    "hello, where is my order 48213 please, it should have come yesterday",
    "can you tell me where my parcel is, the tracking page shows nothing new",
    "where is my order?",
    "I would like to know where my order is, thanks in advance",
    "my order has not arrived, where is it",
    "I want to change the delivery address of my next subscription box",
    "please change my delivery address, we are moving to another town",
    "my card was stolen this morning and somebody is using it right now",
    "I was charged twice for the same invoice and nobody answers me",
    "I need to talk to somebody about a damaged washing machine",
)
AGENTS = 40
AGENT_UNITS = 10_000  # the benchmark measures routing, not how long customers wait for a person
BATCH = 500


def message(number: int, texts: Sequence[str] = TEXTS, **more: Any) -> tuple[str, bytes]:
    """(topic, body) of the ``number``-th contact; ``more`` are fields to add or to say otherwise.

    ``occurred_at`` is now, so that latency can be read from the log.
    """
    body = {
        "type": "usher.channel.message.v1",
        "workspace": WORKSPACE,
        "channel": CHANNELS[number % len(CHANNELS)],
        "conversation_id": f"c-{number}",
        "message_id": f"m-{number}",
        "occurred_at": rfc3339(now_ms()),
        "from": {"handle": f"+3460000{number:07d}", "name": "Ana Example"},
        "text": texts[number % len(texts)],
        "language": "en",
        **more,
    }
    return channel_topic(body["channel"]), orjson.dumps(body)


def agents() -> list[tuple[str, bytes]]:
    """Sign-ons of agents who can take every contact of the run."""
    return [
        (
            AGENT_ACTIVITY,
            orjson.dumps(
                {
                    "type": "usher.agent.signed_on.v1",
                    "workspace": WORKSPACE,
                    "occurred_at": rfc3339(now_ms()),
                    "agent_id": f"agent-{number}",
                    "skills": {"en": 3, "cards": 3, "billing": 3, "care": 3},
                    "capacity": {"units": AGENT_UNITS, "exclusive": []},
                }
            ),
        )
        for number in range(AGENTS)
    ]


async def send(bootstrap: str, prefix: str, records: list[tuple[str, bytes]]) -> None:
    """Append records as fast as the broker takes them; returns when all are acknowledged."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=512 * 1024)
    try:
        await producer.start()
        by_topic: dict[str, list[bytes]] = {}
        for topic, body in records:
            by_topic.setdefault(topic, []).append(body)
        for topic, bodies in by_topic.items():
            for chunk in _chunks(bodies):
                batch = producer.create_batch()
                for body in chunk:
                    batch.append(key=None, value=body, timestamp=None, headers=[])
                await (await producer.send_batch(batch, prefix + topic, partition=0))
    finally:
        await producer.stop()


def _chunks(bodies: list[bytes]) -> list[list[bytes]]:
    return [bodies[start : start + BATCH] for start in range(0, len(bodies), BATCH)]


async def send_at_rate(
    bootstrap: str, prefix: str, first: int, per_second: int, seconds: float, texts: Sequence[str] = TEXTS
) -> int:
    """Open loop: contacts leave at their time whether or not the system keeps up. Returns how many were sent."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", linger_ms=2)
    await producer.start()
    total, sent = int(per_second * seconds), 0
    started = monotonic()
    pending = []
    try:
        while sent < total:
            due = min(total, int((monotonic() - started) * per_second) + 1)
            while sent < due:
                topic, body = message(first + sent, texts)
                pending.append(await producer.send(prefix + topic, body, partition=0))
                sent += 1
            await asyncio.sleep(0.004)
        await asyncio.gather(*pending)
    finally:
        await producer.stop()
    return sent
