"""The way of a contact through the router, transition by transition."""

import msgspec
import pytest

from shared.contract import inputs
from shared.contract.ids import contact_id as derived_contact_id
from shared.contract.ids import conversation_key, derive
from shared.contract.topics import AGENT_OFFERS, BOT, SELF_SERVICE
from tests.support.router_builders import POLICY, START_MS, Router, body_of, kinds, policy_with


@pytest.fixture
def router() -> Router:
    return Router()


def test_a_message_is_classified_queued_offered_accepted_and_closed(router: Router) -> None:
    router.sign_on("a1")
    told = router.say(router.message("c1"))
    assert kinds(told) == [
        "contact.received",
        "contact.classified",
        "contact.queued",
        "contact.offered",
        "agent.availability_changed",
    ]
    offer_id = router.last("offered")["offer_id"]
    assert kinds(router.answer(offer_id)) == ["contact.assigned", "agent.availability_changed"]
    ended = router.end(router.last("assigned")["assignment_id"])
    assert kinds(ended) == ["contact.closed", "agent.availability_changed"]
    assert router.state(told[0].subject) == "closed"
    versions = [body_of(event)["version"] for event in router.events if event.type.startswith("usher.contact.")]
    assert versions == list(range(1, len(versions) + 1))
    assert not router.dead


def test_ids_derive_from_what_caused_them(router: Router) -> None:
    router.sign_on("a1")
    contact_id = router.contact("c1")
    assert contact_id == derived_contact_id(conversation_key("acme", "chat", "c1"), 1, START_MS)
    offered = router.last("offered")
    assert offered["offer_id"] == derive("offer", contact_id, "1")
    router.answer(offered["offer_id"])
    assert router.last("assigned")["assignment_id"] == derive("assignment", offered["offer_id"])


def test_text_and_handle_stand_only_on_the_hand_off_copy(router: Router) -> None:
    router.sign_on("a1")
    router.contact("c1")
    for event in router.events:
        assert b"secret words" not in event.body
        assert b"+34600000001" not in event.body
    offered = next(event for event in router.events if event.type == "usher.contact.offered.v1")
    ((topic, copy),) = offered.copies
    handed = msgspec.json.decode(copy)
    assert topic == AGENT_OFFERS
    assert handed["text"] == "secret words"
    assert handed["from"]["handle"] == "+34600000001"
    assert handed["reply_to"] == {"address": "+34600000001"}


def test_a_hand_off_copy_has_all_its_fields_even_where_there_is_nothing_to_say(router: Router) -> None:
    router.sign_on("a1")
    for conversation, intent in (("c1", "order_status"), ("c2", "change_address"), ("c3", "complaint")):
        router.say(router.message(conversation, intent=intent, text=None))
    handed = [msgspec.json.decode(copy) for event in router.events for _, copy in event.copies if b'"from"' in copy]
    assert [body["text"] for body in handed] == [""] * 3
    assert all(body["reply_to"] for body in handed)
    assert handed[-1]["context"] == {}


def test_a_long_text_waits_compressed_and_is_handed_over_whole(router: Router) -> None:
    text = "where is my order? " * 3000
    contact_id = router.contact("c1", text=text)
    assert len(router.engine.book.personal[contact_id]) < len(text) / 20
    router.restart()
    assert len(router.engine.book.personal[contact_id]) < len(text) / 20
    router.sign_on("a1")
    offered = next(event for event in router.events if event.type == "usher.contact.offered.v1")
    assert msgspec.json.decode(offered.copies[0][1])["text"] == text


def test_self_service_and_bot_get_their_copies(router: Router) -> None:
    router.say(router.message("c1", intent="order_status"))
    sent = router.events[-1]
    assert sent.type == "usher.contact.sent_to_self_service.v1"
    assert body_of(sent)["articles"] == ["where-is-my-order"]
    assert [topic for topic, _ in sent.copies] == [SELF_SERVICE]
    router.say(router.message("c2", intent="change_address"))
    sent = router.events[-1]
    assert sent.type == "usher.contact.sent_to_bot.v1"
    assert body_of(sent)["bot"] == "default"
    assert [topic for topic, _ in sent.copies] == [BOT]
    assert b"secret words" in sent.copies[0][1]


def test_queued_says_everything_about_the_entry(router: Router) -> None:
    router.contact("c1", intent="stolen_card")
    queued = router.last("queued")
    assert queued["queue"] == "cards"
    assert queued["requirements"]["must"] == {"cards": 3}
    assert queued["target_seconds"] == 10
    assert queued["priority_seconds"] == 600  # a moment of truth
    assert queued["entered_at"] == "2023-11-14T22:13:20.000Z"
    assert queued["due_at"] == "2023-11-14T22:13:30.000Z"
    assert queued["position"] == 1
    assert queued["reason"] == "classified"


def test_a_message_of_a_live_contact_is_added(router: Router) -> None:
    contact_id = router.contact("c1")
    told = router.say(router.message("c1", number=2))
    assert kinds(told) == ["contact.message_added"]
    assert told[0].subject == contact_id
    assert body_of(told[0])["state"] == "queued"


def test_a_message_after_the_end_opens_the_next_episode(router: Router) -> None:
    first, assignment_id = router.assigned("c1")
    router.end(assignment_id)
    told = router.say(router.message("c1", number=2))
    assert kinds(told)[0] == "contact.received"
    assert body_of(told[0])["episode"] == 2
    assert told[0].subject != first


def test_end_and_next_message_in_one_batch_open_the_next_episode(router: Router) -> None:
    _, assignment_id = router.assigned("c1")
    common = router.common(derive("end"))
    end = inputs.AssignmentEnded(**common, assignment_id=assignment_id, agent_id="a1", outcome="closed")
    told = router.batch([router.record(end), router.record(router.message("c1", number=2))])
    received = next(body_of(event) for event in told if event.type == "usher.contact.received.v1")
    assert received["episode"] == 2


def test_only_a_customer_opens_a_contact(router: Router) -> None:
    assert router.say(router.message("c1", sender="agent")) == []
    assert [(dead.reason, dead.path) for dead in router.dead] == [("unknown_reference", "conversation_id")]


@pytest.mark.parametrize("sender", ["system", "agent", "bot"])
def test_a_task_is_opened_by_whoever_makes_it(router: Router, sender: str) -> None:
    task = router.message("c1", sender=sender, channel="task")

    assert kinds(router.say(task)) == ["contact.received", "contact.classified", "contact.queued"]


def test_an_agent_who_signs_on_gets_the_most_urgent_contact(router: Router) -> None:
    router.contact("c1")
    urgent = router.contact("c2", intent="stolen_card")
    told = router.sign_on("a1")
    assert kinds(told) == ["agent.availability_changed", "contact.offered", "agent.availability_changed"]
    assert told[1].subject == urgent


def test_a_freed_agent_gets_the_next_contact_after_their_availability_changed(router: Router) -> None:
    _, assignment_id = router.assigned("c1")
    waiting = router.contact("c2")
    told = router.end(assignment_id)
    assert kinds(told) == [
        "contact.closed",
        "agent.availability_changed",
        "contact.offered",
        "agent.availability_changed",
    ]
    assert told[2].subject == waiting
    assert [body_of(told[number])["availability"] for number in (1, 3)] == ["idle", "offered"]


def test_accepted_says_how_long_the_contact_waited(router: Router) -> None:
    router.contact("c1")
    router.now_ms += 7_500
    router.sign_on("a1")
    router.now_ms += 500
    router.accept()
    assert router.last("assigned")["waited_seconds"] == 8


def test_replies_and_pending_are_told_and_change_no_state(router: Router) -> None:
    contact_id, _ = router.assigned("c1")
    reply = inputs.ReplySent(**router.common(derive("r")), contact_id=contact_id, by="agent", agent_id="a1")
    assert body_of(router.say(reply)[0])["state"] == "assigned"
    pending = inputs.PendingChanged(**router.common(derive("p")), contact_id=contact_id, pending=True)
    told = router.say(pending)
    assert kinds(told) == ["contact.pending_changed"]
    assert body_of(told[0])["pending"] is True


def test_occurred_at_is_as_reported_but_never_before_the_previous_event(router: Router) -> None:
    late = router.message("c1", occurred_ms=START_MS - 5000)
    told = router.say(late)
    assert {event.at_ms for event in told} == {START_MS - 5000}
    router.now_ms += 1000
    told = router.say(router.message("c1", number=2, occurred_ms=START_MS - 9000))
    assert told[0].at_ms == START_MS - 5000


def test_a_workspace_without_a_policy_is_unknown() -> None:
    router = Router(policy=None)
    router.say(router.message("c1"))
    assert [(dead.reason, dead.path) for dead in router.dead] == [("unknown_workspace", "workspace")]
    router.activate(POLICY)
    assert kinds(router.say(router.message("c1")))[0] == "contact.received"


def test_two_workspaces_never_meet(router: Router) -> None:
    router.activate(policy_with(workspace="other"))
    router.sign_on("a1")
    message = router.message("c1")
    message.workspace = "other"
    contact_id = router.say(message)[0].subject
    assert router.state(contact_id) == "queued"
    router.command(contact_id, "cancel")  # by somebody of acme
    assert [dead.reason for dead in router.dead] == ["unknown_reference"]
    assert router.state(contact_id) == "queued"
