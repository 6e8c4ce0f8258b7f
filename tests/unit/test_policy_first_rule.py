"""The rule that promises something to a contact is the first that holds, however often and for whom it was asked."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.policy.first_rule import SORTS_MAX, FirstRule
from shared.policy.parse import parse_policy
from shared.policy.targets import TargetRule, TargetWhen

QUEUES = ("orders", "cards")
CHANNELS = ("chat", "voice", "email")
TIERS = ("agent", "bot", "self_service")
VALUES = ("gold", "iron", 'ünïcode "x" \\')
KINDS = ("time_to_answer", "resolution", "bot_response")
RULES_MAX = 500


def _some(of: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(of), min_size=1, max_size=2, unique=True).map(tuple)


_conditions = st.fixed_dictionaries(
    {},
    optional={
        "queue": _some(QUEUES),
        "channel": _some(CHANNELS),
        "tier": _some(TIERS),
        "priority_at_least": st.sampled_from(("0s", "0.5s", "30s", "1m")),
        "customer_class": _some(VALUES),
        "attributes": st.dictionaries(st.sampled_from(("vip", "land")), st.sampled_from(VALUES), min_size=1),
    },
).filter(bool)
_rules = st.lists(st.tuples(_conditions, _some(KINDS)), max_size=8)
_contacts = st.lists(
    st.tuples(
        st.sampled_from((*QUEUES, "never-seen")),
        st.sampled_from((*CHANNELS, "never-seen")),
        st.sampled_from((*TIERS, "")),
        st.sampled_from((0.0, 0.499, 0.5, 29.999, 30.0, 60.0, 1e9)),
        st.dictionaries(
            st.sampled_from(("customer_class", "vip", "land", "x")), st.sampled_from((*VALUES, "", "other"))
        ),
    ),
    min_size=1,
    max_size=30,
)


def _read(rules: list[tuple[dict[str, Any], tuple[str, ...]]]) -> tuple[TargetRule, ...]:
    made = [
        {"name": f"r{number}", "when": when, "then": {kind: {"within": "1m"} for kind in kinds}}
        for number, (when, kinds) in enumerate(rules)
    ]
    return tuple(TargetRule.model_validate(each) for each in made)


@settings(max_examples=200, deadline=None)
@given(_rules, _contacts)
def test_it_is_the_first_that_holds_and_names_the_kind_as_if_each_was_looked_at_every_time(
    written: list[tuple[dict[str, Any], tuple[str, ...]]], contacts: list[Any]
) -> None:
    rules = _read(written)
    first = FirstRule(rules)
    for contact in (*contacts, *reversed(contacts)):
        for kind in KINDS:
            naive = (rule for rule in rules if kind in rule.then and rule.when.holds(*contact))
            assert first.of(kind, *contact) is next(naive, None)


def test_hundreds_of_rules_are_looked_at_once_for_contacts_that_are_alike_to_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    when = [{"customer_class": f"class-{number}", "channel": ["chat"]} for number in range(RULES_MAX)]
    then = {"resolution": {"within": "1m"}}
    rules = [{"name": f"r{number}", "when": each, "then": then} for number, each in enumerate(when)]
    first = FirstRule(parse_policy({"workspace": "a", "queues": {"q": {}}, "targets": rules}).targets)
    looked, holds = [], TargetWhen.holds
    monkeypatch.setattr(TargetWhen, "holds", lambda *asked: (looked.append(1), holds(*asked))[1])
    for number in range(10_000):  # whoever invents classes is of one sort with all others who do
        assert first.of("resolution", "q", "chat", "agent", number / 7, {"customer_class": f"made-up-{number}"}) is None
    assert len(looked) == RULES_MAX
    found = first.of("resolution", "q", "chat", "agent", 0, {"customer_class": "class-7"})
    assert found is not None
    assert found.name == "r7"


def test_what_is_kept_is_bounded_however_many_queues_are_named() -> None:
    rules = _read([({"queue": ("orders",)}, ("resolution",))])
    first = FirstRule(rules)
    for number in range(SORTS_MAX + 100):
        assert first.of("resolution", f"q{number}", "chat", "agent", 0, {}) is None
    assert len(first._found) <= SORTS_MAX  # noqa: SLF001 - a memory is seen nowhere else
    assert first.of("resolution", "orders", "chat", "agent", 0, {}) is rules[0]
