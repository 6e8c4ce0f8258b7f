"""Follows the log of the local stack from its beginning: python docs/examples/listen.py [SECONDS]"""

import json
import sys
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRecord
from local import run, stack

TOPIC = "usher.contact-events.v1"


def is_new(record: ConsumerRecord, last: dict[int, int]) -> bool:
    """The whole consumer rule: in each partition take what follows the last one, and drop what was seen.

    Keep ``last`` in the same transaction as your own data, and every event has its effect exactly once.
    """
    sequence = int(dict(record.headers)["ce_sequence"])
    seen = last.get(record.partition, 0)
    if sequence > seen + 1:
        raise RuntimeError(f"partition {record.partition} jumps from {seen} to {sequence}: facts are missing")
    last[record.partition] = max(seen, sequence)
    return sequence == seen + 1


async def listen(stack: dict[str, Any]) -> None:
    """A line for each event, until interrupted."""
    last: dict[int, int] = {}
    async with AIOKafkaConsumer(TOPIC, bootstrap_servers=stack["kafka"], auto_offset_reset="earliest") as consumer:
        async for record in consumer:
            if is_new(record, last):
                event, kind = json.loads(record.value), dict(record.headers)["ce_type"].decode()
                about = event.get("contact_id") or event.get("agent_id") or event["workspace"]
                sys.stdout.write(f"{kind:<40} {about}  {event.get('sentence', '')}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    run(listen(stack()), float(sys.argv[1]) if len(sys.argv) > 1 else None)
