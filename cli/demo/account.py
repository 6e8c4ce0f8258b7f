"""The demo's account: folds the public topics into totals and into what the live view shows."""

import statistics
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

DECISIONS_SHOWN = 6
LATENCIES_KEPT = 20_000  # the newest; enough for a p99 and bounded for a demo that runs all day
ENDINGS = {
    f"usher.contact.{outcome}.v1": outcome for outcome in ("closed", "contained", "abandoned", "cancelled", "expired")
}
OFFER_RESULTS = {
    "usher.contact.assigned.v1": "accepted",
    "usher.contact.offer_declined.v1": "declined",
    "usher.contact.offer_expired.v1": "expired",
    "usher.contact.offer_rescinded.v1": "rescinded",
}
OFFERS = {"usher.contact.offered.v1", "usher.contact.assigned.v1"}
ROUTED = {"usher.contact.sent_to_self_service.v1", "usher.contact.sent_to_bot.v1", "usher.contact.queued.v1"}


@dataclass(slots=True)
class QueueLine:
    """One queue of a workspace: who waits since when and is due when, and how many answers came within the target."""

    waiting: dict[str, tuple[float, float]] = field(default_factory=dict)
    answered: int = 0
    in_time: int = 0
    lost: int = 0
    target_seconds: float = 0.0

    def late(self, now_ms: int) -> int:
        """Who waits past the target."""
        return sum(due_ms < now_ms for _, due_ms in self.waiting.values())

    def service_level(self, now_ms: int) -> float | None:
        """Share answered within the target of all that were answered, lost, or wait past it; None before the first."""
        offered = self.answered + self.lost + self.late(now_ms)
        return self.in_time / offered if offered else None


@dataclass(slots=True)
class Account:
    """Totals of the contacts that were received in this run, and the state of everything that is live."""

    contacts: int = 0
    tiers: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    ended: Counter[str] = field(default_factory=Counter)
    offers: Counter[str] = field(default_factory=Counter)
    breaches: int = 0
    peak: bool = False  # whether more customers come just now than the crew was made for
    dead_letters: int = 0
    records: int = 0
    queues: dict[tuple[str, str], QueueLine] = field(default_factory=lambda: defaultdict(QueueLine))
    agents: dict[tuple[str, str], str] = field(default_factory=dict)
    decisions: deque[str] = field(default_factory=lambda: deque(maxlen=DECISIONS_SHOWN))
    latencies_ms: deque[float] = field(default_factory=lambda: deque(maxlen=LATENCIES_KEPT))
    live: dict[str, str] = field(default_factory=dict)
    _routed: set[str] = field(default_factory=set)

    def on_event(self, kind: str, body: dict[str, Any], logged_ms: int) -> None:
        """One event of usher.contact-events.v1; ``logged_ms`` is when the log took it."""
        self.records += 1
        if kind == "usher.agent.availability_changed.v1":
            self.agents[(body["workspace"], body["agent_id"])] = (
                body["availability"] if body["presence"] == "available" else body["presence"]
            )
            return
        if "contact_id" not in body:
            return
        self._follow_queue(kind, body)
        if kind == "usher.contact.received.v1":
            self.contacts += 1
            self.channels[body["channel"]] += 1
            self.live[body["contact_id"]] = "received"
        elif body["contact_id"] in self.live:
            self._follow_contact(kind, body, logged_ms)

    def _follow_contact(self, kind: str, body: dict[str, Any], logged_ms: int) -> None:
        identity = body["contact_id"]
        self.live[identity] = body["state"]
        if kind == "usher.contact.classified.v1" and body["version"] == 2:  # the first; an escalation classifies again
            self.tiers[body["tier"]] += 1
            if body["tier"] != "agent":
                self.decisions.append(f"{body['channel']}: to {body['tier']}: {_why(body)}")
        elif kind == "usher.contact.classified.v1":
            self.decisions.append(f"{body['channel']}: the answer was {body['intent']}: to {body['tier']}")
        if kind in ROUTED and identity not in self._routed:
            self._routed.add(identity)
            self.latencies_ms.append(max(0.0, logged_ms - _ms(body["occurred_at"])))
        if kind in OFFERS:
            self.decisions.append(f"{body['channel']}/{body.get('queue', '')}: {_news_of(body)}")
        if kind in OFFER_RESULTS:
            self.offers[OFFER_RESULTS[kind]] += 1
        if kind in ENDINGS:
            self.ended[ENDINGS[kind]] += 1
            self._routed.discard(identity)
            del self.live[identity]

    def _follow_queue(self, kind: str, body: dict[str, Any]) -> None:
        if not body.get("queue"):
            return
        line, identity = self.queues[(body["workspace"], body["queue"])], body["contact_id"]
        if kind == "usher.contact.queued.v1":
            line.target_seconds = body["target_seconds"]
            line.waiting[identity] = _ms(body["wait_started_at"]), _ms(body["due_at"])
        elif kind == "usher.contact.assigned.v1":
            line.waiting.pop(identity, None)
            line.answered += 1
            line.in_time += body["waited_seconds"] <= line.target_seconds
        elif body["state"] not in {"queued", "offered"} and line.waiting.pop(identity, None) is not None:
            line.lost += kind in ENDINGS

    def on_sla_event(self, kind: str, body: dict[str, Any]) -> None:
        """One event of usher.sla-events.v1."""
        self.records += 1
        self.breaches += kind == "usher.sla.clock_breached.v1"

    def on_dead_letter(self, body: dict[str, Any]) -> None:
        """One record of usher.dead-letters.v1; why it was rejected is shown among the decisions."""
        self.dead_letters += 1
        self.decisions.append(f"dead letter: {body['reason']}: {body['detail']}")

    def latency_ms(self) -> dict[str, float]:
        """Channel topic to routed (self-service, bot or queue), p50 and p99."""
        if len(self.latencies_ms) < 2:
            only = self.latencies_ms[0] if self.latencies_ms else 0.0
            return {"p50": only, "p99": only}
        cuts = statistics.quantiles(self.latencies_ms, n=100)
        return {"p50": round(cuts[49], 1), "p99": round(cuts[98], 1)}

    def document(self) -> dict[str, Any]:
        """The totals as ``usher demo --json`` prints them."""
        return {
            "contacts": self.contacts,
            "tiers": {tier: self.tiers[tier] for tier in ("self_service", "bot", "agent")},
            "channels": dict(sorted(self.channels.items())),
            "ended": dict(sorted(self.ended.items())),
            "live": len(self.live),
            "offers": dict(sorted(self.offers.items())),
            "breaches": self.breaches,
            "dead_letters": self.dead_letters,
            "latency_ms": self.latency_ms(),
        }


def _why(body: dict[str, Any]) -> str:
    reasons = body.get("reasons", [])
    return "; ".join(reasons[-1:] if body.get("question") else reasons[:2])


def _news_of(body: dict[str, Any]) -> str:
    """Of an offer why this agent is asked; of an acceptance that the contact is taken."""
    return body.get("sentence") or f"taken by {body['agent_id']}, waited {body['waited_seconds']:.1f} s"


def _ms(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000
