"""An agent who took a contact and says nothing is reminded of it, or gives it back."""

from typing import Any

import pytest

from shared.contract import inputs
from shared.policy.errors import PolicyErrors
from shared.policy.parse import parse_policy
from tests.support.router_builders import POLICY, Router, bodies_of, kinds, policy_with

AFTER = 600


def policy(do: str = "requeue", **changes: Any) -> dict[str, Any]:
    handling = {"handling": {"within": "30m", "on_silent": {"after": "10m", "do": do}}}
    queues = {
        name: {**queue, "targets": {**queue.get("targets", {}), **handling}} for name, queue in POLICY["queues"].items()
    }
    return policy_with(queues=queues, **changes)


def reply(router: Router, contact_id: str, by: str = "agent", public: bool = True) -> list[Any]:
    common = router.common(f"reply-{router.offset}")
    return router.say(inputs.ReplySent(**common, contact_id=contact_id, by=by, public=public))


def pending(router: Router, contact_id: str, value: bool) -> list[Any]:
    common = router.common(f"pending-{router.offset}")
    return router.say(inputs.PendingChanged(**common, contact_id=contact_id, pending=value))


def silences(router: Router) -> list[str]:
    """Reasons of everything that silence brought about."""
    moved = [*bodies_of(router.events, "contact.requeued"), *bodies_of(router.events, "contact.reminded")]
    return [body["reason"] for body in moved]


def test_an_agent_who_stays_silent_gives_the_contact_back_at_the_very_time_and_another_one_gets_it() -> None:
    router = Router(policy())
    contact_id, _ = router.assigned("c1")
    assert router.wait(AFTER - 0.001) == []
    told = kinds(router.wait(0.001))
    assert told[0] == "contact.requeued"
    assert "contact.queued" in told
    assert silences(router) == ["silent"]
    router.sign_on("a2")
    assert router.state(contact_id) == "offered"
    assert router.last("offered")["agent_id"] == "a2", "not the one who was silent"


def test_a_reminder_comes_once_for_each_message_that_waits_and_leaves_the_contact_where_it_is() -> None:
    router = Router(policy("remind"))
    contact_id, assignment_id = router.assigned("c1")
    told = router.wait(AFTER)
    assert kinds(told) == ["contact.reminded"]
    assert told[0].copies[0][0] == "usher.agent-offers.v1"
    assert bodies_of(told, "contact.reminded")[0]["assignment_id"] == assignment_id
    assert router.wait(3 * AFTER) == []
    router.say(router.message("c1", 2))
    assert kinds(router.wait(AFTER)) == ["contact.reminded"]
    assert router.state(contact_id) == "assigned"


@pytest.mark.parametrize("how", ["reply", "message", "pending"])
def test_an_answer_or_the_customers_turn_ends_the_silence_until_the_customer_writes(how: str) -> None:
    router = Router(policy())
    contact_id, _ = router.assigned("c1")
    router.wait(AFTER - 1)
    if how == "reply":
        reply(router, contact_id)
    elif how == "message":
        router.say(router.message("c1", 2, sender="agent"))
    else:
        pending(router, contact_id, True)
    router.wait(5 * AFTER)
    assert silences(router) == [], "the customer's own silence is nobody's delay"
    router.say(router.message("c1", 3))
    router.wait(AFTER - 1)
    router.say(router.message("c1", 4))
    assert silences(router) == [], "the oldest message without an answer counts"
    router.wait(1)
    assert silences(router) == ["silent"]


@pytest.mark.parametrize("by", ["note", "bot"])
def test_a_note_or_a_bots_reply_is_no_answer(by: str) -> None:
    router = Router(policy())
    contact_id, _ = router.assigned("c1")
    reply(router, contact_id, by="agent" if by == "note" else "bot", public=by == "bot")
    router.wait(AFTER)
    assert silences(router) == ["silent"]


def test_the_agents_turn_after_pending_starts_the_silence_anew() -> None:
    router = Router(policy())
    contact_id, _ = router.assigned("c1")
    pending(router, contact_id, True)
    router.wait(AFTER)
    pending(router, contact_id, False)
    assert router.wait(AFTER - 1) == []
    router.wait(1)
    assert silences(router) == ["silent"]


def test_nobody_is_silent_on_a_call_nor_where_the_policy_says_nothing() -> None:
    for router, channel in ((Router(policy()), "voice"), (Router(), "chat")):
        router.assigned("c1", channel=channel)
        router.wait(2 * AFTER)
        assert silences(router) == []


def test_a_new_owner_of_the_partition_knows_how_long_the_agent_has_been_silent() -> None:
    router = Router(policy())
    router.assigned("c1")
    router.wait(AFTER - 1)
    router.restart()
    router.wait(1)
    assert silences(router) == ["silent"]


def test_what_ended_or_moved_on_is_not_given_back() -> None:
    router = Router(policy())
    _, assignment_id = router.assigned("c1")
    router.end(assignment_id, "a1", "closed")
    router.wait(2 * AFTER)
    assert silences(router) == []


def test_a_policy_that_stops_minding_lets_the_silence_pass() -> None:
    router = Router(policy())
    router.assigned("c1")
    router.activate(policy_with())
    router.wait(2 * AFTER)
    assert silences(router) == []


@pytest.mark.parametrize("do", ["requeue", "remind"])
def test_case_32_nobody_is_silent_outside_the_hours_of_handling(do: str) -> None:
    """The router's clock begins at 22:13:20 UTC."""
    document = policy(do, calendars={"office": {"open": {"mon-sun": ["08:00-22:20"]}}})
    for queue in document["queues"].values():
        queue["targets"]["handling"]["calendar"] = "office"
    router = Router(document)
    router.assigned("c1")
    night = (24 - 22) * 3600 - 20 * 60 + 8 * 3600
    router.wait(night + AFTER - 1)
    assert silences(router) == [], "6 minutes and 40 seconds of the evening, 3 minutes and 19 of the morning"
    router.wait(1)
    assert silences(router) == ["silent"]
    if do == "remind":
        router.wait(12 * 3600)
        router.say(router.message("c1", 2))
        router.wait(AFTER - 1)
        assert len(silences(router)) == 1
        router.wait(1)
        assert len(silences(router)) == 2


def test_a_silence_that_takes_more_than_a_year_of_the_hours_is_refused() -> None:
    document = policy(calendars={"week": {"open": {"mon": ["09:00-09:01"]}}})
    for after, targets in (
        ("53m", document["queues"]["orders"]["targets"]),
        ("52m", document["queues"]["cards"]["targets"]),
    ):
        targets["handling"] = {"within": "30m", "calendar": "week", "on_silent": {"after": after, "do": "remind"}}
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(document)
    assert [fault.path for fault in refused.value.errors] == ["queues.orders.targets.handling.on_silent.after"]


def test_only_a_queues_handling_may_mind() -> None:
    wrong = {"resolution": {"within": "1h", "on_silent": {"after": "10m", "do": "remind"}}}
    document = {"workspace": "acme", "queues": {"orders": {"targets": wrong}}}
    with pytest.raises(PolicyErrors, match=r"queues.orders.targets.resolution.on_silent"):
        parse_policy(document)
