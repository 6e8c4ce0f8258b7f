"""What the matcher holds back: the last agents who could serve a class that is behind its promise."""

import pytest

from services.router.domain.matcher import Matcher
from tests.support.matcher_builders import contact, fill, need, seat


@pytest.fixture
def matcher():
    return Matcher()


def test_a_breached_class_holds_back_the_last_agents_who_could_serve_it(matcher):
    english, spanish = need(("en", 1)), need(("es", 1))._replace(protected="es")
    matcher.protect(spanish, allowance=0.2)
    fill(matcher, seat("bilingual", {"en": 1, "es": 1}), contact("e", english))
    assert matcher.agent_for("e", 0).agent_id == "bilingual"
    for _ in range(2):
        matcher.answered(spanish, breached=True)
    assert matcher.debts() == {("es", "voice"): pytest.approx(1.6)}
    assert matcher.agent_for("e", 0) is None
    assert matcher.contact_for("bilingual", 0) is None
    fill(matcher, contact("s", spanish))
    assert matcher.contact_for("bilingual", 0).contact_id == "s"
    fill(matcher, seat("second", {"en": 1, "es": 1}))
    assert matcher.agent_for("e", 0).agent_id in {"bilingual", "second"}


def test_protection_loosens_as_contacts_are_answered_in_time_and_says_so(matcher):
    spanish = need(("es", 1))._replace(protected="es")
    matcher.protect(spanish, allowance=0.5, debt=1.2)
    fill(matcher, seat("bilingual", {"en": 1, "es": 1}), contact("e"))
    assert matcher.agent_for("e", 0) is None
    matcher.answered(spanish, breached=False)
    assert matcher.let_go() == ["bilingual"]
    assert matcher.contact_for("bilingual", 0).contact_id == "e"
    assert matcher.let_go() == []


def test_one_more_agent_frees_the_others(matcher):
    matcher.protect(need(("es", 1))._replace(protected="es"), allowance=0.2, debt=1)
    fill(matcher, seat("bilingual", {"en": 1, "es": 1}), contact("e", need(("en", 1))))
    assert matcher.agent_for("e", 0) is None
    assert matcher.holds_back("bilingual", need(("en", 1)))
    fill(matcher, seat("spanish", {"es": 1}))
    assert matcher.let_go() == ["bilingual"]
    assert matcher.agent_for("e", 0).agent_id == "bilingual"


def test_contacts_of_the_protected_queue_are_not_held_back_whatever_they_ask_or_how_they_come(matcher):
    matcher.protect(need(("es", 1))._replace(protected="es"), allowance=0.2, debt=6)
    fill(matcher, seat("bilingual", {"en": 1, "es": 1}, channels=frozenset({"voice", "chat"})))
    fill(matcher, contact("more", need(("en", 1), ("es", 1))._replace(protected="es")))
    fill(matcher, contact("chat", need(("en", 1), channel="chat")._replace(protected="es")))
    assert [matcher.agent_for(each, 0).agent_id for each in ("more", "chat")] == ["bilingual", "bilingual"]
