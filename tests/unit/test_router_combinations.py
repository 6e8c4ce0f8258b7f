"""Features meet: random policies, agents and scripts, every rule on at once, policies changed while work is held.

After each step the laws of test_router_laws.py hold, and the database's own checks (tests/support/memory_store.py).
"""

import random
from collections.abc import Callable
from typing import Any

import pytest

from services.router.domain.state.records import Assignment
from services.router.domain.states import ContactState
from shared.contract import inputs
from shared.contract.ids import conversation_key
from shared.policy import PolicyErrors, parse_policy
from tests.support.documented import undocumented
from tests.support.history_checker import false_history
from tests.support.router_builders import Router, policy_with
from tests.unit.test_router_laws import Player, check_book, rows_of

AGENTS = ("a1", "a2", "a3", "a4")
SKILLS = ("orders", "cards", "es", "vip")
QUEUES = ("orders", "cards", "general")
CHANNELS = ("chat", "voice", "email")
CONVERSATIONS = tuple((f"c{number}", CHANNELS[number % 3]) for number in range(8))
CHATS_AND_A_CALL = (*CONVERSATIONS[::3], CONVERSATIONS[1])
MOVES_MAX = 150
PASSING_MS = (1, 500, 1_000, 3_000, 8_000, 31_000, 120_000)
QUIET_MS = (500, 1_000, 3_000, 4_000, 5_000)
SEEDS = 24


def made_policy(dice: random.Random, quiet: bool) -> dict[str, Any]:
    """A policy with any of the features on; it may be wrong. ``quiet``: with few rules that move contacts."""
    made = policy_with(
        offers={
            "timeout": dice.choice(["2s", "10s"]),
            "on_expiry": dice.choice(["not_ready", "available"]),
            "decline_pause": dice.choice(["0s", "20s"]),
            "parallel": dice.choice([1, 1, 2, 3]),
        },
        wrap_up={"default": dice.choice(["0s", "5s"])},
        presence={"on_lost": dice.choice(["requeue", "keep"])},
        bots={"default": {"max_minutes": "60s"}},
        channels={
            "chat": {"cost": 1 if quiet else dice.choice([1, 2, 3]), "idle_after": dice.choice(["1s", "4s"])},
            "voice": {"cost": "exclusive" if quiet else dice.choice(["exclusive", "exclusive", 1, 2])},
            "email": {"cost": dice.choice([1, "exclusive"]), "max": dice.choice([1, 3])},
        },
        calendars={"office": {"open": {"mon-sun": ["00:00-22:14", dice.choice(["22:15-24:00", "22:20-24:00"])]}}},
    )
    if dice.random() < 0.5:
        made["sticky"] = {"within": "1d", "wait": "7s"}
    if dice.random() < 0.4:
        made["presence"]["lease"] = dice.choice(["5s", "30s"])
    if not quiet and dice.random() < 0.4:
        made["channels"]["voice"]["reserve"] = 1
    names = [name for name in QUEUES if name == "general" or dice.random() < 0.8]
    made["queues"] = {name: {} if quiet else _queue(dice, name, names) for name in names}
    for intent in made["classification"]["intents"].values():
        if intent["queue"] not in names:
            intent["queue"] = "general"
    return made


def _queue(dice: random.Random, name: str, names: list[str]) -> dict[str, Any]:
    queue: dict[str, Any] = {
        "targets": {"time_to_answer": {"within": dice.choice(["2s", "20s"])}},
        "late_factor": dice.choice([1, 3, 10]),
        "agent_order": dice.choice(["scarcity", "longest_idle", "least_loaded", "round_robin", "best_skill"]),
        "life_max": dice.choice(["40s", "100s", "1h"]),
        "requires": dice.choice(
            [
                {},
                {"orders": 2},
                {"any": [{"orders": 3}, {"cards": 1}]},
                {"all": [{"orders": 1}], "not": ["vip"]},
            ]
        ),
        "prefers": dice.choice([{}, {"es": 2}]),
    }
    others = [other for other in names if other > name]  # overflow must not go in a circle
    if dice.random() < 0.6:
        queue["relax"] = _relaxation(dice, queue["requires"], [other for other in names if other != name])
    if dice.random() < 0.7:
        queue["overflow"] = [_overflow(dice, others) for _ in range(dice.choice([1, 2, 3]))]
        queue["hours"] = "office"
    if dice.random() < 0.3:
        queue["waiting_max"] = dice.choice([1, 3])
    if name == "cards" and dice.random() < 0.5:
        queue["protect"] = {"allowance": 0.1}
    return queue


def _relaxation(dice: random.Random, requires: dict[str, Any], others: list[str]) -> list[dict[str, Any]]:
    steps: list[dict[str, Any]] = [{"after": "3s", "raise_priority": "10s"}]
    if "orders" in requires:
        steps.append({"after": "6s", "drop": ["orders"]})
    if others:
        steps.append({"after": "9s", "add_queue": dice.choice(others)})
    return steps


def _overflow(dice: random.Random, others: list[str]) -> dict[str, Any]:
    to = dice.choice([{"callback": True}, {"schedule": "next_opening"}, *({"queue": other} for other in others)])
    if "schedule" in to:
        return {"when": {"closed": True}, "to": to}
    kinds = (
        {"waiting": 2},
        {"waited": "8s"},
        {"nobody_signed_on": True},
        {"expected_wait": "5s"},
        {"waiting": 1, "waited": "4s"},
    )
    return {"when": dice.choice(kinds), "to": to}


class Combined(Player):
    """Plays random moves, under policies that come and go."""

    def __init__(self, seed: int) -> None:
        self.dice = random.Random(seed)
        self.quiet = seed % 2 == 1
        self.crowded = seed % 4 == 3  # quiet, and one or two agents for chats and a call now and then
        self.agents = AGENTS[: self.dice.choice((1, 2))] if self.crowded else AGENTS
        super().__init__()
        self.router = Router(_parseable(self.dice, self.quiet))
        for agent in self.agents:
            self._apply(self._sign(agent))

    def move(self) -> None:
        kinds: dict[Callable[[], inputs.Input | None], float] = {
            self._pass: 8, self._write: 14, self._agent: 5, self._reply_some: 16, self._end_some: 7, self._supervise: 3,
            self._leave: 3, self._report: 3, self._change: 1, self._wrap: 2, self._speak: 3,
            self._all_write: 3, self._all_accept: 4, self._calls_end: 3,
        }  # fmt: skip
        if self.quiet:  # more chats live long enough to fall silent and come back to an agent who took a call
            kinds |= {self._write: 20, self._reply_some: 24, self._agent: 2, self._end_some: 5, self._supervise: 0.3}
            kinds |= {self._change: 0.3, self._leave: 0.5}
        if self.crowded:
            kinds |= {self._agent: 0.5, self._end_some: 0.5, self._leave: 0.1, self._report: 0}
            kinds |= {self._all_write: 4, self._all_accept: 14, self._calls_end: 4, self._write: 10, self._pass: 12}
        (kind,) = self.dice.choices(list(kinds), list(kinds.values()))
        said = kind()
        if said is not None:
            self._apply(said)

    def _apply(self, said: inputs.Input) -> None:
        record = self.router.record(said)
        self.records.append(record)
        self.router.batch([record])

    def _pass(self) -> None:
        passing_ms = self.dice.choice(QUIET_MS if self.quiet else PASSING_MS)
        if self.dice.random() < 0.1:  # the pipeline stands still
            self.router.now_ms += passing_ms
            self.router.batch([])
        else:
            self.live(passing_ms)

    def _write(self) -> inputs.Input:
        dice = self.dice
        conversation, channel = dice.choice(CHATS_AND_A_CALL if self.crowded else CONVERSATIONS)
        changes: dict[str, Any] = {"intent": dice.choice([None, "order_status", "change_address", "stolen_card"])}
        if self.crowded:
            changes = {}
        elif dice.random() < 0.3:
            changes["skills"] = {dice.choice(SKILLS): dice.choice([1, 3])}
        self._numbers += 1
        given = {key: value for key, value in changes.items() if value}
        return self.router.message(conversation, self._numbers, channel=channel, **given)

    def _agent(self) -> inputs.Input:
        dice, agent = self.dice, self.dice.choice(self.agents)
        agents = self.router.engine.book.workspaces["acme"].agents
        away = [name for name in sorted(agents) if not agents[name].active]
        if away and dice.random() < 0.6:
            return self._presence(dice.choice(away), "available")
        kind = dice.choices(["on", "presence", "off"], [6, 2, 1])[0]
        if kind == "presence":
            return self._presence(agent, dice.choice(["available", "available", "not_ready", "draining"]))
        if kind == "off":
            return self._sign_off(agent)
        return self._sign(agent)

    def _sign(self, agent: str) -> inputs.Input:
        dice = self.dice
        capacity = inputs.AgentCapacity(
            units=1 if self.crowded else dice.choice([1, 2] if self.quiet else [1, 2, 3, 5]),
            costs={} if self.quiet else dice.choice([{}, {"chat": 1}, {"chat": 2}]),
            exclusive=None if self.quiet else dice.choice([None, None, [], ["chat"]]),
            reserve={} if self.quiet else dice.choice([{}, {}, {"voice": 1}, {"email": 1}]),
        )
        skills = {
            skill: dice.choice([1, 3, 5])
            for skill in SKILLS
            if skill != "vip" and dice.random() < (1 if self.crowded else 0.95 if self.quiet else 0.7)
        }
        lease = None if self.crowded else dice.choice([None, None, 20.0])
        return inputs.AgentSignedOn(
            **self._common(), agent_id=agent, skills=skills, capacity=capacity, lease_seconds=lease
        )

    def _reply_some(self) -> inputs.Input | None:
        accepts = 19 if self.quiet else 3
        answer = self.dice.choices(["accepted", "declined"], [accepts, 1])[0]
        return self._answer(answer, self.dice.randrange(9))

    def _end_some(self) -> inputs.Input | None:
        work = sorted(self.router.engine.book.assignments.values(), key=lambda item: item.assignment_id)
        if not work:
            return None
        return self._ended(self.dice.choice(work), *["transferred"] * 2, "requeued")

    def _ended(self, item: Assignment, *others: str) -> inputs.Input:
        dice = self.dice
        outcome = dice.choice(["closed", *others])
        queues = sorted(self.router.engine.book.workspaces["acme"].rules.queues)
        transfer = inputs.Transfer(
            queue=dice.choice([None, *queues]),
            agent_id=dice.choice([None, None, *AGENTS]),
            skills=dice.choice([{}, {"es": 1}]),
            warm=dice.choice([True, False]),
        )
        return inputs.AssignmentEnded(
            **self._common(),
            assignment_id=item.assignment_id,
            agent_id=item.agent_id,
            outcome=outcome,
            transfer=transfer if outcome == "transferred" else None,
            wrap_up_seconds=dice.choice([None, 0.0, 4.0]) if outcome == "closed" else None,
        )

    def _supervise(self) -> inputs.Input | None:
        contacts = sorted(self.router.engine.book.contacts)
        if not contacts:
            return None
        dice = self.dice
        queues = sorted(self.router.engine.book.workspaces["acme"].rules.queues)
        return inputs.ContactCommanded(
            **self._common(), contact_id=dice.choice(contacts), actor="b", reason="r", seconds=dice.choice([5.0, 60.0]),
            command=dice.choice(["cancel", "prioritise", "requeue", "requeue", "assign"]),
            queue=dice.choice([None, *queues]), agent_id=dice.choice(AGENTS),
        )  # fmt: skip

    def _leave(self) -> inputs.Input:
        return self._hang_up(f"c{self.dice.randrange(8)}")

    def _all_write(self) -> None:
        """All customers who are with an agent write at once: what fell idle comes back together."""
        for conversation, channel in CONVERSATIONS:
            contact = self.router.engine.book.by_conversation.get(conversation_key("acme", "chat", conversation))
            if contact is not None and contact.state is ContactState.ASSIGNED:
                self._numbers += 1
                self._apply(self.router.message(conversation, self._numbers, channel=channel))

    def _all_accept(self) -> None:
        for offer_id, offer in sorted(self.router.engine.book.offers.items()):
            if offer_id in self.router.engine.book.offers:
                self._apply(
                    inputs.OfferAnswered(
                        **self._common(), offer_id=offer_id, agent_id=offer.agent_id, answer="accepted"
                    )
                )

    def _calls_end(self) -> None:
        for item in sorted(self.router.engine.book.assignments.values(), key=lambda item: item.assignment_id):
            if item.channel == "voice" and item.assignment_id in self.router.engine.book.assignments:
                self._apply(self._ended(item))

    def _report(self) -> inputs.Input | None:
        return self._outcome(
            self.dice.choice(["resolved", "escalated", "failed"]), self.dice.choice(["bot", "self_service"])
        )

    def _wrap(self) -> inputs.Input | None:
        return self._wrapped_up(self.dice.randrange(9))

    def _speak(self) -> inputs.Input | None:
        return self._reply(self.dice.randrange(9))

    def _change(self) -> inputs.Input:
        policy = parse_policy(_parseable(self.dice, self.quiet), not_yet=())
        return inputs.PolicyActivated(**self._common(), hash=policy.hash, policy=policy.document())


def _parseable(dice: random.Random, quiet: bool) -> dict[str, Any]:
    """The next random policy that parsing takes; most are."""
    for _ in range(50):
        made = made_policy(dice, quiet)
        try:
            parse_policy(made, not_yet=())
        except PolicyErrors:
            continue
        return made
    raise AssertionError("none of 50 random policies is right")


def played(seed: int, restarts: bool) -> Combined:
    player = Combined(seed)
    for number in range(MOVES_MAX):
        player.move()
        check_book(player.router.engine.book)
        if restarts and number % 7 == seed % 7:
            player.router.restart()
    return player


@pytest.mark.parametrize("seed", range(SEEDS))
def test_all_features_at_once_keep_every_law_and_every_check_of_the_database(seed: int) -> None:
    player = played(seed, restarts=False)
    assert false_history(player.router.events) == []
    assert undocumented(player.router.events) == []
    again = played(seed, restarts=True)
    assert again.router.events == player.router.events, "a restart is invisible"
    assert rows_of(again.router) == rows_of(player.router)


def test_the_random_combinations_reach_what_they_are_for() -> None:
    seen: set[str] = set()
    crowded = 0
    for seed in range(SEEDS):
        player = Combined(seed)
        for _ in range(MOVES_MAX):
            player.move()
            crowded += _is_on_a_call_with_more_than_their_units(player)
        seen |= {event.type.removeprefix("usher.").removesuffix(".v1") for event in player.router.events}
    missing = {
        "contact.overflowed", "contact.scheduled", "contact.requirements_relaxed", "contact.idled", "contact.resumed",
        "contact.transferred", "contact.requeued", "contact.wrapping", "contact.expired", "contact.reprioritised",
        "contact.offer_expired", "contact.offer_declined", "contact.offer_rescinded", "policy.activated",
    } - seen  # fmt: skip
    assert missing == set()
    assert crowded > 5, "chats came back to agents who took a call meanwhile"


def _is_on_a_call_with_more_than_their_units(player: Combined) -> bool:
    workspace = player.router.engine.book.workspaces["acme"]
    on_calls = [agent for agent in workspace.agents.values() if agent.held.get("voice")]
    return any(sum(agent.held.values()) - 1 > agent.capacity.units for agent in on_calls)
