"""The story of one contact under one policy, told with times of the calendar, and what became of its promises."""

from datetime import UTC, datetime
from typing import Any

import orjson

from shared.contract.records import Event
from shared.times import rfc3339
from tests.support.sla_builders import BASE_MS, Log, Runner

BEFORE_MS = 0  # the first policy holds since 1970


def instant(text: str) -> int:
    """Milliseconds since the epoch of an ISO time, UTC unless it says otherwise."""
    moment = datetime.fromisoformat(text)
    return round((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def policy_of(queues: dict[str, Any], hours: Any = None, **more: Any) -> dict[str, Any]:
    """A policy; ``hours`` are those of the calendar ``office``, or whole calendars by name."""
    named = {"office": {"open": hours}} if hours and "open" not in hours else {"office": hours} if hours else {}
    document = {"workspace": "acme", "queues": queues, "default_queue": next(iter(queues)), "calendars": named}
    return document | more


def resolution(within: str, hours: object = None, **more: object) -> dict[str, Any]:
    """A policy that promises the resolution of orders, in ``hours`` where there are some."""
    target = {"within": within, **({"calendar": "office"} if hours else {}), **more}
    return policy_of({"orders": {"targets": {"resolution": target}}}, hours)


class Story:
    """Appends events of contact ``c1`` (or ``contact``); ``play`` runs them one by one, with a restart after each."""

    def __init__(self, *policies: dict[str, Any], channel: str = "email") -> None:
        self.policies = {("acme", number): body for number, body in enumerate(policies, 1)}
        self.log = Log(base_ms=BEFORE_MS, channel=channel)
        self.runner = Runner({key: orjson.dumps(body).decode() for key, body in self.policies.items()})
        self.log.policy()

    def at(self, text: str, kind: str, contact: str = "c1", **fields: Any) -> "Story":
        """``usher.contact.<kind>.v1`` at an ISO time."""
        seconds = (instant(text) - BEFORE_MS) / 1000
        if kind == "queued":
            began = fields.pop("wait_started_at", None)
            entered = (instant(fields.pop("entered_at", text)) - BEFORE_MS) / 1000
            more = {} if began is None else {"wait_started_at": rfc3339(instant(began))}
            self.log.queued(contact, seconds, fields.pop("queue", "orders"), entered=entered, **more, **fields)
        else:
            self.log.event(kind, contact, seconds, **fields)
        return self

    def arrives(self, text: str, queue: str = "orders", **fields: Any) -> "Story":
        """Received and at once queued for a person."""
        self.at(text, "received", attributes=fields.pop("attributes", {}))
        return self.at(text, "queued", queue=queue, **fields)

    def activate(self, text: str, version: int) -> "Story":
        """Another policy holds from then on."""
        self.log.policy(version=version)
        record = self.log.records.pop()
        seconds = (instant(text) - BEFORE_MS) / 1000
        body = {**orjson.loads(record.value), "occurred_at": rfc3339(instant(text))}
        self.log._append(record.type, "acme", seconds, body)
        return self

    def play(self, until: str | None = None) -> "Story":
        """Everything that was not played yet; then the wall clock stands at ``until``, all caught up."""
        for record in self.log.records[getattr(self, "_played", 0) :]:
            self.runner.step([record])
            self.runner.restart()
        self._played = len(self.log.records)
        if until is not None:
            self.runner.step([], (instant(until) - BASE_MS) / 1000 + 2)
        return self

    def told(self, kind: str, contact: str = "c1") -> list[tuple[str, str]]:
        """(fact, time to the second) of one kind of clock."""
        return [
            (name, body["at"][:19])
            for name, body in self.bodies()
            if (body["kind"], body["contact_id"]) == (kind, contact)
        ]

    def bodies(self) -> list[tuple[str, dict[str, Any]]]:
        """(fact, body) of everything told so far."""
        return [(_name(event), orjson.loads(event.body)) for event in self.runner.events]

    def last(self, kind: str, fact: str, field: str) -> Any:
        """A field of the latest such fact."""
        return [body for name, body in self.bodies() if (name, body["kind"]) == (fact, kind)][-1].get(field)

    def due(self, kind: str) -> str:
        """When the latest clock of the kind is due, as last told; to the second."""
        return next(body["due_at"][:19] for _, body in reversed(self.bodies()) if body["kind"] == kind)


def _name(event: Event) -> str:
    return event.type.removeprefix("usher.sla.clock_").removesuffix(".v1")
