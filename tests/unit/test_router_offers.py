"""Offers: asked, answered, expired, taken back; and agents who come, pause and go."""

import pytest

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


def test_supervisor_cancels_prioritises_requeues_and_assigns(router: Router) -> None:
    first, second = router.contact("c1"), router.contact("c2")
    told = router.command(second, "prioritise", seconds=300.0)
    assert kinds(told) == ["contact.reprioritised"]
    assert body_of(told[0])["priority_seconds"] == 300
    assert body_of(told[0])["actor"] == "boss"
    assert kinds(router.command(first, "requeue", queue="cards")) == ["contact.requeued", "contact.queued"]
    assert router.last("queued")["queue"] == "cards"
    assert {"assignment_id": None, "agent_id": None}.items() <= router.last("requeued").items()  # nobody had it
    router.sign_on("a1")
    assert router.last("offered")["contact_id"] == second
    router.sign_on("a2")
    assert router.last("offered")["contact_id"] == first
    told = router.command(second, "assign", agent_id="a2")
    assert kinds(told)[:4] == [
        "contact.offer_rescinded",
        "agent.availability_changed",
        "contact.requeued",
        "contact.queued",
    ]
    assert router.state(second) == "queued"  # a2 is busy with an offer; the contact is kept for them
    assert kinds(router.command(first, "cancel")) == [
        "contact.offer_rescinded",
        "agent.availability_changed",
        "contact.cancelled",
        *OFFERED,
    ]
    assert (router.last("offered")["contact_id"], router.last("offered")["agent_id"]) == (second, "a2")
    assert not router.dead


def test_supervisor_takes_a_contact_from_a_bot(router: Router) -> None:
    contact_id = router.contact("c1", intent="change_address")
    told = router.command(contact_id, "requeue", queue="general")
    assert kinds(told) == ["contact.escalated", "contact.queued"]
    assert router.state(contact_id) == "queued"


def test_commands_with_unknown_names_or_without_what_they_need_are_refused(router: Router) -> None:
    contact_id = router.contact("c1", intent="stolen_card")
    router.sign_on("a1", skills={"orders": 5})
    router.command(contact_id, "requeue", queue="nowhere")
    router.command(contact_id, "assign", agent_id="ghost")
    router.command(contact_id, "assign", agent_id="a1")
    router.command(contact_id, "prioritise")
    router.command("ghost", "cancel")
    assert [(dead.reason, dead.path) for dead in router.dead] == [
        ("unknown_reference", "queue"),
        ("unknown_reference", "agent_id"),
        ("illegal", "agent_id"),
        ("invalid", "seconds"),
        ("unknown_reference", "contact_id"),
    ]
    assert router.state(contact_id) == "queued"


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


def test_a_policy_change_keeps_places_and_moves_contacts_of_removed_queues(router: Router) -> None:
    stays, moves = router.contact("c1", queue="orders"), router.contact("c2", queue="cards")
    document = policy_with()
    del document["queues"]["cards"]
    document["classification"]["intents"]["stolen_card"].pop("queue")
    document["queues"]["orders"]["requires"] = {"orders": 1}
    told = router.activate(document)
    assert kinds(told) == ["policy.activated", "contact.queued"]
    assert body_of(told[0])["policy_version"] == 2
    assert told[1].subject == moves
    assert body_of(told[1])["queue"] == "general"
    router.sign_on("a1", skills={"orders": 1})
    router.sign_on("a2", skills={"orders": 1})
    assert (router.state(stays), router.state(moves)) == ("offered", "offered")


def test_a_contact_offered_while_its_queue_is_removed_returns_to_the_default_queue(router: Router) -> None:
    router.sign_on("a1")
    router.contact("c1", queue="cards")
    document = policy_with()
    del document["queues"]["cards"]
    document["classification"]["intents"]["stolen_card"].pop("queue")
    router.activate(document)
    told = router.decline()
    assert kinds(told)[:2] == ["contact.offer_declined", "contact.queued"]
    assert body_of(told[1])["queue"] == "general"


def test_the_same_policy_again_is_no_new_version(router: Router) -> None:
    assert router.activate(policy_with()) == []
    assert router.counts["usher_duplicates_total",] == 1
    assert [row.version for row in router.store.policies["acme"]] == [1]


def test_a_broken_policy_is_refused_with_its_path_and_changes_nothing(router: Router) -> None:
    document = policy_with()
    document["queues"]["orders"]["late_factor"] = 50
    common = router.common("b6d2b3c6-0000-5000-8000-000000000000")
    assert router.say(inputs.PolicyActivated(**common, hash="x", policy=document)) == []
    assert router.dead[0].reason == "invalid"
    assert router.dead[0].path.startswith("policy.queues.orders.late_factor")
    assert router.engine.book.workspaces["acme"].rules.version == 1
