"""Callbacks end, guests fill no queue, empty desks show at once, whoever declines is asked after the others."""

from typing import Any

import pytest

from tests.support.router_builders import Router, bodies_of, body_of, kinds, policy_with


def with_orders(**changes: Any) -> dict[str, Any]:
    made = policy_with(offers=changes.pop("offers", {}))
    made["queues"]["orders"] = {**made["queues"]["orders"], **changes}
    return made


def asked(events: list[Any]) -> list[str]:
    return [body["agent_id"] for body in bodies_of(events, "contact.offered")]


def test_a_callback_is_kept_once_an_agent_has_called_and_a_hang_up_counts_again() -> None:
    rule = {"when": {"waited": "5s"}, "to": {"callback": True}}
    router = Router(with_orders(overflow=[rule]))
    contact_id = router.contact("c1", queue="orders")
    router.wait(5)
    assert router.hang_up() == [], "they hung up because they were promised a call"
    router.sign_on("a1")
    assert router.last("offered")["callback"] is True
    router.accept()
    router.restart()
    router.end(router.last("assigned")["assignment_id"], outcome="requeued")
    assert kinds(router.hang_up()) == ["contact.abandoned"]
    assert router.state(contact_id) == "abandoned"


def test_guests_of_a_relaxation_do_not_fill_the_queue_that_they_wait_in_as_well() -> None:
    made = policy_with()
    made["queues"]["cards"]["relax"] = [{"after": "1s", "add_queue": "orders"}]
    made["queues"]["orders"]["waiting_max"] = 1
    router = Router(made)
    router.sign_on("a1", presence="not_ready")
    for number in range(3):
        router.contact(f"guest-{number}", queue="cards")
    router.wait(1)
    first = router.contact("c1", queue="orders")
    assert router.state(first) == "queued"
    assert router.state(router.contact("c2", queue="orders")) == "cancelled"


@pytest.mark.parametrize("how", ["sign_off", "other skills"])
def test_empty_desks_are_seen_at_once_by_overflow_and_by_relaxation(how: str) -> None:
    made = with_orders(overflow=[{"when": {"nobody_signed_on": True}, "to": {"queue": "general"}}])
    made["queues"]["cards"] |= {"requires": {"cards": 5}, "relax": [{"after": "30m", "drop": ["cards"]}]}
    router = Router(made)
    router.sign_on("a1", presence="not_ready", skills={"orders": 3, "cards": 5})
    overflows = router.contact("c1", queue="orders")
    relaxes = router.contact("c2", queue="cards")
    router.wait(7)
    leaves = how == "sign_off"
    told = router.sign_off("a1") if leaves else router.sign_on("a1", presence="not_ready", skills={})
    assert bodies_of(told, "contact.overflowed")[0]["contact_id"] == overflows
    relaxed = bodies_of(told, "contact.requirements_relaxed")
    assert [body["contact_id"] for body in relaxed if body["step"] == 1] == [relaxes]


def test_signing_on_again_with_the_same_skills_empties_no_desk() -> None:
    router = Router(with_orders(overflow=[{"when": {"nobody_signed_on": True}, "to": {"queue": "general"}}]))
    router.sign_on("a1", presence="not_ready")
    router.contact("c1", queue="orders")
    router.sign_on("a1", presence="not_ready", units=2)
    assert router.last("queued")["queue"] == "orders"


def test_of_two_asked_at_once_a_decline_asks_a_third() -> None:
    router = Router(policy_with(offers={"parallel": 2}))
    for number in range(3):
        router.sign_on(f"a{number}")
    contact_id = router.contact("c1")
    first, second = asked(router.events)
    declined = next(body_of(e) for e in router.events if e.type.endswith("contact.offered.v1"))
    told = router.answer(declined["offer_id"], first, "declined")
    (third,) = asked(told)
    assert {first, second, third} == {"a0", "a1", "a2"}
    assert len(router.engine.book.contacts[contact_id].offers) == 2


def test_without_a_pause_the_others_are_asked_before_whoever_declined() -> None:
    router = Router(policy_with(offers={"decline_pause": "0s"}))
    router.sign_on("a1")
    router.sign_on("a2")
    router.contact("c1")
    (first,) = asked(router.events)
    (second,) = asked(router.decline(first))
    assert {first, second} == {"a1", "a2"}
    assert asked(router.decline(second)) == [first], "and then the first may be asked again"


def test_who_declines_without_a_pause_and_is_alone_is_asked_again() -> None:
    router = Router(policy_with(offers={"decline_pause": "0s"}))
    router.sign_on("a1")
    router.contact("c1")
    assert asked(router.decline("a1")) == ["a1"]
