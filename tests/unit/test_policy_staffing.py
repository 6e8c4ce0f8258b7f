"""Skills that a policy asks for and that no agent has: warnings, because agents may still come."""

import pytest

from shared.policy import parse_policy
from shared.policy.staffing import unstaffed

AGENTS = [{"orders": 3, "en": 5}, {"cards": 2, "es": 1}]


def warned(agents=AGENTS, **parts):
    document = {"workspace": "acme", "queues": {"general": {}}, "default_queue": "general", **parts}
    return [(fault.path, fault.message) for fault in unstaffed(parse_policy(document), agents)]


def queue(requires, **more):
    return {"general": {}, "q": {"requires": requires, **more}}


def test_what_somebody_has_is_not_spoken_of():
    assert warned(queues=queue({"orders": 3}), languages=["en", "es"]) == []


@pytest.mark.parametrize(
    ("requires", "message"),
    [
        ({"loans": 1}, "no agent has loans >= 1"),
        ({"cards": 4}, "no agent has cards >= 4, the most is 2"),
        ({"any": ["loans", "cards>=3"]}, "no agent has any of cards >= 3, loans >= 1"),
        ({"orders": 1, "cards": 1}, "no one agent has cards >= 1, orders >= 1 together"),
        ({"all": ["orders"], "not": ["en"]}, "no one agent has orders >= 1, not en together"),
        (
            {"all": ["orders"], "any": ["cards", "loans"]},
            "no one agent has orders >= 1, one of cards >= 1, loans >= 1 together",
        ),
    ],
)
def test_a_queue_that_nobody_can_serve_is_named_with_what_is_missing(requires, message):
    assert warned(queues=queue(requires)) == [("queues.q.requires", message)]


def test_of_several_alternatives_one_is_enough():
    assert warned(queues=queue({"any": ["loans", "cards"]})) == []


def test_the_skills_of_intents_rules_and_languages_are_looked_at():
    classification = {
        "intents": {"stolen": {"tier": "agent", "queue": "q", "skills": {"cards": 3}}},
        "rules": [{"name": "r", "when": {"channel": "voice"}, "then": {"skills": {"loans": 2}}}],
    }
    assert warned(queues=queue({}), classification=classification, languages=["en", "fr"]) == [
        ("languages[1]", "no agent has fr >= 1"),
        ("classification.intents.stolen.skills.cards", "no agent has cards >= 3, the most is 2"),
        ("classification.rules[0].then.skills.loans", "no agent has loans >= 2"),
    ]


def test_an_intent_and_its_queue_are_asked_of_one_agent():
    intents = {"stolen": {"tier": "agent", "queue": "q", "skills": {"cards": 2}}}
    assert warned(queues=queue({"orders": 1}), classification={"intents": intents}) == [
        ("classification.intents.stolen.skills", "no one agent has cards >= 2, orders >= 1 together"),
    ]


def test_preferences_and_a_relaxation_ask_nothing_of_anybody():
    relax = [{"after": "5s", "min_level": {"orders": 1}}, {"after": "9s", "drop": ["loans"]}]
    assert warned(queues=queue({"orders": 2}, prefers={"loans": 5}, relax=relax)) == []
