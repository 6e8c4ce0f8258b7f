"""What holds for every contact: more risk never lowers a tier, rules only move up, any text classifies, and quickly."""

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.router.domain.classification.classify import classify, compile_policy
from services.router.domain.classification.policy import RANK
from services.router.domain.classification.record import Journey, MessageFacts, PastContact
from services.router.domain.classification.text import says_something
from shared.contract.inputs import RoutingHint
from shared.policy import parse_policy
from shared.times import DAY_MS
from tests.support.classify_builders import NOW

TIERS = ("self_service", "bot", "agent")
CHANNELS = ("voice", "email", "chat", "sms", "messaging", "social", "web", "task")
INTENTS = {
    "easy": {"tier": "self_service", "base": 5, "patterns": ["easy"]},
    "medium": {"base": 15, "patterns": ["medium"]},
    "bot": {"tier": "bot", "patterns": ["robotic"]},
    "hard": {"tier": "agent", "patterns": ["hard"]},
    "truth": {"moment_of_truth": True, "patterns": ["stolen"]},
}
PHRASES = (
    "easy", "medium", "robotic", "hard", "stolen", "urgent", "a disgrace", "slow", "thanks", "why? how? when?",
    "speak to a person", "this is fraud", "¿dónde está?", "ich bin sehr verärgert", "parcel", "word " * 130,
)  # fmt: skip
SIGNALS = ("failed", "repeat", "hop", "vip", "vulnerable", "attachment", "urgent", "angry", "person", "fraud", "public")


def compiled(rules=()):
    classification = {"intents": INTENTS, "rules": list(rules)}
    document = {
        "workspace": "a",
        "languages": ["en", "es", "de"],
        "queues": {"q": {}},
        "channels": {"web": {"tier": "bot"}, "task": {"tier": "self_service"}},
        "classification": classification,
    }
    return compile_policy(parse_policy(document, not_yet=()))


POLICY = compiled()

texts = st.lists(st.sampled_from(PHRASES), max_size=5).map(" ".join)
journeys = st.builds(
    Journey,
    st.lists(
        st.builds(
            PastContact,
            st.integers(0, 9 * DAY_MS).map(lambda ago: NOW - ago),
            st.sampled_from(CHANNELS),
            st.sampled_from(["easy", "hard", None]),
        ),
        max_size=4,
    ).map(tuple),
    st.booleans(),
    st.none(),
)
hints = st.none() | st.builds(
    RoutingHint, tier=st.sampled_from([None, *TIERS]), intent=st.sampled_from([None, "easy", "truth"])
)
attributes = st.dictionaries(st.sampled_from(["vip", "vulnerable", "machine", "plan"]), st.sampled_from(["true", "no"]))


@st.composite
def contacts(draw):
    return MessageFacts(
        channel=draw(st.sampled_from(CHANNELS)),
        text=draw(texts),
        public=draw(st.booleans()),
        attachments=draw(st.integers(0, 2)),
        attributes=draw(attributes),
        hint=draw(hints),
        at_ms=NOW,
    )


def riskier(facts, journey, signal):
    """The same contact with one more sign of risk."""
    past = journey.contacts
    replace = msgspec.structs.replace
    match signal:
        case "failed":
            return facts, journey._replace(failed_automation=True)
        case "repeat":
            return facts, journey._replace(contacts=(*past, PastContact(NOW - 1, facts.channel, "easy")))
        case "hop":
            return facts, journey._replace(contacts=(*past, PastContact(NOW - 1, "email", None)))
        case "vip" | "vulnerable":
            return replace(facts, attributes={**facts.attributes, signal: "true"}), journey
        case "attachment":
            return replace(facts, attachments=facts.attachments + 1), journey
        case "public":
            return replace(facts, public=True), journey
    words = {"urgent": "urgent", "angry": "a disgrace", "person": "speak to a person", "fraud": "this is fraud"}
    return replace(facts, text=f"{facts.text} {words[signal]}"), journey


@given(contacts(), journeys, st.sampled_from(SIGNALS))
@settings(max_examples=400, deadline=None)
def test_adding_a_sign_of_risk_never_lowers_a_tier(facts, journey, signal):
    before = classify(facts, POLICY, None, journey)
    more_facts, more_journey = riskier(facts, journey, signal)
    after = classify(more_facts, POLICY, None, more_journey)
    assert RANK[after.tier] >= RANK[before.tier]
    assert after.complexity >= before.complexity
    assert after.priority_seconds >= before.priority_seconds


rules = st.lists(
    st.fixed_dictionaries(
        {
            "when": st.fixed_dictionaries(
                {}, optional={"text": st.sampled_from(["easy", "hard", "parcel"]), "channel": st.sampled_from(CHANNELS)}
            ).filter(bool),
            "then": st.fixed_dictionaries(
                {"boost": st.sampled_from(["0s", "1m"])},
                optional={"tier": st.sampled_from(TIERS), "intent": st.sampled_from(["easy", "bot", "truth"])},
            ),
        }
    ),
    max_size=3,
    unique_by=lambda rule: (rule["when"].get("text"), rule["when"].get("channel")),
)


@given(contacts(), journeys, rules)
@settings(max_examples=150, deadline=None)
def test_rules_only_move_a_contact_up(facts, journey, made):
    wide = sorted(made, key=lambda rule: -len(rule["when"]))  # narrow rules first, else the policy refuses them
    named = [{"name": f"r{index}", **rule} for index, rule in enumerate(wide)]
    before = classify(facts, POLICY, None, journey)
    after = classify(facts, compiled(named), None, journey)
    renamed_from_nothing = before.intent is None and after.intent is not None
    assert renamed_from_nothing or RANK[after.tier] >= RANK[before.tier]
    assert renamed_from_nothing or after.priority_seconds >= before.priority_seconds or before.moment_of_truth


@given(contacts(), journeys)
@settings(max_examples=80, deadline=None)
def test_the_same_contact_is_always_classified_the_same(facts, journey):
    fresh = compile_policy(parse_policy(POLICY.policy.document(), not_yet=()))
    assert classify(facts, POLICY, None, journey) == classify(facts, fresh, None, journey)


@given(
    st.text(max_size=2000), st.text(max_size=100), st.dictionaries(st.text(max_size=9), st.text(max_size=9), max_size=3)
)
@settings(max_examples=150, deadline=None)
def test_any_text_is_classified_and_its_record_is_plain_json(text, subject, attributes):
    found = classify(MessageFacts(channel="chat", text=text, subject=subject, attributes=attributes), POLICY)
    assert found.tier in TIERS
    assert found.queue == "q"
    assert 0 <= found.complexity <= 100
    assert msgspec.json.decode(msgspec.json.encode(found.as_json()))["tier"] == found.tier


def test_every_character_that_exists_is_classified():
    every = "".join(map(chr, [*range(0xD800), *range(0xE000, 0x11000), *range(0x1F300, 0x1FAFF)]))
    assert classify(MessageFacts(channel="chat", text=every), POLICY).tier == "agent"
    assert classify(MessageFacts(channel="chat", text="\ud800 easy"), POLICY).intent == "easy"


@given(st.text() | st.text("1 \u00e9aZ_\u00ad,\U0001f600\uff11\uff41\u8a02"))
def test_a_model_is_asked_about_exactly_the_texts_that_are_read_to_hold_words(text):
    assert says_something(text) == POLICY.reader.read(text).words
