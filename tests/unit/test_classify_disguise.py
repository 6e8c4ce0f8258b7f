"""What is written so that no filter sees it is seen, and what only looks odd is left alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.classification.disguise import CHARACTERS_MAX, undisguised
from services.router.domain.classification.text import words_of
from shared.folding import fold
from tests.support.classify_builders import decide, policy

DANGER = ("kill myself", "suicide", "gas leak")


def readings(text):
    folded = fold(text)
    return undisguised(folded, words_of(folded))


@pytest.mark.parametrize(
    "text",
    [
        "I want to k!ll myself",
        "k1ll myself",
        "ki11 myself",
        "k*ll myself",
        "su1c1de",
        "5uicide",
        "su*cide",
        "s u i c i d e",
        "s.u.i.c.i.d.e",
        "sui\U0001f525cide",
        "su\u0456cide",
        "\u0455uicide",
        "\u1d0b\u026a\u029f\u029f myself",
        "s\u20ddu\u20ddi\u20ddc\u20ddi\u20ddd\u20dde",
        "s\u0336u\u0336i\u0336c\u0336i\u0336d\u0336e\u0336",
        "\uff53\uff55\uff49\uff43\uff49\uff44\uff45",
        "sui\u00adcide",
        "sui\u200bcide",
        "iwanttokillmyself",
        "k i l l m y s e l f",
        "KILL\u00a0MYSELF",
        "kill\n\nmyself",
        "unalive myself",
    ],
)
def test_a_disguise_is_seen_through(text):
    found = decide(f"where is my order, {text}")
    assert "self_harm" in found.signals
    assert (found.tier, found.priority_seconds) == ("agent", 600.0)


@pytest.mark.parametrize(
    "text",
    [
        "where is my order 4711!!",
        "order 122 for flat 3",
        "me@ex4mple.com",
        "jo.5mith@example.com and order 9",
        "and/or, don't, e-mail",
        "**please** 2*3",
        "i.e. the blue one, p.s. thanks",
        "\u00bfd\u00f3nde est\u00e1 mi pedido? \U0001f621",
        "\u043f\u0440\u0438\u0432\u0435\u0442, \u0433\u0434\u0435 \u0437\u0430\u043a\u0430\u0437",
    ],
)
def test_what_only_looks_odd_has_no_second_reading(text):
    assert readings(text) == ()


def test_a_whole_text_of_another_script_stays_what_it_is():
    text = "\u0433\u0434\u0435 \u0437\u0430\u043a\u0430\u0437 \u03b1\u03b2\u03b3"
    assert fold(text) == text


def test_a_word_of_two_scripts_stays_what_an_operators_pattern_looks_for():
    using = policy(intents={"codes": {"patterns": ["sms\u043a\u0430"], "tier": "agent"}})
    found = decide("\u043d\u0435 \u043f\u0440\u0438\u0448\u043b\u0430 SMS\u043a\u0430", using=using)
    assert found.intent == "codes"


def test_an_operators_rule_and_a_wish_for_a_person_are_seen_through_a_disguise_and_an_intent_is_not():
    using = policy(rules=[{"name": "press", "when": {"text": r"\breporter\b"}, "then": {"tier": "agent"}}])
    assert decide("where is my order, r3porter", using=using).tier == "agent"
    assert decide("where is my order, I want to speak to a hum4n").ground == "a person was asked for"
    assert decide("wh3re is my 0rder").intent is None


@given(st.text())
def test_any_text_has_at_most_two_readings_and_none_that_it_is_itself(text):
    folded = fold(text)
    found = undisguised(folded, words_of(folded))
    assert len(found) <= 2
    assert folded not in found


@given(st.sampled_from(DANGER), st.data())
def test_any_letter_of_a_word_may_be_a_sign(words, data):
    signs = {"i": "1!|", "l": "1!|", "e": "3", "a": "4@", "s": "5$"}
    at = data.draw(st.sampled_from([at for at, letter in enumerate(words) if letter in signs]))
    worn = words[:at] + data.draw(st.sampled_from(signs[words[at]])) + words[at + 1 :]
    assert words in readings(worn)


def test_of_a_long_text_only_its_beginning_is_read():
    piece = "a1 !b "
    long = piece * 20_000
    read = undisguised(long[:CHARACTERS_MAX], words_of(long[:CHARACTERS_MAX]))
    assert read
    assert undisguised(long, words_of(long)) == read
