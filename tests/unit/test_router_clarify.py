"""The one clarifying question: who is asked, what the answer changes, and that nobody is asked twice or lost."""

from typing import Any

import msgspec
import pytest

from services.router.domain.classification.triage import Triage
from shared.contract.inputs import Attachment, HandOffContext
from shared.contract.records import Event
from tests.support.clarify_builders import UNCLEAR, router_with
from tests.support.router_builders import Router, body_of, kinds, policy_with
from tests.support.router_models import Shelf, WordModel


def handed_over(events: list[Event], kind: str) -> dict[str, Any]:
    """Body of the hand-off copy of an event, with what only the hand-off topic holds."""
    event = next(event for event in events if event.type == f"usher.contact.{kind}.v1")
    ((_, private),) = event.copies
    return {**body_of(event), **msgspec.json.decode(private)}


def test_an_unclear_chat_goes_to_a_bot_that_shall_ask() -> None:
    router = router_with(WordModel(perhaps=(("order_status", 0.03),)))
    told = router.say(router.message(text=UNCLEAR, attributes={"order": "A-1"}))

    assert kinds(told) == ["contact.received", "contact.classified", "contact.sent_to_bot"]
    verdict, sent = body_of(told[1]), handed_over(told, "sent_to_bot")
    assert (verdict["tier"], verdict["question"]) == ("bot", True)
    assert verdict["reasons"][-1] == "tier: bot by one question to the customer: out of scope"
    assert (sent["purpose"], sent["bot"], sent["text"]) == ("clarify", "default", UNCLEAR)
    assert [each["intent"] for each in sent["top3"]] == ["weather", "order_status"]
    assert sent["expires_at"] == "2023-11-14T22:15:20.000Z"  # two minutes: less than the bot's ten
    assert sent["attributes"] == {"order": "A-1"}
    assert router.counts["usher_clarifications_total", "asked"] == 1


@pytest.mark.parametrize(
    ("message", "why"),
    [
        ({"channel": "email"}, "human triage: out of scope"),
        ({"text": "??? I want to speak to a person"}, "a person was asked for"),
        ({"text": "??? ombudsman"}, "human triage: out of scope"),
        ({"text": "what ??? this is fraud"}, "safeguard fraud"),
        ({"tier": "agent"}, "caller"),
        ({"intent": "stolen_card"}, "moment of truth stolen_card"),
    ],
)
def test_nobody_is_asked_where_a_person_is_due(message: dict[str, Any], why: str) -> None:
    router = router_with()
    router.say(router.message(**{"text": UNCLEAR, **message}))

    verdict = router.last("classified")
    assert (verdict["tier"], verdict["question"], verdict["reasons"][-1]) == ("agent", False, f"tier: agent by {why}")


def test_nobody_is_asked_who_may_mean_a_moment_of_truth() -> None:
    router = router_with(WordModel(perhaps=(("stolen_card", 0.03),)))
    assert router.state(router.contact(text=UNCLEAR)) == "queued"


def test_the_policy_says_where_by_whom_and_how_long() -> None:
    asks = {"channels": ["sms"], "bot": "desk", "wait": "30s"}
    made = policy_with(bots={"default": {}, "desk": {}}, classification={"model": "words", "clarify": asks})
    router = Router(made, Triage(Shelf(words=WordModel())))
    router.contact("c1", text=UNCLEAR, channel="sms")
    sent = router.last("sent_to_bot")
    assert (sent["bot"], sent["purpose"], sent["expires_at"]) == ("desk", "clarify", "2023-11-14T22:13:50.000Z")
    router.contact("c2", text=UNCLEAR)
    assert router.last("classified")["question"] is False


def test_an_answer_that_makes_it_clear_goes_where_the_second_look_says() -> None:
    model = WordModel()
    router = router_with(model)
    contact = router.contact(text=UNCLEAR, attachments=[Attachment("image/png")], attributes={"a": "b"})
    told = router.say(router.message(number=2, text="where is my parcel"))

    assert kinds(told) == ["contact.message_added", "contact.classified", "contact.sent_to_self_service"]
    assert f"{UNCLEAR}\nwhere is my parcel" in model.texts
    verdict, sent = body_of(told[1]), handed_over(told, "sent_to_self_service")
    assert (verdict["intent"], verdict["question"]) == ("order_status", False)
    assert verdict["reasons"][0] == "clarified: judged with the answer"
    assert "score: attachment +5" in verdict["reasons"]
    assert sent["text"] == f"{UNCLEAR}\nwhere is my parcel"
    assert sent["attributes"] == {"a": "b"}
    assert router.state(contact) == "self_service"
    assert router.counts["usher_contacts_routed_total", "bot", "chat"] == 1
    assert router.counts["usher_clarifications_total", "self_service"] == 1
    assert ("usher_contacts_routed_total", "self_service", "chat") not in router.counts


def test_who_stays_unclear_is_triaged_by_a_person_with_age_and_text_and_is_never_asked_again() -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    router.now_ms += 40_000
    told = router.say(router.message(number=2, text="the thing ???"))

    assert kinds(told) == ["contact.message_added", "contact.escalated", "contact.classified", "contact.queued"]
    assert body_of(told[1])["reason"] == "unclear"
    assert body_of(told[1])["context"] == {"tried": ["clarify"]}
    assert body_of(told[2])["reasons"][-1] == "tier: agent by human triage: out of scope"
    assert body_of(told[3])["entered_at"] == "2023-11-14T22:13:20.000Z"  # as of the first message
    assert body_of(told[3])["reason"] == "escalated"

    router.restart()
    router.sign_on()
    offered = handed_over(router.events, "offered")
    assert offered["text"] == f"{UNCLEAR}\nthe thing ???"
    assert offered["context"] == {"tried": ["clarify"]}
    assert kinds(router.say(router.message(number=3, text="??? again"))) == ["contact.message_added"]
    assert router.state(contact) == "offered"


def test_a_moment_of_truth_in_the_answer_goes_to_the_best_agent() -> None:
    router = router_with()
    router.contact(text=UNCLEAR)
    told = router.say(router.message(number=2, text="my card"))

    assert body_of(told[1])["reason"] == "clarified"
    assert body_of(told[2])["moment_of_truth"] is True
    assert body_of(told[3])["queue"] == "cards"
    assert body_of(told[3])["priority_seconds"] == 600


def test_only_the_customers_words_are_an_answer() -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    for number, sender in enumerate(("bot", "agent", "system"), start=2):
        assert kinds(router.say(router.message(number=number, text="parcel?", sender=sender))) == [
            "contact.message_added"
        ]
    assert router.state(contact) == "bot"


def test_a_bot_that_gets_no_answer_loses_nobody() -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    told = router.wait(120)

    assert kinds(told) == ["contact.escalated", "contact.queued"]
    assert body_of(told[0])["reason"] == "timeout"
    assert body_of(told[1])["entered_at"] == "2023-11-14T22:13:20.000Z"
    router.say(router.message(number=2, text="my parcel"))
    assert router.state(contact) == "queued"


def test_a_bot_that_knows_the_intent_has_the_contact_judged_again() -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    context = HandOffContext(intent="order_status", language="en", slots={"order": "A-1"})
    told = router.outcome(contact, "bot", "escalated", reason="clarified", context=context)

    assert kinds(told) == ["contact.classified", "contact.sent_to_self_service"]
    assert body_of(told[0])["reasons"][1] == "intent: order_status by caller (1.00)"
    router.outcome(contact, "self_service", "escalated")
    assert router.last("escalated")["context"]["slots"] == {"order": "A-1"}


@pytest.mark.parametrize("intent", ["complaint", "nobody_knows_this"])
def test_a_bot_that_learnt_of_something_for_people_hands_on(intent: str) -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    told = router.outcome(contact, "bot", "escalated", reason="clarified", context=HandOffContext(intent=intent))
    assert kinds(told) == ["contact.escalated", "contact.classified", "contact.queued"]


def test_a_bot_that_gives_up_escalates_as_ever_even_when_it_names_an_intent() -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    context = HandOffContext(intent="order_status")
    told = router.outcome(contact, "bot", "escalated", reason="wants a person", context=context)
    assert kinds(told) == ["contact.escalated", "contact.queued"]
    assert router.last("queued")["queue"] == "orders"


def test_a_bot_that_solved_it_contains_it() -> None:
    router = router_with()
    contact = router.contact(text=UNCLEAR)
    router.outcome(contact, "bot", "resolved", reason="clarified", context=HandOffContext(intent="order_status"))
    assert router.state(contact) == "contained"


def test_the_question_and_its_answer_in_one_batch_are_as_good_as_in_two() -> None:
    whole, parts = router_with(), router_with()
    whole.batch([whole.record(each) for each in _conversation(whole)])
    for said in _conversation(parts):
        parts.restart()
        parts.say(said)
    assert whole.events == parts.events
    assert [whole.state(key) for key in whole.store.contacts] == ["self_service"]


def _conversation(router: Router) -> list[Any]:
    return [router.message(text=UNCLEAR), router.message(number=2, text="my parcel")]
