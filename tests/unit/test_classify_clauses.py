"""Clauses of a text and what a model says of each: none hides another, and none that only asks is one by itself."""

import msgspec
import pytest

from services.router.domain.classification.classify import classify
from services.router.domain.classification.clauses import clauses_of, predicted
from services.router.domain.classification.record import MessageFacts, Prediction
from tests.support.classify_builders import POLICY, decide, policy
from tests.unit.test_classify_model import predicted as by_model


@pytest.mark.parametrize(
    "said",
    [
        {"clause_probability": 0.3, "clause_confidence": 0.1},
        {"clause_probability": 0.03, "clause_confidence": 0.6, "clause_explained": False},
    ],
)
def test_a_clause_that_the_whole_explains_takes_more_than_one_that_it_does_not(said):
    found, _ = by_model(text="where is my order", clause=2, **said)
    assert (found.intent, found.tier) == ("order_status", "self_service")


class Told:
    """A model that says of each text what it was told to."""

    version = "v"

    def __init__(self, said):
        self._said = said

    def predict(self, texts, agent_intents):
        return [self._said[text] for text in texts]


def test_what_a_bot_asked_about_need_not_be_understood_once_it_was_answered_but_still_be_no_risk():
    whole = "it is about something\nwhere is my order then"
    for probability, tier in ((0.01, "self_service"), (0.2, "agent")):
        said = {
            whole: Prediction("order_status", 0.9, (("order_status", 0.9),), 0.0),
            "it is about something": Prediction("refund", 0.3, (("refund", 0.3),), probability),
            "where is my order then": Prediction("order_status", 0.9, (("order_status", 0.9),), 0.0),
        }
        facts = MessageFacts(channel="chat", text=whole, answered=True)
        assert classify(facts, POLICY, Told(said)).tier == tier
        assert classify(msgspec.structs.replace(facts, answered=False), POLICY, Told(said)).tier == "agent"


def test_the_clause_that_is_told_is_the_one_over_its_limit_and_not_the_likeliest():
    order, where, what = "when does it come. and where do I see it. something else entirely", "order", "other"
    said = {
        order: Prediction(where, 0.9, ((where, 0.9),), 0.01),
        "when does it come.": Prediction(where, 0.6, ((where, 0.6), ("leak", 0.3)), 0.3),
        "and where do I see it.": Prediction(what, 0.5, ((what, 0.5),), 0.01),
        "something else entirely": Prediction(what, 0.8, ((what, 0.8), ("leak", 0.1)), 0.1),
    }
    (found,) = predicted(Told(said), [order], frozenset({"leak"}), 0.02)
    assert (found.clause, found.clause_probability, found.clause_explained) == (3, 0.1, False)


@pytest.mark.parametrize(("most", "clause"), [(0.02, 1), (0.2, 2)])
def test_a_clause_that_the_policy_allows_does_not_hide_one_that_nobody_understands(most, clause):
    text = "I want my money back. something else entirely"
    said = {
        text: Prediction("order_status", 0.9, (("order_status", 0.9),), 0.0),
        "I want my money back.": Prediction("refund", 0.8, (("refund", 0.8),), 0.1),
        "something else entirely": Prediction("other", 0.3, (("other", 0.3),), 0.01),
    }
    using = policy(thresholds={"agent_probability": most})
    found = classify(MessageFacts(channel="chat", text=text), using, Told(said))
    assert (found.tier, f"clause {clause}:" in found.reasons[-1]) == ("agent", True)


def test_a_text_may_have_one_clause_behind_a_greeting():
    text = "Hi, something else entirely"
    said = {
        text: Prediction("hello", 0.9, (("hello", 0.9),), 0.01),
        "something else entirely": Prediction("other", 0.5, (("other", 0.5),), 0.01),
    }
    (found,) = predicted(Told(said), [text], frozenset({"leak"}), 0.02)
    assert (found.clause, found.clause_confidence, found.clause_explained) == (1, 0.5, False)


@pytest.mark.parametrize("text", ["where is my order", "tell me more"], ids=["by patterns", "by the model"])
def test_a_clause_that_is_surely_a_moment_of_truth_gives_its_queue_and_boost_and_the_whole_its_label(text):
    found, _ = by_model(text=text, clause=2, clause_probability=0.9, clause_intent="stolen_card", clause_share=0.9)
    assert (found.intent, found.second_intent, found.queue) == ("order_status", "stolen_card", "cards")
    assert (found.moment_of_truth, found.priority_seconds) == (True, 600.0)
    assert "second intent: stolen_card" in found.reasons


def test_a_model_that_is_not_sure_of_a_moment_of_truth_sends_it_to_a_person_but_not_ahead_of_others():
    found, _ = by_model(intent="stolen_card", confidence=0.45, agent_probability=0.6)
    assert (found.tier, found.moment_of_truth, found.priority_seconds) == ("agent", False, 0.0)


@pytest.mark.parametrize("text", ["", "12345", "\U0001f44d\U0001f44d", "one two three", "uno, dos", "A-17 #4", "..."])
def test_a_text_without_words_has_no_intent_and_goes_by_its_channel(text):
    found = decide(text, channel="web", using=policy(channels={"web": {"tier": "bot", "queue": "web"}}))
    assert (found.intent, found.tier, found.queue) == (None, "bot", "web")
    assert "intent: none, the text holds no words" in found.reasons
    assert decide(text).reasons[-1] == "tier: agent by human triage: no words"


class Loud:
    """A model that finds what is loud riskiest; remembers what it was asked."""

    version = "v"

    def predict(self, texts, agent_intents):
        self.asked = list(texts)
        return [Prediction("hours", 0.9, (("hours", 0.9), ("leak", 0.1)), float("GAS" in text)) for text in texts]


def test_a_routine_sentence_does_not_drown_the_clause_behind_it():
    model = Loud()
    text = "When do you open on Sunday? It smells of GAS in here."
    (said, nothing) = predicted(model, [text, "123"], frozenset({"leak"}), 0.02)
    assert model.asked == [text, "When do you open on Sunday?", "It smells of GAS in here."]
    assert (said.clause, said.clause_probability, said.clause_intent) == (2, 1.0, "leak")
    assert nothing is None


def test_clauses_are_few_and_lose_no_word():
    assert clauses_of("where is my order") == []
    assert clauses_of("ok, where is my order") == ["where is my order"]
    assert clauses_of("where is my order and my card was stolen") == ["where is my order", "and my card was stolen"]
    assert clauses_of("Status? my kitchen is full of smoke") == ["my kitchen is full of smoke"]
    assert clauses_of("my order - it is alight") == ["it is alight"]
    assert clauses_of("Order 12\n\nmy kitchen is full of smoke") == ["my kitchen is full of smoke"]
    assert clauses_of("he and she are ill") == []
    assert clauses_of("it is alight, help") == []
    assert clauses_of("Can you tell me where my order is?") == []
    assert clauses_of("Können Sie mir bitte sagen, wo mein Paket ist?") == ["wo mein Paket ist?"]
    assert clauses_of("¿Podría decirme cuándo llega y por qué arde la cocina?") == [
        "¿Podría decirme cuándo llega",
        "y por qué arde la cocina?",
    ]
    long = "this is a sentence. " * 60
    assert 1 < len(clauses_of(long)) <= 8
    assert " ".join(clauses_of(long)).split() == long.split()
