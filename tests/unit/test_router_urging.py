"""A queue acts by itself on a promise that runs out: older, one more queue, or elsewhere; once, in time, explained."""

from typing import Any

import pytest

from services.router.domain.insight.whereabouts import whereabouts
from shared.contract.inputs import Transfer
from shared.policy.errors import PolicyErrors
from shared.policy.parse import parse_policy
from tests.support.router_builders import START_MS, Router, bodies_of, body_of, kinds, policy_with

WARN = 15  # seconds of the 20 that are promised
BOTH = {
    "warn_at": 0.75,
    "on_warn": [{"boost": "5m"}],
    "on_breach": [{"add_queue": "general"}, {"boost": "1m"}],
}
LEAVES = {"on_breach": [{"boost": "10s"}, {"overflow": {"queue": "general"}}]}
CLOSED = {"open": {"mon-sun": ["00:00-22:13", "22:14-24:00"]}}  # START_MS is 22:13:20 UTC: closed for 40 s more


def policy(acts: dict[str, Any], queue: dict[str, Any] | None = None, **changes: Any) -> dict[str, Any]:
    document = policy_with(**changes)
    target = {"within": "20s", **acts}
    document["queues"]["orders"] = {"requires": {"orders": 2}, "targets": {"time_to_answer": target}, **(queue or {})}
    return document


def waiting(acts: dict[str, Any], queue: dict[str, Any] | None = None, **changes: Any) -> tuple[Router, str]:
    router = Router(policy(acts, queue, **changes))
    return router, router.contact("c1", queue="orders")


def hastened(router: Router) -> list[tuple[str, float, list[str], float]]:
    """Reason, priority, further queues, and seconds since the start."""
    found = [event for event in router.events if event.type == "usher.contact.hastened.v1"]
    return [
        (body["reason"], body["priority_seconds"], body["also_queues"], (event.at_ms - START_MS) / 1000)
        for event, body in ((each, body_of(each)) for each in found)
    ]


@pytest.mark.parametrize("restart", [False, True])
def test_who_waits_at_the_warning_and_at_the_due_time_is_hastened_once_at_that_very_time(restart: bool) -> None:
    router, _ = waiting(BOTH)
    for _ in range(60):
        router.wait(1)
        if restart:
            router.restart()
    assert hastened(router) == [("warned", 300, [], 15), ("breached", 360, ["general"], 20)]
    assert bodies_of(router.events, "contact.hastened")[1]["changed"] == (
        "it counts as 60 s older, it waits in general too"
    )


def test_a_hastened_contact_goes_before_who_came_earlier() -> None:
    router, first = waiting({})
    router = Router(policy({"warn_at": 0.1, "on_warn": [{"boost": "5m"}]}))
    router.wait(1)
    other = router.contact("c0", queue="general")
    hurried = router.contact("c1", queue="orders")
    router.wait(2)
    router.sign_on("a1", skills={"orders": 2})
    assert router.last("offered")["contact_id"] == hurried != other
    assert router.last("offered")["decision"]["hastened"] == "warned"
    assert "moved ahead by 300 s, hastened since its warning" in router.last("offered")["sentence"]


def test_an_agent_of_the_added_queue_gets_who_broke_its_promise_at_once() -> None:
    router, contact_id = waiting(BOTH)
    router.sign_on("a1", skills={})
    told = router.wait(20)
    assert kinds(told)[-3:-1] == ["contact.hastened", "contact.offered"]
    offer = router.last("offered")
    assert (offer["contact_id"], offer["decision"]["through_queue"]) == (contact_id, "general")
    assert "hastened since its promise broke, through general" in offer["sentence"]


@pytest.mark.parametrize("restart", [False, True])
def test_a_moment_that_passes_during_an_offer_is_acted_on_when_the_offer_came_to_nothing(restart: bool) -> None:
    router = Router(policy(BOTH, offers={"timeout": "1m"}))
    router.sign_on("a1", skills={"orders": 2})
    router.contact("c1", queue="orders")
    router.wait(30)
    assert hastened(router) == []
    if restart:
        router.restart()
    router.decline()
    router.wait(0.001)
    assert [each[:3] for each in hastened(router)] == [("warned", 300, []), ("breached", 360, ["general"])]
    assert len({event.cause_id + str(event.ordinal) for event in router.events}) == len(router.events)


def test_nothing_is_done_about_who_was_answered_in_time() -> None:
    router = Router(policy(BOTH))
    router.sign_on("a1", skills={"orders": 2})
    router.assigned("c1", queue="orders")
    router.wait(60)
    assert hastened(router) == []


def test_a_transfer_back_is_another_wait_with_moments_of_its_own() -> None:
    router, contact_id = waiting(BOTH)
    router.wait(30)
    assert len(hastened(router)) == 2
    router.sign_on("a1", skills={"orders": 2})
    router.accept()
    router.end(router.last("assigned")["assignment_id"], "a1", "transferred", transfer=Transfer(queue="orders"))
    router.presence("a1", "not_ready")
    assert router.state(contact_id) == "queued"
    router.wait(20)
    assert [each[:2] for each in hastened(router)[2:]] == [("warned", 300), ("breached", 360)]


@pytest.mark.parametrize("restart", [False, True])
def test_who_was_promised_too_much_overflows_once_and_keeps_its_age(restart: bool) -> None:
    router, contact_id = waiting(LEAVES)
    router.wait(19)
    if restart:
        router.restart()
    told = router.wait(1)
    assert kinds(told) == ["contact.hastened", "contact.overflowed", "contact.queued"]
    assert body_of(told[1])["reason"] == "time_to_answer breached"
    assert body_of(told[2])["queue"] == "general"
    assert body_of(told[2])["wait_started_at"] == router.last("queued")["entered_at"]
    assert router.wait(100) == []
    assert router.state(contact_id) == "queued"


def test_a_promise_to_call_back_is_made_once() -> None:
    call = [{"overflow": {"callback": True}}]
    router, _ = waiting({"warn_at": 0.5, "on_warn": call, "on_breach": call})
    router.wait(60)
    assert [body["to"] for body in bodies_of(router.events, "contact.overflowed")] == [{"callback": True}]


def test_a_closed_queue_acts_when_it_opens() -> None:
    router, _ = waiting(BOTH, {"hours": "shift"}, calendars={"shift": {"timezone": "UTC", **CLOSED}})
    router.wait(39)
    assert hastened(router) == []
    router.wait(1)
    assert [each[3] for each in hastened(router)] == [40, 40]


@pytest.mark.parametrize("restart", [False, True])
@pytest.mark.parametrize("answered", [False, True])
def test_what_falls_due_after_hours_is_done_when_the_queue_opens_for_who_still_waits(
    restart: bool, answered: bool
) -> None:
    closes = {"timezone": "UTC", "open": {"mon-sun": ["00:00-22:14", "22:15-24:00"]}}  # from 40 s on for a minute
    acts = {**BOTH, "within": "50s", "on_breach": [{"boost": "1m"}, {"overflow": {"queue": "general"}}]}
    router, contact_id = waiting(acts, {"hours": "shift"}, calendars={"shift": closes})
    router.wait(99)
    assert [each[3] for each in hastened(router)] == [37.5], "the warning came in time, the breach after hours"
    if restart:
        router.restart()
    if answered:
        router.hang_up("c1")
    told = router.wait(2)
    assert (
        "contact.overflowed" not in kinds(told)
        if answered
        else kinds(told)[:2]
        == [
            "contact.hastened",
            "contact.overflowed",
        ]
    )
    assert [each[3] for each in hastened(router)] == ([37.5] if answered else [37.5, 100])
    router.restart()
    assert router.wait(300) == []
    assert (router.state(contact_id) == "queued") is not answered


@pytest.mark.parametrize("restart", ["before", "between", "never"])
def test_a_queue_that_a_breach_after_hours_adds_serves_from_the_opening_on_and_no_sooner(restart: str) -> None:
    closes = {"timezone": "UTC", "open": {"mon-sun": ["00:00-22:14", "22:15-24:00"]}}  # from 40 s on for a minute
    acts = {"within": "50s", "on_breach": [{"add_queue": "general"}]}
    router, contact_id = waiting(acts, {"hours": "shift"}, calendars={"shift": closes})
    router.sign_on("a1", skills={})  # has what general asks for, and not what orders does
    if restart == "before":
        router.restart()
    router.wait(99.999)
    assert hastened(router) == []
    assert router.state(contact_id) == "queued", "broken for half a minute, and closed"
    if restart == "between":
        router.restart()
    told = router.wait(0.001)
    assert [each for each in kinds(told) if each.startswith("contact.")] == ["contact.hastened", "contact.offered"]
    assert hastened(router) == [("breached", 0, ["general"], 100)]
    assert router.last("offered")["decision"]["through_queue"] == "general"
    router.decline()
    router.restart()
    router.wait(86_400)
    assert len(hastened(router)) == 1, "once in a wait, whatever opens and closes in it"


def test_what_is_kept_for_one_agent_does_not_overflow_before_it_opens_to_all() -> None:
    router = Router(policy(LEAVES, offers={"timeout": "15s", "keep_for": "50s"}))
    router.sign_on("a1", skills={"orders": 2})
    router.assigned("c0", queue="orders")
    contact_id = router.contact("c1", queue="orders")
    router.command(contact_id, "assign", agent_id="a1")
    router.wait(49)
    assert bodies_of(router.events, "contact.overflowed") == []
    router.wait(2)
    assert len(bodies_of(router.events, "contact.overflowed")) == 1


def test_another_policy_changes_what_is_to_come_and_repeats_nothing() -> None:
    router, _ = waiting(BOTH)
    router.wait(16)
    router.activate(
        policy({"within": "1m", "warn_at": 0.5, "on_warn": [{"boost": "1m"}], "on_breach": [{"boost": "3m"}]})
    )
    router.wait(100)
    assert [each[:2] + each[3:] for each in hastened(router)] == [("warned", 300, 15), ("breached", 240, 60)]


def test_a_supervisors_move_back_within_one_wait_makes_deadlines_of_its_own() -> None:
    router, contact_id = waiting(BOTH)
    router.wait(25)
    router.command(contact_id, "requeue", queue="orders")
    router.wait(5)
    assert [each[0] for each in hastened(router)] == ["warned", "breached"] * 2
    assert len({(event.cause_id, event.ordinal) for event in router.events}) == len(router.events)


def test_it_is_explained_before_it_happens() -> None:
    router, contact_id = waiting(BOTH)
    book = router.engine.book
    changes = whereabouts(book, book.contacts[contact_id])["changes"]
    assert changes[0].endswith(": the promise runs out: it counts as 300 s older")
    router.wait(16)
    changes = whereabouts(book, book.contacts[contact_id])["changes"]
    assert any(line.endswith("it counts as 60 s older, it waits in general too") for line in changes)


@pytest.mark.parametrize(
    ("acts", "path"),
    [
        ({"on_warn": [{"boost": "5m"}]}, "orders.targets.time_to_answer.on_warn"),
        ({"on_breach": [{"add_queue": "nowhere"}]}, r"on_breach\[0\].add_queue"),
        ({"on_breach": [{"add_queue": "orders"}]}, r"on_breach\[0\].add_queue"),
        ({"on_breach": [{"add_queue": "general"}, {"add_queue": "general"}]}, r"on_breach\[1\].add_queue"),
        ({"on_breach": [{"overflow": {"queue": "orders"}}]}, r"on_breach\[0\].overflow.queue"),
        ({"on_breach": [{"overflow": {"queue": "general"}}, {"boost": "1m"}]}, r"on_breach\[1\]"),
        ({"on_breach": [{"overflow": {"schedule": "next_opening"}}]}, r"on_breach\[0\].overflow.schedule"),
        ({"on_breach": [{"boost": "1m", "add_queue": "general"}]}, r"on_breach\[0\]"),
        ({"on_breach": [{}]}, r"on_breach\[0\]"),
    ],
)
def test_what_can_have_no_effect_is_refused_and_named(acts: dict[str, Any], path: str) -> None:
    with pytest.raises(PolicyErrors, match=path):
        parse_policy(policy(acts))


def test_only_a_queues_time_to_answer_may_act() -> None:
    wrong = {"resolution": {"within": "1h", "on_breach": [{"boost": "1m"}]}}
    with pytest.raises(PolicyErrors, match=r"queues.orders.targets.resolution.on_breach"):
        parse_policy({"workspace": "acme", "queues": {"orders": {"targets": wrong}}})


def test_overflow_of_promises_and_of_rules_may_go_round_in_no_circle() -> None:
    document = policy(LEAVES)
    document["queues"]["general"]["overflow"] = [{"when": {"waited": "1m"}, "to": {"queue": "orders"}}]
    with pytest.raises(PolicyErrors, match="goes round in a circle"):
        parse_policy(document)
