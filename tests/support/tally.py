"""The smallest engine for a lane: counts inputs by key, remembers the order, and can be poisoned or set a timer."""

from collections.abc import Sequence
from heapq import heapify, heappop, heappush
from typing import Any

import asyncpg
import orjson
from prometheus_client import CollectorRegistry

from shared.contract.envelope import Message
from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Event, Origin, Record
from shared.errors import Reason
from shared.kafka import OutputLog
from shared.lane.engine import PUNCTUAL, Deadline, Delay, Step, refused_deadline
from shared.lane.rows import PostgresLaneStore
from shared.lane.service import LaneService, LaneSpec
from shared.process.logs import configure
from shared.process.settings import LaneSettings

INPUT = "tally.input.v1"
LOG = "tally.log.v1"
TOTAL_MAX = 1_000_000

SCHEMA = f"""
CREATE TABLE tally (
    partition int, key text, total bigint NOT NULL CHECK (total < {TOTAL_MAX}), PRIMARY KEY (partition, key)
);
CREATE TABLE tally_timer (partition int, due_ms bigint, key text, PRIMARY KEY (partition, due_ms, key));
CREATE FUNCTION tally_commit(b lane_state, a lane_state, at_ms bigint, outbox bytea, dead dead_letter_row[],
    keys text[], totals bigint[], set_due bigint[], set_keys text[], gone_due bigint[], gone_keys text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    IF NOT lane_advance(b, a, at_ms, outbox, dead) THEN RETURN; END IF;
    INSERT INTO tally SELECT b.partition, k, t FROM unnest(keys, totals) AS x(k, t)
    ON CONFLICT (partition, key) DO UPDATE SET total = excluded.total;
    INSERT INTO tally_timer SELECT b.partition, d, k FROM unnest(set_due, set_keys) AS x(d, k);
    DELETE FROM tally_timer t USING unnest(gone_due, gone_keys) AS x(d, k)
    WHERE t.partition = b.partition AND t.due_ms = x.d AND t.key = x.k;
END $$;
"""


async def install(dsn: str) -> None:
    """Create the tally's tables beside the lane's."""
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "usher"})
    await connection.execute(SCHEMA)
    await connection.close()


class Writes:
    """Rows of one step."""

    def __init__(self) -> None:
        self.totals: dict[str, int] = {}
        self.set: list[tuple[int, str]] = []
        self.gone: list[tuple[int, str]] = []


class Tally:
    """``{"key": k}`` counts one for k; ``"add": n`` counts n; ``"later_ms": d`` counts again d ms after the record."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        self.totals: dict[str, int] = {}
        self.timers: list[tuple[int, str]] = []
        self.fired: list[Deadline] = []
        self.barred: set[tuple[int, str]] = set()

    def restore(self, rows: Any) -> None:
        self.totals, self.timers = dict(rows[0]), sorted(rows[1])

    def needs(self, records: Sequence[Record]) -> Any:
        return None

    def step(self, records: Sequence[Record], known: Any, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
        writes, events = Writes(), []
        self.fired = []
        for record in records:
            self._fire(record.at_ms, writes, events)
            body = orjson.loads(record.value)
            if "explode" in body:
                raise RuntimeError("this record breaks the engine")
            self._count(body["key"], body.get("add", 1), record.id, record.at_ms, writes, events)
            if "later_ms" in body:
                timer = (record.at_ms + body["later_ms"], body["key"])
                heappush(self.timers, timer)
                writes.set.append(timer)
        self._fire(now_ms, writes, events)
        return Step(writes=writes, events=events, changed=bool(events))

    def _fire(self, upto_ms: int, writes: Writes, events: list[Event]) -> None:
        while (due_ms := self.deadline_ms()) is not None and due_ms <= upto_ms:
            self._fire_one(heappop(self.timers), writes, events)

    def _fire_one(self, timer: tuple[int, str], writes: Writes, events: list[Event]) -> None:
        due, key = timer
        self.fired.append(Deadline(key, due))
        writes.gone.append(timer)
        self._count(key, 1, derive("timer", key, str(due)), due, writes, events)

    def fire(self, deadline: Deadline) -> Step:
        writes, events, timer = Writes(), list[Event](), (deadline.at_ms, deadline.name)
        if timer in self.timers:
            self.timers.remove(timer)
            heapify(self.timers)
            self._fire_one(timer, writes, events)
        return Step(writes=writes, events=events, changed=bool(events))

    def bar(self, deadline: Deadline) -> None:
        self.barred.add((deadline.at_ms, deadline.name))

    def _count(self, key: str, add: int, cause: str, at_ms: int, writes: Writes, events: list[Event]) -> None:
        self.totals[key] = writes.totals[key] = self.totals.get(key, 0) + add
        body = orjson.dumps({"key": key, "total": self.totals[key], "cause": cause})
        events.append(Event("tally.counted.v1", "w", key, at_ms, cause, 0, body))

    def deadline_ms(self) -> int | None:
        while self.timers and self.timers[0] in self.barred:
            heappop(self.timers)
        return self.timers[0][0] if self.timers else None

    def reject(self, cause: Record | Deadline, reason: Reason, detail: str) -> DeadLetter:
        if isinstance(cause, Deadline):
            return refused_deadline("tally", self.partition, "w", cause, (reason, detail))
        record = cause
        origin = Origin(topic=INPUT, partition=self.partition, offset=record.offset)
        identity = derive("dead", INPUT, str(self.partition), str(record.offset))
        return DeadLetter(identity, "w", reason, "", detail, origin, record.value, record.at_ms)


class TallyStore(PostgresLaneStore):
    """Rows of the tally."""

    service = "tally"
    commit_sql = "SELECT tally_commit($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"

    def arguments(self, writes: Writes | None) -> Sequence[Any]:
        writes = writes or Writes()
        return (
            list(writes.totals),
            list(writes.totals.values()),
            [due for due, _ in writes.set],
            [key for _, key in writes.set],
            [due for due, _ in writes.gone],
            [key for _, key in writes.gone],
        )

    async def load_rows(self, connection: Any, partition: int) -> Any:
        totals = await connection.fetch("SELECT key, total FROM tally WHERE partition = $1", partition)
        timers = await connection.fetch("SELECT due_ms, key FROM tally_timer WHERE partition = $1", partition)
        return [tuple(row) for row in totals], [tuple(row) for row in timers]

    async def prefetch_rows(self, connection: Any, partition: int, needs: Any) -> Any:
        return None


def service(settings: LaneSettings) -> LaneService:
    """A whole process's worth of tally."""
    return LaneService(
        LaneSpec(
            service="tally",
            settings=settings,
            registry=CollectorRegistry(),
            log=configure("tally", "WARNING"),
            input_topic=INPUT,
            log_topic=LOG,
            hand_off_topics=(),
            store=TallyStore,
            new_engine=Tally,
            counted=lambda step: None,
        )
    )


async def send(outputs: OutputLog, partition: int, bodies: Sequence[dict[str, Any]]) -> None:
    """Append inputs; each id derives from its content and place, as at the door."""
    messages = []
    for number, body in enumerate(bodies):
        value = orjson.dumps(body)
        identity = derive("input", str(partition), str(number), value.decode())
        messages.append(Message(b"w", value, [("ce_type", b"tally.input.v1"), ("ce_id", identity.encode())]))
    await outputs.publish(INPUT, partition, messages)
