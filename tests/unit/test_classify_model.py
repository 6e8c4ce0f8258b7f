"""A text model behind its port, and what of a message and a classification is recorded."""

import dataclasses

import pytest

from services.router.domain.classification.classify import classify, compile_policy, facts_of
from services.router.domain.classification.record import MessageFacts, ModelLimits, Prediction
from shared.contract.inputs import MessageReceived, Party, ReplyTo, RoutingHint
from shared.policy import Intent
from tests.support.classify_builders import POLICY, decide, policy


@dataclasses.dataclass
class Oracle:
    """A model that always says the same and remembers what it was asked."""

    says: Prediction
    version: str = "m1"
    asked: tuple = ()

    def predict(self, texts, agent_intents):
        self.asked = (list(texts), agent_intents)
        return [self.says for _ in texts]


def predicted(using=POLICY, text="hello", **said):
    says = Prediction(**{"intent": "order_status", "confidence": 0.9, "top3": (), "agent_probability": 0.0, **said})
    model = Oracle(says)
    return classify(MessageFacts(channel="chat", text=text), using, model), model


def test_a_confident_model_decides_the_intent_and_its_version_is_recorded():
    found, model = predicted(top3=(("order_status", 0.9), ("refund", 0.05)))
    assert (found.intent, found.tier, found.confidence, found.model_version) == (
        "order_status",
        "self_service",
        0.9,
        "m1",
    )
    assert [(each.intent, each.probability) for each in found.top3] == [("order_status", 0.9), ("refund", 0.05)]
    assert model.asked == (["hello"], frozenset({"refund", "stolen_card"}))


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"agent_probability": 0.03}, "probability 0.030 of an intent for agents"),
        ({"confidence": 0.39}, "human triage: confidence 0.39"),
        ({"out_of_scope": True}, "human triage: out of scope"),
        ({"intent": "unheard_of"}, "human triage: no known intent"),
    ],
)
def test_a_model_in_doubt_sends_the_contact_to_a_person(said, reason):
    found, _ = predicted(**said)
    assert found.tier == "agent"
    assert found.reasons[-1] == f"tier: agent by {reason}"


def test_thresholds_are_the_policys():
    using = policy(thresholds={"agent_probability": 0.1, "confidence": 0.3})
    assert predicted(using, agent_probability=0.09, confidence=0.31)[0].tier == "self_service"


def test_thresholds_that_the_policy_leaves_open_are_those_that_the_models_training_has_proven():
    fitted = ModelLimits(agent_probability=0.001, confidence=0.3)
    assert compile_policy(POLICY.policy, None, fitted).limits == fitted
    assert compile_policy(POLICY.policy).limits == ModelLimits(0.02, 0.4)
    half = policy(thresholds={"confidence": 0.6}).policy
    assert compile_policy(half, None, fitted).limits == ModelLimits(0.001, 0.6)
    assert predicted(compile_policy(half, None, fitted), agent_probability=0.002)[0].tier == "agent"


def test_a_second_likely_intent_adds_to_the_score():
    found, _ = predicted(top3=(("order_status", 0.6), ("change_address", 0.3)))
    assert found.complexity == 15


def test_a_pattern_is_believed_before_the_model():
    found, _ = predicted(text="I want a refund", intent="order_status")
    assert (found.intent, found.tier) == ("refund", "agent")


def test_intents_that_a_model_brings_count_where_the_policy_is_silent():
    made = POLICY.policy
    using = compile_policy(
        made, {"hours": Intent(tier="self_service", articles=("hours",)), "refund": Intent(tier="bot")}
    )
    found, _ = predicted(using, intent="hours")
    assert (found.tier, found.article_ids) == ("self_service", ("hours",))
    assert predicted(using, intent="refund")[0].tier == "agent"


def test_the_facts_of_a_canonical_message_are_all_that_counts():
    message = MessageReceived(
        event_id="e", workspace="acme", occurred_ms=5, arrived_ms=9, channel="email", source="help",
        conversation_id="c", message_id="m", party=Party(handle="h"), reply_to=ReplyTo(address="a"),
        subject="s", text="t", language="es", public=True, to="x", attributes={"vip": "1"},
        routing=RoutingHint(tier="bot"),
    )  # fmt: skip
    assert facts_of(message) == MessageFacts(
        channel="email", source="help", text="t", subject="s", language="es", public=True, to="x",
        attributes={"vip": "1"}, hint=RoutingHint(tier="bot"), at_ms=5,
    )  # fmt: skip


def test_the_body_for_the_log_holds_every_field_of_the_contract():
    body = decide("where is my order").as_json()
    contract = """intent confidence top3 out_of_scope language sentiment urgency complexity moment_of_truth skills tier
        article_ids reasons model_version rules_version"""
    assert set(contract.split()) <= set(body)
    assert body["skills"] == {"en": 1}
