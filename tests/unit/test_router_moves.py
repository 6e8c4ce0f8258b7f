"""Contacts that change their queue, are kept for somebody, or find another policy: what goes along, what not."""

from typing import Any

import pytest

from services.router.domain.state.timers import Timer
from shared.contract import inputs
from tests.support.router_builders import START_MS, Router, bodies_of, kinds, policy_with

HOURS = {"office": {"open": {"mon-sun": ["00:00-22:13", "22:30-24:00"]}}}  # START_MS is 22:13:20 UTC
CLOSED = {"hours": "office", "overflow": [{"when": {"closed": True}, "to": {"schedule": "next_opening"}}]}


def must(router: Router) -> dict[str, int]:
    found: dict[str, int] = router.last("queued")["requirements"]["must"]
    return found


def with_general(**changes: Any) -> dict[str, Any]:
    made = policy_with(calendars=HOURS)
    made["queues"]["general"] = {**made["queues"]["general"], **changes}
    return made


# What the intent asks belongs to the queue that it named; everything else stays.


def transfer(router: Router) -> None:
    router.sign_on("a1")
    router.accept()
    work = router.last("assigned")["assignment_id"]
    router.end(work, outcome="transferred", transfer=inputs.Transfer(queue="general", skills={"es": 2}))


def move(router: Router) -> None:
    router.command(router.last("queued")["contact_id"], "requeue", queue="general")


def remove_queue(router: Router) -> None:
    made = policy_with()
    del made["queues"]["cards"]
    made["classification"]["intents"]["stolen_card"]["queue"] = "general"
    router.activate(made)


def overflow(router: Router) -> None:
    made = policy_with()
    made["queues"]["cards"]["overflow"] = [{"when": {"waited": "5s"}, "to": {"queue": "general"}}]
    router.activate(made)
    router.wait(5)


@pytest.mark.parametrize(("change", "more"), [(transfer, {"es": 2}), (move, {}), (remove_queue, {}), (overflow, {})])
def test_a_contact_that_changes_its_queue_leaves_what_its_intent_asked_and_keeps_the_rest(
    change: Any, more: dict[str, int]
) -> None:
    router = Router()
    router.contact("c1", intent="stolen_card", skills={"orders": 1})
    assert must(router) == {"cards": 3, "orders": 1}
    change(router)
    assert router.last("queued")["queue"] == "general"
    assert must(router) == {"orders": 1, **more}
    router.restart()
    contact_id = router.last("queued")["contact_id"]
    if change is not remove_queue:
        router.command(contact_id, "requeue", queue="cards")
        assert must(router) == {"cards": 3, "orders": 1, **more}, "and finds it again where it came from"


def test_the_language_stays_in_every_queue() -> None:
    router = Router(policy_with(languages=["en", "es"]))
    contact_id = router.contact("c1", intent="stolen_card", language="es")
    assert must(router) == {"cards": 3, "es": 1}
    router.command(contact_id, "requeue", queue="orders")
    assert must(router) == {"es": 1, "orders": 2}


def test_a_bot_that_confirms_the_language_takes_nothing_from_the_level_that_is_asked() -> None:
    policy = policy_with(languages=["en", "es"])
    policy["classification"]["intents"]["change_address"]["skills"] = {"es": 2}
    router = Router(policy)
    contact_id = router.contact("c1", intent="change_address", language="es")
    router.outcome(contact_id, "bot", "escalated", context=inputs.HandOffContext(language="es"))
    assert must(router)["es"] == 2


# Kept for an agent only as long as they can come.


def kept(router: Router) -> str:
    """c1 waits for a1, who works on another contact; a2 is free."""
    router.sign_on("a1")
    router.contact("c0")
    router.accept()
    contact_id = router.contact("c1")
    router.command(contact_id, "assign", agent_id="a1")
    assert router.last("queued")["kept_for"] == "a1"
    router.sign_on("a2")
    assert router.state(contact_id) == "queued"
    return contact_id


@pytest.mark.parametrize(
    "change",
    [
        lambda router: router.presence("a1", "not_ready"),
        lambda router: router.presence("a1", "draining"),
        lambda router: router.sign_off("a1"),
        lambda router: router.sign_on("a1", presence="not_ready"),
        lambda router: router.command(router.last("queued")["contact_id"], "requeue"),
    ],
)
def test_keeping_ends_at_once_when_the_agent_cannot_come(change: Any) -> None:
    router = Router(policy_with(presence={"on_lost": "keep"}))
    contact_id = kept(router)
    router.restart()
    change(router)
    assert (router.state(contact_id), router.last("offered")["agent_id"]) == ("offered", "a2")


def test_an_agent_who_declined_is_asked_again_at_once_when_asked_by_name() -> None:
    router = Router(policy_with(offers={"decline_pause": "60s"}))
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.decline()
    assert router.state(contact_id) == "queued"
    router.command(contact_id, "assign", agent_id="a1")
    assert (router.state(contact_id), router.last("offered")["agent_id"]) == ("offered", "a1")
    assert not router.engine.book.timers.armed(Timer.BAR, contact_id)


def test_keeping_ends_when_the_agent_no_longer_has_the_skill() -> None:
    router = Router()
    router.sign_on("a1")
    router.contact("c0")
    router.accept()
    contact_id = router.contact("c1", skills={"cards": 2})
    router.command(contact_id, "assign", agent_id="a1")
    router.sign_on("a2")
    assert router.state(contact_id) == "queued"
    router.sign_on("a1", skills={"orders": 1})
    assert router.last("offered")["agent_id"] == "a2"


def test_keeping_ends_after_the_policys_time() -> None:
    router = Router(policy_with(offers={"keep_for": "7s"}))
    contact_id = kept(router)
    router.wait(6)
    assert router.state(contact_id) == "queued"
    router.wait(1)
    assert router.last("offered")["agent_id"] == "a2"


@pytest.mark.parametrize("presence", ["not_ready", "draining"])
def test_nobody_waits_for_an_agent_who_is_away(presence: str) -> None:
    router = Router()
    router.sign_on("a2", presence=presence)
    contact_id, work = router.assigned("c1")
    router.sign_on("a3")
    router.end(work, outcome="transferred", transfer=inputs.Transfer(agent_id="a2"))
    assert router.last("queued")["kept_for"] is None
    assert (router.state(contact_id), router.last("offered")["agent_id"]) == ("offered", "a3")


@pytest.mark.parametrize(("skills", "reason"), [(None, "unknown_reference"), ({}, "illegal")])
def test_a_transfer_to_who_cannot_take_it_is_refused_and_the_work_goes_on(
    skills: dict[str, int] | None, reason: str
) -> None:
    router = Router()
    if skills is not None:
        router.sign_on("a2", skills=skills, presence="not_ready")
    contact_id, work = router.assigned("c1", queue="orders")
    router.end(work, outcome="transferred", transfer=inputs.Transfer(agent_id="a2"))
    (dead,) = router.dead
    assert (dead.reason, dead.path) == (reason, "transfer.agent_id")
    assert router.state(contact_id) == "assigned"


# A new policy reaches all who wait.


def test_a_new_life_max_reaches_who_waits_already() -> None:
    router = Router()
    contact_id = router.contact("c1")
    router.wait(10)
    router.activate(with_general(life_max="20s"))
    router.restart()
    router.wait(9)
    assert router.state(contact_id) == "queued"
    router.wait(1)
    assert router.state(contact_id) == "expired"


def test_a_new_life_max_that_is_over_already_ends_who_waits_and_nobody_who_is_served() -> None:
    router = Router()
    served, _ = router.assigned("c1")
    waits = router.contact("c2")
    router.wait(30)
    router.activate(with_general(life_max="20s"))
    router.wait(0)
    assert (router.state(waits), router.state(served)) == ("expired", "assigned")


def test_other_hours_reach_who_is_scheduled() -> None:
    router = Router(with_general(**CLOSED))
    contact_id = router.contact("c1")
    assert router.last("scheduled")["until"] == "2023-11-14T22:30:00.000Z"
    later = with_general(**CLOSED)
    later["calendars"]["office"]["open"]["mon-sun"] = ["00:00-22:13", "22:20-24:00"]
    router.activate(later)
    assert router.last("scheduled")["until"] == "2023-11-14T22:20:00.000Z"
    assert router.state(contact_id) == "scheduled"
    router.restart()
    router.now_ms = START_MS + 400_000  # 22:20:00
    assert "contact.queued" in kinds(router.batch([]))


@pytest.mark.parametrize("hours", [["00:00-24:00"], None])
def test_a_policy_under_which_the_queue_is_open_wakes_who_is_scheduled(hours: list[str] | None) -> None:
    router = Router(with_general(**CLOSED))
    contact_id = router.contact("c1")
    made = with_general(**CLOSED) if hours else with_general()
    if hours:
        made["calendars"]["office"]["open"]["mon-sun"] = hours
    router.activate(made)
    assert router.state(contact_id) == "queued"


def test_a_policy_that_asks_more_takes_back_an_offer_to_who_lacks_it() -> None:
    router = Router()
    router.sign_on("a1", skills={})
    contact_id = router.contact("c1")
    told = router.activate(with_general(requires={"vip": 1}))
    assert bodies_of(told, "contact.offer_rescinded")[0]["reason"] == "another policy is in force"
    assert router.state(contact_id) == "queued"
