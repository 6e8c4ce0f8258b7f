"""One folding for everybody who reads a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.handles import normalised
from services.router.domain.classification.text import words_of
from services.router.model.text import normalise
from shared.folding import fold
from shared.policy.patterns import compile_pattern
from tests.support.cpu import cpu_seconds, in_some_try


@pytest.mark.parametrize(
    "text",
    [
        "where is\nmy order",
        "where  is   my\torder",
        "where\u00a0is my order",
        "where is my or\u00adder",
        "whe\u200bre is\u200d my\ufeff order",
        "\uff57\uff48\uff45\uff52\uff45 is my order",
        "WHERE IS MY \u00d3RDER",
        "where\u2003is\r\nmy order",
    ],
)
def test_no_way_of_writing_hides_a_text_from_patterns_words_or_the_model(text):
    assert fold(text) == normalise(text) == "where is my order"
    assert words_of(fold(text)) == ["where", "is", "my", "order"]
    assert compile_pattern(r"\bwhere is my order\b").search(fold(text))


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("end", ["\u00f1", "\u0436", "\U0001f525"])
def test_one_long_word_is_folded_in_time_that_grows_with_its_length(end):
    def seconds(characters, rounds):
        text = "a" * characters + end
        return cpu_seconds(lambda: fold(text), rounds)

    assert in_some_try(lambda: seconds(16_000, 3) <= 80 * seconds(1_000, 20))


def test_handles_lose_what_is_not_seen_and_keep_their_accents():
    assert normalised("jos\u00e9\u200b@ex\u00adample.com") == "jos\u00e9@example.com"
    assert normalised("\uff2a\uff4f\uff45@example.com") == "joe@example.com"
