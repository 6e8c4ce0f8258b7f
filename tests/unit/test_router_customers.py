"""What the router knows of a customer over all channels: repeats, open contacts, and the agent who knows them."""

import pytest

from services.router.domain.customers.journey import Past, earlier
from services.router.domain.customers.shared import OPEN_MAX
from services.router.domain.state.rows import Known, Needs
from services.router.domain.turn import Turn
from shared.contract import inputs
from shared.contract.inputs import Party
from tests.support.router_builders import START_MS, Router, body_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router(policy_with(sticky={"within": "7d", "wait": "20s"}))


def party(customer_id: str) -> Party:
    return Party(handle="ana@example.com", customer_id=customer_id)


def busy_but_known(router: Router) -> str:
    """a1, who has served the customer, works for another, and a2 is free; returns that assignment."""
    router.sign_on("a1")
    serve(router, "c1", "a1")
    router.sign_on("a2")
    router.contact("c2", party=Party(handle="y", customer_id="cust-2"))
    assert router.last("offered")["agent_id"] == "a1"
    router.accept()
    assignment_id: str = router.last("assigned")["assignment_id"]
    return assignment_id


def serve(router: Router, conversation: str, agent: str) -> str:
    """A contact that the agent takes and closes."""
    contact_id = router.contact(conversation)
    assert router.last("offered")["agent_id"] == agent
    router.accept(agent)
    router.end(router.last("assigned")["assignment_id"], agent)
    return contact_id


def test_a_repeat_within_the_week_is_harder(router: Router) -> None:
    for number in range(3):
        router.contact(f"c{number}", intent="order_status")
    complexity = [body_of(e)["complexity"] for e in router.events if e.type == "usher.contact.classified.v1"]
    assert complexity == [5, 20, 35]
    router.now_ms += 8 * 86_400_000
    router.contact("c9", intent="order_status")
    assert router.last("classified")["complexity"] == 5


def complexity(router: Router, conversation: str, **changes: object) -> int:
    router.contact(conversation, **{"intent": "order_status", **changes})
    return int(router.last("classified")["complexity"])


def test_a_repeat_counts_over_all_channels_and_so_does_what_has_ended(router: Router) -> None:
    assert complexity(router, "c1", channel="chat") == 5
    router.hang_up("c1")
    router.restart()
    router.now_ms += 2 * 86_400_000
    assert complexity(router, "c2", channel="email") == 20, "a repeat"
    assert complexity(router, "c3", channel="voice") == 45, "the second repeat, and a hop from today's mail"


def test_a_contact_that_ended_in_the_same_batch_is_part_of_the_journey(router: Router) -> None:
    router.contact("c1", intent="complaint")
    left = inputs.ConversationEnded(**router.common("left"), source="chat", conversation_id="c1", reason="left")
    router.batch([router.record(left), router.record(router.message("c2", intent="complaint"))])
    assert "score: repeat contact +15" in router.last("classified")["reasons"]


@pytest.mark.parametrize("way", ["escalated", "timed out", "given up"])
def test_whom_self_service_failed_since_yesterday_is_not_sent_there_as_if_nothing_had_been(
    router: Router, way: str
) -> None:
    contact_id = router.contact("c1", intent="order_status")
    if way == "escalated":
        router.outcome(contact_id, "self_service", "escalated")
    elif way == "timed out":
        router.wait(3600)
    else:
        router.hang_up("c1")
    router.restart()
    router.contact("c2", intent="change_address")
    assert "score: failed bot or self-service +25" in router.last("classified")["reasons"]
    router.now_ms += 86_400_001
    router.contact("c3", intent="change_address")
    assert "score: failed bot or self-service +25" not in router.last("classified")["reasons"]


def test_whom_self_service_helped_was_not_failed(router: Router) -> None:
    router.outcome(router.contact("c1", intent="order_status"), "self_service", "resolved")
    assert complexity(router, "c2") == 20, "a repeat, no more"


def test_a_journey_is_the_last_50_contacts_of_90_days(router: Router) -> None:
    workspace = router.engine.book.workspaces["acme"]
    for number in range(60):
        router.contact(f"c{number}", intent="order_status")
        if number % 2:
            router.hang_up(f"c{number}")
        router.now_ms += 1000
    newest = router.contact("last", intent="order_status")
    contact = router.engine.book.contacts[newest]
    needs = Needs(customers={("acme", "cust-1"): None})
    turn = Turn(router.engine.book, router.store.known(needs) or Known())
    turn.begin("", router.now_ms, router.now_ms, "")
    found, live = earlier(turn, workspace, contact)
    assert [each.born_ms for each in found] == [START_MS + number * 1000 for number in range(10, 60)]
    assert len(live) == 30
    turn.begin("", START_MS + 90 * 86_400_000 + 55_001, 0, "")
    assert len(earlier(turn, workspace, contact)[0]) == 4
    past = next(each for each in found if isinstance(each, Past))
    assert (past.intent, past.tier, past.state, past.channel) == ("order_status", "agent", "abandoned", "chat")


def test_a_short_text_is_in_the_language_that_the_customer_wrote_before(router: Router) -> None:
    router.activate(policy_with(languages=["en", "es"]))
    router.contact("c1", language="es")
    router.hang_up("c1")
    router.contact("c2", text="ok")
    assert router.last("classified")["language"] == "es"
    router.contact("c3", text="ok", party=Party(handle="x", customer_id="cust-2"))
    assert router.last("classified")["language"] == "en"


def test_another_customer_is_another_story(router: Router) -> None:
    router.contact("c1", intent="order_status")
    router.contact("c2", intent="order_status", party=Party(handle="x", customer_id="cust-2"))
    assert router.last("classified")["complexity"] == 5


def test_open_contacts_of_one_customer_are_linked(router: Router) -> None:
    first = router.contact("c1")
    router.contact("c2", channel="email")
    assert router.last("received")["linked"] == [first]
    router.hang_up("c1")
    router.contact("c3", channel="email")
    assert first not in router.last("received").get("linked", [])


def test_an_offer_links_the_contacts_that_are_open_by_then(router: Router) -> None:
    router.contact("c1")
    second = router.contact("c2", channel="email")
    router.now_ms += 1
    third = router.contact("c3", channel="email")
    router.hang_up("c1")
    router.sign_on("a1")
    assert (router.last("offered")["contact_id"], router.last("offered").get("linked", [])) == (second, [])
    router.accept()
    router.sign_on("a2")
    assert (router.last("offered")["contact_id"], router.last("offered")["linked"]) == (third, [second])


def test_a_returning_customer_waits_a_little_for_the_agent_who_knows_them(router: Router) -> None:
    busy = busy_but_known(router)
    contact_id = router.contact("c3")
    assert router.last("queued")["kept_for"] == "a1"
    assert router.state(contact_id) == "queued", "a2 is free, but a1 knows the customer"
    router.now_ms += 19_000
    assert kinds(router.end(busy))[2] == "contact.offered"
    offered = router.last("offered")
    assert (offered["agent_id"], offered["decision"]["kept_for_agent"]) == ("a1", True)


def test_the_wait_for_a_known_agent_ends(router: Router) -> None:
    busy_but_known(router)
    router.contact("c3")
    assert kinds(router.wait(19.999)) == []
    assert kinds(router.wait(0.001))[0] == "contact.offered"
    assert router.last("offered")["agent_id"] == "a2"


def test_the_wait_is_at_most_half_of_what_is_left_until_the_contact_is_due(router: Router) -> None:
    busy_but_known(router)
    router.contact("c3", queue="orders")  # 20 s to answer
    router.wait(10)
    assert router.last("offered")["agent_id"] == "a2"


def test_an_agent_who_is_away_or_declines_is_not_waited_for(router: Router) -> None:
    router.sign_on("a1")
    serve(router, "c1", "a1")
    router.sign_on("a2")
    router.presence("a1", "not_ready")
    router.contact("c2")
    assert router.last("queued")["kept_for"] is None
    assert router.last("offered")["agent_id"] == "a2"
    router.presence("a1", "available")
    router.contact("c3")
    assert router.last("offered")["agent_id"] == "a1"
    router.decline()
    assert router.state(router.last("offer_declined")["contact_id"]) == "queued"
    told = router.sign_on("a3")
    assert body_of(told[1])["agent_id"] == "a3", "it is open to all at once"


def test_the_agent_who_has_another_contact_of_the_customer_gets_this_one_too(router: Router) -> None:
    router.sign_on("a1", units=2)
    router.sign_on("a2", units=2)
    router.contact("c1")
    first = router.last("offered")["agent_id"]
    router.accept(first)
    router.contact("c2", channel="email")
    assert router.last("offered")["agent_id"] == first
    assert router.last("offered")["linked"] == [router.last("assigned")["contact_id"]]


def test_after_the_time_of_the_policy_nobody_is_remembered(router: Router) -> None:
    router.sign_on("a1")
    serve(router, "c1", "a1")
    router.now_ms += 8 * 86_400_000
    router.contact("c2")
    assert router.last("queued")["kept_for"] is None


def test_an_id_with_more_open_contacts_than_a_person_has_is_treated_as_shared(router: Router) -> None:
    for number in range(OPEN_MAX):
        router.contact(f"c{number}", party=party("guest"))
    assert len(router.last("received")["linked"]) == OPEN_MAX - 1
    assert "customer_shared" not in router.last("received")
    router.contact("one-more", party=party("guest"))
    assert router.last("received")["customer_shared"] == "open_contacts"
    assert "linked" not in router.last("received")
    assert router.counts["usher_contacts_of_shared_customers_total", "open_contacts"] == 1
    router.restart()
    for number in range(2):
        router.hang_up(f"c{number}")
    router.contact("later", party=party("guest"))
    assert len(router.last("received")["linked"]) == OPEN_MAX - 1, "one person's again"


def test_nobody_is_kept_for_the_agent_of_an_id_that_many_share() -> None:
    router = Router(policy_with(sticky={"within": "7d", "wait": "20s"}))
    router.assigned("c0", party=party("guest"))
    for number in range(1, OPEN_MAX):
        router.contact(f"c{number}", party=party("guest"))
    assert router.last("queued")["kept_for"] == "a1"
    router.contact("one-more", party=party("guest"))
    assert not router.last("queued").get("kept_for")
