"""What ends an assignment: hang-ups, wrap-up with its bounds, transfers cold and warm, and giving back."""

import pytest

from shared.contract import inputs
from tests.support.router_builders import Router, body_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router()


def test_a_hang_up_during_an_assignment_wraps_up() -> None:
    router = Router(policy_with(wrap_up={"default": "30s"}))
    contact_id, assignment_id = router.assigned("c1")
    told = router.hang_up("c1")
    assert kinds(told) == ["contact.wrapping", "agent.availability_changed"]
    assert body_of(told[1])["availability"] == "wrapping"
    assert kinds(router.wrapped_up(assignment_id)) == ["contact.closed", "agent.availability_changed"]
    assert router.state(contact_id) == "closed"


def test_wrap_up_ends_by_itself_and_holds_the_units_meanwhile() -> None:
    router = Router(policy_with(wrap_up={"default": "30s"}))
    _, assignment_id = router.assigned("c1")
    waiting = router.contact("c2")
    told = router.end(assignment_id, disposition="solved")
    assert kinds(told) == ["contact.wrapping", "agent.availability_changed"]
    assert body_of(told[1])["free_units"] == 0
    told = router.wait(30)
    assert kinds(told)[:3] == ["contact.closed", "agent.availability_changed", "contact.offered"]
    assert body_of(told[0])["reason"] == "wrap_up_over"
    assert told[2].subject == waiting


def test_the_agent_may_ask_for_longer_wrap_up_but_not_beyond_the_forced_end() -> None:
    router = Router(policy_with(wrap_up={"default": "30s", "forced_end": "2m"}))
    _, assignment_id = router.assigned("c1")
    router.end(assignment_id, wrap_up_seconds=3600)
    assert router.wait(119) == []
    assert kinds(router.wait(1))[0] == "contact.closed"


def test_an_agent_who_closes_after_the_hang_up_changes_wrap_up_only_by_naming_a_time() -> None:
    router = Router(policy_with(wrap_up={"default": "30s"}))
    contact_id, assignment_id = router.assigned("c1")
    router.hang_up("c1")
    assert router.end(assignment_id) == []
    assert kinds(router.end(assignment_id, wrap_up_seconds=0)) == ["contact.closed", "agent.availability_changed"]
    assert router.state(contact_id) == "closed"


@pytest.mark.parametrize("outcome", ["transferred", "requeued"])
def test_a_contact_given_back_keeps_its_age_and_avoids_the_agent(router: Router, outcome: str) -> None:
    contact_id, assignment_id = router.assigned("c1")
    router.now_ms += 60_000
    transfer = inputs.Transfer(queue="cards", skills={"cards": 2})
    told = router.end(assignment_id, outcome=outcome, transfer=transfer)
    assert kinds(told) == [f"contact.{outcome}", "contact.queued", "agent.availability_changed"]
    queued = body_of(told[1])
    assert queued["entered_at"] == "2023-11-14T22:13:20.000Z"
    assert queued["queue"] == "cards"
    assert queued["requirements"]["must"] == {"cards": 2}
    assert body_of(told[0])["to"] == {"queue": "cards", "skills": {"cards": 2}}
    assert kinds(router.sign_on("a2"))[1] == "contact.offered"
    assert router.state(contact_id) == "offered"


def kept_for_a2() -> tuple[Router, str]:
    """A contact that was transferred to an agent who is busy, while another one is free."""
    router = Router(policy_with(offers={"decline_pause": "2m"}))
    router.sign_on("a2")
    router.contact("c0")
    router.accept("a2")
    contact_id, assignment_id = router.assigned("c1")
    router.sign_on("a3")
    router.end(assignment_id, outcome="transferred", transfer=inputs.Transfer(agent_id="a2"))
    assert router.state(contact_id) == "queued"
    return router, contact_id


def test_a_transfer_to_an_agent_waits_for_them_and_then_opens_to_all() -> None:
    router, _ = kept_for_a2()
    told = router.wait(60)
    assert router.last("offered")["agent_id"] == "a3"
    assert "contact.offered" in kinds(told)


def test_nobody_is_named_for_a_channel_of_which_they_take_nothing(router: Router) -> None:
    router.sign_on("a2", capacity={"max": {"chat": 0}})
    contact_id, assignment_id = router.assigned("c1")
    assert router.end(assignment_id, outcome="transferred", transfer=inputs.Transfer(agent_id="a2")) == []
    router.command(contact_id, "assign", agent_id="a2")
    assert [(dead.reason, dead.path) for dead in router.dead] == [
        ("illegal", "transfer.agent_id"),
        ("illegal", "agent_id"),
    ]
    assert router.dead[0].detail == "agent a2 takes no chat; expected somebody who does"
    assert router.state(contact_id) == "assigned"


def test_what_is_kept_for_an_agent_opens_to_all_when_they_take_its_channel_no_longer() -> None:
    router, contact_id = kept_for_a2()
    router.sign_on("a2", units=2, capacity={"max": {"chat": 0}})
    assert router.last("offered")["contact_id"] == contact_id
    assert router.last("offered")["agent_id"] == "a3"


def test_a_returning_customer_does_not_wait_for_who_takes_nothing_of_the_channel() -> None:
    router = Router(policy_with(sticky={"within": "7d", "wait": "20s"}))
    _, assignment_id = router.assigned("c1")
    router.end(assignment_id, wrap_up_seconds=0)
    router.sign_on("a1", capacity={"max": {"voice": 0}})
    router.sign_on("a2")
    contact_id = router.contact("call", channel="voice")
    assert router.state(contact_id) == "offered"
    assert router.last("offered")["agent_id"] == "a2"


@pytest.mark.parametrize("ends", [False, True])
def test_whoever_ends_wrap_up_that_is_none_is_told_that_wrap_up_was_expected(router: Router, ends: bool) -> None:
    _, assignment_id = router.assigned()
    if ends:
        router.end(assignment_id, outcome="requeued")
    router.wrapped_up(assignment_id)
    assert router.dead[-1].reason == "illegal"
    assert router.dead[-1].detail.endswith("expected wrapping")


def test_in_a_warm_transfer_the_agent_stays_until_somebody_takes_over(router: Router) -> None:
    contact_id, assignment_id = router.assigned("c1")
    other = router.contact("c2")
    told = router.end(assignment_id, outcome="transferred", transfer=inputs.Transfer(queue="cards", warm=True))
    assert kinds(told) == ["contact.transferred", "contact.queued"], "the agent is as busy as before"
    assert body_of(told[0])["to"] == {"queue": "cards", "warm": True}
    assert router.state(other) == "queued"
    router.restart()
    router.command(other, "cancel")
    router.sign_on("a2")
    told = router.accept("a2")
    assert kinds(told) == ["contact.assigned", "agent.availability_changed", "agent.availability_changed"]
    assert {body_of(event)["agent_id"] for event in told[1:]} == {"a1", "a2"}
    assert router.state(contact_id) == "assigned"


def test_a_warm_transfer_ends_with_the_customer_or_with_the_agent(router: Router) -> None:
    _, assignment_id = router.assigned("c1")
    router.end(assignment_id, outcome="transferred", transfer=inputs.Transfer(queue="cards", warm=True))
    told = router.hang_up("c1")
    assert [body_of(event)["availability"] for event in told if event.type.startswith("usher.agent")] == ["idle"]
    contact_id = router.contact("c2")
    router.accept()
    transfer = inputs.Transfer(queue="cards", warm=True)
    router.end(router.last("assigned")["assignment_id"], outcome="transferred", transfer=transfer)
    router.sign_off("a1")
    assert router.state(contact_id) == "queued"
    assert router.store.agents == {}


def test_a_transfer_to_an_unknown_queue_is_refused_and_changes_nothing(router: Router) -> None:
    contact_id, assignment_id = router.assigned("c1")
    assert router.end(assignment_id, outcome="transferred", transfer=inputs.Transfer(queue="nowhere")) == []
    assert [(dead.reason, dead.path) for dead in router.dead] == [("unknown_reference", "transfer.queue")]
    assert router.state(contact_id) == "assigned"
