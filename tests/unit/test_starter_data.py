"""The starter data set keeps its promises: enough texts, apart from each other, tiers and answers for all."""

import csv
import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
import yaml

STARTER = Path(__file__).parents[2] / "deploy" / "starter"
MORE = sorted(f"train/{path.name}" for path in (STARTER / "train").glob("*.csv"))
COLUMNS = ["text", "intent", "language"]
TIER_COLUMNS = ["intent", "tier", "skill", "base_complexity", "moment_of_truth", "reason", "skills", "article"]
TRAIN_MIN = {"en": 40, "es": 15, "de": 15}
HELDOUT_MIN = {"en": 10, "es": 5, "de": 5}
INTENTS_MIN = {"en": 45, "es": 20, "de": 20}
OPENING_SHARE_MAX = 0.25  # more texts of an intent with the same first three words are a template
JACCARD_MAX = 0.85  # above this share of common words two texts are the same text
POINTS = {"self_service": range(20), "bot": range(20, 50), "agent": range(50, 101)}  # the default bands of the score
CARD_NUMBER = re.compile(r"(?<!\d)\d(?:[ -]?\d){12,18}(?!\d)")
ADDRESS = re.compile(r"[\w.+-]+@([\w.-]+\w)")
RESERVED = re.compile(r"(^|\.)example(\.[a-z]{2,3})?$")  # what documentation may use (RFC 2606), in any country
REPLY = re.compile(
    r"(?:[Aa]nswer|[Aa]nswer this message with|[Ww]rite|[RrEe]s(?:ponda|criba)|mit|Schreiben Sie) \"([^\"]+)\""
)

Row = dict[str, str]


@cache
def content(name: str) -> str:
    return (STARTER / name).read_bytes().decode("utf-8")


@cache
def rows(name: str) -> tuple[Row, ...]:
    """Rows of a file; ``train.csv`` stands for all training texts."""
    names = [name, *MORE] if name == "train.csv" else [name]
    return tuple(row for each in names for row in csv.DictReader(content(each).splitlines(keepends=True), strict=True))


@cache
def tiers() -> dict[str, Row]:
    return {row["intent"]: row for row in rows("tiers.csv")}


@cache
def articles() -> dict[tuple[str, str], tuple[dict[str, object], str]]:
    """Front matter and body by (id, language)."""
    found = {}
    for path in sorted((STARTER / "articles").glob("*.md")):
        _, head, body = path.read_text(encoding="utf-8").split("---\n", 2)
        matter = yaml.safe_load(head)
        found[matter["id"], matter["language"]] = (matter, body)
    return found


def fold(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


def texts_of(name: str) -> dict[tuple[str, str], list[str]]:
    """Texts by (intent, language)."""
    texts = defaultdict(list)
    for row in rows(name):
        texts[row["intent"], row["language"]].append(row["text"])
    return texts


def jaccard(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / len(one | other)


@pytest.mark.parametrize("name", ["train.csv", *MORE, "heldout.csv"])
def test_every_row_is_a_clean_text_with_intent_and_language(name: str) -> None:
    assert list(next(csv.reader([content(name).splitlines()[0]]))) == COLUMNS
    for row in rows(name):
        assert set(row) == set(COLUMNS) and None not in row.values(), row
        assert row["text"] == row["text"].strip() and fold(row["text"]), row
        assert re.fullmatch(r"[a-z_]+", row["intent"]) and row["language"] in TRAIN_MIN, row
        assert row["text"].replace("\n", "").isprintable(), row
    assert content(name).endswith("\n") and "\r" not in content(name) and "\ufeff" not in content(name)


def test_some_texts_are_letters_of_several_lines() -> None:
    assert sum("\n" in row["text"] for row in rows("train.csv")) >= 5


@pytest.mark.parametrize(("name", "least"), [("train.csv", TRAIN_MIN), ("heldout.csv", HELDOUT_MIN)])
def test_every_intent_that_a_language_covers_has_enough_texts(name: str, least: dict[str, int]) -> None:
    counts = {key: len(texts) for key, texts in texts_of(name).items()}
    assert {key: count for key, count in counts.items() if count < least[key[1]]} == {}
    assert all(sum(language == key[1] for key in counts) >= INTENTS_MIN[language] for language in least)


def test_both_parts_cover_the_same_intents_in_the_same_languages() -> None:
    assert texts_of("train.csv").keys() == texts_of("heldout.csv").keys()


def test_every_moment_of_truth_is_covered_in_every_language() -> None:
    moments = {intent for intent, row in tiers().items() if row["moment_of_truth"] == "1"}
    assert moments and {(i, language) for i in moments for language in TRAIN_MIN} <= texts_of("train.csv").keys()


def test_no_text_stands_twice_within_or_across_the_parts() -> None:
    counts = Counter(fold(row["text"]) for name in ("train.csv", "heldout.csv") for row in rows(name))
    assert [text for text, count in counts.items() if count > 1] == []


def test_no_held_out_text_is_nearly_a_training_text_of_its_intent() -> None:
    train = {key: [frozenset(fold(text).split()) for text in texts] for key, texts in texts_of("train.csv").items()}
    near = [
        text
        for key, texts in texts_of("heldout.csv").items()
        for text in texts
        for other in train[key]
        if jaccard(frozenset(fold(text).split()), other) >= JACCARD_MAX
    ]
    assert near == []


def test_no_intent_is_made_from_one_opening() -> None:
    shares = {}
    for key, texts in texts_of("train.csv").items():
        opening, count = Counter(" ".join(fold(text).split()[:3]) for text in texts).most_common(1)[0]
        shares[(*key, opening)] = count / len(texts)
    assert {key: share for key, share in shares.items() if share > OPENING_SHARE_MAX} == {}


def test_lengths_vary_within_every_english_intent() -> None:
    for (intent, language), texts in texts_of("train.csv").items():
        lengths = [len(text.split()) for text in texts]
        if language == "en":
            assert min(lengths) <= 3 and max(lengths) >= 10, intent


@pytest.mark.parametrize("name", ["train.csv", "heldout.csv"])
def test_no_text_holds_an_address_or_card_number_that_could_be_real(name: str) -> None:
    for row in rows(name):
        assert not CARD_NUMBER.search(row["text"]), row["text"]
        for domain in ADDRESS.findall(row["text"]):
            assert RESERVED.search(domain), row["text"]


def test_tiers_name_each_intent_once_and_no_other() -> None:
    assert list(next(csv.reader([content("tiers.csv").splitlines()[0]]))) == TIER_COLUMNS
    assert [row["intent"] for row in rows("tiers.csv")] == list(tiers())
    assert set(tiers()) == {intent for intent, _ in texts_of("train.csv")}


@pytest.mark.parametrize("intent", sorted(tiers()))
def test_a_tier_row_agrees_with_itself(intent: str) -> None:
    row = tiers()[intent]
    assert int(row["base_complexity"]) in POINTS[row["tier"]]
    assert row["moment_of_truth"] in {"0", "1"} and row["reason"].endswith(".")
    skills = dict(item.split("=") for item in row["skills"].split(";"))
    assert row["skill"] in skills and set(skills.values()) <= set("12345")
    if row["moment_of_truth"] == "1":
        assert row["tier"] == "agent"


def test_self_service_intents_and_only_those_have_an_article() -> None:
    named = {intent: row["article"] for intent, row in tiers().items() if row["article"]}
    assert set(named) == {intent for intent, row in tiers().items() if row["tier"] == "self_service"}
    for intent, article in named.items():
        matter, body = articles()[article, "en"]
        assert matter["intents"] == [intent] and len(body.split()) >= 40


def test_articles_in_other_languages_answer_what_the_english_one_answers() -> None:
    for (article, language), (matter, _) in articles().items():
        assert matter["intents"] == articles()[article, "en"][0]["intents"]
        assert (matter["intents"][0], language) in texts_of("train.csv")  # type: ignore[index]


def test_an_article_has_a_name_like_its_file_a_title_and_questions() -> None:
    files = {path.name for path in (STARTER / "articles").iterdir()}
    suffix = {"en": ".md", "es": ".es.md", "de": ".de.md"}
    assert files == {article + suffix[language] for article, language in articles()}
    for matter, body in articles().values():
        assert set(matter) == {"id", "title", "intents", "language", "questions"}
        assert body.startswith(f"# {matter['title']}\n") and len(matter["questions"]) >= 3  # type: ignore[arg-type]


def test_words_that_an_article_asks_for_are_words_the_model_has_learnt() -> None:
    learnt = {(fold(row["text"]), row["language"]) for row in rows("train.csv")}
    asked = {(fold(word), language) for (_, language), (_, body) in articles().items() for word in REPLY.findall(body)}
    assert len(asked) >= 12 and asked <= learnt
