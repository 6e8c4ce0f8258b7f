"""Logs of contacts for tests of the sla service, an engine with its database, and short ways to read both."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from services.sla.domain.engine import POLICY_ACTIVATED, SlaEngine
from services.sla.domain.rows import Rows, SlaRows, SlaWrites, decode_contact, policies_of
from services.sla.domain.totals import BREACHES, CLOCKS, WAIT_BUCKET, WAIT_SUM, Total
from shared.contract.records import Event, Record
from shared.lane.engine import Step
from shared.times import rfc3339, to_ms
from tests.support.sla_oracle import BASE_MS, ORDERING_SECONDS, TERMS

TOTALS = {"clocks": CLOCKS, "breaches": BREACHES, "wait_bucket": WAIT_BUCKET, "wait_sum": WAIT_SUM}
LATENESS_MS = 1000

POLICIES: dict[tuple[str, int], dict[str, Any]] = {
    ("acme", 1): {
        "workspace": "acme",
        "queues": {
            "orders": {
                "targets": {"time_to_answer": {"within": "20s", "warn_at": 0.75}, "resolution": {"within": "10m"}}
            },
            "cards": {"targets": {"time_to_answer": {"within": "10s"}}},
            "general": {},
        },
        "default_queue": "orders",
    },
    ("globex", 1): {
        "workspace": "globex",
        "queues": {
            "orders": {"targets": {"time_to_answer": {"within": "8s"}, "resolution": {"within": "2m", "warn_at": 0.5}}},
            "general": {"targets": {"time_to_answer": {"within": "30s"}}},
        },
        "default_queue": "general",
    },
    ("initech", 1): {
        "workspace": "initech",
        "queues": {
            "orders": {
                "targets": {
                    "time_to_answer": {"within": "20s", "warn_at": 0.75},
                    "first_response": {"within": "1m"},
                    "resolution": {"within": "10m"},
                }
            }
        },
        "default_queue": "orders",
    },
}


def bodies() -> dict[tuple[str, int], str]:
    """The policies as the router's table holds them."""
    return {key: orjson.dumps(document).decode() for key, document in POLICIES.items()}


INSERT_POLICY = """
    INSERT INTO policy (workspace, version, partition, hash, body, activated_ms) VALUES ($1, $2, 0, '', $3, 0)
"""


def policy_rows() -> list[tuple[str, int, str]]:
    """Arguments of INSERT_POLICY for each policy."""
    return [(workspace, version, body) for (workspace, version), body in bodies().items()]


@dataclass
class Log:
    """A contact-events log under construction: every call appends one record. Times are seconds after ``base_ms``."""

    base_ms: int = BASE_MS
    records: list[Record] = field(default_factory=list)
    versions: Counter[str] = field(default_factory=Counter)
    workspace: str = "acme"
    channel: str = "voice"

    def policy(self, workspace: str = "acme", version: int = 1) -> "Log":
        """A policy version holds from here on."""
        body = {"workspace": workspace, "policy_version": version, "hash": "00", "occurred_at": rfc3339(self.base_ms)}
        return self._append("usher.policy.activated.v1", workspace, 0.0, body)

    def event(self, kind: str, contact: str, at: float, **fields: Any) -> "Log":
        """``usher.contact.<kind>.v1`` of a contact, as the router words it. ``stamped``: the record's own time."""
        stamped = fields.pop("stamped", at)
        workspace = fields.pop("workspace", self.workspace)
        channel = fields.pop("channel", self.channel)
        self.versions[contact] += 1
        body = {
            "workspace": workspace,
            "contact_id": contact,
            "version": self.versions[contact],
            "state": "as the table says",
            "source": channel,
            "channel": channel,
            "conversation_id": f"conversation-{contact}",
            "customer_id": "0123456789abcdef0123456789abcdef",
            "occurred_at": rfc3339(self.ms(at)),
            "cause_id": f"cause-{contact}-{self.versions[contact]}",
            **fields,
        }
        return self._append(f"usher.contact.{kind}.v1", contact, stamped, body)

    def queued(self, contact: str, at: float, queue: str = "orders", **fields: Any) -> "Log":
        """One entry into a queue; ``entered``: when the contact first entered one."""
        entered = fields.pop("entered", at)
        workspace = fields.get("workspace", self.workspace)
        seconds = fields.pop("target_seconds", TERMS.answer.get((workspace, queue), ORDERING_SECONDS))
        return self.event(
            "queued",
            contact,
            at,
            queue=queue,
            requirements={"must": {"orders": 2}, "prefer": {}, "any": [], "not": []},
            priority_seconds=0.0,
            target_seconds=float(seconds),
            due_at=fields.pop("due_at", rfc3339(self.ms(entered + seconds))),
            entered_at=rfc3339(self.ms(entered)),
            position=1,
            expected_wait_seconds=None,
            reason="routed",
            **fields,
        )

    def ms(self, seconds: float) -> int:
        """Milliseconds since the epoch of so many seconds after the log's base."""
        return self.base_ms + round(seconds * 1000)

    def _append(self, kind: str, subject: str, stamped: float, body: dict[str, Any]) -> "Log":
        seq = len(self.records) + 1
        self.records.append(Record(seq - 1, self.ms(stamped), kind, f"id-{seq}", orjson.dumps(body), seq))
        return self


def activated(records: list[Record]) -> dict[tuple[str, int], int]:
    """When each policy of these records was activated, as the router's table has it."""
    found: dict[tuple[str, int], int] = {}
    for record in records:
        with suppress(ValueError, KeyError, TypeError):  # what cannot be read activates nothing
            body = orjson.loads(record.value)
            found[body["workspace"], body["policy_version"]] = instant_ms(body["occurred_at"])
    return found


def instant_ms(text: str) -> int:
    """Milliseconds since the epoch of an RFC 3339 time."""
    return to_ms(datetime.fromisoformat(text))


def ms(seconds: float) -> int:
    """Milliseconds since the epoch of so many seconds after BASE_MS."""
    return BASE_MS + round(seconds * 1000)


def stored(rows: Rows) -> dict[str, str]:
    """Each row's JSON, by its key."""
    return dict(zip(rows.keys, rows.bodies.split("\n") if rows.keys else (), strict=True))


class Database:
    """What the sla store keeps, in memory: applies the rows of commits and gives them back."""

    def __init__(self, bodies: dict[tuple[str, int], str]) -> None:
        self.bodies = bodies
        self.contacts: dict[str, str] = {}
        self.totals: dict[tuple[str, ...], float] = {}
        self.account: dict[str, str] = {}
        self.hours: dict[tuple[int, tuple[str, ...]], tuple[int, int, int]] = {}
        self.policies: dict[str, int] = {}
        self.since: dict[tuple[str, int], int] = {}
        self.breaches: dict[str, Any] = {}
        self.event_ms = 0

    def apply(self, writes: SlaWrites) -> None:
        """Apply one commit; a breach that is already there is an error, as it is in the real table."""
        self.contacts.update(stored(writes.contacts))
        for contact_id in writes.gone:
            self.contacts.pop(contact_id, None)
        for breach in writes.breaches:
            assert breach.clock_id not in self.breaches, "a breach was counted twice"
            self.breaches[breach.clock_id] = breach
        self.totals.update({tuple(map(str, total.key)): total.value for total in writes.totals})
        self.policies.update(writes.policies)
        self.account.update(stored(writes.account))
        for key in writes.account_gone:
            self.account.pop(key, None)
        for row in writes.hours:
            where = (row.hour, tuple(map(str, row.key)))
            number, ms, longest_ms = self.hours.get(where, (0, 0, 0))
            self.hours[where] = (number + row.number, ms + row.ms, max(longest_ms, row.longest_ms))
        self.event_ms = writes.event_ms

    def rows(self) -> SlaRows:
        """One snapshot."""
        contacts = [decode_contact(body) for body in self.contacts.values()]
        return SlaRows(
            contacts=contacts,
            older={key: self.bodies[key] for key in policies_of(contacts) - set(self.policies.items())},
            totals=[Total(key, value) for key, value in self.totals.items()],
            account=list(self.account.items()),
            policies={key: self.bodies[key] for key in self.policies.items()},
            since=self.since,
            event_ms=self.event_ms,
        )


class Runner:
    """An engine with its database: steps commit, ``restart`` forgets the memory."""

    def __init__(self, policies: dict[tuple[str, int], str] | None = None) -> None:
        self.database = Database(policies or bodies())
        self.events: list[Event] = []
        self.dead: list[Any] = []
        self.engine = self._new()

    def _new(self) -> SlaEngine:
        return SlaEngine("usher.contact-events.v1", 0, lateness_ms=LATENESS_MS)

    def restart(self) -> None:
        """A new owner: all it knows is what was committed."""
        self.engine = self._new()
        self.engine.restore(self.database.rows())

    def step(self, records: list[Record], now: float | None = None) -> Step:
        """One committed step; ``now`` in seconds after BASE_MS, None: the wall clock decides nothing."""
        needs = self.engine.needs(records)
        known = {key: self.database.bodies[key] for key in needs} if needs else None
        self.database.since |= activated([record for record in records if record.type == POLICY_ACTIVATED])
        step = self.engine.step(records, known, 0 if now is None else ms(now))
        self.database.apply(step.writes)
        self.events += step.events
        self.dead += step.dead
        return step

    def facts(self) -> list[tuple[str, str, str, float]]:
        """(fact, contact, kind, seconds after BASE_MS) of everything published, in order."""
        return [fact(event) for event in self.events]

    def results(self) -> dict[tuple[str, str], float]:
        """Decided clocks by (kind, result)."""
        counts: Counter[tuple[str, str]] = Counter()
        for key, value in self.database.totals.items():
            if key[0] == CLOCKS and value:
                counts[key[2], key[5]] += round(value)
        return dict(counts)

    def total(self, name: str, *labels: str, workspace: str = "acme") -> float:
        """One committed total of a workspace; 0 where it does not exist."""
        return self.database.totals.get((TOTALS[name], workspace, *labels), 0)


def fact(event: Event) -> tuple[str, str, str, float]:
    """(fact, contact, kind, seconds after BASE_MS) of one published event."""
    body = orjson.loads(event.body)
    name = event.type.removeprefix("usher.sla.clock_").removesuffix(".v1")
    return name, body["contact_id"], body["kind"], (event.at_ms - BASE_MS) / 1000
