"""A protected queue: agents who could serve it are kept free while it is answered too late too often."""

from typing import Any

import pytest

from services.router.domain.forecast import FADE_MS
from services.router.domain.insight.whereabouts import whereabouts
from tests.support.router_builders import Router, kinds, policy_with

FADE_SECONDS = FADE_MS / 1000


def protecting(allowance: float = 0.2, **changes: Any) -> dict[str, Any]:
    """Cards asks for cards and is protected, orders for orders, general for nothing."""
    document = policy_with(offers={"decline_pause": "0s", "on_expiry": "available"}, **changes)
    document["queues"]["cards"] |= {"requires": {"cards": 1}, "protect": {"allowance": allowance}}
    return document


@pytest.fixture
def router() -> Router:
    return Router(protecting())


def breach(router: Router, times: int = 2, **changes: Any) -> None:
    """Contacts of the protected queue that give up."""
    for number in range(times):
        conversation = f"lost-{router.offset}-{number}"
        router.contact(conversation, queue="cards", **changes)
        router.hang_up(conversation)


def answer(router: Router) -> str:
    """The agent accepts the last offer; returns the assignment."""
    offered = router.last("offered")
    router.answer(offered["offer_id"], offered["agent_id"])
    assignment: str = router.last("assigned")["assignment_id"]
    return assignment


def debts(router: Router) -> dict[str, float]:
    return {
        f"{queue}/{channel}": round(debt.owed, 3)
        for queue, flow in router.engine.book.workspaces["acme"].flows.items()
        for channel, debt in flow.debts.items()
    }


def test_the_last_agents_are_kept_for_a_queue_that_owes(router: Router) -> None:
    breach(router)
    assert debts(router) == {"cards/chat": 1.6}
    router.sign_on("card-expert")
    other = router.contact("c1")
    assert router.state(other) == "queued"
    router.sign_on("clerk", skills={})
    assert (router.last("offered")["contact_id"], router.last("offered")["agent_id"]) == (other, "clerk")
    router.contact("c2")
    router.sign_on("second-expert")
    assert router.last("offered")["agent_id"] in {"card-expert", "second-expert"}


def test_agents_passed_over_for_a_protected_queue_are_an_exclusion_of_the_decision(router: Router) -> None:
    breach(router)
    router.sign_on("card-expert")
    router.sign_on("clerk", skills={})
    router.contact("c1")
    assert router.last("offered")["agent_id"] == "clerk"
    assert router.last("offered")["decision"]["excluded"] == {"protected": 1}


@pytest.mark.parametrize(("late_ms", "owed"), [(0, 0.6), (1, 1.6)])
def test_an_answer_at_the_very_time_of_the_promise_is_in_time(router: Router, late_ms: int, owed: float) -> None:
    breach(router, times=1)
    router.contact("c1", queue="cards")  # 10 s to answer
    router.now_ms += 9_000
    router.sign_on("card-expert")
    router.now_ms += 1_000 + late_ms
    answer(router)
    assert debts(router) == {"cards/chat": owed}


def test_the_protected_queue_itself_is_served_at_once(router: Router) -> None:
    breach(router, times=8)
    assert debts(router) == {"cards/chat": 6.0}
    router.contact("c0")
    protected = router.contact("c1", queue="cards")
    router.sign_on("card-expert")
    offered = router.last("offered")
    assert (offered["contact_id"], offered["decision"]["requirements_held_back"]) == (protected, 1)
    assert ", kept from others for a protected queue; " in offered["sentence"]


def test_an_answer_in_time_pays_back_and_lets_go_who_was_held_back() -> None:
    router = Router(protecting(allowance=0.7))
    breach(router, times=4)
    assert debts(router) == {"cards/chat": 1.2}
    router.sign_on("first")
    waiting = router.contact("c1")
    contact_id = router.contact("c2", queue="cards")
    router.sign_on("second", skills={"cards": 1})
    assert router.state(waiting) == "queued"
    told = router.accept("first")
    assert router.state(contact_id) == "assigned"
    assert debts(router) == {"cards/chat": 0.5}
    assert kinds(told)[0] == "contact.assigned"
    assert (router.last("offered")["contact_id"], router.last("offered")["agent_id"]) == (waiting, "second")


def test_an_answer_after_the_due_time_and_an_expiry_are_breaches_and_a_cancel_is_not() -> None:
    document = protecting()
    document["queues"]["cards"]["life_max"] = "60s"
    router = Router(document)
    router.contact("late", queue="cards")
    router.wait(10.001)
    router.sign_on("card-expert")
    answer(router)
    assert debts(router) == {"cards/chat": 0.8}
    router.contact("expires", queue="cards")
    router.wait(60)
    assert debts(router) == {"cards/chat": 1.6}
    router.command(router.contact("cancelled", queue="cards"), "cancel")
    assert debts(router) == {"cards/chat": 1.6}


def test_who_is_refused_because_the_queue_is_full_is_lost() -> None:
    document = protecting()
    document["queues"]["cards"]["waiting_max"] = 1
    router = Router(document)
    router.contact("c1", queue="cards")
    router.contact("c2", queue="cards")
    assert router.last("cancelled")["reason"] == "queue_full"
    assert debts(router) == {"cards/chat": 0.8}


def test_each_channel_of_the_queue_owes_for_itself(router: Router) -> None:
    breach(router, channel="voice")
    assert debts(router) == {"cards/voice": 1.6}
    router.sign_on("card-expert", units=2)
    assert router.state(router.contact("c1")) == "queued", "a chat would keep the agent from a call"
    router.sign_on("chat-expert", capacity={"max": {"voice": 0}})
    assert router.last("offered")["agent_id"] == "chat-expert"


def test_half_of_a_debt_is_forgiven_when_nobody_asks_for_the_queue_any_more(router: Router) -> None:
    breach(router, times=3)
    router.sign_on("first")
    router.sign_on("second")
    contact_id = router.contact("c1")
    assert debts(router) == {"cards/chat": 2.4}
    router.wait(FADE_SECONDS - 0.001)
    assert router.state(contact_id) == "queued"
    router.wait(0.001)
    assert debts(router) == {"cards/chat": 1.2}
    assert router.state(contact_id) == "offered"
    router.wait(FADE_SECONDS)
    router.wait(10 * FADE_SECONDS)
    assert debts(router) == {"cards/chat": 0.6}, "less than one agent keeps nobody, so it stays for the next breach"


def test_debts_outlive_a_policy_that_still_protects_and_end_with_one_that_does_not(router: Router) -> None:
    breach(router, times=3)
    router.sign_on("first")
    router.sign_on("second")
    contact_id = router.contact("c1")
    router.activate(protecting(allowance=0.5))
    assert (debts(router), router.state(contact_id)) == ({"cards/chat": 2.4}, "queued")
    router.activate(policy_with())
    assert (debts(router), router.state(contact_id)) == ({}, "offered")
    router.activate(protecting())
    assert router.state(router.contact("c2")) == "offered"


def test_a_contact_of_another_queue_that_asks_for_the_same_skill_is_held_back_too(router: Router) -> None:
    breach(router)
    router.sign_on("card-expert")
    assert router.state(router.contact("c1", queue="general", skills={"cards": 1})) == "queued"
    assert router.state(router.contact("c2", queue="cards", skills={"orders": 1})) == "offered"


def test_a_contact_that_is_held_back_says_so_and_until_when(router: Router) -> None:
    breach(router)
    router.sign_on("card-expert")
    contact_id = router.contact("c1")
    book = router.engine.book
    found = whereabouts(book, book.contacts[contact_id])
    assert found["agents"] == {"protected": 1}
    assert found["waits"] == "for the one agent who has what it takes: 1 protected"
    assert any(line.endswith("fewer agents are kept for cards, unless it is asked for") for line in found["changes"])


def test_a_new_owner_keeps_back_the_same_agents(router: Router) -> None:
    breach(router)
    router.sign_on("card-expert")
    contact_id = router.contact("c1")
    router.restart()
    assert router.state(contact_id) == "queued"
    router.wait(FADE_SECONDS)
    assert router.state(contact_id) == "offered"
