"""What a text denies is no sign: every reason of a decision is true, and nobody's danger or wish is read over."""

import pytest

from tests.support.classify_builders import decide, policy


@pytest.mark.parametrize(
    ("text", "sentiment"),
    [
        ("I'm not angry, but where is my order", "neutral"),
        ("I am not at all angry, where is my order", "neutral"),
        ("I\u2019m not fed up, where is my order", "neutral"),
        ("you are not stupid, where is my order", "neutral"),
        ("no problem, where is my order", "neutral"),
        ("it was never a problem, where is my order", "neutral"),
        ("no hay problema, dónde está mi pedido", "neutral"),
        ("no estoy enfadada, dónde está mi pedido", "neutral"),
        ("sin problemas, dónde está mi pedido", "neutral"),
        ("ich bin nicht wütend", "neutral"),
        ("kein Problem", "neutral"),
        ("gar keine Beschwerde", "neutral"),
        ("it is no longer broken", "neutral"),
        ("I'm not happy with this", "negative"),
        ("this isn't helpful", "negative"),
        ("ich bin nicht zufrieden", "negative"),
        ("no es perfecto", "negative"),
        ("no thanks", "positive"),
        ("I couldn't be more helpful", "positive"),
        ("I am not angry, I am furious", "strong_negative"),
        ("I was not angry before. Now I am angry", "strong_negative"),
        ("not only angry but sad", "strong_negative"),
        ("isn't this terrible", "strong_negative"),
        ("No! Terrible service", "strong_negative"),
        ("never again", "strong_negative"),
        ("I have never been so angry", "strong_negative"),
        ("I was never so upset as today", "negative"),
        ("ich war noch nie so w\u00fctend", "strong_negative"),
        ("I've never been so happy with a shop", "positive"),
        ("noch nie so zufrieden gewesen", "positive"),
        ("I can't thank you enough", "positive"),
        ("sorry, my English is not perfect, where is my order", "neutral"),
        ("mein Deutsch ist nicht perfekt", "neutral"),
        ("this is not super urgent", "neutral"),
        ("not super happy", "negative"),
        ("nicht super aber geht", "negative"),
        ("I'd rather not thanks", "positive"),
        ("das brauche ich nicht mehr danke", "positive"),
        ("it does not work, terrible", "strong_negative"),
    ],
)
def test_a_feeling_that_is_denied_is_none_and_denied_praise_is_a_complaint(text, sentiment):
    found = decide(text)
    assert found.sentiment == sentiment
    assert any("negative sentiment" in reason for reason in found.reasons) is sentiment.endswith("negative")


@pytest.mark.parametrize(
    ("text", "urgency"),
    [
        ("it's not urgent, where is my order", "normal"),
        ("no es urgente, dónde está mi pedido", "normal"),
        ("es ist nicht dringend", "normal"),
        ("not urgent yesterday, but urgent today", "urgent"),
        ("if this is not immediately mended I leave", "urgent"),
        ("why is this not urgent for you", "urgent"),
        ("wenn Sie nicht sofort antworten, k\u00fcndige ich", "urgent"),
        ("Why so long? It is not urgent", "normal"),
        ("es muss nicht sofort sein", "normal"),
        ("this is not super urgent", "normal"),
    ],
)
def test_what_is_said_not_to_be_urgent_is_not(text, urgency):
    assert decide(text).urgency == urgency


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to speak to a person, where is my order",
        "I do not need an agent, where is my order",
        "no need to talk to anyone, where is my order 4711",
        "I'd rather not speak to a human, where is my order",
        "I don't want to speak to a hum4n, where is my order",
        "no quiero hablar con una persona, dónde está mi pedido",
        "no hace falta hablar con un agente, dónde está mi pedido",
        "ich will nicht mit einem Menschen sprechen",
        "ich brauche keinen Mitarbeiter",
    ],
)
def test_who_declines_a_person_has_not_asked_for_one(text):
    found = decide(text)
    assert "person_asked" not in found.signals
    assert found.ground != "a person was asked for"


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to talk to a bot, I want to talk to a person",
        "I do not want to talk to a person who reads a script, connect me to an agent",
        "I can't speak to a real person",
        "why can't I talk to a human",
        "don't you have a real person",
        "why is there no real person",
        "I don't want an agent, I want a supervisor",
        "I don't need to speak to a supervisor, just a person",
        "I will not speak to an agent until a manager calls me",
        "I did not want to talk to a person but now I do",
        "I didn't want an agent before, now I need one",
        "it's not that I don't want to talk to a person, I can't find the number",
        "no quiero hablar con un agente, quiero un supervisor",
        "ich will nicht mit einem Berater sprechen, sondern mit dem Chef",
        "no quiero un bot, quiero hablar con una persona",
        "ich will nicht mit einem Bot reden, ich will mit einem Menschen sprechen",
    ],
)
def test_a_wish_for_a_person_beside_a_denial_is_heard(text):
    assert decide(text).ground == "a person was asked for"


@pytest.mark.parametrize(
    ("text", "buys"),
    [
        ("I don't want to buy anything, where is my order", False),
        ("I'm not interested in buying, where is my order", False),
        ("no quiero contratar nada", False),
        ("ich will heute nichts kaufen", False),
        ("I am interested in buying one", True),
        ("I don't want that one, I want to buy another", True),
        ("quiero contratar otra", True),
        ("ich will etwas kaufen", True),
    ],
)
def test_who_wants_to_buy_nothing_is_no_prospect(text, buys):
    assert ("prospect" in decide(text).signals) is buys


@pytest.mark.parametrize(
    ("text", "asks_many"),
    [
        ("where is my order????", False),
        ("where is my order? ? ?", False),
        ("what?! where is my order?!", False),
        ("where is my order https://shop.example/o?id=1&a=?b=2 ?", False),
        ("where is my order? when does it come? who brings it?", True),
        ("where is my order?when does it come?who brings it?", True),
        ("どこ？いつ？だれ？", True),
    ],
)
def test_one_question_that_is_asked_loudly_is_one(text, asks_many):
    assert ("score: many questions +5" in decide(text).reasons) is asks_many


def test_danger_rules_and_intents_hold_however_they_are_put():
    assert "self_harm" in decide("I am not suicidal but I want to kill myself").signals
    assert decide("no, I never asked a regulator").tier == "agent"
    assert decide("my stolen thing is not a card").moment_of_truth


def test_an_operators_words_can_be_denied_as_well():
    using = policy(words={"en": {"strong_negative": ["load of rubbish"], "urgent": ["pronto"]}})
    assert decide("not a load of rubbish, not pronto", using=using).sentiment == "neutral"
    assert decide("not a load of rubbish, not pronto", using=using).urgency == "normal"
    assert decide("a load of rubbish, pronto", using=using).sentiment == "strong_negative"
