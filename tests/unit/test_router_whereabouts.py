"""Why a contact still waits, and what would change that."""

from typing import Any

import pytest

from cli.explain import lines
from services.router.domain.insight.whereabouts import whereabouts
from shared.times import rfc3339
from tests.support.router_builders import Router, policy_with


@pytest.fixture
def router() -> Router:
    document = policy_with()
    document["queues"]["orders"] |= {
        "relax": [{"after": "30s", "min_level": {"orders": 1}}],
        "overflow": [{"when": {"waited": "45s"}, "to": {"queue": "general"}}],
    }
    return Router(document)


def where(router: Router, contact_id: str) -> dict[str, Any]:
    book = router.engine.book
    return whereabouts(book, book.contacts[contact_id])


def test_agents_are_counted_by_why_they_do_not_have_the_contact(router: Router) -> None:
    router.sign_on("full")
    router.contact("c0")
    router.accept("full")
    router.sign_on("novice", skills={"orders": 1})
    router.sign_on("pausing", presence="not_ready")
    router.sign_on("decliner")
    contact_id = router.contact("c1", queue="orders")
    router.decline("decliner")
    found = where(router, contact_id)
    assert found["agents"] == {"declined": 1, "full": 1, "not_ready": 1, "unskilled": 1}
    assert found["waits"] == "for one of 3 agents who have what it takes: 1 had it before, 1 full, 1 not_ready"
    assert found["requirements"]["must"] == {"orders": 2}


def test_who_did_not_answer_and_is_away_since_is_told_as_away_and_not_as_declined(router: Router) -> None:
    router.sign_on("sleeper")
    contact_id = router.contact("c1", queue="orders")
    router.live(20)
    found = where(router, contact_id)
    assert found["agents"] == {"not_ready": 1}
    pause_ends = rfc3339(router.engine.book.contacts[contact_id].unbarred_ms)
    assert found["sooner"] == [f"sleeper becomes available, from {pause_ends} on"]


def test_who_declined_and_went_away_is_asked_again_only_once_they_are_back_and_their_pause_is_over(
    router: Router,
) -> None:
    router.sign_on("decliner")
    router.sign_on("away", presence="not_ready")
    contact_id = router.contact("c1", queue="orders")
    router.decline("decliner")
    router.presence("decliner", "not_ready")
    pause_ends = rfc3339(router.engine.book.contacts[contact_id].unbarred_ms)
    assert where(router, contact_id)["sooner"] == [
        "away becomes available",
        f"decliner becomes available, from {pause_ends} on",
    ]


def test_who_let_an_offer_pass_is_passed_over_and_not_said_to_have_declined(router: Router) -> None:
    router.activate(policy_with(offers={"timeout": "5s", "on_expiry": "available", "decline_pause": "60s"}))
    router.sign_on("sleeper")
    router.sign_on("awake")
    contact_id = router.contact("c1", queue="orders")
    router.live(7)
    offered = {"type": "usher.contact.offered.v1", **router.last("offered")}
    assert offered["decision"]["excluded"] == {"declined": 1}
    document = {**offered, "complete": True, "events": [offered], "now": None}
    assert "    agents: 1 could take it; passed over: 1 had it before" in lines(document)
    router.live(7)
    assert where(router, contact_id)["waits"] == "for one of 2 agents who have what it takes: 2 had it before"


def test_what_time_will_bring_is_told_in_order(router: Router) -> None:
    router.sign_on("pausing", presence="not_ready")
    contact_id = router.contact("c1", queue="orders")
    assert [line.partition(": ")[2] for line in where(router, contact_id)["changes"]] == [
        "the promise is broken, unless somebody accepts before",
        "relaxation step 1: orders >= 1 will do",
        "the overflow rules are looked at",
        "it expires (maximum life)",
    ]
    assert where(router, contact_id)["changes"][1].startswith("2023-11-14T22:13:50.000Z")


def test_a_contact_that_nobody_can_serve_says_so(router: Router) -> None:
    contact_id = router.contact("c1", skills={"klingon": 5})
    assert where(router, contact_id)["waits"] == "nobody signed on has what it takes"


def test_a_contact_with_a_bot_waits_for_its_outcome(router: Router) -> None:
    contact_id = router.contact("c1", intent="change_address")
    found = where(router, contact_id)
    assert found["waits"].startswith("for an outcome of the bot")
    assert found["changes"][0].endswith("it goes to an agent")


def test_who_could_take_it_sooner_is_named_but_not_without_end(router: Router) -> None:
    for number in range(7):
        router.sign_on(f"a{number}", presence="not_ready")
    contact_id = router.contact("c1")
    assert where(router, contact_id)["sooner"] == ["a0 or a1 or a2 or a3 or a4 or one of 2 more becomes available"]


def test_what_nobody_has_is_spelt_out_for_every_queue_in_which_it_waits() -> None:
    document = policy_with()
    document["queues"]["cards"] |= {
        "requires": {"all": ["cards>=2"], "any": [["es", "fr"]], "not": ["trainee"]},
        "relax": [{"after": "5s", "add_queue": "general"}],
    }
    router = Router(document)
    contact_id = router.contact("c1", queue="cards", skills={"vip": 1})
    assert where(router, contact_id)["sooner"] == [
        "somebody signs on for chat with cards >= 2 and vip >= 1 and (es >= 1 or fr >= 1) and no trainee",
        "somebody signs on for chat with vip >= 1",
    ]


def test_the_promise_is_told_as_it_is_and_priority_beside_it(router: Router) -> None:
    contact_id = router.contact("c1", queue="orders", priority_seconds=600)
    assert where(router, contact_id)["promise"] == "due in 20 s, moved ahead by 10 min"
    contact_id = router.contact("c2", queue="cards")
    router.now_ms += 298_000
    router.sign_on("elsewhere", skills={"klingon": 1}, presence="not_ready")  # time is that of the last input
    assert where(router, contact_id)["promise"] == "promise broken 288 s ago"


def test_after_the_due_time_nothing_is_foretold(router: Router) -> None:
    router.sign_on("a1", skills={"orders": 3})
    for number in range(4):
        router.contact(f"c{number}", queue="cards")
    router.wait(5)
    router.accept("a1")
    router.end(router.last("assigned")["assignment_id"])
    router.accept("a1")
    last = router.contact("c9", queue="cards")
    assert where(router, last)["breach_risk"] is not None
    router.now_ms += 11_000
    router.heartbeat("a1")
    found = where(router, last)
    assert (found["expected_wait_seconds"], found["breach_risk"]) == (None, None)
    assert found["forecast_unknown"] == "the_promise_is_broken"


def test_room_for_other_work_is_not_called_full(router: Router) -> None:
    router.activate(policy_with(channels={"voice": {"cost": "exclusive"}}))
    router.sign_on("a1", units=4)
    router.contact("c1")
    router.accept("a1")
    contact_id = router.contact("call", channel="voice")
    assert where(router, contact_id)["agents"] == {"no room for voice": 1}


@pytest.mark.parametrize("presence", ["available", "not_ready"])
def test_who_takes_no_work_of_the_channel_is_told_as_nobody_who_could(router: Router, presence: str) -> None:
    router.sign_on("a1", capacity={"max": {"voice": 0}}, presence=presence)
    contact_id = router.contact("call", channel="voice")
    found = where(router, contact_id)
    assert router.state(contact_id) == "queued"
    assert found["agents"] == {"takes no voice": 1}
    assert found["waits"] == "nobody signed on has what it takes"
    assert found["sooner"] == ["somebody signs on for voice with any skills"]
    router.sign_on("a2", presence="not_ready")
    found = where(router, contact_id)
    assert found["waits"] == "for the one agent who has what it takes: 1 not_ready"
    assert found["sooner"] == ["a2 becomes available"]


@pytest.mark.parametrize("wraps", [False, True])
def test_of_a_conversation_under_way_no_end_of_its_life_is_told(router: Router, wraps: bool) -> None:
    router.activate(policy_with(wrap_up={"default": "1m"}))
    router.sign_on("a1")
    contact_id = router.contact()
    assert any("maximum life" in change for change in where(router, contact_id)["changes"])
    router.accept()
    if wraps:
        router.hang_up()
    assert router.state(contact_id) == ("wrapping" if wraps else "assigned")
    assert not any("maximum life" in change for change in where(router, contact_id)["changes"])


def test_a_call_back_and_a_closed_queue_are_told(router: Router) -> None:
    policy = policy_with(calendars={"office": {"open": {"mon-sun": ["09:00-10:00"]}}})
    policy["queues"]["general"] |= {
        "hours": "office",
        "overflow": [{"when": {"closed": True}, "to": {"callback": True}}],
    }
    router.activate(policy)
    found = where(router, router.contact("c1"))
    assert (found["callback"], found["open"]) == (True, False)
    assert any(line.endswith("general opens") for line in found["changes"])


def test_of_a_queue_that_does_something_at_its_closing_that_time_is_told(router: Router) -> None:
    policy = policy_with(calendars={"office": {"open": {"mon-sun": ["09:00-23:00"]}}})
    away = [{"when": {"closed": True}, "to": {"callback": True}}]
    policy["queues"]["general"] |= {"hours": "office", "overflow": away}
    router.activate(policy)
    assert "2023-11-14T23:00:00.000Z: general closes" in where(router, router.contact("c1"))["changes"]


def test_for_whom_a_contact_is_kept_and_why(router: Router) -> None:
    router.sign_on("a1")
    router.sign_on("a2", units=1)
    router.contact("other")
    contact_id = router.contact("c1", priority_seconds=5)
    router.command(contact_id, "assign", agent_id="a1")
    if router.state(contact_id) == "queued":
        assert where(router, contact_id)["waits"] == "for agent a1, to whom it was sent"
    else:
        assert router.last("offered")["sentence"].split("; ")[1].startswith("a1 is who it was kept for")


def test_what_was_waited_before_a_talk_is_told_beside_the_promise_and_with_the_entry(router: Router) -> None:
    contact_id = router.contact("c1", queue="orders")
    router.now_ms += 7000
    router.sign_on("a1")
    router.accept("a1")
    router.presence("a1", "draining")
    router.end(router.last("assigned")["assignment_id"], outcome="requeued")
    assert where(router, contact_id)["promise"] == "due in 20 s, waited 7 s before"
    entry = {"type": "usher.contact.queued.v1", **router.last("queued")}
    head = {"contact_id": contact_id, "workspace": "acme", "channel": "chat", "state": "queued"}
    assert "    waited_before_seconds: 7.0" in lines({**head, "complete": True, "now": None, "events": [entry]})
