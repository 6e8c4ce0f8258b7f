"""Simulated agents, bot and self-service: what each does next, as values; a seeded generator decides."""

from collections.abc import Callable
from dataclasses import dataclass
from random import Random
from typing import Any

from shared.contract.topics import AGENT_ACTIVITY, CONTACT_UPDATES
from shared.policy import Policy
from shared.times import rfc3339

__all__ = ["Answer", "Crew", "Pace"]

ASKING = {f"usher.contact.{what}.v1" for what in ("sent_to_bot", "message_added", "reply_sent", "pending_changed")}
_GONE = {
    "offer_id": ("assigned", "offer_declined", "offer_expired", "offer_rescinded"),
    "assignment_id": ("wrapping", "transferred", "requeued", "closed"),
    "contact_id": ("escalated", "contained", "abandoned", "cancelled", "expired"),
}
ENDS = {f"usher.contact.{what}.v1": field for field, kinds in _GONE.items() for what in kinds}


@dataclass(frozen=True, slots=True)
class Answer:
    """A record to send ``after_seconds`` from now, if it ``still`` makes sense then."""

    after_seconds: float
    topic: str
    body: dict[str, Any]
    still: Callable[[], bool] = lambda: True


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How fast people are: seconds, and chances from 0 to 1."""

    think_seconds: tuple[float, float] = (0.3, 2.0)
    handle_seconds: tuple[float, float] = (3.0, 9.0)
    wrap_seconds: tuple[float, float] = (0.5, 2.5)
    machine_seconds: tuple[float, float] = (0.8, 3.0)
    declines: float = 0.04
    ignores: float = 0.02
    transfers: float = 0.03
    machine_fails: float = 0.28
    machine_is_silent: float = 0.01
    back_after_seconds: float = 8.0
    asks_seconds: float = 12.0


class Crew:
    """Everybody who answers in one workspace. ``on_event`` maps an event to what somebody does about it."""

    def __init__(self, policy: Policy, size: int, pace: Pace, chance: Random) -> None:
        self.workspace = policy.workspace
        self._policy = policy
        self._pace = pace
        self._chance = chance
        self._queues = list(policy.queues)
        self._open: set[str] = set()  # offers, assignments, and contacts with a machine: what is gone is not answered
        self._asked: set[str] = set()  # contacts that the bot asked what they mean and that have not answered
        skills = _skills_of(policy)
        self.agents = {
            f"{policy.workspace}-agent-{number + 1}": self._talents(number, skills) for number in range(size)
        }

    def _talents(self, number: int, skills: list[str]) -> dict[str, int]:
        """Every agent speaks the first language, every other one a second; two or three skills each, in turns."""
        languages = self._policy.languages
        spoken = {language: 4 for place, language in enumerate(languages) if place == 0 or number % 2}
        chosen = {skills[(number + step) % len(skills)] for step in range(min(3, len(skills)))} if skills else set()
        return spoken | {skill: self._chance.randint(3, 5) for skill in sorted(chosen)}

    def sign_on(self, now_ms: int) -> list[Answer]:
        """All agents come to work; one of an earlier run gives back what was left."""
        answers = []
        for agent_id, skills in self.agents.items():
            base = {"workspace": self.workspace, "agent_id": agent_id, "occurred_at": rfc3339(now_ms)}
            on = {"name": agent_id.replace("-", " ").title(), "skills": skills, "capacity": {"units": 3}}
            answers.append(Answer(0.0, AGENT_ACTIVITY, {"type": "usher.agent.signed_on.v1", **base, **on}))
        return answers

    def sign_off(self, now_ms: int) -> list[Answer]:
        """All agents go home; what they had goes back into its queue."""
        kind = "usher.agent.signed_off.v1"
        return [
            Answer(
                0.0,
                AGENT_ACTIVITY,
                {"type": kind, "workspace": self.workspace, "agent_id": agent_id, "occurred_at": rfc3339(now_ms)},
            )
            for agent_id in self.agents
        ]

    def on_event(self, kind: str, body: dict[str, Any]) -> list[Answer]:
        """What follows from an event of the log; nothing from most."""
        self._forget(kind, body)
        match kind:
            case "usher.contact.offered.v1":
                return self._offered(body)
            case "usher.contact.assigned.v1":
                return self._assigned(body)
            case "usher.contact.wrapping.v1":
                return [self._wrap_up(body, self._between(self._pace.wrap_seconds))]
            case "usher.contact.offer_expired.v1":
                back = {
                    "type": "usher.agent.presence_changed.v1",
                    "agent_id": body["agent_id"],
                    "presence": "available",
                }
                return [self._answer(self._pace.back_after_seconds, AGENT_ACTIVITY, back)]
            case "usher.contact.sent_to_bot.v1":
                return self._bot(body)
            case "usher.contact.sent_to_self_service.v1":
                return self._machine(body, "self_service")
        return []

    def _forget(self, kind: str, body: dict[str, Any]) -> None:
        """What an event takes off the desks."""
        if kind in ENDS:
            self._open.discard(body.get(ENDS[kind], ""))
        if kind not in ASKING:
            self._asked.discard(body.get("contact_id", ""))

    def _offered(self, body: dict[str, Any]) -> list[Answer]:
        roll = self._chance.random()
        if roll < self._pace.ignores or body["agent_id"] not in self.agents:
            return []
        offer_id = body["offer_id"]
        self._open.add(offer_id)
        declined = roll < self._pace.ignores + self._pace.declines
        answer = {
            "type": "usher.offer.answered.v1",
            "offer_id": offer_id,
            "agent_id": body["agent_id"],
            "answer": "declined" if declined else "accepted",
        }
        return [self._answer(self._between(self._pace.think_seconds), AGENT_ACTIVITY, answer, offer_id)]

    def _assigned(self, body: dict[str, Any]) -> list[Answer]:
        seconds = self._between(self._pace.handle_seconds)
        identity = {"assignment_id": body["assignment_id"], "agent_id": body["agent_id"]}
        assignment_id = body["assignment_id"]
        self._open.add(assignment_id)
        answers = []
        if body["channel"] != "voice":
            reply = {"type": "usher.contact.reply_sent.v1", "contact_id": body["contact_id"], "by": "agent"}
            answers.append(
                self._answer(seconds / 2, CONTACT_UPDATES, {**reply, "agent_id": body["agent_id"]}, assignment_id)
            )
        ended: dict[str, Any] = {"type": "usher.assignment.ended.v1", **identity, "outcome": "closed"}
        if self._chance.random() < self._pace.transfers and len(self._queues) > 1:
            ended |= {"outcome": "transferred", "transfer": {"queue": self._chance.choice(self._queues)}}
        return [*answers, self._answer(seconds, AGENT_ACTIVITY, ended, assignment_id)]

    def _wrap_up(self, body: dict[str, Any], seconds: float) -> Answer:
        identity = {"assignment_id": body["assignment_id"], "agent_id": body["agent_id"]}
        return self._answer(seconds, AGENT_ACTIVITY, {"type": "usher.assignment.wrapped_up.v1", **identity})

    def _bot(self, body: dict[str, Any]) -> list[Answer]:
        return self._ask(body) if body.get("purpose") == "clarify" else self._machine(body, "bot")

    def _ask(self, body: dict[str, Any]) -> list[Answer]:
        """The bot asks what the customer means, and gives up when it has waited long enough."""
        contact_id = body["contact_id"]
        self._asked.add(contact_id)
        reply = {"type": "usher.contact.reply_sent.v1", "contact_id": contact_id, "by": "bot"}
        gives_up = {
            "type": "usher.contact.outcome_reported.v1",
            "workspace": self.workspace,
            "contact_id": contact_id,
            "by": "bot",
            "outcome": "escalated",
            "reason": "the customer did not answer the question",
        }
        return [
            self._answer(self._pace.machine_seconds[0], CONTACT_UPDATES, reply),
            Answer(self._pace.asks_seconds, CONTACT_UPDATES, gives_up, still=lambda: contact_id in self._asked),
        ]

    def _machine(self, body: dict[str, Any], who: str) -> list[Answer]:
        roll, seconds = self._chance.random(), self._between(self._pace.machine_seconds)
        if roll < self._pace.machine_is_silent:
            return []
        report: dict[str, Any] = {
            "type": "usher.contact.outcome_reported.v1",
            "contact_id": body["contact_id"],
            "by": who,
            "outcome": "resolved",
        }
        if roll < self._pace.machine_is_silent + self._pace.machine_fails:
            report |= {"outcome": "escalated", "reason": "the customer asked for a person", "context": {"tried": [who]}}
        contact_id = body["contact_id"]
        self._open.add(contact_id)
        answers = [self._answer(seconds, CONTACT_UPDATES, report, contact_id)]
        if who == "bot":
            reply = {"type": "usher.contact.reply_sent.v1", "contact_id": contact_id, "by": "bot"}
            answers.insert(0, self._answer(seconds / 2, CONTACT_UPDATES, reply, contact_id))
        return answers

    def _answer(self, seconds: float, topic: str, body: dict[str, Any], about: str = "") -> Answer:
        """What is said ``about`` something is said only while that is open."""
        return Answer(
            seconds, topic, {"workspace": self.workspace, **body}, still=lambda: not about or about in self._open
        )

    def _between(self, bounds: tuple[float, float]) -> float:
        return self._chance.uniform(*bounds)


def _skills_of(policy: Policy) -> list[str]:
    """Every skill that a queue or an intent of the policy asks for."""
    asked: set[str] = set()
    for queue in policy.queues.values():
        asked |= queue.requires.skills - set(queue.requires.without)
    for intent in policy.classification.intents.values():
        asked |= set(intent.skills)
    return sorted(asked - set(policy.languages))
