"""A silent chat gives its units back and takes them again when somebody writes; nothing else goes over capacity."""

from typing import Any

import pytest

from shared.contract import inputs
from tests.support.router_builders import OFFERED, Router, bodies_of, body_of, kinds, policy_with


def policy(**changes: Any) -> dict[str, Any]:
    return policy_with(channels={"chat": {"idle_after": "30s"}}, **changes)


@pytest.fixture
def router() -> Router:
    return Router(policy())


def idle_beside_an_offer(router: Router) -> tuple[str, str]:
    """One unit: c1 is idle, and its agent is asked to take c2. Returns their contact ids."""
    first, _ = router.assigned("c1")
    router.wait(30)
    second = router.contact("c2")
    assert router.state(second) == "offered"
    return first, second


def idle_beside_work(router: Router, **changes: Any) -> tuple[str, str, str]:
    """One unit: c1 is idle, and its agent works on c2. Returns c1's contact and both assignments."""
    first, silent = router.assigned("c1")
    router.wait(30)
    router.contact("c2", **changes)
    router.accept()
    return first, silent, router.last("assigned")["assignment_id"]


def reply(router: Router, contact_id: str, by: str = "agent") -> list[Any]:
    common = router.common(f"reply-{router.offset}")
    return router.say(inputs.ReplySent(**common, contact_id=contact_id, by=by, public=True))


def availability(told: list[Any]) -> list[tuple[str, str, int]]:
    bodies = bodies_of(told, "agent.availability_changed")
    return [(body["reason"], body["availability"], body["free_units"]) for body in bodies]


def test_a_silent_chat_holds_no_units_and_its_agent_gets_other_work(router: Router) -> None:
    contact_id, assignment_id = router.assigned("c1")
    waiting = router.contact("c2")
    told = router.wait(30)
    assert kinds(told) == ["contact.idled", "agent.availability_changed", *OFFERED]
    assert (body_of(told[0])["assignment_id"], body_of(told[0])["state"]) == (assignment_id, "assigned")
    assert availability(told)[0] == ("contact_idled", "idle", 1)
    assert [router.state(found) for found in (contact_id, waiting)] == ["assigned", "offered"]


def test_desktops_hear_of_both_changes(router: Router) -> None:
    contact_id, _ = router.assigned("c1")
    told = [*router.wait(30), *reply(router, contact_id)]
    copied = [event.type for event in told if event.copies and event.copies[0][0] == "usher.agent-offers.v1"]
    assert copied == ["usher.contact.idled.v1", "usher.contact.resumed.v1"]


@pytest.mark.parametrize("sender", ["customer", "agent"])
def test_whoever_writes_starts_the_silence_anew(router: Router, sender: str) -> None:
    router.assigned("c1")
    router.wait(20)
    router.say(router.message("c1", 2, sender=sender))
    assert kinds(router.wait(29)) == []
    assert kinds(router.wait(1)) == ["contact.idled", "agent.availability_changed"]


@pytest.mark.parametrize("sender", ["bot", "system"])
def test_a_notice_of_a_machine_ends_no_silence(router: Router, sender: str) -> None:
    contact_id, _ = router.assigned("c1")
    router.wait(20)
    router.say(router.message("c1", 2, sender=sender))
    reply(router, contact_id, by="bot")
    assert kinds(router.wait(10))[0] == "contact.idled"
    assert kinds(router.say(router.message("c1", 3, sender=sender))) == ["contact.message_added"]


def test_the_customers_next_message_takes_the_units_back(router: Router) -> None:
    router.assigned("c1")
    router.wait(30)
    told = router.say(router.message("c1", 2))
    assert kinds(told) == ["contact.message_added", "contact.resumed", "agent.availability_changed"]
    assert body_of(told[1])["reason"] == "customer"
    assert availability(told) == [("contact_resumed", "full", 0)]
    assert kinds(router.wait(30))[0] == "contact.idled"


def test_the_agents_reply_takes_the_units_back(router: Router) -> None:
    contact_id, _ = router.assigned("c1")
    router.wait(30)
    told = reply(router, contact_id)
    assert kinds(told) == ["contact.reply_sent", "contact.resumed", "agent.availability_changed"]
    assert body_of(told[1])["reason"] == "agent"


def test_an_open_offer_goes_to_others_when_the_idle_chat_comes_back(router: Router) -> None:
    first, second = idle_beside_an_offer(router)
    told = router.say(router.message("c1", 2))
    assert kinds(told) == [
        "contact.message_added",
        "contact.resumed",
        "contact.offer_rescinded",
        "agent.availability_changed",
    ]
    assert body_of(told[2])["reason"] == "an idle contact came back"
    assert [router.state(found) for found in (first, second)] == ["assigned", "queued"]
    assert kinds(router.sign_on("a2"))[-2:] == list(OFFERED)
    assert router.last("offered")["contact_id"] == second


def test_only_as_many_offers_are_taken_back_as_bring_the_agent_within_capacity(router: Router) -> None:
    router.assigned("c1", units=2)
    router.wait(30)
    older = router.contact("c2")
    router.wait(1)
    newer = router.contact("c3")
    router.say(router.message("c1", 2))
    assert [router.state(found) for found in (older, newer)] == ["offered", "queued"]


def test_an_offer_that_still_fits_is_kept() -> None:
    router = Router(policy())
    router.assigned("c1", units=2)
    router.wait(30)
    other = router.contact("c2")
    assert kinds(router.say(router.message("c1", 2)))[:2] == ["contact.message_added", "contact.resumed"]
    assert router.state(other) == "offered"


def test_a_chat_that_comes_back_stays_with_its_full_agent_who_gets_no_more_until_there_is_room(router: Router) -> None:
    first, _, second = idle_beside_work(router)
    told = router.say(router.message("c1", 2))
    assert kinds(told) == ["contact.message_added", "contact.resumed"]  # 0 free units before and after
    agent = router.engine.book.workspaces["acme"].agents["a1"]
    assert (agent.held, agent.load, agent.ceiling) == ({"chat": 2}, 2, 2)
    waiting = router.contact("c3")
    assert router.state(waiting) == "queued"
    router.end(second)
    assert [router.state(found) for found in (first, waiting)] == ["assigned", "queued"]
    router.end(router.store.contacts[first].assignment_id or "")
    assert router.state(waiting) == "offered"


def test_an_idle_chat_keeps_no_call_away_and_one_that_comes_back_during_a_call_holds_its_units(router: Router) -> None:
    first, silent, call = idle_beside_work(router, channel="voice")
    assert kinds(router.say(router.message("c1", 2))) == ["contact.message_added", "contact.resumed"]
    told = router.end(call)
    assert availability(told) == []  # full before and after: the chat holds the one unit
    assert kinds(router.end(silent)) == ["contact.closed", "agent.availability_changed"]
    assert router.state(first) == "closed"


def test_a_call_that_is_only_offered_goes_to_others_when_the_chat_comes_back(router: Router) -> None:
    router.assigned("c1", units=4)
    router.wait(30)
    call = router.contact("c2", channel="voice")
    assert router.state(call) == "offered"
    router.say(router.message("c1", 2))
    assert router.state(call) == "queued"


@pytest.mark.parametrize("outcome", ["transferred", "requeued"])
def test_an_idle_chat_may_be_given_back(router: Router, outcome: str) -> None:
    first, silent, _ = idle_beside_work(router)
    assert kinds(router.end(silent, outcome=outcome))[:2] == [f"contact.{outcome}", "contact.queued"]
    assert router.state(first) == "queued"


def test_a_warm_transfer_of_an_idle_chat_keeps_the_agent_and_so_their_units(router: Router) -> None:
    _, silent, _ = idle_beside_work(router)
    told = router.end(silent, outcome="transferred", transfer=inputs.Transfer(warm=True))
    assert kinds(told)[:3] == ["contact.resumed", "contact.transferred", "contact.queued"]
    assert router.engine.book.workspaces["acme"].agents["a1"].held == {"chat": 2}


def test_wrap_up_of_an_idle_chat_holds_units() -> None:
    router = Router(policy(wrap_up={"default": "10s"}))
    _, silent, other = idle_beside_work(router)
    assert kinds(router.end(silent)) == ["contact.resumed", "contact.wrapping"]
    assert availability(router.end(other, wrap_up_seconds=0.0)) == [("closed", "wrapping", 0)]


def test_an_end_without_wrap_up_takes_nothing_back(router: Router) -> None:
    first, second = idle_beside_an_offer(router)
    assert kinds(router.end(router.store.contacts[first].assignment_id or "")) == ["contact.closed"]
    assert router.state(second) == "offered"


def test_a_customer_who_leaves_an_idle_chat_ends_it() -> None:
    router = Router(policy())
    first, second = idle_beside_an_offer(router)
    assert kinds(router.hang_up("c1")) == ["contact.closed"]
    assert [router.state(found) for found in (first, second)] == ["closed", "offered"]


def test_an_idle_chat_of_an_agent_who_is_gone_is_kept_or_requeued_as_the_policy_says() -> None:
    for on_lost, state in (("keep", "assigned"), ("requeue", "queued")):
        router = Router(policy(presence={"on_lost": on_lost}))
        contact_id, _ = router.assigned("c1")
        router.wait(30)
        router.sign_off()
        assert router.state(contact_id) == state
        router.restart()
        router.say(router.message("c1", 2))
        assert router.state(contact_id) == state
        router.sign_on("a1")
        assert router.dead == []


def test_idle_chats_are_idle_after_a_restart(router: Router) -> None:
    idle_beside_an_offer(router)
    router.restart()
    assert kinds(router.say(router.message("c1", 2)))[1:3] == ["contact.resumed", "contact.offer_rescinded"]
    router.restart()
    assert kinds(router.wait(30))[0] == "contact.idled"


def test_a_new_policy_holds_from_the_next_word_on(router: Router) -> None:
    contact_id, _ = router.assigned("c1")
    router.activate(policy_with())
    assert kinds(router.wait(30))[0] == "contact.idled"
    assert "contact.resumed" in kinds(reply(router, contact_id))
    assert kinds(router.wait(3_000)) == []


def test_channels_without_the_setting_are_never_idle(router: Router) -> None:
    router.assigned("c1", channel="email")
    assert kinds(router.wait(3_000)) == []


def test_three_silent_chats_that_come_back_during_a_call_stay_within_their_ceiling_when_it_ends() -> None:
    router = Router(policy(wrap_up={"default": "5s"}))
    router.sign_on("a1", units=2)
    for number in range(3):
        router.contact(f"c{number}")
        router.accept()
        router.wait(31)
    router.contact("call", channel="voice")
    router.accept()
    call = router.last("assigned")["assignment_id"]
    for number in range(3):
        router.say(router.message(f"c{number}", 2))
    (agent,) = router.store.agents.values()
    assert (agent.load, agent.ceiling) == (5, 5)
    router.end(call)
    router.wait(5)
    (agent,) = router.store.agents.values()
    assert (agent.load, agent.ceiling) == (3, 3), "the ceiling falls with the load"


@pytest.mark.parametrize("change", [{"cost": 3}, {"cost": "exclusive"}])
def test_a_policy_that_makes_held_work_dearer_keeps_the_work_and_takes_back_what_is_only_offered(
    change: dict[str, Any],
) -> None:
    router = Router(policy())
    router.sign_on("a1", units=3)
    router.contact("c1")
    router.accept()
    router.contact("c2")
    told = router.activate(policy_with(channels={"chat": change}))
    assert [body["reason"] for body in bodies_of(told, "contact.offer_rescinded")] == ["another policy is in force"]
    (agent,) = router.store.agents.values()
    assert (agent.load, agent.ceiling) == (3, 3)


def test_fewer_units_during_a_call_keep_the_call_and_what_came_back_beside_it() -> None:
    router = Router(policy())
    router.sign_on("a1", units=2)
    router.contact("c1")
    router.accept()
    router.wait(31)
    router.contact("call", channel="voice")
    router.accept()
    call = router.last("assigned")["assignment_id"]
    router.say(router.message("c1", 2))
    router.sign_on("a1", units=1)
    router.end(call)
    (agent,) = router.store.agents.values()
    assert (agent.load, agent.ceiling) == (1, 1)
