"""Messages of a conversation that is under way: whoever has the contact hears of them, and none is swallowed."""

import msgspec
import pytest

from shared.contract.records import Event
from tests.support.router_builders import Router, bodies_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router(policy_with(wrap_up={"default": "30s"}))


def copies(told: list[Event]) -> list[tuple[str, str, dict[str, object]]]:
    return [(event.type, topic, msgspec.json.decode(body)) for event in told for topic, body in event.copies]


@pytest.mark.parametrize(
    ("intent", "topic"), [("order_status", "usher.self-service.v1"), ("change_address", "usher.bot.v1")]
)
def test_self_service_and_bots_get_the_text_of_further_messages(router: Router, intent: str, topic: str) -> None:
    router.contact("c1", intent=intent)
    told = router.say(router.message("c1", 2, text="and another thing"))
    ((kind, copied_to, private),) = copies(told)
    assert (kind, copied_to) == ("usher.contact.message_added.v1", topic)
    assert private["text"] == "and another thing"
    assert b"another thing" not in told[0].body, "the log holds no text"


TOLD = {
    "attributes": {"media_id": "M1", "business_connection_id": "b1"}, "to": "+34911000000", "language": "es",
    "public": True,
}  # fmt: skip


@pytest.mark.parametrize("intent", ["order_status", "change_address", "stolen_card"])
def test_whoever_is_to_answer_gets_what_a_provider_asks_for_beside_the_text(router: Router, intent: str) -> None:
    """A file of WhatsApp or Telegram is an id, and a business chat is answered by its connection."""
    router.sign_on("a1", skills={"en": 5, "es": 5, "cards": 5})
    told = router.say(router.message("c1", text="hello", intent=intent, **TOLD))
    (*_, (_, _, first)) = copies(told)
    ((_, _, later),) = copies(router.say(router.message("c1", 2, text="again", **TOLD)))
    for private in (first, later):
        assert {name: private[name] for name in TOLD} == TOLD
    assert not any(b"media_id" in event.body for event in told), "the log holds none of it"


@pytest.mark.parametrize("state", ["offered", "assigned", "wrapping"])
def test_the_agents_desk_gets_the_text_of_messages_that_come_while_they_have_the_contact(
    router: Router, state: str
) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1")
    if state != "offered":
        router.accept()
    if state == "wrapping":
        router.end(router.last("assigned")["assignment_id"])
    assert router.state(contact_id) == state
    told = router.say(router.message("c1", 2, text="one more"))
    kind, topic, private = copies(told)[0]
    assert (kind, topic, private["text"]) == ("usher.contact.message_added.v1", "usher.agent-offers.v1", "one more")
    assert router.last("message_added")["contact_id"] == contact_id


def test_a_waiting_contact_has_nobody_who_is_told(router: Router) -> None:
    router.contact("c1")
    assert copies(router.say(router.message("c1", 2))) == []


def test_a_customers_message_in_wrap_up_is_the_next_episode_and_wrap_up_goes_on(router: Router) -> None:
    first, assignment = router.assigned("c1")
    router.end(assignment)
    told = router.say(router.message("c1", 2))
    assert kinds(told)[:3] == ["contact.message_added", "contact.received", "contact.classified"]
    (received,) = bodies_of(told, "contact.received")
    assert (received["episode"], router.state(first)) == (2, "wrapping")
    assert router.state(received["contact_id"]) == "queued"
    router.restart()
    assert kinds(router.say(router.message("c1", 3))) == ["contact.message_added"]
    assert router.last("message_added")["contact_id"] == received["contact_id"]
    router.wait(30)
    assert router.state(first) == "closed"
    assert router.last("offered")["contact_id"] == received["contact_id"]


def test_an_agents_message_in_wrap_up_opens_nothing(router: Router) -> None:
    _, assignment = router.assigned("c1")
    router.end(assignment)
    assert kinds(router.say(router.message("c1", 2, sender="agent"))) == ["contact.message_added"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_third_episode_comes_after_a_second_that_ended_before_the_wrap_up_of_the_first(
    router: Router, restarts: bool
) -> None:
    first, assignment = router.assigned("c1")
    router.end(assignment)
    router.say(router.message("c1", 2))
    router.hang_up()
    assert router.last("abandoned")["contact_id"] != first
    if restarts:
        router.restart()
    told = router.say(router.message("c1", 3))
    assert bodies_of(told, "contact.received")[0]["episode"] == 3
    router.wrapped_up(assignment)
    assert router.state(first) == "closed"
    assert router.dead == []


def test_a_third_episode_is_none_of_those_before_though_the_wrap_up_of_the_first_ends_in_the_very_step(
    router: Router,
) -> None:
    first, assignment = router.assigned("c1")
    router.end(assignment)
    router.say(router.message("c1", 2))
    router.hang_up()
    second = router.last("abandoned")["contact_id"]
    router.now_ms += 60_000  # nobody looked meanwhile: the record comes behind the deadline, in one step
    told = router.say(router.message("c1", 3))
    assert [body["contact_id"] for body in bodies_of(told, "contact.closed")] == [first]
    (received,) = bodies_of(told, "contact.received")
    assert received["episode"] == 3
    assert received["contact_id"] not in (first, second)


def test_hanging_up_after_the_next_episode_began_ends_that_one_and_not_the_wrap_up(router: Router) -> None:
    first, assignment = router.assigned("c1")
    router.end(assignment)
    router.say(router.message("c1", 2))
    assert kinds(router.hang_up()) == ["contact.abandoned"]
    assert router.state(first) == "wrapping"
