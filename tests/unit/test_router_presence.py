"""Agents come, go, fall silent and come again: what becomes of their offers and their work."""

import pytest

from tests.support.router_builders import OFFERED, Router, bodies_of, body_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router()


def test_draining_rescinds_offers_and_keeps_work(router: Router) -> None:
    first, _ = router.assigned("c1", units=2)
    second = router.contact("c2")
    told = router.presence("a1", "draining")
    assert kinds(told) == ["contact.offer_rescinded", "agent.availability_changed"]
    assert (router.state(first), router.state(second)) == ("assigned", "queued")
    router.contact("c3")
    assert kinds(router.events).count("contact.offered") == 2
    assert kinds(router.presence("a1", "available")) == ["agent.availability_changed", *OFFERED]


def test_sign_off_rescinds_offers_and_requeues_assignments_by_policy(router: Router) -> None:
    first, _ = router.assigned("c1", units=2)
    second = router.contact("c2")
    told = router.sign_off("a1")
    assert kinds(told)[0] == "contact.offer_rescinded"
    assert "contact.requeued" in kinds(told)
    assert (router.state(first), router.state(second)) == ("queued", "queued")
    last = bodies_of(told, "agent.availability_changed")[-1]
    assert (last["presence"], last["availability"]) == ("offline", "idle")
    assert router.store.agents == {}


def test_by_policy_a_lost_agent_keeps_assignments_and_may_close_them() -> None:
    router = Router(policy_with(presence={"on_lost": "keep"}))
    contact_id, assignment_id = router.assigned("c1")
    router.sign_off("a1")
    assert router.state(contact_id) == "assigned"
    router.end(assignment_id)
    assert router.state(contact_id) == "closed"
    assert router.store.agents == {}


def test_a_lease_runs_out_unless_the_agent_gives_a_sign_of_life(router: Router) -> None:
    router.alive()
    router.sign_on("a1", lease_seconds=20.0)
    contact_id = router.contact("c1")
    router.live(10)
    router.accept()  # any activity renews
    router.live(19)
    assert router.heartbeat("a1") == []
    assert router.live(19.999) == [], "the pipeline lives, and says nothing of a1"
    told = router.live(0.001)
    assert kinds(told)[0] == "contact.requeued"
    assert body_of(told[0])["reason"] == "lease_expired"
    assert router.state(contact_id) == "queued"


def test_without_a_lease_an_agent_stays_for_ever(router: Router) -> None:
    router.sign_on("a1")
    assert router.wait(86_400) == []


def test_agents_who_are_not_signed_on_are_unknown(router: Router) -> None:
    router.presence("ghost", "available")
    router.heartbeat("ghost")
    router.sign_off("ghost")
    assert [(dead.reason, dead.path) for dead in router.dead] == [("unknown_reference", "agent_id")] * 3
    assert "signed_on" in router.dead[0].detail


def test_a_second_sign_on_replaces_skills_and_keeps_the_work(router: Router) -> None:
    contact_id, assignment_id = router.assigned("c1")
    cards = router.contact("c2", intent="stolen_card")
    told = router.sign_on("a1", units=2, skills={"cards": 5})
    assert router.state(contact_id) == "assigned"
    assert kinds(told)[1] == "contact.offered"
    assert told[1].subject == cards
    router.end(assignment_id)
    assert router.state(contact_id) == "closed"


def test_a_second_sign_on_that_drops_the_needed_skill_rescinds_the_offer(router: Router) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1", intent="stolen_card")
    told = router.sign_on("a1", skills={"orders": 1})
    assert kinds(told)[0] == "contact.offer_rescinded"
    assert router.state(contact_id) == "queued"


def test_an_unskilled_or_paused_agent_is_never_asked(router: Router) -> None:
    router.sign_on("a1", skills={"orders": 1})
    router.sign_on("a2", presence="not_ready")
    contact_id = router.contact("c1", queue="orders")
    assert router.state(contact_id) == "queued"
    router.presence("a2", "available")
    assert router.state(contact_id) == "offered"
    assert router.last("offered")["agent_id"] == "a2"
