"""Policies whose fields are right and that make no sense as a whole: refused, every fault at once, with its path."""

import pytest

from shared.policy import NotYet, parse_policy
from tests.support.policy_builders import document, faults, with_queue


@pytest.mark.parametrize(
    ("relax", "path", "words"),
    [
        ([("2m", {"drop": ["es"]}), ("1m", {"add_queue": "general"})], "relax[1].after", "comes before"),
        ([("1m", {"drop": ["es"]}), ("2m", {"drop": ["es"]})], "relax[1].drop", "already dropped"),
        (
            [("1m", {"drop": ["orders"]}), ("2m", {"min_level": {"orders": 1}})],
            "relax[1].min_level.orders",
            "no effect",
        ),
        ([("1m", {"min_level": {"orders": 2}})], "relax[0].min_level.orders", "no less than before (level 2)"),
        (
            [("1m", {"min_level": {"orders": 1}}), ("2m", {"min_level": {"orders": 1}})],
            "relax[1].min_level.orders",
            "no less than before (level 1)",
        ),
        ([("1m", {"add_queue": "general"}), ("2m", {"add_queue": "general"})], "relax[1].add_queue", "already waits"),
        ([("8d", {"drop": ["es"]})], "relax[0].after", "never reached"),
        ([("1m", {"raise_priority": "0s"})], "relax[0]", "does nothing"),
    ],
)
def test_a_relaxation_step_that_can_have_no_effect_is_refused(relax, path, words):
    found = faults(with_queue(relax=[{"after": after, **step} for after, step in relax]))
    assert list(found) == [f"queues.orders.{path}"]
    assert words in found.popitem()[1]


def test_a_level_that_only_an_intent_asks_for_may_be_relaxed():
    made = with_queue(relax=[{"after": "1m", "min_level": {"cards": 2}}, {"after": "2m", "drop": ["cards"]}])
    made["classification"] = {"intents": {"stolen": {"queue": "orders", "skills": {"cards": 4}}}}
    assert len(parse_policy(made, not_yet=()).queues["orders"].relax) == 2


@pytest.mark.parametrize(
    ("overflow", "path", "words"),
    [
        ([({"waiting": 5}, "general"), ({"waiting": 9}, "general")], "overflow[1]", "a rule above holds whenever"),
        ([({"waiting": 5}, "general"), ({"waiting": 5, "waited": "1m"}, "general")], "overflow[1]", "a rule above"),
        ([({"waited": "8d"}, "general")], "overflow[0].when.waited", "never reached"),
        ([({"closed": True}, "general")], "overflow[0]", "never closes"),
    ],
)
def test_an_overflow_rule_that_can_have_no_effect_is_refused(overflow, path, words):
    found = faults(with_queue(overflow=[{"when": when, "to": {"queue": queue}} for when, queue in overflow]))
    assert list(found) == [f"queues.orders.{path}"]
    assert words in found.popitem()[1]


def test_protection_needs_a_promise_and_somebody_to_take_from():
    protect = {"allowance": 0.2}
    assert "does not make" in faults(with_queue(protect=protect, targets={}))["queues.orders.protect"]
    made = document()
    for queue in made["queues"].values():
        queue |= {"protect": protect, "targets": {"time_to_answer": {"within": "20s"}}}
    assert faults(made).popitem()[1] == "every queue is protected (protect only what few agents can do)"
    made["queues"]["another"] = {}
    parse_policy(made)


def test_overflow_beyond_the_most_that_may_wait_is_never_reached():
    change = {"waiting_max": 10, "overflow": [{"when": {"waiting": 11}, "to": {"callback": True}}]}
    assert "never reached" in faults(with_queue(**change))["queues.orders.overflow[0].when.waiting"]


def test_overflow_in_a_circle_is_refused_once():
    def to(queue):
        return {"overflow": [{"when": {"waiting": 5}, "to": {"queue": queue}}]}

    made = document(queues={"a": to("b"), "b": to("c"), "c": to("a"), "d": to("a")}, default_queue="a")
    assert faults(made) == {"queues.a.overflow": "goes round in a circle: a -> b -> c -> a (let one of them end it)"}


def test_a_rule_below_a_wider_rule_is_never_reached():
    wide = {"name": "wide", "when": {"channel": ["chat", "sms"]}, "then": {"tier": "bot"}}
    narrow = {"name": "narrow", "when": {"channel": "sms", "public": True}, "then": {"tier": "agent"}}
    found = faults(document(classification={"rules": [wide, narrow]}))
    assert "rule 'wide' above" in found["classification.rules[1]"]
    parse_policy(document(classification={"rules": [narrow, wide]}))


def test_every_fault_is_named_at_once_with_its_own_path():
    made = document(timezone="Mars", default_queue="nowhere", calenders={})
    made["queues"]["orders"]["relax"] = [
        {"after": "x", "drop": ["es"]},
        {"after": "2m", "drop": ["es"]},
        {"after": "1m", "drop": ["es"]},
    ]
    made["queues"]["orders"]["late_factor"] = 25
    made["classification"] = {"rules": [{"name": "r", "when": {"text": "("}, "then": {"queue": "nowhere"}}]}
    assert sorted(faults(made)) == [
        "calenders",
        "classification.rules[0].then.queue",
        "classification.rules[0].when.text",
        "default_queue",
        "queues.orders.late_factor",
        "queues.orders.relax[0].after",
        "queues.orders.relax[2].after",
        "queues.orders.relax[2].drop",
        "timezone",
    ]


def test_a_fault_brings_forth_no_other_faults():
    made = with_queue(hours="office", targets={"resolution": {"within": "1h", "calendar": "office"}})
    made["calendars"]["office"]["open"]["mon"] = ["99:00-10:00"]
    assert list(faults(made)) == ["calendars.office.open.mon[0]"]


def test_what_is_not_acted_on_yet_is_refused_and_never_ignored():
    made = with_queue(relax=[{"after": "1m", "drop": ["es"]}])
    assert "not supported yet" in faults(made, not_yet=(NotYet("queues.*.relax"),))["queues.orders.relax"]
    parse_policy(with_queue(relax=[]), not_yet=(NotYet("queues.*.relax", harmless=((), [])),))
    parse_policy(document(offers={"parallel": 1}), not_yet=(NotYet("offers.parallel", harmless=(1,)),))
    assert "offers.parallel" in faults(document(offers={"parallel": 2}), not_yet=(NotYet("offers.parallel", (1,)),))


@pytest.mark.parametrize("made", [None, [], "workspace: acme", 5])
def test_a_document_that_is_no_mapping_is_refused(made):
    assert "a policy is a mapping" in faults(made)[""]


def test_a_document_that_multiplies_itself_is_refused():
    bomb = ["x"] * 10
    for _ in range(8):
        bomb = [bomb] * 10
    assert "too large" in faults(document(languages=bomb))[""]
    deep = []
    for _ in range(50):
        deep = [deep]
    assert "nested too deeply" in faults(document(languages=deep))[""]


def test_values_that_json_does_not_know_are_refused():
    assert "put it in quotes" in faults(document(languages=[b"en"]))["languages[0]"]
    assert "put it in quotes" in faults({5: 6})[""]
