"""A policy answers messages of the same kind once: what it remembers never changes an answer."""

import re

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.classification.classify import ANSWERS_MAX, classify
from services.router.domain.classification.record import Journey, MessageFacts
from services.router.domain.classification.text import READING_CHARACTERS_MAX, READINGS_MAX, words_of
from shared.contract.inputs import RoutingHint
from tests.support.classify_builders import POLICY, policy

PHRASES = (
    "where is my order",
    "refund",
    "my stolen credit card",
    "urgent",
    "a disgrace",
    "why? how? when?",
    "word " * 99,
)
RULES = [
    {"name": "support", "when": {"to": ["support@acme.example"]}, "then": {"tier": "agent"}},
    {"name": "partner", "when": {"source": ["partner"]}, "then": {"boost": "5m"}},
]
OF_THE_TEXT = {"text", "subject"}  # only its reading counts
OF_THE_JOURNEY = {"at_ms"}  # counts beside earlier contacts, and whoever has any is not answered from memory
OF_THE_MODEL = {"answered"}  # counts beside a prediction, and what has one is not answered from memory
OTHER = {
    "channel": "email",
    "source": "partner",
    "language": "de",
    "public": True,
    "to": "support@acme.example",
    "attachments": 1,
    "attributes": {"plan": "gold"},
    "hint": RoutingHint(tier="agent"),
    "may_ask": True,
}

messages = st.builds(
    MessageFacts,
    channel=st.sampled_from(("chat", "email", "social")),
    source=st.sampled_from(("web-widget", "partner")),
    text=st.lists(st.sampled_from(PHRASES), max_size=4).map(" ".join),
    language=st.sampled_from((None, "de", "es-MX")),
    public=st.booleans(),
    to=st.sampled_from((None, "support@acme.example")),
    attachments=st.integers(0, 1),
    attributes=st.sampled_from(({}, {"vip": "true"}, {"plan": "gold"})),
    hint=st.sampled_from((None, RoutingHint(tier="bot"))),
    at_ms=st.integers(0, 10**13),
    may_ask=st.booleans(),
)


@given(st.lists(messages, min_size=2, max_size=8))
@settings(max_examples=60, deadline=None)
def test_a_policy_that_answered_before_answers_like_a_fresh_one(asked):
    warm = policy(rules=RULES)
    fresh = [classify(facts, policy(rules=RULES)) for facts in asked]
    for _ in range(2):
        assert [classify(facts, warm) for facts in asked] == fresh


def test_the_memory_of_texts_is_bounded_and_holds_no_long_ones():
    reader = policy().reader
    for number in range(READINGS_MAX + 10):
        assert reader.read(f"where is my order {number}") == reader.read(f"where is my order {number}")
    assert 0 < len(reader._readings) <= READINGS_MAX
    before = len(reader._readings)
    reader.read("where is my order " * READING_CHARACTERS_MAX)
    assert len(reader._readings) == before


@pytest.mark.parametrize(
    "field", sorted(set(MessageFacts.__struct_fields__) - OF_THE_TEXT - OF_THE_JOURNEY - OF_THE_MODEL)
)
def test_messages_that_differ_in_anything_are_not_of_the_same_kind(field):
    warm = policy(rules=RULES)
    facts = MessageFacts(channel="chat", text="where is my order")
    first = classify(facts, warm)
    assert classify(facts, warm) is first
    assert classify(msgspec.structs.replace(facts, **{field: OTHER[field]}), warm) is not first


def test_only_the_reading_of_a_text_counts_and_not_its_words():
    warm = policy()
    first = classify(MessageFacts(channel="chat", text="Where is my order?", at_ms=1), warm)
    assert classify(MessageFacts(channel="chat", text="tell me, where is my order 7", at_ms=2), warm) is first
    assert classify(MessageFacts(channel="chat", text="where is my order? it is urgent"), warm).urgency == "urgent"
    assert classify(MessageFacts(channel="chat", text="where is my order " * 50), warm).complexity > first.complexity


def test_somebody_with_a_journey_is_classified_by_it():
    facts = MessageFacts(channel="chat", text="where is my order")
    failed = classify(facts, POLICY, None, Journey(failed_automation=True))
    assert failed.complexity > classify(facts, POLICY).complexity


def test_the_memory_is_bounded():
    warm = policy()
    for number in range(ANSWERS_MAX + 10):
        classify(MessageFacts(channel="chat", source=f"source-{number}", text="refund"), warm)
    assert 0 < len(warm.answers) <= ANSWERS_MAX


@given(st.text(max_size=60) | st.text(st.characters(max_codepoint=0x7F), max_size=60))
@settings(deadline=None)
def test_words_are_what_the_pattern_for_words_finds(text):
    assert words_of(text) == re.findall(r"\w+", text)
