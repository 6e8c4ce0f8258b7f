"""Risks are told, raised and cleared, once each, the same after a restart and in a replay; sla counts them."""

import random
from typing import Any

import msgspec
import pytest

from services.router.domain.insight.at_risk import risks_of
from services.router.domain.insight.standing import queue_standings
from services.sla.domain.totals import ANNOUNCED, BREACHES
from services.sla.domain.totals import RISKS as ANNOUNCEMENTS
from shared.contract.ids import event_id
from shared.contract.records import Record
from tests.support.router_builders import START_MS, Router, bodies_of, body_of, policy_with
from tests.support.sla_builders import Runner

RISKS = ("usher.contact.risk_raised.v1", "usher.contact.risk_cleared.v1")
POLICY = policy_with(wrap_up={"default": "0s"})


def experienced(seconds: float = 8.0, policy: dict[str, Any] = POLICY) -> Router:
    """A router whose one agent, busy with a contact, takes the next one of ``orders`` every so many seconds."""
    router = Router(policy)
    router.sign_on("a1", skills={"orders": 2})
    router.contact("first", queue="orders")
    router.accept()
    for number in range(3):
        router.contact(f"before-{number}", queue="orders")
        router.wait(seconds)
        router.end(router.last("assigned")["assignment_id"])
        router.accept()
    return router


def told(router: Router) -> list[tuple[str, str, float]]:
    """What was raised (+) and cleared (-), of whom, and seconds since the start."""
    found = [event for event in router.events if event.type in RISKS]
    signs = {RISKS[0]: "+", RISKS[1]: "-"}
    return [(signs[event.type], event.subject, (event.at_ms - START_MS) / 1000) for event in found]


@pytest.mark.parametrize("restart", [False, True])
def test_a_risk_is_told_once_when_it_is_likely_and_ends_without_a_word_when_the_time_is_over(restart: bool) -> None:
    router = experienced()
    contact_ids = [router.contact(f"c{number}", queue="orders") for number in range(4)]
    began = (router.now_ms - START_MS) / 1000
    for _ in range(60):
        router.wait(0.5)
        if restart:
            router.restart()
    raised = told(router)
    assert {sign for sign, _, _ in raised} == {"+"}
    assert sorted(contact for _, contact, _ in raised) == sorted(contact_ids)
    assert all(began < at < began + 20 for _, _, at in raised)
    assert raised[0][2] <= began + 1
    body = bodies_of(router.events, "contact.risk_raised")[0]
    assert body["breach_risk"] > 0.5
    assert body["state"] == "queued"


def relieved() -> tuple[Router, str]:
    """Four wait, the last at risk; those ahead are gone, so it is not any more."""
    router = experienced()
    *ahead, last = [(router.contact(f"c{number}", queue="orders"), router.wait(0.1))[0] for number in range(4)]
    router.wait(1)
    assert ("+", last) in [each[:2] for each in told(router)]
    for other in ahead:
        router.command(other, "cancel")
    router.wait(5)
    return router, last


def test_a_risk_that_is_over_is_taken_back_once() -> None:
    router, last = relieved()
    mine = [sign for sign, contact, _ in told(router) if contact == last]
    assert mine == ["+", "-"]
    assert bodies_of(router.events, "contact.risk_cleared")[0]["breach_risk"] < 0.35


class Logged(Router):
    """Keeps the records that it was told."""

    def __init__(self, policy: dict[str, Any] | None = None) -> None:
        self.log: list[Record] = []
        super().__init__(policy)

    def record(self, said: Any) -> Record:
        """The next record, kept."""
        self.log.append(super().record(said))
        return self.log[-1]


def day(seed: int, *, restarts: bool = False) -> Logged:
    dice = random.Random(seed)
    router = Logged(POLICY)
    for agent in ("a1", "a2"):
        router.sign_on(agent, skills={"orders": 2}, units=1)
    for number in range(120):
        router.wait(dice.choice((0.3, 1.0, 2.5, 6.0)))
        router.contact(f"c{number}", queue=dice.choice(("orders", "orders", "general")))
        for offer in sorted(router.engine.book.offers.values(), key=lambda each: each.offer_id):
            router.answer(offer.offer_id, offer.agent_id, dice.choice(("accepted", "accepted", "declined")))
        for assignment in sorted(router.engine.book.assignments.values(), key=lambda each: each.offer_id):
            if dice.random() < 0.3:
                router.end(assignment.assignment_id, assignment.agent_id)
        for agent in ("a1", "a2"):
            router.presence(agent, "available")
        if dice.random() < 0.3 and restarts:
            router.restart()
    router.wait(100)
    return router


@pytest.mark.parametrize("seed", range(4))
def test_raised_and_cleared_take_turns_and_only_while_the_contact_waits_in_time(seed: int) -> None:
    router = day(seed)
    state: dict[str, tuple[bool, int]] = {}
    for event in router.events:
        if event.type in ("usher.contact.queued.v1", "usher.contact.assigned.v1"):
            due = body_of(event).get("due_at")
            state[event.subject] = (False, 0 if due is None else 1)
        elif event.type in RISKS:
            raised, waits = state[event.subject]
            assert waits
            assert raised is (event.type == RISKS[1])
            assert body_of(event)["occurred_at"] <= body_of(event)["due_at"]
            state[event.subject] = (not raised, 1)
    assert any(event.type == RISKS[0] for event in router.events)


@pytest.mark.parametrize("seed", range(3))
def test_a_replay_of_the_log_in_one_batch_tells_the_same_bytes(seed: int) -> None:
    router = day(seed)
    again = Logged()
    again.batch(router.log, now_ms=router.now_ms)
    assert [(event.type, event.body) for event in again.events] == [(event.type, event.body) for event in router.events]


@pytest.mark.parametrize("seed", range(3))
def test_other_owners_on_the_way_tell_the_same_bytes(seed: int) -> None:
    one, other = day(seed), day(seed, restarts=True)
    assert [(event.type, event.body) for event in one.events] == [(event.type, event.body) for event in other.events]


def sla_of(router: Router, restart: bool = False) -> Runner:
    """The sla service, one event of the router at a time."""
    runner = Runner({("acme", 1): msgspec.json.encode(POLICY).decode()})
    for index, event in enumerate(router.events):
        identity = event_id(event.cause_id, event.ordinal)
        runner.step([Record(index, event.at_ms, event.type, identity, event.body, index + 1)])
        if restart and index % 7 == 0:
            runner.restart()
    return runner


@pytest.mark.parametrize("restart", [False, True])
def test_the_sla_service_says_each_risk_of_a_promise_and_counts_what_became_of_it(restart: bool) -> None:
    runner = sla_of(day(1), restart)
    said = [event for event in runner.events if event.type.startswith("usher.sla.risk_")]
    assert len({event_id(event.cause_id, event.ordinal) for event in runner.events}) == len(runner.events)
    raised = [body_of(event) for event in said if event.type == "usher.sla.risk_raised.v1"]
    assert raised
    assert {body["kind"] for body in raised} == {"time_to_answer"}
    assert {body["queue"] for body in raised} <= {"orders", "general"}
    assert all(body["breach_risk"] >= 0.5 and body["at"] <= body["due_at"] for body in raised)
    totals = runner.database.totals
    outcomes = {key[3]: 0.0 for key in totals if key[0] == ANNOUNCEMENTS}
    for key, value in totals.items():
        if key[0] == ANNOUNCEMENTS:
            outcomes[key[3]] += value
    assert outcomes["cleared"] == len(said) - len(raised)
    assert sum(outcomes.values()) == len(raised) - sum(runner.engine.at_risk.values())
    breached = sum(value for key, value in totals.items() if key[0] == BREACHES and key[2] == "time_to_answer")
    announced = {key[3]: value for key, value in totals.items() if key[0] == ANNOUNCED and key[2] == "orders"}
    assert sum(value for key, value in totals.items() if key[0] == ANNOUNCED) == breached > 0
    assert announced["in_time"] > 0


GOLD = {"name": "gold", "when": {"customer_class": "gold"}, "then": {"time_to_answer": {"within": "20s"}}}


@pytest.mark.parametrize(("targets", "gold"), [([], []), ([GOLD], ["gold"])])
def test_only_who_is_promised_an_answer_is_at_risk_or_overdue(targets: list[Any], gold: list[str]) -> None:
    """A queue that promises nothing keeps an order by an hour, which nobody was promised."""
    queues = {"orders": {"requires": {"orders": 2}}}
    router = Router(policy_with(queues=queues, default_queue="orders", targets=targets, wrap_up={"default": "0s"}))
    router.sign_on("a1", skills={"orders": 2})
    router.contact("first", queue="orders")
    router.accept()
    ids: dict[str, str] = {}
    for number in range(3):
        router.contact(f"before-{number}", queue="orders")
        router.wait(1000)
        router.end(router.last("assigned")["assignment_id"])
        router.accept()
    for name in ("plain", "gold", "other"):
        ids[name] = router.contact(name, queue="orders", attributes={"customer_class": name})
    at_risk, workspace = 0, router.engine.book.workspaces["acme"]
    for _ in range(8):  # 4,000 s: past the hour as well
        risky = {each for piece in risks_of(workspace, "orders", router.now_ms) for each, _ in piece.above(0)}
        assert risky <= {ids[name] for name in gold}, "of others, of whom there may be thousands, nothing is worked out"
        router.wait(500)
        assert list(router.engine.look(router.now_ms)) is not None
        at_risk = max(at_risk, router.engine.at_risk.count("acme", "orders"))
    assert {contact for _, contact, _ in told(router)} <= {ids[name] for name in gold}
    assert at_risk <= len(gold)
    standing = dict(queue_standings(workspace, router.engine.at_risk, router.now_ms))
    assert (standing["orders"].waiting, standing["orders"].overdue) == (3, len(gold))


def test_who_is_promised_an_answer_again_is_announced_again() -> None:
    """A policy takes the promise away while a risk stands, another one gives it back."""

    def promising(**targets: Any) -> dict[str, Any]:
        queues = {"orders": {"requires": {"orders": 2}, "targets": targets}}
        return policy_with(queues=queues, default_queue="orders", wrap_up={"default": "0s"})

    promised = promising(time_to_answer={"within": "600s", "apply_to_open": True})
    router = experienced(500, promised)
    waiting = {router.contact(f"waits-{number}", queue="orders") for number in range(4)}
    router.wait(60)
    raised = {contact for mark, contact, _ in told(router) if mark == "+"} & waiting
    assert raised
    router.activate(promising())
    router.restart()
    assert not router.engine.book.workspaces["acme"].alarmed
    before = len(told(router))
    router.activate(promised)
    router.wait(60)
    assert {contact for mark, contact, _ in told(router)[before:] if mark == "+"} >= raised
