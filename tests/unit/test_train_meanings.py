"""Word vectors at training: words that no text holds are understood, and the finished model holds no vector."""

from importlib.metadata import version

import numpy as np
import pytest
from packaging.requirements import Requirement
from sklearn.linear_model import LogisticRegression

from cli.model import train
from lab.training import vectors as shipped
from lab.training.build import build
from lab.training.data import Example, folds_for, prepare
from lab.training.learn import Corpus
from lab.training.meanings import MEANINGS_C, Meanings
from lab.training.recipe import Recipe
from lab.training.save import save
from lab.training.vectors import surfaces, word_vectors
from services.router.model.text import word_groups
from tests.support.labelled_texts import small_model
from tests.support.requirements import PROJECT

ANIMALS = ("dog", "cat", "horse", "cow", "sheep", "pig", "bird", "goat", "fox", "bear", "lion", "fish", "mouse", "duck")
VEHICLES = (
    "car",
    "truck",
    "bus",
    "train",
    "ship",
    "motorcycle",
    "van",
    "bike",
    "tractor",
    "vehicle",
    "jet",
    "lorry",
    "tram",
)
WANTED = next(
    Requirement(each) for each in PROJECT["project"]["optional-dependencies"]["train"] if each.startswith("wordllama")
)
UNSEEN = {"animal": ("rabbit", "chicken", "wolf"), "vehicle": ("plane", "boat")}
TEXTS = [*((f"my {word}", "animal") for word in ANIMALS), *((f"my {word}", "vehicle") for word in VEHICLES)]


@pytest.fixture(scope="module")
def learned():
    return prepare([Example(text, label, row) for row, (text, label) in enumerate(TEXTS, start=2)])


@pytest.fixture(scope="module")
def vectors():
    found = word_vectors()
    if found is None and not WANTED.marker.evaluate():
        pytest.skip("wordllama would have to be compiled for this Python or processor")
    assert found, "wordllama is part of the extra train"
    return found


def test_words_that_no_training_text_holds_are_understood_by_what_they_mean(learned, vectors, tmp_path):
    _, model = save(build(learned, Recipe(vectors=vectors), lambda step: None), tmp_path / "model")

    assert model.manifest.document["versions"]["wordllama"] == version("wordllama")
    for label, words in UNSEEN.items():
        said = model.predict([f"my {word}" for word in words], frozenset())
        assert [each.intent for each in said] == [label] * len(words)


def test_what_word_vectors_teach_is_one_weight_for_each_word_and_label(learned, vectors):
    meanings = Meanings(vectors, learned.texts)
    corpus = Corpus(learned.texts, 2, more_words=meanings.common)
    rows = np.arange(len(learned.texts))
    vocabulary, weighing = corpus.fit(rows)
    layer = meanings.fit(weighing.features(rows), learned.targets, 2, vocabulary)

    # "my" and the noun weigh alike without idf; both blocks' lengths come from words, pairs and their idf.
    places = {word: at for at, word in enumerate(vocabulary.words)}
    sums = np.zeros((len(rows), vectors.dimensions))
    for at, text in enumerate(learned.texts):
        of_text = [places[group] for group in word_groups(text)]
        length = np.sqrt((vocabulary.idf[of_text] ** 2).sum())
        sums[at] = 0.7 * vectors.of(text.split()).sum(axis=0) / length
    sums /= np.linalg.norm(sums, axis=1).mean()
    expected = LogisticRegression(C=MEANINGS_C, tol=1e-4, max_iter=1000).fit(sums.astype(np.float32), learned.targets)
    scores = layer.scores(weighing.features(rows))
    assert np.allclose(scores[:, 1] - scores[:, 0], expected.decision_function(sums), atol=1e-3)
    assert not layer.weights[[at for word, at in places.items() if " " in word]].any()
    assert not layer.weights[len(vocabulary.words) :].any()


@pytest.mark.parametrize(
    ("python", "system", "machine", "is_wanted"),
    [
        ("3.11", "linux", "x86_64", True),
        ("3.13", "win32", "AMD64", True),
        ("3.13", "darwin", "arm64", True),
        ("3.11", "linux", "aarch64", False),
        ("3.14", "linux", "x86_64", False),
    ],
)
def test_the_package_is_asked_for_where_it_need_not_be_compiled(python, system, machine, is_wanted):
    place = {"python_version": python, "sys_platform": system, "platform_machine": machine}
    assert WANTED.marker.evaluate(place) is is_wanted


def test_every_word_that_is_kept_anyway_is_one_that_a_text_can_have(vectors):
    assert len(vectors.common) > 5000
    assert [word for word in vectors.common if word_groups(word) != [word]] == []


def test_words_of_texts_come_before_words_that_no_text_holds_where_the_model_is_full(monkeypatch):
    of_texts, _ = Corpus(["red red", "red blue"], 2).fit(np.arange(2))
    monkeypatch.setattr("lab.training.learn.FEATURES_MAX", len(of_texts.idf))
    full, _ = Corpus(["red red", "red blue"], 2, more_words=("blue", "green")).fit(np.arange(2))
    assert (full.words, full.chars) == (of_texts.words, of_texts.chars)

    monkeypatch.setattr("lab.training.learn.FEATURES_MAX", 1000)
    texts = ["red red", "red red!", "red blue"]
    part, _ = Corpus(texts, 2, more_words=("blue", "green")).fit(np.arange(2))
    assert part.words == ["blue", "red", "red red", "green"]
    assert part.idf[0] == part.idf[3] > part.idf[1]


def test_a_word_is_looked_up_as_it_is_most_often_written():
    texts = ("Größe und größe", "GROESSE", "grösse", "habitación habitación habitacion")
    assert surfaces(texts) == {"grosse": "größe", "und": "und", "groesse": "groesse", "habitacion": "habitación"}


@pytest.mark.parametrize(("name", "value"), [("PACKAGE", "no-such-package"), ("TABLE", "no/such.file")])
def test_training_does_without_the_package_that_ships_vectors_and_says_so(monkeypatch, capsys, name, value):
    monkeypatch.setattr(shipped, name, value)
    monkeypatch.setattr(shipped, "word_vectors", word_vectors.__wrapped__)
    assert train._vectors() is None
    assert "install the extra usher[train]" in capsys.readouterr().err
    assert list(small_model().shares) == ["margin", "logistic"]


def test_few_texts_are_judged_in_more_parts_than_many():
    assert [folds_for(texts) for texts in (10, 5000, 5001)] == [5, 5, 3]
