"""Classification without a model: rules, patterns, hints, score, thresholds, and the reasons of each."""

import pytest

from services.router.domain.classification.record import Journey
from shared.contract.inputs import RoutingHint
from tests.support.classify_builders import POLICY, decide, policy


def test_a_pattern_recognises_an_intent_and_its_tier_queue_and_article_follow():
    found = decide("Hi, where is my order?")
    assert (found.intent, found.confidence, found.tier, found.queue) == ("order_status", 1.0, "self_service", "orders")
    assert found.article_ids == ("where-is-my-order",)
    assert found.complexity == 5
    assert found.reasons == (
        "intent: order_status by patterns (1.00)",
        "language: en by words",
        "score: base +5",
        "tier: self_service by score 5",
    )
    assert found.rules_version == POLICY.policy.hash[:16]
    assert found.model_version is None


def test_accents_and_case_do_not_hide_an_intent():
    assert decide("DONDE ESTA MI PEDIDO").intent == "order_status"


def test_the_subject_is_read_like_the_text():
    assert decide("as above", subject="Where is my order").intent == "order_status"


def test_what_nobody_recognises_goes_to_a_person_in_the_default_queue():
    found = decide("lorem ipsum")
    assert (found.intent, found.tier, found.queue) == (None, "agent", "general")
    assert found.reasons[-1] == "tier: agent by human triage: no known intent"


def test_a_channel_says_where_unknown_contacts_go():
    using = policy(channels={"web": {"tier": "bot", "queue": "web"}})
    found = decide("lorem ipsum", channel="web", using=using)
    assert (found.tier, found.queue, found.bot) == ("bot", "web", "default")
    assert "tier: bot by channel web" in found.reasons


def test_an_intents_own_bot_serves_it():
    assert decide("please change my address").bot == "desk"


def test_a_hard_rule_moves_up_and_names_itself():
    found = decide("where is my order? I will tell the regulator")
    assert (found.tier, found.queue, found.priority_seconds) == ("agent", "complaints", 600.0)
    assert found.skills == {"legal": 3, "en": 1}
    assert found.reasons[0] == "rule regulator: tier agent, queue complaints, legal>=3, boost 600 s"


def test_a_rule_never_moves_down():
    found = decide("I want a refund", attributes={"plan": "gold"})
    assert (found.tier, found.priority_seconds) == ("agent", 120.0)


def test_the_first_matching_rule_applies_and_no_other():
    found = decide("the regulator", attributes={"plan": "gold"})
    assert found.priority_seconds == 600.0
    assert not any("gold" in reason for reason in found.reasons)


@pytest.mark.parametrize(
    ("when", "facts", "holds"),
    [
        ({"channel": "sms"}, {"channel": "sms"}, True),
        ({"channel": ["sms", "chat"]}, {"channel": "email"}, False),
        ({"language": "es"}, {"language": "es-MX"}, True),
        ({"language": "es"}, {"language": "en"}, False),
        ({"source": "wa-main"}, {"source": "wa-main"}, True),
        ({"to": "help@acme.test"}, {"to": None}, False),
        ({"public": True}, {"public": True}, True),
        ({"public": True}, {}, False),
        ({"attributes": {"a": "1", "b": "2"}}, {"attributes": {"a": "1", "b": "2", "c": "3"}}, True),
        ({"attributes": {"a": "1", "b": "2"}}, {"attributes": {"a": "1"}}, False),
        ({"intent": "order_status"}, {"text": "where is my order"}, True),
        ({"intent": "refund"}, {"text": "where is my order"}, False),
        ({"text": "zzz", "public": True}, {"text": "zzz"}, False),
    ],
)
def test_all_conditions_of_a_rule_must_hold(when, facts, holds):
    using = policy(rules=[{"name": "it", "when": when, "then": {"queue": "web"}}])
    assert (decide(using=using, **facts).queue == "web") is holds


def test_a_rule_may_name_the_intent_of_what_nobody_recognised():
    using = policy(rules=[{"name": "r", "when": {"text": "parcel"}, "then": {"intent": "order_status"}}])
    found = decide("my parcel", using=using)
    assert (found.intent, found.tier, found.queue) == ("order_status", "self_service", "orders")


def test_a_rule_that_renames_an_intent_does_not_lower_its_tier():
    using = policy(rules=[{"name": "r", "when": {"text": "refund"}, "then": {"intent": "order_status"}}])
    found = decide("refund please", using=using)
    assert (found.intent, found.tier) == ("order_status", "agent")


def test_a_moment_of_truth_goes_to_the_best_agents_first():
    found = decide("somebody has stolen my card")
    assert (found.tier, found.queue, found.moment_of_truth, found.level) == ("agent", "cards", True, 3)
    assert found.skills == {"cards": 4, "en": 1}
    assert found.priority_seconds == 600.0
    assert "tier: agent by moment of truth stolen_card" in found.reasons


def test_of_two_intents_in_one_text_the_riskier_counts():
    found = decide("where is my order? and I want a refund")
    assert found.intent == "refund"
    assert "score: second intent +10" in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "I want to speak to a real person",
        "can I talk with someone please",
        "connect me to an agent",
        "give me a human",
        "agent please",
        "no bots",
        "Quiero hablar con una persona",
        "páseme con un operador",
        "persona por favor",
        "Ich möchte mit einem Mitarbeiter sprechen",
        "Ich will einen Menschen!",
        "verbinden Sie mich bitte mit einem Berater",
    ],
)
def test_a_person_please_is_heard_in_every_language(text):
    found = decide("where is my order? " + text)
    assert found.tier == "agent"
    assert "person_asked" in found.signals
    assert "tier: agent by a person was asked for" in found.reasons


@pytest.mark.parametrize(
    "text",
    [
        "where is my order",
        "the personal data of my account",
        "I spoke to my mother",
        "Person of the year",
        "mein Personalausweis",
    ],
)
def test_talk_of_persons_is_not_a_wish_for_one(text):
    assert "person_asked" not in decide(text).signals


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("where is my order? I want to kill myself", "self_harm"),
        ("where is my order or I take you to court", "legal"),
        ("this is fraud", "fraud"),
        ("voy a hablar con mi abogado", "legal"),
        ("ich gehe zur Verbraucherzentrale", "regulator"),
    ],
)
def test_safeguards_hold_without_any_rule_and_above_the_caller(text, name):
    found = decide(text, hint=RoutingHint(tier="self_service"))
    assert found.tier == "agent"
    assert name in found.signals
    assert found.reasons[-1] == f"tier: agent by safeguard {name}"


def test_an_operator_may_switch_the_safeguards_off():
    assert decide("where is my order? this is fraud", using=policy(safeguards=False)).tier == "self_service"


def test_the_callers_word_wins_over_classification():
    hint = RoutingHint(tier="bot", queue="web", intent="refund", skills={"vip": 2}, priority_seconds=30.0)
    found = decide("somebody has stolen my card", hint=hint, using=policy(safeguards=False))
    assert (found.tier, found.queue, found.intent, found.priority_seconds) == ("bot", "web", "refund", 30.0)
    assert found.skills == {"refunds": 2, "vip": 2, "en": 1}


def test_the_callers_word_does_not_win_over_hard_rules():
    hint = RoutingHint(tier="self_service", queue="web", priority_seconds=5.0)
    found = decide("the regulator", hint=hint)
    assert (found.tier, found.queue, found.priority_seconds) == ("agent", "complaints", 600.0)


def test_of_two_levels_of_a_skill_the_higher_holds():
    assert decide("refund", hint=RoutingHint(skills={"refunds": 1})).skills["refunds"] == 2
    assert decide("refund", hint=RoutingHint(skills={"refunds": 5})).skills["refunds"] == 5


def test_an_intent_that_the_policy_does_not_know_is_recorded_and_triaged():
    found = decide(hint=RoutingHint(intent="mystery"))
    assert (found.intent, found.tier) == ("mystery", "agent")
    assert "intent: mystery by caller (1.00), not described in the policy" in found.reasons


def test_a_machine_on_a_customers_behalf_goes_to_the_bot_first():
    assert decide("I want a refund", attributes={"machine": "true"}).tier == "bot"
    assert decide("where is my order", attributes={"machine": "true"}).tier == "bot"
    assert decide("where is my order", attributes={"machine": "false"}).tier == "self_service"
    assert decide("stolen card", attributes={"machine": "true"}).tier == "agent"


# Language


@pytest.mark.parametrize(
    ("facts", "journey", "language"),
    [
        ({"language": "de-AT"}, None, "de"),
        ({"language": "fr"}, None, "en"),
        ({"text": "¿cuándo llega el paquete que pedí por la web?"}, None, "es"),
        ({"text": "wann kommt das Paket und wo ist es"}, None, "de"),
        ({"text": "ok"}, Journey(language="es"), "es"),
        ({"text": "12345"}, None, "en"),
        ({"language": "es", "text": "where is my order and what is the number of it"}, None, "es"),
    ],
)
def test_the_language_is_as_declared_else_as_written_else_the_customers_else_the_first(facts, journey, language):
    found = decide(journey=journey, **facts)
    assert found.language == language
    assert found.skills == {**found.skills, language: 1}


def test_the_channels_language_holds_where_nothing_is_known():
    assert decide("ok", channel="sms", using=policy(channels={"sms": {"language": "de"}})).language == "de"


def test_the_language_is_required_unless_the_caller_names_another():
    assert decide(language="es").skills == {"es": 1}
    assert decide(language="es", hint=RoutingHint(skills={"en": 3})).skills == {"en": 3}
    assert decide(language="es", hint=RoutingHint(skills={"chess": 3})).skills == {"es": 1, "chess": 3}


def test_a_policy_without_languages_requires_none():
    found = decide(language="es", using=policy(languages=()))
    assert (found.language, found.skills) == ("es", {})
