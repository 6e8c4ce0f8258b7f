"""Signs are found as their syntax says, whatever the words: held against the plainest reading of it."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from services.router.domain.classification.signs import NEAR_WORDS, Signs

WORD = st.sampled_from(("gas", "gasleak", "smell", "smells", "no", "fire", "alarm", "tea"))
PATTERN = WORD | st.sampled_from(("gas*", "smel*", "fi*", "*leak", "*ell"))
PHRASE = st.lists(PATTERN, min_size=1, max_size=3).map(" ".join)
GROUP = st.lists(PHRASE, min_size=1, max_size=3).map("|".join)
SIGN = st.tuples(st.lists(GROUP, min_size=1, max_size=3), st.lists(GROUP.map("!{}".format), max_size=1)).map(
    lambda parts: " & ".join([*parts[0], *parts[1]])
)
TEXT = st.lists(WORD | st.just("x"), max_size=30)


def _starts(text: list[str], group: str) -> list[int]:
    """Where one of a group's phrases begins, word by word."""
    return [
        at
        for at in range(len(text))
        for phrase in (each.split() for each in group.split("|"))
        if len(text) - at >= len(phrase)
        and all(_is_spelt(word, part) for word, part in zip(text[at:], phrase, strict=False))
    ]


def _is_spelt(word: str, part: str) -> bool:
    if part.startswith("*"):
        return word.endswith(part[1:])
    return word.startswith(part[:-1]) if part.endswith("*") else word == part


def _holds(text: list[str], sign: str) -> bool:
    first, *others = sign.split(" & ")
    return any(
        all(
            any(0 < abs(at - near) <= NEAR_WORDS for near in _starts(text, other.removeprefix("!")))
            != other.startswith("!")
            for other in others
        )
        for at in _starts(text, first)
    )


@given(st.lists(SIGN, min_size=1, max_size=6), TEXT)
@settings(max_examples=150, deadline=None)
@example(["gas & fire"], ["gas", *["x"] * 12, "fire"])
@example(["gas & gas"], ["gas"])
@example(["no gas* alarm"], ["no", "gasleak", "alarm"])
def test_a_sign_is_found_where_all_its_parts_stand_near_each_other(signs: list[str], text: list[str]) -> None:
    named = Signs((str(number), sign) for number, sign in enumerate(signs))
    assert named.found(text) == {str(number) for number, sign in enumerate(signs) if _holds(text, sign)}


@given(st.lists(PHRASE, min_size=1, max_size=4), TEXT)
@settings(max_examples=100, deadline=None)
def test_what_is_read_over_is_blanked_out_and_all_else_stays(phrases: list[str], text: list[str]) -> None:
    blank: set[int] = set()
    for phrase in phrases:
        for at in _starts(text, phrase):
            blank.update(range(at, at + len(phrase.split())))
    kept = Signs([("", phrase) for phrase in phrases]).without(text)
    assert list(kept) == ["" if at in blank else word for at, word in enumerate(text)]
    assert (kept is text) == (not blank)


def test_a_word_may_end_as_compounds_do():
    signs = Signs([("danger", "*vergiftung & kind*")])
    assert signs.found(["rauchvergiftung", "bei", "unserem", "kinde"]) == {"danger"}
    assert signs.found(["vergiftung", "kind"]) == {"danger"}
    assert signs.found(["vergiftungen", "kind"]) == set()


def test_a_sign_may_ask_that_something_does_not_stand_near():
    signs = Signs([("alone", "point anymore & !subscription|plan"), ("both", "point & me & !plan")])
    assert signs.found(["no", "point", "anymore"]) == {"alone"}
    assert signs.found(["no", "point", "anymore", "in", "the", "plan"]) == set()
    assert signs.found(["point", "anymore", *["x"] * 20, "plan"]) == {"alone"}
    assert signs.found(["the", "point", "for", "me"]) == {"both"}
    assert signs.found(["the", "point", "of", "the", "plan", "for", "me"]) == set()
