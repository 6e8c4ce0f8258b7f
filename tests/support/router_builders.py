"""A router engine in a test: short ways to say what happens and to read what came of it."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import msgspec

from services.router.domain.classification.triage import Triage
from services.router.domain.engine import RouterEngine
from services.router.domain.insight.calibration import OBSERVED, PREDICTED
from shared.contract import inputs
from shared.contract.ids import derive, message_event_id
from shared.contract.records import DeadLetter, Event, Origin, Record
from shared.lane.engine import PUNCTUAL, Delay, Step
from shared.policy import parse_policy
from tests.support.memory_store import MemoryStore

START_MS = 1_700_000_000_000
SECOND = 1000
FORECASTS = (OBSERVED, PREDICTED)  # counted for all workspaces together
OFFERED = ("contact.offered", "agent.availability_changed")  # what an offer tells, as ``kinds`` names it

POLICY: dict[str, Any] = {
    "workspace": "acme",
    "languages": [],
    "classification": {
        "intents": {
            "order_status": {"tier": "self_service", "articles": ["where-is-my-order"], "queue": "orders", "base": 5},
            "change_address": {"tier": "bot", "queue": "orders", "base": 30},
            "stolen_card": {"moment_of_truth": True, "queue": "cards", "skills": {"cards": 3}, "base": 90},
            "complaint": {"tier": "agent", "queue": "general", "base": 60},
        }
    },
    "bots": {"default": {"max_minutes": "10m"}},
    "queues": {
        "orders": {"requires": {"orders": 2}, "targets": {"time_to_answer": {"within": "20s"}}},
        "cards": {"targets": {"time_to_answer": {"within": "10s"}}, "life_max": "1h"},
        "general": {"requires": {}, "targets": {"time_to_answer": {"within": "60s"}}},
    },
    "default_queue": "general",
    "offers": {"timeout": "15s", "on_expiry": "not_ready", "decline_pause": "60s"},
    "presence": {"on_lost": "requeue"},
    "wrap_up": {"default": "0s", "forced_end": "5m"},
}


def policy_with(**changes: Any) -> dict[str, Any]:
    """The sample policy with top-level parts replaced or, for mappings, merged."""
    document = deepcopy(POLICY)
    for key, value in changes.items():
        document[key] = {**document.get(key, {}), **value} if isinstance(value, dict) else value
    return document


def _live(engine: RouterEngine) -> list[bytes]:
    book = engine.book
    agents = (agent for workspace in book.workspaces.values() for agent in workspace.agents.values())
    parts = [*book.contacts.values(), *agents, *book.offers.values(), *book.assignments.values(), book.personal]
    return sorted(msgspec.json.encode(part, order="deterministic") for part in parts)


class Router:
    """One partition under test: says inputs, keeps the events, and can be restarted from its rows at any time."""

    def __init__(
        self, policy: dict[str, Any] | None = POLICY, triage: Triage | None = None, start_ms: int = START_MS
    ) -> None:
        self.store = MemoryStore()
        self._triage = triage or Triage()
        self.engine = RouterEngine(0, self._triage)
        self.now_ms = start_ms
        self.offset = 0
        self.events: list[Event] = []
        self.dead: list[DeadLetter] = []
        self.counts: dict[tuple[str, ...], float] = {}
        self.steps: list[Step] = []
        if policy is not None:
            self.activate(policy)

    # Saying things

    def say(self, said: inputs.Input) -> list[Event]:
        """Apply one input as a batch of its own; returns its events."""
        return self.batch([self.record(said)])

    def record(self, said: inputs.Input) -> Record:
        """The next record of the log, at the present time."""
        record = Record(self.offset, self.now_ms, inputs.TYPE_OF[type(said)], said.event_id, msgspec.json.encode(said))
        self.offset += 1
        return record

    def batch(self, records: list[Record], now_ms: int | None = None, delay: Delay = PUNCTUAL) -> list[Event]:
        """Apply records as one step and commit it."""
        known = self.store.known(self.engine.needs(records))
        until = now_ms if now_ms is not None else max((record.at_ms for record in records), default=self.now_ms)
        step = self.engine.step(records, known, until, delay)
        if step.changed:
            self.store.apply(step.writes)
        self.events += step.events
        self.dead += step.dead
        for key, count in step.counts.items():
            name = key if key[0] in FORECASTS else (key[0], *key[2:])  # whatever the workspace
            self.counts[name] = self.counts.get(name, 0) + count
        self.steps.append(step)
        return step.events

    def wait(self, seconds: float) -> list[Event]:
        """Let time pass; deadlines fire."""
        self.now_ms += round(seconds * SECOND)
        return self.batch([])

    def beat(self) -> Record:
        """The next record of the log: ingest says that it is there."""
        record = Record(self.offset, self.now_ms, inputs.INGEST_ALIVE, "", b'{"at_ms":%d}' % self.now_ms)
        self.offset += 1
        return record

    def alive(self) -> list[Event]:
        """Ingest says that it is there."""
        return self.batch([self.beat()])

    def live(self, seconds: float) -> list[Event]:
        """Let time pass while ingest is there, up to a sign of life at the end."""
        until_ms, told = self.now_ms + round(seconds * SECOND), list[Event]()
        while self.now_ms < until_ms:
            self.now_ms = min(until_ms, self.now_ms + inputs.ALIVE_MS)
            told += self.alive()
        return told

    def restart(self) -> None:
        """Another owner takes over: everything comes from the rows."""
        self.engine = RouterEngine(0, self._triage)
        self.engine.restore(self.store.rows())

    def check_rows(self) -> None:
        """What is live is what another owner would load."""
        other = RouterEngine(0, self._triage)
        other.restore(self.store.rows())
        assert _live(other) == _live(self.engine)

    # Inputs

    def common(self, key: str, workspace: str = "acme") -> dict[str, Any]:
        """Fields of every input."""
        return {
            "event_id": key,
            "workspace": workspace,
            "occurred_ms": self.now_ms,
            "arrived_ms": self.now_ms,
            "origin": Origin(topic="usher.contact-updates.v1", partition=0, offset=self.offset),
        }

    def _key(self, what: str) -> str:
        return derive("test", what, str(self.offset))

    def activate(self, policy: dict[str, Any]) -> list[Event]:
        """Apply a policy."""
        parsed = parse_policy(policy, not_yet=())
        common = self.common(self._key("policy"), parsed.workspace)
        return self.say(inputs.PolicyActivated(**common, hash=parsed.hash, policy=parsed.document()))

    def message(self, conversation: str = "c1", number: int = 1, **changes: Any) -> inputs.MessageReceived:
        """A customer's message; ``intent`` is the caller's hint."""
        message_id = f"{conversation}-m{number}"
        hint = {key: changes.pop(key) for key in ("intent", "queue", "tier", "skills") if key in changes}
        if "priority_seconds" in changes:
            hint["priority_seconds"] = changes.pop("priority_seconds")
        fields: dict[str, Any] = {
            **self.common(message_event_id("acme", "chat", conversation, message_id)),
            "channel": "chat",
            "source": "chat",
            "conversation_id": conversation,
            "message_id": message_id,
            "party": inputs.Party(handle="+34600000001", customer_id="cust-1"),
            "reply_to": inputs.ReplyTo(address="+34600000001"),
            "text": "secret words",
            "routing": inputs.RoutingHint(**hint) if hint else None,
        }
        return inputs.MessageReceived(**{**fields, **changes})

    def contact(self, conversation: str = "c1", **changes: Any) -> str:
        """A new contact; returns its id. Without a hint it goes to an agent through the default queue."""
        told = self.say(self.message(conversation, **changes))
        return told[0].subject

    def sign_on(self, agent: str = "a1", units: int = 1, **changes: Any) -> list[Event]:
        """An agent with skills orders 3, cards 3 unless said otherwise."""
        capacity = inputs.AgentCapacity(units=units, **changes.pop("capacity", {}))
        fields = {**self.common(self._key("on")), "agent_id": agent, "skills": {"orders": 3, "cards": 3}}
        return self.say(inputs.AgentSignedOn(**{**fields, "capacity": capacity, **changes}))

    def presence(self, agent: str, presence: str) -> list[Event]:
        """The agent changes presence."""
        common = self.common(self._key("presence"))
        return self.say(inputs.PresenceChanged(**common, agent_id=agent, presence=presence))

    def sign_off(self, agent: str = "a1") -> list[Event]:
        """The agent goes."""
        return self.say(inputs.AgentSignedOff(**self.common(self._key("off")), agent_id=agent))

    def heartbeat(self, agent: str = "a1") -> list[Event]:
        """A sign of life."""
        return self.say(inputs.AgentHeartbeat(**self.common(self._key("beat")), agent_id=agent))

    def answer(self, offer_id: str, agent: str = "a1", answer: str = "accepted") -> list[Event]:
        """The agent answers an offer."""
        common = self.common(self._key("answer"))
        return self.say(inputs.OfferAnswered(**common, offer_id=offer_id, agent_id=agent, answer=answer))

    def end(self, assignment_id: str, agent: str = "a1", outcome: str = "closed", **changes: Any) -> list[Event]:
        """The agent ends an assignment."""
        common = self.common(self._key("end"))
        said = inputs.AssignmentEnded(**common, assignment_id=assignment_id, agent_id=agent, outcome=outcome, **changes)
        return self.say(said)

    def wrapped_up(self, assignment_id: str, agent: str = "a1") -> list[Event]:
        """The agent has finished wrap-up."""
        common = self.common(self._key("wrapped"))
        return self.say(inputs.AssignmentWrappedUp(**common, assignment_id=assignment_id, agent_id=agent))

    def outcome(self, contact_id: str, by: str, outcome: str, **changes: Any) -> list[Event]:
        """Self-service or a bot is done."""
        common = self.common(self._key("outcome"))
        return self.say(inputs.OutcomeReported(**common, contact_id=contact_id, by=by, outcome=outcome, **changes))

    def hang_up(self, conversation: str = "c1", reason: str = "hang_up") -> list[Event]:
        """The customer goes."""
        common = self.common(self._key("hangup"))
        return self.say(inputs.ConversationEnded(**common, source="chat", conversation_id=conversation, reason=reason))

    def command(self, contact_id: str, command: str, **changes: Any) -> list[Event]:
        """A supervisor's command."""
        common = self.common(self._key("command"))
        fields = {"contact_id": contact_id, "command": command, "actor": "boss", "reason": "because"}
        return self.say(inputs.ContactCommanded(**common, **{**fields, **changes}))

    def customer(self, command: str, customer_id: str, into: str | None = None) -> list[Event]:
        """An operator joins two customers, or takes one apart."""
        common = self.common(self._key("customer"))
        fields = {"command": command, "customer_id": customer_id, "into": into, "actor": "boss", "reason": "because"}
        return self.say(inputs.CustomerCommanded(**common, **fields))

    # Short ways there

    def accept(self, agent: str = "a1") -> list[Event]:
        """The agent accepts the last offer."""
        return self.answer(self.last("offered")["offer_id"], agent)

    def decline(self, agent: str = "a1") -> list[Event]:
        """The agent declines the last offer."""
        return self.answer(self.last("offered")["offer_id"], agent, "declined")

    def assigned(self, conversation: str = "c1", agent: str = "a1", units: int = 1, **changes: Any) -> tuple[str, str]:
        """An agent signed on, a contact offered to and accepted by them: (contact id, assignment id)."""
        self.sign_on(agent, units)
        contact_id = self.contact(conversation, **changes)
        self.accept(agent)
        return contact_id, self.last("assigned")["assignment_id"]

    # Reading what happened

    def last(self, kind: str) -> dict[str, Any]:
        """Body of the last contact event of that kind."""
        name = f"usher.contact.{kind}.v1"
        return next(body_of(event) for event in reversed(self.events) if event.type == name)

    def state(self, contact_id: str) -> str:
        """The contact's state, in the rows."""
        ended = self.store.outcomes.get(contact_id)
        return ended.outcome if ended else self.store.contacts[contact_id].state


def body_of(event: Event) -> dict[str, Any]:
    """The body of an event."""
    decoded: dict[str, Any] = msgspec.json.decode(event.body)
    return decoded


def bodies_of(events: Iterable[Event], kind: str) -> list[dict[str, Any]]:
    """Bodies of the events of that kind, in order; ``kind`` is a short name: ``contact.queued``."""
    return [body_of(event) for event in events if event.type == f"usher.{kind}.v1"]


def kinds(events: list[Event]) -> list[str]:
    """Short names: ``contact.queued``, ``agent.availability_changed``."""
    return [event.type.removeprefix("usher.").removesuffix(".v1") for event in events]
