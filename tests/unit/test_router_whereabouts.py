"""Why a contact still waits, and what would change that."""

from typing import Any

import pytest

from services.router.domain.insight.whereabouts import whereabouts
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
    assert found["waits"] == "for one of 3 agents who have what it takes: 1 declined, 1 full, 1 not_ready"
    assert found["requirements"]["must"] == {"orders": 2}


def test_what_time_will_bring_is_told_in_order(router: Router) -> None:
    router.sign_on("pausing", presence="not_ready")
    contact_id = router.contact("c1", queue="orders")
    assert [line.partition(": ")[2] for line in where(router, contact_id)["changes"]] == [
        "it asks for less (relaxation step 1)",
        "the overflow rules are looked at",
        "it expires (maximum life)",
    ]
    assert where(router, contact_id)["changes"][0].startswith("2023-11-14T22:13:50.000Z")


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
