"""Every message of a customer is read until an agent serves them; it moves the contact up, and never down."""

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain import events
from services.router.domain.state.personal import HEARD_CHARACTERS_MAX, before, pack, shown, whole_of, with_heard
from services.router.domain.states import ContactState
from shared.contract.inputs import HandOffContext
from tests.support.router_builders import Router, body_of, kinds, policy_with
from tests.support.router_models import Shelf, WordModel, policy_naming, router_on

TEXTS = (
    "thank you", "my insulin has not come", "I want to speak to a human", "where is it", "I smell gas",
    "my lawyer will write", "I want to die", "12345", "\U0001f621", "this is fraud", "cancel", "ok",
)  # fmt: skip
ENOUGH = ["contact.message_added", "contact.escalated", "contact.classified", "contact.queued"]


@pytest.mark.parametrize(("intent", "state"), [("order_status", "self_service"), ("change_address", "bot")])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        ("I smell gas in the cellar", "safeguard danger"),
        ("I want to speak to a human", "a person was asked for"),
        ("quiero morirme", "safeguard self_harm"),
        ("I want to k!ll myself", "safeguard self_harm"),
        ("la pompa di mia madre si è fermata", "safeguard danger"),
    ],
)
def test_a_second_message_takes_the_contact_to_a_person_with_its_age_and_the_reason(intent, state, text, ground):
    router = Router(policy_with(languages=["en", "es"]))
    contact = router.contact(intent=intent)
    assert router.state(contact) == state
    router.now_ms += 60_000

    told = router.say(router.message(number=2, text=text))

    assert kinds(told) == ENOUGH
    assert body_of(told[1])["reason"] == ground
    verdict = body_of(told[2])
    assert (verdict["tier"], verdict["reasons"][0]) == ("agent", f"later message: {ground}")
    assert router.state(contact) == "queued"


TOLD_IN_PIECES = [
    (("there is a smell in the kitchen", "like gas"), "safeguard danger"),
    (("where is it", "ich kann nicht mehr", "ich will nicht mehr", "leben"), "safeguard self_harm"),
    (("change my address", "hello", "a person"), "a person was asked for"),
    (("12345", "\U0001f621", "s u i c i d e"), "safeguard self_harm"),
    (("my mum is here", "the pump", "stopped"), "safeguard danger"),
]


@pytest.mark.parametrize("intent", ["order_status", "change_address"])
@pytest.mark.parametrize(("texts", "ground"), TOLD_IN_PIECES)
@pytest.mark.parametrize("restarts", [False, True])
def test_danger_that_is_told_in_pieces_is_read_as_one_also_after_a_restart(intent, texts, ground, restarts):
    router = Router(policy_with(languages=["en", "de"]))
    contact = router.contact(intent=intent, text=texts[0])
    for number, text in enumerate(texts[1:], start=2):
        assert router.state(contact) in ("self_service", "bot")
        if restarts:
            router.restart()
        told = router.say(router.message(number=number, text=text))
    assert kinds(told) == ENOUGH
    assert body_of(told[1])["reason"] == ground
    assert router.state(contact) == "queued"


def test_what_lies_further_back_than_a_few_sentences_is_forgotten():
    router = Router()
    contact = router.contact(intent="order_status", text="there is a smell in the kitchen")
    router.say(router.message(number=2, text="where is it " * (HEARD_CHARACTERS_MAX // 12 + 1)))
    router.say(router.message(number=3, text="like gas"))
    assert router.state(contact) == "self_service"
    assert len(before(router.engine.book.personal[contact])) <= HEARD_CHARACTERS_MAX


def test_whoever_writes_one_word_at_a_time_is_read_like_others_however_long_it_takes():
    router = Router()
    contact = router.contact(intent="order_status", text="hello")
    for number in range(2, 6 + HEARD_CHARACTERS_MAX // 6):
        router.say(router.message(number=number, text="where?"))
        assert len(before(router.engine.book.personal[contact])) > min(6 * (number - 1), HEARD_CHARACTERS_MAX - 8)
    router.say(router.message(number=200, text="smell"))
    assert kinds(router.say(router.message(number=201, text="of gas"))) == ENOUGH


def test_of_a_text_without_spaces_the_end_is_kept():
    kept = with_heard(pack(whole_of(Router().message(text="?"))), "\u7164\u6c14" * HEARD_CHARACTERS_MAX)
    assert before(kept) == "\u7164\u6c14" * (HEARD_CHARACTERS_MAX // 2)


def test_what_was_known_before_moves_nobody_again():
    """An agent has read it, settled it and gave the contact back to a bot."""
    router = Router()
    contact = router.contact(text="I smell gas")
    router.engine.book.contacts[contact].state = ContactState.BOT
    assert kinds(router.say(router.message(number=2, text="thank you"))) == ["contact.message_added"]


def test_a_contact_whose_text_is_gone_is_served_by_what_comes_next():
    router = Router()
    contact = router.contact(intent="order_status", text="there is a smell in the kitchen")
    del router.engine.book.personal[contact]
    assert kinds(router.say(router.message(number=2, text="like gas"))) == ["contact.message_added"]
    assert kinds(router.say(router.message(number=3, text="I smell gas"))) == ENOUGH


def test_nobody_is_handed_what_is_kept_of_later_messages():
    router = Router()
    contact = router.contact(text="a question", attributes={"heard": "of you on the radio"})
    router.say(router.message(number=2, text="a second one"))
    assert b'"heard":"a second one"' in router.engine.book.personal[contact]
    told = router.sign_on()
    (offered,) = [event for event in told if event.type == events.OFFERED]
    ((_, private),) = offered.copies
    assert b"a second one" not in private
    assert msgspec.json.decode(private)["text"] == "a question"


@given(st.text(max_size=900), st.lists(st.text(max_size=400), max_size=4), st.dictionaries(st.text(), st.text()))
def test_what_is_kept_is_bounded_and_hides_nothing_of_the_first_message(first, later, attributes):
    said = Router().message(text=first, attributes=attributes)
    kept = whole = whole_of(said)
    for text in later:
        kept = with_heard(pack(kept), text)
    assert shown(pack(kept)) == shown(whole) == whole
    assert len(before(kept)) <= HEARD_CHARACTERS_MAX


@pytest.mark.parametrize("text", ["thanks", "ok, I see", "hmm", "12345", "\U0001f44d"])
def test_a_message_that_says_nothing_of_a_person_changes_nothing(text):
    router = Router()
    router.contact(intent="change_address")
    assert kinds(router.say(router.message(number=2, text=text))) == ["contact.message_added"]


@pytest.mark.parametrize("intent", ["order_status", "change_address"])
def test_the_callers_word_for_a_person_counts_in_a_later_message_as_in_the_first(intent):
    router = Router()
    router.contact(intent=intent)
    told = router.say(router.message(number=2, text="hmm", tier="agent", queue="cards", priority_seconds=30))
    assert kinds(told) == ENOUGH
    assert body_of(told[1])["reason"] == "caller"
    assert body_of(told[2])["reasons"][0] == "later message: caller"
    assert (body_of(told[3])["queue"], body_of(told[3])["priority_seconds"]) == ("cards", 30)


def test_who_waits_is_moved_ahead_by_the_caller():
    router = Router()
    router.contact(text="a question")
    told = router.say(router.message(number=2, text="hmm", tier="agent", priority_seconds=30))
    assert kinds(told) == ["contact.message_added", "contact.reprioritised"]
    assert (body_of(told[1])["reason"], body_of(told[1])["priority_seconds"]) == ("caller", 30)


@pytest.mark.parametrize(
    ("said", "moves"),
    [
        ({"text": "hmm", "intent": "stolen_card"}, False),
        ({"text": "I smell gas"}, True),
        ({"text": "I want to speak to a human"}, True),
    ],
)
def test_the_callers_word_for_a_machine_wins_in_a_later_message_but_locks_nobody_in(said, moves):
    router = Router()
    router.contact(intent="change_address")
    assert kinds(router.say(router.message(number=2, tier="bot", **said))) == (ENOUGH if moves else ENOUGH[:1])
    assert kinds(router.say(router.message(number=3, **said))) == (ENOUGH[:1] if moves else ENOUGH)


@pytest.mark.parametrize(
    "hint", [{}, {"tier": "bot"}, {"tier": "self_service"}, {"tier": "agent"}, {"intent": "stolen_card"}]
)
@pytest.mark.parametrize("text", TEXTS)
def test_the_last_reason_of_a_tier_is_the_tier_also_after_a_later_message(hint, text):
    router = Router()
    router.contact(intent="change_address")
    for event in router.say(router.message(number=2, text=text, **hint)):
        if event.type == events.CLASSIFIED:
            tiers = [reason for reason in body_of(event)["reasons"] if reason.startswith("tier: ")]
            assert tiers[-1].split()[1] == body_of(event)["tier"] == "agent"


def test_who_waits_is_moved_ahead_by_what_cannot_wait_and_only_once():
    router = Router()
    contact = router.contact(text="a question")
    told = router.say(router.message(number=2, text="my baby swallowed a battery"))
    assert kinds(told) == ["contact.message_added", "contact.reprioritised"]
    assert body_of(told[1])["reason"] == "safeguard danger"
    assert body_of(told[1])["priority_seconds"] == 600
    again = router.say(router.message(number=3, text="my baby swallowed a battery"))
    assert kinds(again) == ["contact.message_added"]
    assert router.state(contact) == "queued"


def test_who_waits_goes_to_the_queue_of_a_moment_of_truth():
    intents = policy_with()["classification"]["intents"]
    stolen = {**intents["stolen_card"], "patterns": ["stolen.*card"]}
    router = Router(policy_with(classification={"intents": {**intents, "stolen_card": stolen}}))
    router.contact(text="a question")
    told = router.say(router.message(number=2, text="somebody has stolen my card"))
    assert kinds(told) == ["contact.message_added", "contact.requeued", "contact.queued"]
    queued = body_of(told[2])
    assert (queued["queue"], queued["priority_seconds"]) == ("cards", 600)
    assert queued["requirements"]["must"] == {"cards": 3}
    assert queued["entered_at"] == "2023-11-14T22:13:20.000Z"


def test_an_offered_contact_stays_with_the_agent_who_was_asked():
    router = Router()
    router.sign_on()
    contact = router.contact(text="a question")
    told = router.say(router.message(number=2, text="there is a fire in my kitchen"))
    assert kinds(told) == ["contact.message_added", "contact.reprioritised"]
    assert router.state(contact) == "offered"


@given(
    st.sampled_from(["order_status", "change_address", None]), st.lists(st.sampled_from(TEXTS), max_size=6), st.data()
)
@settings(max_examples=60, deadline=None)
def test_messages_never_move_a_contact_down_and_nothing_follows_its_end(intent, texts, data):
    router = Router()
    contact = router.contact(**({"intent": intent} if intent else {"text": "a question"}))
    boosts = [router.engine.book.contacts[contact].boost_ms]
    for number, text in enumerate(texts, start=2):
        if data.draw(st.integers(0, 9)) == 0:
            router.hang_up()
            ended = len(router.events)
            router.say(router.message(number=number, text=text))
            assert all(event.subject != contact for event in router.events[ended:])
            return
        before = router.state(contact)
        router.say(router.message(number=number, text=text))
        live = router.engine.book.contacts[contact]
        assert not (before == "queued" and live.state in ("bot", "self_service"))
        boosts.append(live.boost_ms)
    assert boosts == sorted(boosts)
    assert router.dead == []


def test_what_a_bot_learnt_counts_with_language_and_boost_also_where_only_the_model_knows_the_intent():
    router = router_on(Shelf(words=WordModel()), intents={"change_address": {"tier": "bot", "base": 30}})
    router.activate(policy_naming("words", intents={"change_address": {"tier": "bot"}}) | {"languages": ["en", "es"]})
    contact = router.contact(intent="change_address")
    context = HandOffContext(intent="stolen_card", language="es-MX")
    told = router.outcome(contact, "bot", "escalated", context=context)
    queued = body_of(told[-1])
    assert queued["priority_seconds"] == 600
    assert queued["requirements"]["must"] == {"es": 1}
    assert router.engine.book.contacts[contact].intent == "stolen_card"
