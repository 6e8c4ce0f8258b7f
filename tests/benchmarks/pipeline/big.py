"""The big workspace: 10,000 agents of mostly unique profiles and 480 kinds of contacts, in two halves that meet.

On the crowded side every agent has work and thousands wait: whoever becomes free takes the most urgent of all whom they
can serve. On the open side agents are free: a contact finds the one it should have. Most agents of the crowded side
also have skills of the open side, so all are compared in the same structures.
"""

from random import Random
from typing import Any

import orjson

from shared.clock import now_ms
from shared.contract.topics import AGENT_ACTIVITY
from shared.policy import Policy, parse_policy
from shared.times import rfc3339
from tests.benchmarks.pipeline.load import message

WORKSPACE = "big"
LANGUAGES = ("de", "en", "es", "fr")
CHANNELS = ("chat", "email", "voice")
CROWDED = tuple(f"s{number:02d}" for number in range(30))
OPEN = tuple(f"s{number:02d}" for number in range(30, 40))
TARGETS = ("1m", "5m", "20m", "1h")
WRAP_UP_SECONDS = {"chat": 0, "email": 0, "voice": 5}
"""Whoever speaks wraps up afterwards, and says when that is done; a written contact is closed with its last word."""


def policy() -> Policy:
    """A queue for each skill; with four languages and three channels 480 different requirements."""
    queues = {
        f"q-{skill}": {
            "requires": {skill: 1 + number % 3},
            "targets": {"time_to_answer": {"within": TARGETS[number % 4]}, "resolution": {"within": "1d"}},
        }
        for number, skill in enumerate(CROWDED + OPEN)
    }
    intents = {f"i-{skill}": {"tier": "agent", "queue": f"q-{skill}"} for skill in CROWDED + OPEN}
    return parse_policy(
        {
            "workspace": WORKSPACE,
            "languages": list(LANGUAGES),
            "classification": {"intents": intents},
            "queues": queues,
            "default_queue": "q-s00",
            "offers": {"timeout": "1h"},
            "wrap_up": {"default": "5s"},
        }
    )


def sign_ons(agents: int) -> list[tuple[str, bytes]]:
    """(topic, body) of each agent's sign-on; the last fifth belongs to the open side. One contact at a time."""
    rng = Random(7)
    return [(AGENT_ACTIVITY, orjson.dumps(_agent(number, agents, rng))) for number in range(agents)]


def at_work(agents: int) -> int:
    """How many of so many agents belong to the crowded side."""
    return agents * 4 // 5


def _agent(number: int, agents: int, rng: Random) -> dict[str, Any]:
    if number < at_work(agents):
        skills = rng.sample(CROWDED, rng.randint(2, 6)) + rng.sample(OPEN, rng.randint(0, 2))
    else:
        skills = rng.sample(OPEN, rng.randint(2, 6))
    levels = {skill: rng.randint(1, 5) for skill in skills + rng.sample(LANGUAGES, rng.randint(1, 2))}
    return {
        "type": "usher.agent.signed_on.v1",
        "workspace": WORKSPACE,
        "occurred_at": rfc3339(now_ms()),
        "agent_id": f"agent-{number:05d}",
        "skills": levels,
        "capacity": {"units": 1},
    }


class Customers:
    """Makes contacts, each of somebody else; the same seed gives the same ones."""

    def __init__(self) -> None:
        self._rng = Random(11)
        self._made = 0

    def contact(self, skills: tuple[str, ...]) -> tuple[str, bytes]:
        """(topic, body) of the next contact; ``skills`` is one side's, of which it needs one."""
        rng, number = self._rng, self._made
        self._made += 1
        return message(
            number,
            workspace=WORKSPACE,
            channel=CHANNELS[number % len(CHANNELS)],
            language=rng.choice(LANGUAGES),
            routing={"intent": f"i-{rng.choice(skills)}"},
        )
