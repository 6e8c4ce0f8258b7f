"""Sends JSON lines from stdin to a topic of the local stack: python docs/examples/send.py TOPIC < events.jsonl"""

import sys
from typing import Any

from aiokafka import AIOKafkaProducer
from local import arguments, run, stack


async def send(stack: dict[str, Any], topic: str) -> None:
    """Each line is one event. The record's key may be anything; only what Kafka acknowledged is sent."""
    async with AIOKafkaProducer(bootstrap_servers=stack["kafka"], acks="all") as producer:
        for line in sys.stdin:
            await producer.send_and_wait(topic, line.encode())


if __name__ == "__main__":
    topic, *_ = arguments("docs/examples/send.py TOPIC < events.jsonl", 1)
    run(send(stack(), topic))
