"""How contacts end without an agent: contained, escalated, abandoned, expired; and nothing follows an end."""

import msgspec
import pytest

from shared.contract import inputs
from shared.contract.ids import derive
from shared.contract.topics import AGENT_OFFERS
from tests.support.router_builders import START_MS, Router, body_of, kinds


@pytest.fixture
def router() -> Router:
    return Router()


def test_resolved_by_self_service_is_contained(router: Router) -> None:
    contact_id = router.contact("c1", intent="order_status")
    told = router.outcome(contact_id, "self_service", "resolved")
    assert kinds(told) == ["contact.contained"]
    assert body_of(told[0])["by"] == "self_service"
    assert told[0].copies == ()


@pytest.mark.parametrize("outcome", ["escalated", "failed"])
def test_a_bot_that_is_done_without_success_escalates_with_context_and_age(router: Router, outcome: str) -> None:
    contact_id = router.contact("c1", intent="change_address")
    router.now_ms += 30_000
    context = inputs.HandOffContext(intent="stolen_card", slots={"card": "gold"}, tried=["faq"], skills={"cards": 2})
    told = router.outcome(contact_id, "bot", outcome, context=context, reason="asked for a person")
    assert kinds(told) == ["contact.escalated", "contact.queued"]
    escalated, queued = map(body_of, told)
    assert (escalated["state"], escalated["from_tier"]) == ("classified", "bot")
    assert escalated["context"]["slots"] == {"card": "gold"}
    assert queued["queue"] == "cards"
    assert queued["requirements"]["must"] == {"cards": 3}
    assert queued["reason"] == "escalated"
    router.sign_on("a1")
    offered = next(event for event in router.events if event.type == "usher.contact.offered.v1")
    assert msgspec.json.decode(offered.copies[0][1])["context"]["tried"] == ["faq"]


def test_a_silent_bot_is_escalated_at_its_time_out(router: Router) -> None:
    contact_id = router.contact("c1", intent="change_address")
    assert router.wait(599.999) == []
    told = router.wait(0.001)
    assert kinds(told) == ["contact.escalated", "contact.queued"]
    assert body_of(told[0])["reason"] == "timeout"
    assert told[0].at_ms == START_MS + 600_000
    assert router.state(contact_id) == "queued"


def test_an_outcome_of_the_wrong_tier_or_state_is_illegal(router: Router) -> None:
    bot = router.contact("c1", intent="change_address")
    queued = router.contact("c2")
    router.outcome(bot, "self_service", "resolved")
    router.outcome(queued, "bot", "resolved")
    assert [(dead.reason, dead.path) for dead in router.dead] == [("illegal", "by"), ("illegal", "contact_id")]
    assert "expected self_service or bot" in router.dead[1].detail
    assert (router.state(bot), router.state(queued)) == ("bot", "queued")


@pytest.mark.parametrize("intent", ["order_status", "change_address", "complaint"])
def test_a_hang_up_before_an_agent_took_it_abandons_the_contact(router: Router, intent: str) -> None:
    contact_id = router.contact("c1", intent=intent)
    told = router.hang_up("c1")
    assert kinds(told) == ["contact.abandoned"]
    assert body_of(told[0])["reason"] == "hang_up"
    assert router.state(contact_id) == "abandoned"


def test_a_hang_up_during_an_offer_rescinds_it(router: Router) -> None:
    router.sign_on("a1")
    router.contact("c1")
    told = router.hang_up("c1")
    assert kinds(told) == ["contact.offer_rescinded", "agent.availability_changed", "contact.abandoned"]
    assert [topic for topic, _ in told[2].copies] == [AGENT_OFFERS]


def test_a_second_hang_up_and_one_after_the_end_are_duplicates(router: Router) -> None:
    router.contact("c1")
    router.hang_up("c1")
    assert router.hang_up("c1", "left") == []
    assert router.counts["usher_duplicates_total",] == 1
    router.hang_up("never heard of")
    assert router.dead == [], "its message may still come"


def test_a_contact_that_nobody_takes_expires_at_its_maximum_life(router: Router) -> None:
    contact_id = router.contact("c1", intent="stolen_card")
    router.wait(3599)
    assert router.state(contact_id) == "queued"
    told = router.wait(1)
    assert kinds(told) == ["contact.expired"]
    assert body_of(told[0])["reason"] == "life_max"
    assert router.state(contact_id) == "expired"
    assert router.engine.book.personal == {}


def test_a_conversation_under_way_does_not_expire_nor_does_what_an_agent_gives_back_at_once(router: Router) -> None:
    contact_id, assignment_id = router.assigned("c1", intent="stolen_card")
    assert router.wait(3601) == []
    router.end(assignment_id, outcome="transferred", transfer=inputs.Transfer(queue="cards"))
    assert router.state(contact_id) == "queued"
    router.restart()
    router.sign_off("a1")
    assert router.wait(3599) == []
    assert kinds(router.wait(1)) == ["contact.expired"]


def test_nothing_follows_a_terminal_event(router: Router) -> None:
    contact_id, assignment_id = router.assigned("c1")
    router.end(assignment_id)
    before = len(router.events)
    router.outcome(contact_id, "bot", "resolved")
    router.command(contact_id, "cancel")
    router.say(inputs.ReplySent(**router.common(derive("reply")), contact_id=contact_id, by="agent"))
    assert len(router.events) == before
    assert [dead.reason for dead in router.dead] == ["illegal"] * 3
    assert all("closed" in dead.detail for dead in router.dead)
