"""Operators' patterns over customers' texts: blind to case and accents, linear in time, many in one pass."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.folding import fold
from shared.policy import parse_policy
from shared.policy.errors import PolicyErrors
from shared.policy.patterns import PatternSet, compile_pattern, literal

PATTERNS = [
    r"\b(ombudsman|regulator)\b",
    r"dónde está",
    r"straße",
    r"[áé]x",
    r"a.{0,20}b",
    r"^hello",
    r"\S+@\S+",
    r"\d{3,}",
    literal("rip off"),
    literal("¡Ya!"),
]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("¿Dónde está?", "¿donde esta?"),
        ("Don\u2019t", "don't"),
        ("STRASSE straße", "strasse strasse"),
        ("plain", "plain"),
        ("が か\u3099 한국어", "が が 한국어"),
        ("\u0130", "i"),
        ("", ""),
    ],
)
def test_folding_takes_accents_and_case_and_nothing_else(text, folded):
    assert fold(text) == folded


def test_accents_matter_neither_in_patterns_nor_in_texts():
    found = compile_pattern("contraseña")
    assert all(found.search(fold(text)) for text in ("CONTRASEÑA", "contrasena", "mi contraseña"))


def test_a_phrase_is_found_as_whole_words_only():
    patterns = PatternSet([literal("sick of"), literal("C++"), literal("¡ya!")])
    assert patterns.matches("i am sick of it") == [0]
    assert patterns.matches("homesick officer") == []
    assert patterns.matches(fold("I like c++ ¡YA!")) == [1, 2]


def test_a_letter_before_or_after_a_sign_is_an_edge_of_a_word_too():
    patterns = PatternSet([literal("a-team"), literal("plan-b")])
    assert patterns.matches("the a-team has a plan-b") == [0, 1]
    assert patterns.matches("the data-team has a plan-bc") == []


@given(st.text(max_size=200) | st.text(alphabet="ab hello@1ombudsman¿dónde estáßx!", max_size=200))
@settings(max_examples=300, deadline=None)
def test_one_pass_finds_exactly_what_each_pattern_alone_finds(text):
    folded = fold(text)
    alone = [index for index, pattern in enumerate(PATTERNS) if compile_pattern(pattern).search(folded) is not None]
    assert PatternSet(PATTERNS).matches(folded) == alone


def test_no_patterns_match_nothing():
    assert PatternSet([]).matches("anything") == []


def test_a_lone_surrogate_is_text_like_any_other():
    assert PatternSet(["a"]).matches(fold("\ud800a")) == [0]


@pytest.mark.parametrize("text", ["a" * 65_536, "x" * 65_536, "ab" * 32_768], ids=["a", "x", "ab"])
def test_a_hostile_text_is_answered(text):
    # An engine that goes back and tries again never returns from any of these.
    assert PatternSet([r"(a+)+$b", r"(x|xx)*y", r"\b(a|b)+c", r"a.{0,50}z"]).matches(text) == []


@pytest.mark.parametrize("sign", ["help!", "hilfe! & gas", "call us now!", "gas & !bill", "*geruch & !kino"])
def test_a_sign_of_an_older_release_is_a_sign_still(sign: str) -> None:
    words = {"en": {"safeguards": {"danger": {"add": [sign], "remove": [sign]}}}}
    made = {"workspace": "acme", "languages": ["en"], "queues": {"q": {}}, "classification": {"words": words}}
    assert parse_policy(made).classification.words["en"].safeguards["danger"].add == (sign,)


@pytest.mark.parametrize(
    ("sign", "word"),
    [("a & ", "a"), ("fue*go*", "fue*go*"), ("*f", "*f"), ("!gas", "!gas"), ("gas| ", " "), ("g", "g")],
)
def test_a_sign_that_is_none_is_refused_with_the_word_that_is_wrong(sign: str, word: str) -> None:
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(
            {
                "workspace": "acme",
                "queues": {"q": {}},
                "classification": {"words": {"en": {"safeguards": {"danger": {"add": [sign]}}}}},
            }
        )
    faults = {error.path: error.message for error in refused.value.errors}
    assert f"{word!r} is no word" in faults["classification.words.en.safeguards.danger.add[0]"]
