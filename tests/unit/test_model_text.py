"""The runtime sees the same words, letters and probabilities as scikit-learn did in training."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import FeatureUnion
from sklearn.svm import LinearSVC

from lab.training.calibrate import softmax
from lab.training.save import save
from services.router.model.features import Features
from services.router.model.text import CHARACTERS_MAX, letter_groups, normalise, word_groups
from services.router.model.text_model import TextModel
from tests.support.labelled_texts import data, small_model, texts_of_every_script

ANYTHING = st.text(st.characters(), max_size=200)
TEXTS = 5000


def scikit_union(word_weight: float) -> FeatureUnion:
    """Two vectorisers as scikit-learn's own documentation would write them."""
    words = TfidfVectorizer(preprocessor=normalise, token_pattern=r"\w+", ngram_range=(1, 2), sublinear_tf=True)
    letters = TfidfVectorizer(
        preprocessor=normalise, analyzer="char_wb", ngram_range=(2, 5), sublinear_tf=True, min_df=2, token_pattern=None
    )
    return FeatureUnion([("words", words), ("letters", letters)], transformer_weights={"words": word_weight})


@pytest.fixture(scope="module")
def union() -> FeatureUnion:
    return scikit_union(1.0).fit(list(data().texts))


@given(ANYTHING)
def test_words_and_pairs_are_those_of_scikit_learn(text):
    analyse = CountVectorizer(preprocessor=normalise, token_pattern=r"\w+", ngram_range=(1, 2)).build_analyzer()
    assert word_groups(normalise(text)) == analyse(text)


@given(ANYTHING)
def test_letter_groups_are_those_of_scikit_learn(text):
    analyse = CountVectorizer(preprocessor=normalise, analyzer="char_wb", ngram_range=(2, 5)).build_analyzer()
    assert [group for word in normalise(text).split() for group in letter_groups(word)] == analyse(text)


@given(ANYTHING)
def test_normalising_is_bounded_and_case_and_accents_do_not_count(text):
    assert len(normalise(text * 50)) <= CHARACTERS_MAX
    assert normalise("¿DÓNDE ESTÁ?") == normalise("¿donde esta?")
    assert normalise("can\u2019t") == normalise("CAN'T")


def test_features_equal_those_of_scikit_learn_for_texts_of_every_script(union):
    words, letters = (vectoriser for _, vectoriser in union.transformer_list)
    features = Features(
        list(words.get_feature_names_out()),
        list(letters.get_feature_names_out()),
        np.concatenate([words.idf_, letters.idf_]),
    )
    texts = texts_of_every_script(TEXTS)
    expected = union.transform(texts).tocsr()
    expected.sort_indices()
    for at, text in enumerate(texts):
        vector, row = features.vector(text), expected[at]
        assert vector.positions.tolist() == row.indices.tolist(), repr(text[:80])
        assert np.abs(vector.weights - row.data).max(initial=0.0) < 1e-6, repr(text[:80])


def test_probabilities_equal_those_of_scikit_learn_for_texts_of_every_script(tmp_path):
    learned = data()
    _, model = save(small_model(1000), tmp_path / "model")
    shares, temperature = model.manifest.document["shares"], model.manifest.temperature
    weighted = scikit_union(0.7)
    matrix = weighted.fit_transform(list(learned.texts))
    margin = LinearSVC(C=1.0, random_state=0, max_iter=10_000).fit(matrix, learned.targets)
    logistic = LogisticRegression(C=10.0, tol=1e-4, max_iter=1000).fit(matrix.astype(np.float32), learned.targets)
    texts = texts_of_every_script(TEXTS, seed=1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = weighted.transform(texts)
    logits = shares["margin"] * margin.decision_function(found) + shares["logistic"] * logistic.decision_function(found)
    expected = softmax(logits / temperature)
    ours = np.array([scores.probabilities for scores in model.scores(texts)])
    assert np.abs(ours - expected).max() < 1e-6


def test_the_share_of_unknown_letter_groups_is_between_none_and_all(union):
    words, letters = (vectoriser for _, vectoriser in union.transformer_list)
    features = Features(
        list(words.get_feature_names_out()),
        list(letters.get_feature_names_out()),
        np.concatenate([words.idf_, letters.idf_]),
    )
    assert features.vector("where is my order").unknown_share == 0.0
    assert features.vector("我的订单").unknown_share == 1.0
    assert 0.0 < features.vector("where is my 订单").unknown_share < 1.0
    assert features.vector("").unknown_share == 0.0


def test_a_text_of_64_kilobytes_costs_no_more_than_its_start(tmp_path):
    _, model = save(small_model(), tmp_path / "model")
    start = "track my package " * 200
    (short,), (long,) = model.scores([start[:CHARACTERS_MAX]]), model.scores([start + "my card was stolen " * 4000])
    assert short.probabilities.tolist() == long.probabilities.tolist()


def test_the_same_texts_give_the_same_answers_alone_and_in_a_batch(tmp_path):
    _, model = save(small_model(), tmp_path / "model")
    texts = ["where is my order", "", "someone stole my card", "where is my order", *texts_of_every_script(150)]
    alone = [model.predict([text], frozenset({"refund", "stolen_card"}))[0] for text in texts]
    assert alone == list(model.predict(texts, frozenset({"refund", "stolen_card"})))


def test_a_prediction_sums_the_probability_of_the_intents_for_agents(tmp_path):
    _, model = save(small_model(), tmp_path / "model")
    assert isinstance(model, TextModel)
    (said,) = model.predict(["a thief stole my card"], frozenset({"refund", "stolen_card"}))
    (scores,) = model.scores(["a thief stole my card"])
    assert said.intent == "stolen_card"
    assert said.top3[0] == (said.intent, said.confidence)
    assert said.agent_probability == pytest.approx(
        scores.probabilities[model.labels.index("refund")] + scores.probabilities[model.labels.index("stolen_card")]
    )
    assert scores.probabilities.sum() == pytest.approx(1.0)
