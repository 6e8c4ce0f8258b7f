"""What supervisors command, and what a policy that changes does to whoever waits."""

import pytest

from shared.contract import inputs
from tests.support.router_builders import OFFERED, Router, body_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router()


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
