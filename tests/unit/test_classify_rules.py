"""Classification without a model: rules, patterns, hints, score, thresholds, and the reasons of each."""

import dataclasses

import pytest

from services.router.domain.classification import Journey, MessageFacts, PastContact, Prediction
from services.router.domain.classify import classify, compile_policy, facts_of
from shared.inputs import MessageReceived, Party, ReplyTo, RoutingHint
from shared.policy import Intent, parse_policy

DAY_MS = 86_400_000
NOW = 100 * DAY_MS
QUEUES = {name: {} for name in ("orders", "cards", "complaints", "web", "general")}
INTENTS = {
    "order_status": {
        "tier": "self_service", "queue": "orders", "base": 5, "articles": ["where-is-my-order"],
        "patterns": [r"\bwhere is my order\b", r"dónde está mi pedido"],
    },
    "change_address": {"tier": "bot", "queue": "orders", "bot": "desk", "patterns": [r"change my address"]},
    "refund": {"tier": "agent", "skills": {"refunds": 2}, "patterns": [r"\brefund\b"]},
    "stolen_card": {"moment_of_truth": True, "queue": "cards", "skills": {"cards": 4}, "patterns": [r"stolen.*card"]},
}  # fmt: skip
RULES = [
    {
        "name": "regulator",
        "when": {"text": r"\bregulator\b"},
        "then": {"tier": "agent", "queue": "complaints", "skills": {"legal": 3}, "boost": "10m"},
    },
    {"name": "gold", "when": {"attributes": {"plan": "gold"}}, "then": {"tier": "bot", "boost": "2m"}},
]


def policy(languages=("en", "es", "de"), channels=None, **classification):
    made = {
        "workspace": "acme",
        "languages": list(languages),
        "channels": channels or {},
        "queues": QUEUES,
        "default_queue": "general",
        "bots": {"default": {}, "desk": {}},
        "classification": {"intents": INTENTS, "rules": RULES, **classification},
    }
    return compile_policy(parse_policy(made, not_yet=()))


POLICY = policy()


def decide(text="", journey=None, using=POLICY, **facts):
    return classify(MessageFacts(**{"channel": "chat", "text": text, "at_ms": NOW, **facts}), using, None, journey)


def test_a_pattern_recognises_an_intent_and_its_tier_queue_and_article_follow():
    found = decide("Hi, where is my order?")
    assert (found.intent, found.confidence, found.tier, found.queue) == ("order_status", 1.0, "self_service", "orders")
    assert found.article_ids == ("where-is-my-order",)
    assert found.complexity == 5
    assert found.reasons == (
        "intent: order_status by patterns (1.00)",
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
    found = decide("somebody has stolen my card", hint=hint)
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


# Score


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


# A text model, behind its port


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
    assert found.top3 == (("order_status", 0.9), ("refund", 0.05))
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


def test_a_second_likely_intent_adds_to_the_score():
    found, _ = predicted(top3=(("order_status", 0.6), ("change_address", 0.3)))
    assert found.complexity == 15


def test_a_pattern_is_believed_before_the_model():
    found, _ = predicted(text="I want a refund", intent="order_status")
    assert (found.intent, found.tier) == ("refund", "agent")


def test_the_models_language_is_used_where_none_is_declared():
    assert predicted(language="de")[0].language == "de"


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
