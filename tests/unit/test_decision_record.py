"""The record of a decision alone suffices to decide again: key, choice, slack and sentence are computed from it."""

import random
from copy import deepcopy
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.classification.triage import Triage
from services.router.domain.engine import RouterEngine
from services.router.domain.matcher import Matcher
from services.router.domain.matcher.limits import Limits
from tests.support.decision_checker import faults
from tests.support.router_builders import Router, bodies_of, policy_with

ORDERS = ("scarcity", "longest_idle", "least_loaded", "round_robin", "best_skill")
SKILLS = ("orders", "cards", "es", "vip")
CHANNELS = ("chat", "chat", "email", "voice")


REQUIRES: dict[int, Any] = {2: {"cards": 4}, 3: {"all": ["cards>=1"], "any": [["es", "vip"]]}}
URGED: dict[int, Any] = {
    1: {"warn_at": 0.5, "on_warn": [{"boost": "7s"}]},
    3: {"on_breach": [{"boost": "1m"}, {"add_queue": "queue0"}]},
}


def _queue(number: int, order: str) -> dict[str, Any]:
    return {
        "requires": REQUIRES.get(number, {}),
        "prefers": {"es": 2} if number % 2 else {},
        "targets": {"time_to_answer": {"within": f"{5 + 5 * number}s", **URGED.get(number, {})}},
        "late_factor": 2 + number,
        "boost": f"{10 * (number % 2)}s",
        "agent_order": order,
        **({"protect": {"allowance": 0.05}} if number == 4 else {}),
        "relax": [{"after": "4s", "add_queue": "queue0"}] if number == 2 else [],
    }


def _policy() -> dict[str, Any]:
    document = policy_with(sticky={"within": "1d", "wait": "5s"}, offers={"timeout": "8s", "decline_pause": "20s"})
    document["queues"] |= {f"queue{number}": _queue(number, order) for number, order in enumerate(ORDERS)}
    return document


def _play(dice: random.Random, moves: int, limits: Limits) -> Router:
    """Agents of many kinds, customers who return, queues of every order, and at times more contacts than agents."""
    router = Router(None)
    router.engine = RouterEngine(0, Triage(), lambda: Matcher(limits))
    router.activate(_policy())
    for number in range(moves):
        match dice.choices(("agent", "contact", "answer", "end", "wait"), (4, 6, 8, 6, 3))[0]:
            case "agent":
                skills = {skill: dice.randint(1, 5) for skill in dice.sample(SKILLS, dice.randint(0, 4))}
                router.sign_on(f"a{dice.randint(1, 9)}", units=dice.randint(1, 3), skills=skills)
            case "contact":
                queue = dice.choice(["general", *(f"queue{each}" for each in range(5))])
                skills = {dice.choice(SKILLS): dice.randint(1, 3)} if dice.random() < 0.5 else {}
                router.contact(f"c{number}", queue=queue, skills=skills, channel=dice.choice(CHANNELS))
            case "answer" if router.engine.book.offers:
                offer = router.engine.book.offers[dice.choice(sorted(router.engine.book.offers))]
                router.answer(offer.offer_id, offer.agent_id, "declined" if dice.random() < 0.1 else "accepted")
            case "end" if router.engine.book.assignments:
                work = router.engine.book.assignments[dice.choice(sorted(router.engine.book.assignments))]
                router.end(work.assignment_id, work.agent_id)
            case "wait":
                router.wait(dice.choice((0.5, 3, 11)))
    return router


def _offers(router: Router) -> list[dict[str, Any]]:
    return bodies_of(router.events, "contact.offered")


@settings(max_examples=20)
@given(st.integers(0, 2**32), st.integers(1, 150), st.sampled_from((Limits(), Limits(few_profiles=2))))
def test_every_decision_can_be_made_again_from_its_record_alone(seed: int, moves: int, limits: Limits) -> None:
    for offered in _offers(_play(random.Random(seed), moves, limits)):
        assert faults(offered) == []


@cache
def _many_offers() -> list[dict[str, Any]]:
    return [offered for seed in range(25) for offered in _offers(_play(random.Random(seed), 150, Limits()))]


def test_the_traffic_reaches_every_kind_of_decision() -> None:
    offers = _many_offers()
    records = [offered["decision"] for offered in offers]
    assert {record["agent_order"] for record in records if "runner_up_agent" in record} == set(ORDERS)
    for field in (
        "runner_up_contact",
        "runner_up_agent",
        "spared",
        "spared_weights",
        "through_queue",
        "excluded",
        "requirements_held_back",
        "hastened",
    ):
        assert any(field in record for record in records), field
    assert {record["late"] for record in records} == {record["kept_for_agent"] for record in records} == {True, False}
    reasons = ("least scarce", "best skill", "more wishes met", "least loaded", "longest idle", "without work", "turn")
    for reason in reasons:
        assert any(reason in offered["sentence"] for offered in offers), reason


FORGED: dict[str, Any] = {
    "wait_started_ms": lambda record: record["wait_started_ms"] + 1,
    "waited_before_ms": lambda record: record["waited_before_ms"] + 1,
    "boost_ms": lambda record: record["boost_ms"] + 1,
    "target_ms": lambda record: record["target_ms"] + 60_000,
    "late_factor": lambda record: record["late_factor"] + 1,
    "decided_ms": lambda record: record["decided_ms"] + 100,
    "key": lambda record: record["key"] + 1,
    "slack_ms": lambda record: record["slack_ms"] + 1,
    "late": lambda record: not record["late"],
    "agent_id": lambda _: "somebody",
    "contact_id": lambda _: "another",
    "agent_skills": lambda _: {},
    "agents_considered": lambda record: record["agents_considered"] + 1,
    "runner_up_key": lambda record: record["key"] - 1000,
    "agent_terms": lambda record: [record["agent_terms"][0] + 1, *record["agent_terms"][1:]],
    "runner_up_terms": lambda _: [-1, 0, 0, 0],
    "spared": lambda record: {**record["spared"], "skill other": 1},
    "idle_since_ms": lambda record: record["idle_since_ms"] - 60_000,
    "hastened": lambda record: {"warned": "breached", "breached": "warned"}[record["hastened"]],
}


@pytest.mark.parametrize("field", FORGED)
def test_a_record_that_does_not_bear_out_its_decision_is_found(field: str) -> None:
    asked = {"agent_skills": "requirements"}.get(field, field)
    offered = deepcopy(
        next(
            offered
            for offered in _many_offers()
            if field in offered["decision"] and (asked == field or offered["decision"][asked]["must"])
        )
    )
    assert faults(offered) == []
    offered["decision"][field] = FORGED[field](offered["decision"])
    assert faults(offered) != []
