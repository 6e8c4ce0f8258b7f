"""Offers: asked, answered, expired, taken back; and agents who come, pause and go."""

import pytest

from services.router.domain.state.timers import Timer
from shared.contract import inputs
from tests.support.router_builders import OFFERED, Router, bodies_of, body_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router()


def test_an_offer_nobody_answers_sets_the_agent_not_ready_and_goes_to_another(router: Router) -> None:
    router.sign_on("a1")
    router.now_ms += 1
    router.sign_on("a2")
    contact_id = router.contact("c1")
    assert router.last("offered")["agent_id"] == "a1"
    told = router.wait(15)
    assert kinds(told) == ["contact.offer_expired", "agent.availability_changed", *OFFERED]
    assert body_of(told[1])["presence"] == "not_ready"
    assert body_of(told[2])["agent_id"] == "a2"
    assert router.state(contact_id) == "offered"


def test_by_policy_an_agent_stays_available_after_an_expiry_but_is_not_asked_again_at_once() -> None:
    router = Router(policy_with(offers={"on_expiry": "available"}))
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.wait(15)
    assert router.state(contact_id) == "queued"
    other = router.contact("c2")
    assert router.last("offered")["contact_id"] == other


def test_a_declined_contact_waits_without_a_new_queued_event_and_comes_back_after_the_pause(router: Router) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1")
    told = router.decline()
    assert kinds(told) == ["contact.offer_declined", "agent.availability_changed"]
    assert body_of(told[0])["state"] == "queued"
    assert router.wait(59) == []
    told = router.wait(1)
    assert kinds(told) == list(OFFERED)
    assert body_of(told[0])["offer_id"] != router.events[4].subject
    assert router.state(contact_id) == "offered"


def test_a_declined_contact_goes_to_another_agent_at_once(router: Router) -> None:
    router.sign_on("a1")
    router.contact("c1")
    router.sign_on("a2")
    told = router.decline()
    assert "contact.offered" in kinds(told)
    assert router.last("offered")["agent_id"] == "a2"


def test_an_answer_by_another_agent_is_illegal(router: Router) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.sign_on("a2")
    assert router.accept("a2") == []
    assert [(dead.reason, dead.path) for dead in router.dead] == [("illegal", "agent_id")]
    assert "expected a1" in router.dead[0].detail
    assert router.state(contact_id) == "offered"


def test_an_answer_after_the_expiry_is_illegal_and_says_so(router: Router) -> None:
    router.sign_on("a1")
    router.contact("c1")
    offer_id = router.last("offered")["offer_id"]
    router.now_ms += 15_000
    told = router.answer(offer_id)
    assert kinds(told) == ["contact.offer_expired", "agent.availability_changed"]
    assert router.dead[0].reason == "illegal"
    assert router.dead[0].detail == "the offer is expired; expected issued"


def test_an_answer_in_the_last_millisecond_counts(router: Router) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.now_ms += 14_999
    router.accept()
    assert router.state(contact_id) == "assigned"


def test_a_repeated_accept_is_a_duplicate_and_a_change_of_mind_is_illegal(router: Router) -> None:
    router.assigned("c1")
    offer_id = router.last("offered")["offer_id"]
    assert router.answer(offer_id) == []
    assert router.counts["usher_duplicates_total",] == 1
    router.answer(offer_id, answer="declined")
    assert [dead.reason for dead in router.dead] == ["illegal"]
    assert router.dead[0].detail == "the offer is accepted; expected issued"


def test_an_answer_to_an_offer_that_never_was_is_an_unknown_reference(router: Router) -> None:
    router.answer("never")
    assert [(dead.reason, dead.path) for dead in router.dead] == [("unknown_reference", "offer_id")]


def test_the_decision_is_complete_and_says_itself(router: Router) -> None:
    router.sign_on("a1")
    router.now_ms += 4000
    router.contact("c1", intent="stolen_card")
    offered = router.last("offered")
    decision = offered["decision"]
    assert decision["policy_version"] == 1
    assert decision["requirements"]["must"] == {"cards": 3}
    assert decision["boost_ms"] == 600_000
    assert decision["first_deadline"] == decision["entered_ms"] + 10_000 - 600_000
    assert decision["second_deadline"] == decision["entered_ms"] + 30_000 - 600_000
    assert decision["key"] == decision["first_deadline"]
    assert decision["agent_id"] == "a1"
    assert offered["sentence"].startswith("offered to a1: due in 10 s, moved ahead by 10 min")
    assert offered["sentence"].endswith("idle 4 s")


def test_of_an_agent_with_work_the_sentence_says_how_much_and_not_that_they_are_idle() -> None:
    router = Router(policy_with())
    router.assigned("c1", units=3)
    router.contact("c2")  # stays an open offer
    router.now_ms += 4000
    router.contact("c3")
    offered = router.last("offered")
    assert offered["decision"]["agent_holds"] == 2
    assert offered["sentence"].endswith("; a1 is the only one free for it, has 2 already")


def test_whoever_misses_one_offer_loses_the_others_that_are_open() -> None:
    router = Router()
    router.sign_on("a1", units=2)
    router.contact("c1")
    router.now_ms += 5000
    other = router.contact("c2")
    assert router.last("offered")["contact_id"] == other
    told = router.wait(10)
    assert kinds(told)[0] == "contact.offer_expired"
    assert [body["reason"] for body in bodies_of(told, "contact.offer_rescinded")] == ["the agent is not ready"]
    assert router.state(other) == "queued"


def test_an_agent_with_less_capacity_than_before_loses_the_newest_offer() -> None:
    router = Router()
    router.sign_on("a1", units=2)
    first = router.contact("c1")
    router.now_ms += 1
    second = router.contact("c2")
    router.activate(policy_with(channels={"chat": {"cost": 2}}))
    assert (router.state(first), router.state(second)) == ("offered", "queued")


def test_of_several_agents_who_become_free_at_once_the_least_scarce_takes_the_contact() -> None:
    router = Router(policy_with(channels={"chat": {"cost": 2}}))
    router.sign_on("a1", skills={"orders": 3, "cards": 3})
    router.sign_on("a2", skills={})
    contact_id = router.contact("c1")
    waiting = router.contact("c2", queue="orders", priority_seconds=-600)
    assert (router.state(contact_id), router.state(waiting)) == ("queued", "queued")
    told = router.activate(policy_with())
    offered = [(body["contact_id"], body["agent_id"]) for body in bodies_of(told, "contact.offered")]
    assert offered == [(contact_id, "a2"), (waiting, "a1")]


def test_whoever_declined_may_be_asked_again_once_somebody_else_had_the_contact() -> None:
    router = Router(policy_with(offers={"decline_pause": "60s"}))
    router.sign_on("a1")
    contact_id = router.contact("c1")
    router.decline()
    router.sign_on("a2")
    router.accept("a2")
    assert not router.engine.book.timers.armed(Timer.BAR, contact_id)
    work = router.last("assigned")["assignment_id"]
    router.end(work, agent="a2", outcome="transferred", transfer=inputs.Transfer(queue="general"))
    assert (router.state(contact_id), router.last("offered")["agent_id"]) == ("offered", "a1")


def test_parallel_offers_have_one_winner() -> None:
    router = Router(policy_with(offers={"parallel": 2}))
    for agent in ("a1", "a2", "a3"):
        router.sign_on(agent)
    contact_id = router.contact("c1")
    offers = bodies_of(router.events, "contact.offered")
    assert len(offers) == 2
    told = router.answer(offers[1]["offer_id"], agent=offers[1]["agent_id"])
    assert kinds(told)[:3] == ["contact.offer_rescinded", "agent.availability_changed", "contact.assigned"]
    assert router.state(contact_id) == "assigned"
    router.answer(offers[0]["offer_id"], agent=offers[0]["agent_id"])
    assert router.dead[0].detail == "the offer is rescinded; expected issued"


def test_who_is_asked_in_place_of_who_declined_hears_who_is_asked_and_who_declined() -> None:
    router = Router(policy_with(offers={"parallel": 2, "decline_pause": "60s"}))
    for agent in ("a1", "a2", "a3"):
        router.sign_on(agent, units=2)
    router.contact("c1")
    first, second = bodies_of(router.events, "contact.offered")
    assert (first["decision"].get("excluded"), second["decision"]["excluded"]) == (None, {"asked": 1})
    router.answer(first["offer_id"], first["agent_id"], "declined")
    assert router.last("offered")["decision"]["excluded"] == {"declined": 1, "asked": 1}


def test_parallel_offers_that_all_fail_leave_the_contact_waiting() -> None:
    router = Router(policy_with(offers={"parallel": 2}))
    router.sign_on("a1")
    router.sign_on("a2")
    contact_id = router.contact("c1")
    offers = bodies_of(router.events, "contact.offered")
    told = router.answer(offers[0]["offer_id"], agent=offers[0]["agent_id"], answer="declined")
    assert body_of(told[0])["state"] == "offered"
    told = router.answer(offers[1]["offer_id"], agent=offers[1]["agent_id"], answer="declined")
    assert body_of(told[0])["state"] == "queued"
    assert router.state(contact_id) == "queued"


def test_who_signs_on_anew_and_takes_no_calls_any_more_is_asked_for_none(router: Router) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1", channel="voice")
    assert router.state(contact_id) == "offered"
    told = router.sign_on("a1", capacity={"max": {"voice": 0}})
    assert "contact.offer_rescinded" in kinds(told)
    assert router.state(contact_id) == "queued"
