"""The score of a contact: every term, the bands of the tiers, and signals that never lower one."""

import pytest

from services.router.domain.classification.record import Journey, PastContact
from shared.times import DAY_MS
from tests.support.classify_builders import NOW, decide, policy


@pytest.mark.parametrize(
    ("facts", "term", "points"),
    [
        ({"text": "where is my order, this is slow"}, "negative sentiment", 5),
        ({"text": "where is my order, this is a disgrace"}, "strong negative sentiment", 10),
        ({"text": "¿dónde está mi pedido? estoy harto de esperar"}, "strong negative sentiment", 10),
        ({"text": "where is my order, so slow", "public": True}, "public complaint", 20),
        ({"text": "where is my order, urgent"}, "urgent", 10),
        ({"text": "where is my order? why? when?"}, "many questions", 5),
        ({"text": "where is my order " + "word " * 120}, "long text", 5),
        ({"text": "where is my order " + "word " * 300}, "long text", 10),
        ({"text": "where is my order", "attachments": 1}, "attachment", 5),
        ({"text": "where is my order", "attributes": {"vip": "gold"}}, "vip or vulnerable", 15),
        ({"text": "where is my order", "attributes": {"vulnerable": "true"}}, "vip or vulnerable", 15),
    ],
)
def test_every_term_of_the_score_adds_its_points_and_says_so(facts, term, points):
    found = decide(**facts)
    assert f"score: {term} +{points}" in found.reasons
    others = sum(int(r.rsplit("+")[-1]) for r in found.reasons if r.startswith("score:") and term not in r)
    assert found.complexity == others + points


@pytest.mark.parametrize("value", ["", "false", "0", "no", "False"])
def test_a_flag_that_says_no_is_no_flag(value):
    assert decide("where is my order", attributes={"vip": value}).complexity == 5


def past(days, intent="order_status", channel="chat"):
    return PastContact(NOW - int(days * DAY_MS), channel, intent)


@pytest.mark.parametrize(
    ("journey", "complexity"),
    [
        (Journey(), 5),
        (Journey((past(6),)), 20),
        (Journey((past(5), past(6))), 35),
        (Journey((past(8),)), 5),
        (Journey((past(3, "refund"),)), 5),
        (Journey((past(0.5, "refund", "email"),)), 15),
        (Journey((past(1.5, "refund", "email"),)), 5),
        (Journey(failed_automation=True), 30),
    ],
)
def test_the_journey_adds_repeats_hops_and_failed_automation(journey, complexity):
    assert decide("where is my order", journey=journey).complexity == complexity


def test_points_raise_the_tier_by_the_bands_of_the_policy():
    journey = Journey((past(1.5), past(2)), failed_automation=True)
    assert decide("where is my order", journey=Journey((past(6),))).tier == "bot"
    assert decide("where is my order", journey=journey).tier == "agent"  # 5 + 30 + 25
    assert decide("where is my order", journey=journey, using=policy(score={"agent_from": 70})).tier == "bot"


def test_no_score_exceeds_100():
    journey = Journey((past(1), past(2)), failed_automation=True)
    found = decide("stolen card, urgent, a disgrace", journey=journey, attributes={"vip": "1"}, public=True)
    assert found.complexity == 100


def test_an_operators_words_count_like_those_that_usher_brings():
    words = {"en": {"urgent": ["pronto"], "strong_negative": ["load of rubbish"], "person": ["wetware"]}}
    found = decide("where is my order, what a load of rubbish, pronto, wetware", using=policy(words=words))
    assert found.urgency == "urgent"
    assert found.sentiment == "strong_negative"
    assert "person_asked" in found.signals


def test_sentiment_alone_never_lowers_a_tier():
    assert decide("I want a refund, thanks, you are wonderful").tier == "agent"
    assert decide("thanks, wonderful").sentiment == "positive"


def test_buying_intent_and_public_complaints_are_signals():
    found = decide("I would like to buy one, yours is broken", public=True)
    assert {"prospect", "public_complaint"} <= set(found.signals)


def test_reasons_hold_no_text_of_the_customer():
    found = decide("refund for jane.roe@example.test, urgent, 4111111111111111, a disgrace")
    assert not any(word in " ".join(found.reasons) for word in ("jane", "4111", "disgrace"))
