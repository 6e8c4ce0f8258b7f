"""CPU microseconds per contact of the sla service's own code at full batches: records in, rows and events out.

Measured are reading of headers, engine, packing of rows and outbox, and the records to publish; not Kafka's client,
PostgreSQL's client or the servers. Of several runs the least is told, part by part. The budget of the whole service is
45 us per contact. Beside the time stands the number of calls, which is the same on every machine, however busy.
"""

import argparse
import gc
import sys
import time
import tracemalloc
from collections import deque
from collections.abc import Callable, Iterator
from cProfile import Profile
from itertools import pairwise
from typing import Any

import orjson
from msgspec.structs import replace

from services.sla.domain.engine import SlaEngine
from services.sla.metrics import CommittedTotals
from services.sla.postgres import SlaStore
from shared.contract.envelope import to_record
from shared.lane.commits import encode_batch
from shared.lane.engine import Step
from shared.lane.publisher import Wire
from shared.lane.store import OutboxBatch
from shared.postgres import Database
from shared.times import rfc3339
from tests.support.sla_builders import BASE_MS, Log, Runner, bodies

BATCH_RECORDS = 1500  # what the service takes at once under a backlog
PARTS = ("read", "needs", "step", "arguments", "encode", "publish")
ARRIVALS_PER_SECOND = 1000
OPEN_CLOCKS = 50_000
CHANNELS = ("voice", "chat", "email", "sms")
EVERY_KIND = {
    "time_to_answer": {"within": "10s", "warn_at": 0.75},
    "first_response": {"within": "30s"},
    "next_response": {"within": "30s", "pause_on": ["pending"]},
    "resolution": {"within": "10m"},
    "self_service_response": {"within": "5s"},
    "bot_response": {"within": "5s"},
    "handling": {"within": "10m"},
}
TWO_KINDS = {kind: EVERY_KIND[kind] for kind in ("time_to_answer", "resolution")}
SCENARIOS = (
    ("all to agents, time_to_answer", "cards", 0),
    ("all to agents, time_to_answer with warning, resolution", "orders", 0),
    ("seven of ten to a bot, time_to_answer with warning, resolution", "orders", 7),
)
CALLS_CONTACTS = 200
Raw = tuple[int, int, bytes, list[tuple[str, bytes]]]
Policies = dict[tuple[str, int], str]


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


def talk_of(contacts: int) -> list[Raw]:
    """The same, and what is said: the agent answers, the customer writes again, the agent answers; half go to a bot."""
    log, story = Log().policy(), []
    for number in range(contacts):
        at = number / ARRIVALS_PER_SECOND
        if number % 2:
            story += [(at, number, kind) for kind in ("received", "classified", "sent_to_bot")]
            story += [(at + 0.1, number, "bot_reply"), (at + 0.5, number, "contained")]
            continue
        story += [(at, number, kind) for kind in ("received", "classified", "queued", "offered")]
        story += [(at + 0.2, number, kind) for kind in ("assigned", "availability")]
        story += [
            (at + 0.3, number, "reply_sent"),
            (at + 0.4, number, "message_added"),
            (at + 0.5, number, "reply_sent"),
        ]
        story += [(at + 0.7, number, kind) for kind in ("wrapping", "closed")]
    for at, number, kind in sorted(story, key=lambda item: item[0]):
        name = f"{number:08d}-0000-5000-8000-000000000000"
        if kind == "bot_reply":
            log.event("reply_sent", name, at, by="bot", public=True)
        elif kind == "message_added":
            log.event(kind, name, at, sender="customer", queue="orders")
        elif kind == "reply_sent":
            log.event(kind, name, at, by="agent", public=True, agent_id="agent-7", queue="orders")
        else:
            _append(log, kind, name, at, "orders", "chat")
    return [_raw(log, index) for index in range(len(log.records))]


def policy(kinds: dict[str, Any]) -> Policies:
    """A policy whose one queue promises these."""
    document = {"workspace": "acme", "queues": {"orders": {"targets": kinds}}, "default_queue": "orders"}
    return {("acme", 1): orjson.dumps(document).decode()}


def open_clocks(number: int) -> dict[str, float]:
    """So many contacts wait, each with a clock: the time to load them, the peak of memory, and how long the engine
    takes from the moment at which it may say so to the breach, one clock at a time: the median and the worst."""
    log = Log().policy()
    for place in range(number):
        log.queued(f"{place:08d}-0000-5000-8000-000000000000", place / 1000, "orders", target_seconds=10)
    runner, promised = Runner(policy({"time_to_answer": {"within": "10s"}})), BASE_MS + 10_000
    for first in range(0, len(log.records), BATCH_RECORDS):
        runner.step(log.records[first : first + BATCH_RECORDS])
    gc.collect()
    tracemalloc.start()
    _restored(runner)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    began = time.perf_counter()
    engine = _restored(runner)
    load_seconds = time.perf_counter() - began
    spent = []
    for place in range(2000):
        began = time.perf_counter()
        engine.step([], None, promised + place + 100_501)
        engine.deadline_ms()
        spent.append((time.perf_counter() - began) * 1000)
    return {
        "load_seconds": load_seconds,
        "megabytes": megabytes,
        "fire_ms_p50": sorted(spent)[1000],
        "fire_ms_worst": max(spent),
    }


def _restored(runner: Runner) -> SlaEngine:
    """A new owner's engine: the rows read, and everything in memory."""
    engine = SlaEngine("usher.contact-events.v1", 0, lateness_ms=100_000)
    engine.restore(runner.database.rows())
    return engine


def _append(log: Log, kind: str, contact: str, at: float, queue: str, channel: str) -> None:
    log.channel = channel
    if kind == "queued":
        log.queued(contact, at, queue)
    elif kind == "availability":
        log.event(
            "none", contact, at, presence="available", availability="busy", free_units=0, units=4, agent_id="agent-7"
        )
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


def measure(raw: list[Raw], contacts: int, policies: Policies) -> dict[str, float]:
    """Microseconds of CPU per contact by part, and events out per contact."""
    gc.collect()
    gc.freeze()  # the prepared records are not the service's memory: the collector need not walk them
    engine = SlaEngine("usher.contact-events.v1", 0, lateness_ms=1000)
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
        step: Step = engine.step(records, policies if needs else None, 0)
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
        rows += len(step.writes.contacts.keys) + len(step.writes.gone) + len(step.writes.breaches)
    result = {part: seconds / contacts * 1e6 for part, seconds in spent.items()}
    return {**result, "events": events / contacts, "rows": rows / contacts}


def flows() -> dict[str, tuple[Callable[[int], list[Raw]], Policies]]:
    """The scenarios by name: the log of so many contacts, and what is promised."""

    def routed(queue: str, automated: int) -> Callable[[int], list[Raw]]:
        return lambda contacts: log_of(contacts, queue, automated)

    return {
        **{name: (routed(queue, automated), bodies()) for name, queue, automated in SCENARIOS},
        "talk, two kinds": (talk_of, policy(TWO_KINDS)),
        "talk, all kinds": (talk_of, policy(EVERY_KIND)),
    }


def calls_of(make: Callable[[int], list[Raw]], policies: Policies) -> float:
    """Calls of functions, Python's own too, of the engine's steps per contact; what is made once in an engine is left
    out."""
    counted = []
    for contacts in (CALLS_CONTACTS, 2 * CALLS_CONTACTS):
        engine, profile = SlaEngine("usher.contact-events.v1", 0, lateness_ms=1000), Profile()
        for batch in batches(make(contacts)):
            records = [to_record(*fields) for fields in batch]
            profile.enable()
            needs = engine.needs(records)
            engine.step(records, policies if needs else None, 0)
            profile.disable()
        counted.append(sum(entry.callcount for entry in profile.getstats()))
    return (counted[1] - counted[0]) / CALLS_CONTACTS


def least(raw: list[Raw], contacts: int, runs: int, policies: Policies) -> dict[str, float]:
    """The least of each part over so many runs, and their total."""
    found = [measure(raw, contacts, policies) for _ in range(runs)]
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
    for name, (make, policies) in flows().items():
        found = least(make(arguments.contacts), arguments.contacts, arguments.runs, policies)
        results[name] = {**found, "calls": calls_of(make, policies)}
    results[f"{OPEN_CLOCKS} open clocks"] = open_clocks(OPEN_CLOCKS)
    if not arguments.json:
        for name, found in results.items():
            parts = ", ".join(f"{part} {value:.1f}" for part, value in found.items())
            sys.stdout.write(f"{name}: {parts}\n")
    if arguments.json:
        sys.stdout.write(orjson.dumps(results, option=orjson.OPT_INDENT_2).decode() + "\n")


if __name__ == "__main__":
    main()
