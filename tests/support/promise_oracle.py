"""Which clock starts at which record, worked out from the log of contacts and the policies as written.

Knows nothing of the sla engine: of what that tells it takes only when a clock is due, which ``promise_checker`` judges.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson

from shared.contract.records import Event, Record
from shared.policy.kinds import SPANS, Moment
from tests.support.sla_builders import instant_ms

__all__ = ["ENDS", "Oracle", "promise"]

Document = Mapping[str, Any]
Started = tuple[str, str, int, int]
"""Contact, kind, policy version, since when it counts."""

ONCE = ("first_response", "resolution")
OWED = ("next_response", "bot_response", "handling")
REMEMBERED = {*SPANS} - {"time_to_answer"}
REPLIES = {"first_response", "next_response", "handling"}
ENDS = ("closed", "contained", "abandoned")


class Promise(NamedTuple):
    """One target: whose it is, and as it is written."""

    rule: str
    queue: str
    written: dict[str, Any]


def promise(policy: Document, kind: str, queue: str, tier: str) -> Promise | None:
    """What a policy promises: by the first rule that holds and names the kind, else by the queue."""
    for rule in policy.get("targets", ()):
        if tier in rule["when"]["tier"] and kind in rule["then"]:
            return Promise(rule["name"], queue, rule["then"][kind])
    own = policy["queues"][queue].get("targets", {})
    return Promise("", queue, own[kind]) if kind in own else None


def _still(policy: Document, kind: str, made: "Promise | Clock") -> bool:
    """Whether the policy makes this promise too, by the same rule or the same queue."""
    if made.rule:
        return any(rule["name"] == made.rule and kind in rule["then"] for rule in policy.get("targets", ()))
    return kind in policy["queues"][made.queue].get("targets", {})


def _applies(policy: Document, made: Promise | None) -> bool:
    return made is not None and made.written.get("apply_to_open", policy["apply_to_open"])


def _kinds(policy: Document) -> set[str]:
    own = {kind for queue in policy["queues"].values() for kind in queue.get("targets", {})}
    return own | {kind for rule in policy.get("targets", ()) for kind in rule["then"]}


@dataclass
class Clock:
    """An open clock: whose promise it is, and what was told of it last."""

    rule: str
    queue: str
    version: int
    due_ms: int = 0
    state: str = "running"

    def is_settled(self, at_ms: int) -> bool:
        """What became of it before this time is not changed by what happens from it on."""
        return self.state == "breached" or (self.state == "running" and self.due_ms < at_ms)


class Life:
    """One contact as docs/sla.md tells it. ``phases``: since when each kind counts, and the version that held then."""

    def __init__(self, oracle: "Oracle", contact: str, arrived_ms: int | None) -> None:
        self.oracle, self.contact = oracle, contact
        self.arrived = None if arrived_ms is None else (arrived_ms, oracle.version)
        self.phases: dict[str, tuple[int, int]] = {}
        self.open: dict[str, Clock] = {}
        self.had, self.lost = set[str](), set[str]()  # of those that it has once; and taken back by a policy
        self.home = self.tier = ""
        self.kept = self.waits = self.answered = self.pending = False
        self.replied = 0

    # ---- what a moment does ----

    def reach(self, moment: Moment, at: int) -> None:
        for kind, span in SPANS.items():
            if moment in (*span.ends, *span.drops):
                self.open.pop(kind, None)
                self.phases.pop(kind, None)
                if kind not in ONCE:
                    self.lost.discard(kind)
        for kind, span in SPANS.items():
            if moment in span.starts:
                if kind in OWED and (self.kept or _kinds(self.oracle.policy(self.oracle.version)) & REMEMBERED):
                    self.phases.setdefault(kind, (at, self.oracle.version))
                self.start(kind)

    def start(self, kind: str) -> None:
        now = self.oracle.version
        if not self._may(kind):
            return
        began, then = self.phases[kind]
        made = self._promised(now, kind)
        version = now
        if not _applies(self.oracle.policy(now), made):
            if kind in self.lost:
                return
            version, former = then, self._promised(then, kind)
            if former is None or not _still(self.oracle.policy(now), kind, former):
                return
            if kind == "time_to_answer":  # the log tells what is promised now
                version = now
            else:
                made = former
        if made is not None:
            self._begin(kind, began, made, version)

    def changed(self, at: int) -> None:
        """A policy came."""
        now, policy = self.oracle.version, self.oracle.policy(self.oracle.version)
        for kind, clock in list(self.open.items()):
            if clock.is_settled(at):
                continue
            made = promise(policy, kind, clock.queue, self.tier)
            if made is not None and _applies(policy, made):
                clock.rule, clock.version = made.rule, now
            elif not _still(policy, kind, clock):
                del self.open[kind]
                self.lost.add(kind)
        for kind, (began, _) in self.phases.items():
            made = self._promised(now, kind)
            if made is not None and _applies(policy, made) and self._may(kind):
                self._begin(kind, began, made, now)
        self.kept = self.kept or bool(_kinds(policy) & REMEMBERED)

    def ages(self) -> None:
        """Its row is one of version 0.1: what is owed stands in clocks alone, and under which policies nowhere."""
        now = self.oracle.version
        self.arrived = None if self.arrived is None else (self.arrived[0], now)
        self.lost &= {*ONCE}
        self.phases = {
            kind: (began, now) for kind, (began, _) in self.phases.items() if kind not in OWED or kind in self.open
        }
        if "self_service_response" in self.phases:  # nor that a bot had to ask first
            self._lasts("self_service_response")

    def _may(self, kind: str) -> bool:
        return kind in self.phases and kind not in self.open and not (kind in self.had and kind not in self.lost)

    def _promised(self, version: int, kind: str) -> Promise | None:
        return promise(self.oracle.policy(version), kind, self.home or self.oracle.default, self.tier)

    def _begin(self, kind: str, began: int, made: Promise, version: int) -> None:
        self.open[kind] = Clock(made.rule, made.queue, version)
        self.had |= {kind} & {*ONCE}
        self.lost.discard(kind)
        self.oracle.started[self.contact, kind, version, began] += 1

    # ---- what an event is ----

    def tell(self, kind: str, at: int, body: dict[str, Any]) -> None:
        self._tell(kind, at, body)
        if kind == "pending_changed" or (kind == "message_added" and body["sender"] == "customer"):
            self.pending = body.get("pending", False)

    def _tell(self, kind: str, at: int, body: dict[str, Any]) -> None:
        sender = body.get("sender", body.get("by"))
        said = kind == "message_added" or (kind == "reply_sent" and body["public"])
        if kind == "classified" and self.tier != "agent":
            self.home = body.get("queue", "")
        if kind == "classified" and body["tier"] == "self_service" and self.tier in ("", "bot"):
            asked = self.tier == "bot"
            self._is_automated("self_service")
            self._lasts("self_service_response")
            if asked and self.arrived is not None:
                self.phases["self_service_response"] = (at, self.oracle.version)
            self.reach(Moment.FOR_SELF_SERVICE, at)
        elif kind in ("sent_to_bot", "sent_to_self_service"):
            self._is_automated(kind.removeprefix("sent_to_"))
            self.reach(Moment.SENT_TO_BOT if self.tier == "bot" else Moment.SENT_TO_SELF_SERVICE, at)
        elif kind == "escalated":
            self.reach(Moment.TIMED_OUT if body["reason"] == "timeout" else Moment.BOT_REPORTED, at)
        elif kind == "queued":
            self._queued(at, body)
        elif kind == "scheduled":
            self.waits = False
            self.reach(Moment.SCHEDULED, at)
        elif kind == "assigned":
            self.waits = False
            self.reach(Moment.ASSIGNED, at)
            if body["channel"] == "voice":
                self._person_answers(Moment.CALL_ANSWERED, at)
        elif kind in ("requeued", "transferred"):
            self.reach(Moment.GIVEN_BACK, at)
        elif said and sender == "agent":
            self._person_answers(Moment.AGENT_ANSWERED, at)
        elif said and sender == "bot":
            self.reach(Moment.BOT_ANSWERED, at)
        elif kind == "message_added" and self.answered and at > self.replied:
            self.reach(Moment.CUSTOMER_WROTE, at)

    def ends(self, kind: str, at: int) -> None:
        """It is over; who was never answered is, by being contained."""
        remembered = self.arrived or self.phases.get("first_response")
        if kind == "contained" and not self.answered and remembered:
            self.phases.setdefault("first_response", (at, remembered[1]))
            self.start("first_response")

    def _is_automated(self, tier: str) -> None:
        self.tier = tier
        self._lasts("resolution")

    def _lasts(self, kind: str) -> None:
        """It counts from the arrival; where nobody remembers that, not at all."""
        if self.arrived is not None:
            self.phases[kind] = self.arrived

    def _queued(self, at: int, body: dict[str, Any]) -> None:
        if not self.waits:
            self.phases["time_to_answer"] = (instant_ms(body["wait_started_at"]), self.oracle.version)
        if not self._handed_over:
            if self.tier in ("bot", "self_service"):
                self.phases["first_response"] = (at, self.oracle.version)
            else:
                entered = instant_ms(body["entered_at"])
                self.phases["first_response"] = self.arrived or (entered, self.oracle.version)
                if self.arrived is None and entered < at:  # it may have had its first answer before
                    self.had |= {*ONCE}
        self.waits, self.home = True, body["queue"]
        self._is_automated("agent")
        self.reach(Moment.QUEUED, at)

    @property
    def _handed_over(self) -> bool:
        return self.answered or "first_response" in self.phases

    def _person_answers(self, moment: Moment, at: int) -> None:
        if self._handed_over:
            self.answered, self.replied = True, at
            self.reach(moment, at)


class Oracle:
    """Reads a log that begins with a policy, record by record."""

    def __init__(self, policies: Mapping[int, Document]) -> None:
        self.policies, self.version = policies, 0
        self.default = next(iter(policies[1]["queues"]))
        self.started = Counter[Started]()
        self.lives: dict[str, Life] = {}

    def policy(self, version: int) -> Document:
        """As it is written."""
        return self.policies[version]

    def read(self, record: Record) -> Counter[Started]:
        """The clocks that start by this record."""
        self.started = Counter()
        body, kind = orjson.loads(record.value), record.type.split(".")[2]
        if record.type.startswith("usher.contact."):
            self._tell(kind, instant_ms(body["occurred_at"]), body)
        elif kind == "activated":
            self.version = body["policy_version"]
            for life in self.lives.values():
                life.changed(instant_ms(body["occurred_at"]))
        return self.started

    def hear(self, events: Iterable[Event]) -> None:
        """What was told of clocks by the last record."""
        for event in events:
            body, name = orjson.loads(event.body), event.type.split(".")[2].removeprefix("clock_")
            life = self.lives.get(body["contact_id"])
            clock = life.open.get(body["kind"]) if life is not None else None
            if clock is not None:
                clock.due_ms = instant_ms(body["due_at"])
                used_up = name == "retargeted" and body["due_at"] == body["at"]  # no pause puts that off
                state = "running" if used_up else clock.state
                clock.state = {"paused": "paused", "resumed": "running", "breached": "breached"}.get(name, state)

    def ages(self) -> None:
        """All rows are of version 0.1 from here on."""
        for life in self.lives.values():
            life.ages()

    def _tell(self, kind: str, at: int, body: dict[str, Any]) -> None:
        contact, kinds = body["contact_id"], _kinds(self.policy(self.version))
        if kind == "received" and kinds & REMEMBERED:
            self.lives[contact] = Life(self, contact, at)
            self.lives[contact].kept = True
        elif contact not in self.lives and (kind == "queued" or body.get("pending")):
            self.lives[contact] = Life(self, contact, None)
            self.lives[contact].kept = bool(kinds & REPLIES)
        life = self.lives.get(contact)
        if life is None:
            return
        if kind in ENDS:
            life.ends(kind, at)
            del self.lives[contact]
            return
        life.tell(kind, at, body)
        if not life.kept and not life.open and not life.waits and not life.pending:
            del self.lives[contact]  # nothing that may come depends on it
