"""CPU microseconds per contact of the sla service's own code at full batches: records in, rows and events out.

Measured are reading of headers, engine, packing of rows and outbox, and the records to publish; not Kafka's client,
PostgreSQL's client or the servers. Of several runs the least is told, part by part. The budget of the whole service is
45 us per contact.
"""

import argparse
import gc
import sys
import time
from collections import deque
from collections.abc import Iterator
from itertools import pairwise

import orjson
from msgspec.structs import replace

from services.sla.domain.engine import SlaEngine
from services.sla.metrics import CommittedTotals
from services.sla.postgres import SlaStore
from shared.contract.envelope import to_record
from shared.lane.engine import Step
from shared.lane.publisher import Wire
from shared.lane.rows import encode_batch
from shared.lane.store import OutboxBatch
from shared.postgres import Database
from shared.times import rfc3339
from tests.support.sla_builders import BASE_MS, Log, bodies

BATCH_RECORDS = 1500  # what the service takes at once under a backlog
PARTS = ("read", "needs", "step", "arguments", "encode", "publish")
ARRIVALS_PER_SECOND = 1000
CHANNELS = ("voice", "chat", "email", "sms")
SCENARIOS = (
    ("all to agents, time_to_answer", "cards", 0),
    ("all to agents, time_to_answer with warning, resolution", "orders", 0),
    ("seven of ten to a bot, time_to_answer with warning, resolution", "orders", 7),
)
Raw = tuple[int, int, bytes, list[tuple[str, bytes]]]


def log_of(contacts: int, queue: str, automated_of_ten: int = 0) -> list[Raw]:
    """Contacts that arrive, are offered, answered after 0.2 s (every 20th late) and closed after 0.5 s more.

    Of ten, so many go to a bot instead and stay there: three records.
    """
    log = Log().policy()
    story: list[tuple[float, int, str]] = []
    for number in range(contacts):
        at = number / ARRIVALS_PER_SECOND
        if number % 10 < automated_of_ten:
            story += [(at, number, kind) for kind in ("received", "classified", "sent_to_bot")]
            continue
        answered = at + (25 if number % 20 == 0 else 0.2)
        story += [(at, number, kind) for kind in ("received", "classified", "queued", "offered")]
        story += [(answered, number, kind) for kind in ("assigned", "availability")]
        story += [(answered + 0.5, number, kind) for kind in ("wrapping", "closed")]
    for at, number, kind in sorted(story, key=lambda item: item[0]):
        _append(log, kind, f"{number:08d}-0000-5000-8000-000000000000", at, queue, CHANNELS[number % len(CHANNELS)])
    return [_raw(log, index) for index in range(len(log.records))]


def _append(log: Log, kind: str, contact: str, at: float, queue: str, channel: str) -> None:
    log.channel = channel
    if kind == "queued":
        log.queued(contact, at, queue)
    elif kind == "availability":
        log.event("none", contact, at, presence="available", availability="busy", free_units=0)
        log.records[-1] = replace(log.records[-1], type="usher.agent.availability_changed.v1")
    else:
        more = {"queue": queue, "agent_id": "agent-7"} if kind in {"assigned", "closed", "wrapping"} else {}
        log.event(kind, contact, at, **more)


def _raw(log: Log, index: int) -> Raw:
    record = log.records[index]
    headers = [
        ("ce_type", record.type.encode()),
        ("ce_id", b"6f1f0f6e-7d0c-5b7e-9a55-0d6f3f7f5a11"),
        ("ce_sequence", str(record.seq).encode()),
        ("ce_source", b"/usher/router/acme"),
        ("ce_specversion", b"1.0"),
        ("ce_time", rfc3339(BASE_MS).encode()),
        ("ce_subject", b"subject"),
        ("ce_partitionkey", b"acme"),
        ("content-type", b"application/json"),
    ]
    return record.offset, record.at_ms, record.value, headers


def batches(raw: list[Raw]) -> Iterator[list[Raw]]:
    """Full batches."""
    for first in range(0, len(raw), BATCH_RECORDS):
        yield raw[first : first + BATCH_RECORDS]


def measure(raw: list[Raw], contacts: int) -> dict[str, float]:
    """Microseconds of CPU per contact by part, and events out per contact."""
    gc.collect()
    gc.freeze()  # the prepared records are not the service's memory: the collector need not walk them
    engine = SlaEngine("usher.contact-events.v1", 0, lateness_ms=1000, settle_ms=500)
    store = SlaStore(Database("", connections_max=1, seconds_max=1.0), CommittedTotals(), breach_retention_days=1)
    wire = Wire("sla", "usher.sla-events.v1")
    spent = dict.fromkeys(PARTS, 0.0)
    events = rows = 0
    for step_number, batch in enumerate(batches(raw)):
        times = [time.process_time()]
        records = [to_record(*fields) for fields in batch]
        times.append(time.process_time())
        needs = engine.needs(records)
        times.append(time.process_time())
        step: Step = engine.step(records, bodies() if needs else None, 0)
        times.append(time.process_time())
        store.arguments(step.writes)
        times.append(time.process_time())
        packed = OutboxBatch(step_number, events + 1, 0, step.events, step.dead)
        encode_batch(packed)
        times.append(time.process_time())
        deque(wire.records([packed]), maxlen=0)
        times.append(time.process_time())
        for part, (began, ended) in zip(PARTS, pairwise(times), strict=True):
            spent[part] += ended - began
        events += len(step.events)
        rows += len(step.writes.contacts) + len(step.writes.gone) + len(step.writes.breaches)
    result = {part: seconds / contacts * 1e6 for part, seconds in spent.items()}
    return {**result, "events": events / contacts, "rows": rows / contacts}


def least(raw: list[Raw], contacts: int, runs: int) -> dict[str, float]:
    """The least of each part over so many runs, and their total."""
    found = [measure(raw, contacts) for _ in range(runs)]
    result = {name: min(each[name] for each in found) for name in found[0]}
    return {**result, "total": sum(result[part] for part in PARTS), "records": len(raw) / contacts}


def main() -> None:
    """Print one line per kind of promise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--contacts", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--json", action="store_true")
    arguments = parser.parse_args()
    results = {}
    for name, queue, automated in SCENARIOS:
        raw = log_of(arguments.contacts, queue, automated)
        results[name] = least(raw, arguments.contacts, arguments.runs)
        if not arguments.json:
            parts = ", ".join(f"{part} {value:.1f}" for part, value in results[name].items())
            sys.stdout.write(f"{name}: us per contact: {parts}\n")
    if arguments.json:
        sys.stdout.write(orjson.dumps(results, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
