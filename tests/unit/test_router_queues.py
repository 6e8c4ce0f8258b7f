"""What happens to contacts while they wait: relaxation, overflow, hours, full queues."""

from typing import Any

import pytest

from services.router.domain.insight.at_risk import AtRisk
from services.router.domain.insight.standing import queue_standings
from shared.times import rfc3339
from tests.support.router_builders import START_MS, Router, body_of, kinds, policy_with

# START_MS is Tuesday 2023-11-14 22:13:20 UTC.
OPEN_NOW = {"open": {"mon-sun": ["09:00-24:00"]}}
CLOSES_AT = "2023-11-15T00:00:00.000Z"
CLOSED_NOW = {"open": {"mon-fri": ["09:00-13:00", "15:00-18:00"]}}


def router_with(queue: dict[str, Any], **changes: Any) -> Router:
    document = policy_with(**changes)
    document["queues"]["orders"] = {**document["queues"]["orders"], **queue}
    return Router(document)


def ask(router: Router, conversation: str = "c1", **changes: Any) -> str:
    return router.contact(conversation, queue="orders", **changes)


def test_steps_lower_levels_drop_skills_and_add_queues_and_keep_the_place() -> None:
    router = router_with(
        {
            "requires": {"orders": 3, "es": 2},
            "relax": [
                {"after": "10s", "min_level": {"orders": 1}},
                {"after": "20s", "drop": ["es"], "raise_priority": "5s"},
                {"after": "30s", "add_queue": "general"},
            ],
        }
    )
    router.sign_on("expert", presence="not_ready", skills={"orders": 3, "es": 2})
    contact_id = ask(router)
    relaxed = [body_of(event) for event in router.wait(30) if event.type.endswith("requirements_relaxed.v1")]
    assert [body["requirements"]["must"] for body in relaxed] == [{"orders": 1, "es": 2}, {"orders": 1}, {"orders": 1}]
    assert [body["also_queues"] for body in relaxed] == [[], [], ["general"]]
    assert [body["priority_seconds"] for body in relaxed] == [0, 5, 5]
    assert [body["reason"] for body in relaxed] == ["waited"] * 3
    assert router.state(contact_id) == "queued"
    router.sign_on("a1", skills={})
    assert router.last("offered")["contact_id"] == contact_id
    decision = router.last("offered")["decision"]
    assert decision["entered_ms"] == START_MS
    assert decision["relaxed"] == 3


def test_a_relaxed_contact_is_offered_at_once_to_who_may_take_it_now() -> None:
    router = router_with({"requires": {"orders": 3}, "relax": [{"after": "10s", "min_level": {"orders": 1}}]})
    router.sign_on("expert", presence="not_ready", skills={"orders": 3})
    router.sign_on("a1", skills={"orders": 1})
    ask(router)
    told = router.wait(10)
    assert kinds(told)[:2] == ["contact.requirements_relaxed", "contact.offered"]


def test_steps_are_skipped_at_once_when_nobody_signed_on_could_serve_them() -> None:
    router = router_with(
        {
            "requires": {"orders": 5},
            "relax": [{"after": "1m", "min_level": {"orders": 4}}, {"after": "2m", "min_level": {"orders": 1}}],
        }
    )
    router.sign_on("a1", skills={"orders": 1})
    told = router.say(router.message("c1", queue="orders"))
    assert kinds(told)[2:6] == [
        "contact.queued",
        "contact.requirements_relaxed",
        "contact.requirements_relaxed",
        "contact.offered",
    ]
    assert router.last("requirements_relaxed")["reason"] == "nobody signed on could serve it"


def test_a_step_that_comes_due_during_an_offer_is_taken_afterwards() -> None:
    router = router_with({"requires": {"orders": 2}, "relax": [{"after": "10s", "min_level": {"orders": 1}}]})
    router.sign_on("a1", skills={"orders": 3})
    contact_id = ask(router)
    told = router.wait(15)
    assert kinds(told)[0] == "contact.offer_expired"
    assert "contact.requirements_relaxed" in kinds(told)
    router.sign_on("a2", skills={"orders": 1})
    assert router.state(contact_id) == "offered"


def test_a_contact_in_two_queues_is_counted_in_both_and_offered_once() -> None:
    router = router_with({"relax": [{"after": "0s", "add_queue": "general"}]})
    contact_id = ask(router)
    router.wait(1)
    matcher = router.engine.book.workspaces["acme"].matcher
    assert [matcher.waiting_count(name) for name in ("orders", "general")] == [1, 1]
    assert router.engine.book.orphans() == 0
    router.sign_on("a1", units=5)
    assert kinds(router.events).count("contact.offered") == 1
    assert router.state(contact_id) == "offered"
    assert [matcher.waiting_count(name) for name in ("orders", "general")] == [0, 0]


def test_a_long_queue_overflows_who_comes_next() -> None:
    router = router_with({"overflow": [{"when": {"waiting": 2}, "to": {"queue": "general"}}]})
    first, second, third = (ask(router, name) for name in ("c1", "c2", "c3"))
    overflowed = router.last("overflowed")
    assert overflowed["contact_id"] == third
    assert overflowed["to"] == {"queue": "general"}
    assert overflowed["reason"] == "2 waiting"
    assert router.last("queued")["queue"] == "general"
    assert router.last("queued")["reason"] == "overflow"
    router.wait(120)
    assert kinds(router.events).count("contact.overflowed") == 1, "who waits already is not moved by who comes later"
    assert {router.state(key) for key in (first, second, third)} == {"queued"}


def test_a_long_wait_overflows_with_the_original_age() -> None:
    router = router_with({"overflow": [{"when": {"waited": "45s"}, "to": {"queue": "general"}}]})
    ask(router)
    assert router.wait(44) == []
    told = router.wait(1)
    assert kinds(told) == ["contact.overflowed", "contact.queued"]
    assert body_of(told[1])["entered_at"] == "2023-11-14T22:13:20.000Z"


def test_a_wait_that_is_over_during_an_offer_overflows_when_nobody_else_takes_the_contact() -> None:
    router = router_with({"overflow": [{"when": {"waited": "10s"}, "to": {"queue": "general"}}]})
    router.sign_on("a1")
    ask(router)
    told = router.wait(15)
    assert kinds(told) == [
        "contact.offer_expired",
        "agent.availability_changed",
        "contact.overflowed",
        "contact.queued",
    ]


def test_a_wait_that_is_over_at_the_very_end_of_an_offer_overflows_too() -> None:
    router = router_with({"overflow": [{"when": {"waited": "10s"}, "to": {"queue": "general"}}]})
    router.sign_on("a1")
    ask(router)
    router.now_ms += 10_000
    assert "contact.overflowed" in kinds(router.decline() + router.wait(0))


def test_who_is_kept_for_an_agent_does_not_overflow_before_that_is_over() -> None:
    rule = {"when": {"waited": "5s"}, "to": {"queue": "general"}}
    router = router_with({"overflow": [rule]}, offers={"keep_for": "7s"})
    router.assigned("c0")
    router.command(ask(router), "assign", agent_id="a1")
    assert router.last("queued")["kept_for"] == "a1"
    assert "contact.overflowed" not in kinds(router.wait(6))
    assert "contact.overflowed" in kinds(router.wait(1))


def test_without_anybody_signed_on_the_contact_overflows() -> None:
    rule = {"when": {"nobody_signed_on": True}, "to": {"queue": "general"}}
    router = router_with({"requires": {"orders": 2}, "overflow": [rule]})
    ask(router, "c1")
    assert router.last("queued")["queue"] == "general"
    router.sign_on("a1", skills={"orders": 2}, presence="not_ready")
    ask(router, "c2")
    assert router.last("queued")["queue"] == "orders"
    assert "contact.overflowed" in kinds(router.sign_off("a1")), "the desk that empties later is noticed at once"


def test_a_promised_callback_keeps_the_place_through_a_hang_up() -> None:
    router = router_with({"overflow": [{"when": {"waited": "5s"}, "to": {"callback": True}}]})
    contact_id = ask(router)
    told = router.wait(5)
    assert kinds(told) == ["contact.overflowed"]
    assert router.hang_up("c1") == []
    assert router.state(contact_id) == "queued"
    router.sign_on("a1")
    offered = router.last("offered")
    assert (offered["contact_id"], offered["callback"]) == (contact_id, True)
    router.answer(offered["offer_id"])
    assert kinds(router.hang_up("c1"))[0] == "contact.wrapping"


def test_a_closed_queue_schedules_to_its_next_opening() -> None:
    rule = {"when": {"closed": True}, "to": {"schedule": "next_opening"}}
    router = router_with({"hours": "office", "overflow": [rule]}, calendars={"office": CLOSED_NOW})
    told = router.say(router.message("c1", queue="orders"))
    assert kinds(told)[2:] == ["contact.queued", "contact.scheduled"]
    assert body_of(told[3])["until"] == "2023-11-15T09:00:00.000Z"
    contact_id = told[0].subject
    router.sign_on("a1")
    assert router.state(contact_id) == "scheduled"
    told = router.wait(11 * 3600)
    assert kinds(told)[:2] == ["contact.queued", "contact.offered"]
    assert body_of(told[0])["occurred_at"] == "2023-11-15T09:00:00.000Z"
    assert body_of(told[0])["wait_started_at"] == "2023-11-15T09:00:00.000Z"
    assert body_of(told[0])["due_at"] == "2023-11-15T09:00:20.000Z"
    assert body_of(told[0])["waited_before_seconds"] == 0.0
    assert body_of(told[0])["entered_at"] == "2023-11-14T22:13:20.000Z"


def test_an_open_queue_does_not_schedule_until_it_closes() -> None:
    rule = {"when": {"closed": True}, "to": {"schedule": "next_opening"}}
    router = router_with({"hours": "office", "overflow": [rule]}, calendars={"office": OPEN_NOW})
    contact_id = ask(router)
    router.wait(3600)
    assert router.state(contact_id) == "queued"
    router.wait(3600)
    assert router.state(contact_id) == "scheduled"


@pytest.mark.parametrize("restart", [False, True])
def test_overflow_happens_at_the_very_time_at_which_the_queue_closes(restart: bool) -> None:
    rule = {"when": {"closed": True}, "to": {"queue": "general"}}
    router = router_with({"hours": "office", "overflow": [rule]}, calendars={"office": OPEN_NOW})
    router.now_ms += 7_000  # so that no look at rules without a time of their own falls on it
    contact_id = ask(router)
    if restart:
        router.restart()
    router.wait(2 * 3600)
    assert (router.last("overflowed")["contact_id"], router.last("overflowed")["reason"]) == (contact_id, "closed")
    assert router.last("overflowed")["occurred_at"] == CLOSES_AT
    assert router.last("queued")["queue"] == "general"


def test_who_is_offered_when_the_queue_closes_overflows_as_soon_as_nobody_takes_them() -> None:
    rule = {"when": {"closed": True}, "to": {"queue": "cards"}}
    router = router_with({"hours": "office", "overflow": [rule]}, calendars={"office": OPEN_NOW})
    router.now_ms += 6_395_000  # 5 s before it closes
    router.sign_on("a1")
    contact_id = ask(router)
    router.wait(7)
    assert router.state(contact_id) == "offered"
    router.decline("a1")
    router.wait(0)
    assert router.last("overflowed")["occurred_at"] == rfc3339(router.now_ms)


def test_a_full_queue_refuses_who_arrives_but_never_who_is_given_back() -> None:
    router = router_with({"waiting_max": 1})
    contact_id, assignment_id = router.assigned("c0", queue="orders")
    first, second = ask(router, "c1"), ask(router, "c2")
    assert router.state(first) == "queued"
    assert router.state(second) == "cancelled"
    assert (router.last("cancelled")["by"], router.last("cancelled")["reason"]) == ("system", "queue_full")
    router.end(assignment_id, outcome="requeued")
    assert router.state(contact_id) in ("queued", "offered")


@pytest.mark.parametrize("restart", [False, True])
def test_relaxation_and_overflow_survive_a_restart(restart: bool) -> None:
    router = router_with(
        {
            "requires": {"orders": 3},
            "relax": [{"after": "10s", "min_level": {"orders": 1}}, {"after": "20s", "add_queue": "general"}],
            "overflow": [{"when": {"waited": "40s"}, "to": {"queue": "cards"}}],
        }
    )
    router.sign_on("expert", presence="not_ready")
    ask(router)
    told: list[str] = []
    for _ in range(5):
        if restart:
            router.restart()
        told += kinds(router.wait(9))
    assert told == [
        "contact.requirements_relaxed",
        "contact.requirements_relaxed",
        "contact.overflowed",
        "contact.queued",
    ]


def test_a_caller_may_put_a_contact_behind_others() -> None:
    router = Router()
    router.contact("c1", queue="general", priority_seconds=-30.0)
    assert router.last("queued")["priority_seconds"] == -30
    router.now_ms += 10 * 1000
    later = router.contact("c2", queue="general")
    router.sign_on("a1")
    assert router.last("offered")["contact_id"] == later


def test_whoever_waits_as_a_guest_of_further_queues_stands_in_the_figures_of_their_own_alone() -> None:
    router = router_with({"requires": {"orders": 3}, "relax": [{"after": "30s", "add_queue": "general"}]})
    ask(router)
    router.now_ms += 40_000
    router.contact("c2", queue="general")
    router.wait(10)
    told = dict(queue_standings(router.engine.book.workspaces["acme"], AtRisk(), router.now_ms))
    assert {name: (each.waiting, each.oldest_seconds) for name, each in told.items() if each.waiting} == {
        "orders": (1, 50.0), "general": (1, 10.0)
    }  # fmt: skip


def test_a_queue_is_shown_as_open_within_its_hours_and_one_without_hours_always() -> None:
    router = router_with({"hours": "office"}, calendars={"office": OPEN_NOW})
    workspace, closes_ms = router.engine.book.workspaces["acme"], router.now_ms + 6_400_000
    for now_ms, is_open in ((router.now_ms, True), (closes_ms - 1, True), (closes_ms, False)):
        told = dict(queue_standings(workspace, AtRisk(), now_ms))
        assert {name: each.open for name, each in told.items()} == dict.fromkeys(told, True) | {"orders": is_open}
