"""The way of a contact through the router, transition by transition."""

from tests.support.router_builders import POLICY, Router, body_of, kinds


def test_a_message_is_classified_queued_offered_accepted_and_closed() -> None:
    router = Router()
    router.sign_on("a1")
    told = router.say(router.message("c1"))
    assert kinds(told) == [
        "contact.received",
        "contact.classified",
        "contact.queued",
        "contact.offered",
        "agent.availability_changed",
    ]
    offer_id = router.last("offered")["offer_id"]
    assert kinds(router.answer(offer_id)) == ["contact.assigned", "agent.availability_changed"]
    ended = router.end(router.last("assigned")["assignment_id"])
    assert kinds(ended) == ["contact.closed", "agent.availability_changed"]
    assert router.state(told[0].subject) == "closed"
    versions = [body_of(event)["version"] for event in router.events if event.type.startswith("usher.contact.")]
    assert versions == list(range(1, len(versions) + 1))
    assert router.engine.book.orphans() == 0
    assert not router.dead


def test_policy_is_needed() -> None:
    router = Router(policy=None)
    router.contact_dead = router.say(router.message("c1"))
    assert [dead.reason for dead in router.dead] == ["unknown_workspace"]
    router.activate(POLICY)
