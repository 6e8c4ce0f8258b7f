"""Microseconds per message of the door's pure part: decode, validate, normalise, encode. Prints one line per kind."""

import argparse
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import orjson

from services.ingest.domain.admission import Route, TopicDoor
from services.ingest.domain.channels.canonical import ADAPTER as CANONICAL
from services.ingest.domain.handles import Pseudonyms
from services.ingest.domain.normalise import Admitted, Normaliser
from services.ingest.domain.rejection import Refusal
from services.ingest.domain.way import Way
from services.ingest.wire import RecordWriter
from shared.kafka import partition_of

TOPIC = "usher.channel.chat.v1"
NOW_MS = 1_800_000_000_000


@dataclass(slots=True)
class Record:
    """What the door reads of a consumed record."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


def message(number: int) -> dict[str, object]:
    """A chat message as a connector would publish it."""
    return {
        "type": "usher.channel.message.v1",
        "workspace": f"workspace-{number % 8}",
        "channel": "chat",
        "conversation_id": f"conversation-{number}",
        "message_id": f"message-{number}",
        "occurred_at": "2026-01-31T09:30:00.125Z",
        "from": {"handle": f"ana.ruiz.{number}@example.com", "name": "Ana Ruiz"},
        "text": "My card was stolen yesterday evening, please block it and send me a new one as soon as you can.",
        "language": "en",
        "attributes": {"vip": "true"},
        "routing": {"skills": {"cards": 3}},
    }


def bare(number: int) -> Record:
    """Bare JSON."""
    return Record(TOPIC, 0, number, NOW_MS - 5, orjson.dumps(message(number)), ())


def binary(number: int) -> Record:
    """CloudEvents binary mode."""
    headers = (
        ("ce_id", b"1f0c"),
        ("ce_source", b"/connector"),
        ("ce_type", b"usher.channel.message.v1"),
        ("ce_specversion", b"1.0"),
        ("ce_time", b"2026-01-31T09:30:00Z"),
        ("content-type", b"application/json"),
    )
    return Record(TOPIC, 0, number, NOW_MS - 5, orjson.dumps(message(number)), headers)


def structured(number: int) -> Record:
    """CloudEvents structured mode."""
    event = {"specversion": "1.0", "id": str(number), "source": "/connector", "type": "usher.channel.message.v1"}
    return Record(TOPIC, 0, number, NOW_MS - 5, orjson.dumps({**event, "data": message(number)}), ())


def wrong(number: int) -> Record:
    """A message with a wrong field, refused."""
    return Record(TOPIC, 0, number, NOW_MS - 5, orjson.dumps({**message(number), "channel": "fax"}), ())


def measure(make: Callable[[int], Record], count: int) -> float:
    """Best of five runs, in microseconds per record."""
    door = TopicDoor({TOPIC: Route(CANONICAL, Way(source="chat"))}, Normaliser(Pseudonyms(b"k" * 32)))
    records = [make(number) for number in range(count)]
    best = float("inf")
    for _ in range(5):
        writer = RecordWriter(partial(partition_of, partitions=4))
        started = time.perf_counter()
        admitted: list[Admitted] = []
        refused: list[Refusal] = []
        for record in records:
            door.admit(record, NOW_MS, admitted, refused)
        for event in admitted:
            writer.write(event)
        best = min(best, time.perf_counter() - started)
        assert len(admitted) + len(refused) == count
    return best / count * 1e6


def main() -> None:
    """Print a table, or JSON with --json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    result = {make.__name__: round(measure(make, arguments.count), 2) for make in (bare, binary, structured, wrong)}
    if arguments.json:
        sys.stdout.write(orjson.dumps(result).decode() + "\n")
    else:
        sys.stdout.writelines(f"{name:<12} {value:>7.2f} us per message\n" for name, value in result.items())


if __name__ == "__main__":
    main()
