"""What happens to the data on the way to a model: duplicates, folds, calibration, thresholds, refusals."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.linear_model import LogisticRegression

from lab.training.build import build
from lab.training.calibrate import blend, fit_blend, softmax
from lab.training.data import Data, Example, overlap, prepare, split
from lab.training.errors import TrainingRefused
from lab.training.learn import SINGLE_BYTES, WEIGHTS_BYTES, Corpus, _converged, fit_logistic
from lab.training.recipe import Recipe
from lab.training.risk import Risk, fit_thresholds, thresholds_of, wilson_upper
from lab.training.watched import watched
from services.router.model.tiers import Thresholds, decide_all
from tests.support.labelled_texts import TIERS, data, examples, small_model


def numbered(*pairs):
    return [Example(text, label, row) for row, (text, label) in enumerate(pairs, start=2)]


def enough(label, word):
    return [(f"{word} {number}", label) for number in "abcdef"]


# Data


def test_the_same_text_with_the_same_label_is_learned_once():
    found = prepare(numbered(*enough("x", "one"), *enough("y", "two"), ("ONE  a", "x"), ("one A\n", "x")))
    assert found.duplicates == 2
    assert len(found.texts) == 12


def test_a_text_with_two_labels_is_named_by_its_rows_and_kept():
    found = prepare(numbered(*enough("x", "one"), *enough("y", "two"), ("One b", "y")))
    assert found.conflicts == ((3, 14),)
    assert found.counts == {"x": 6, "y": 7}


def test_empty_texts_are_left_out_and_counted():
    assert prepare(numbered(*enough("x", "one"), *enough("y", "two"), (" \n", "x"), ("", "y"))).empty == 2


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "no text is left of 0 rows"),
        ([("", "x"), (" ", "y")], "no text is left of 2 rows"),
        (enough("x", "one"), "one label, 'x'"),
        ([*enough("x", "one"), *enough("y", "two")[:4]], "'y' has 4; each intent needs 5"),
        ([*enough("x", "one"), *[("same", "y")] * 9], "'y' has 1; each intent needs 5"),
        ([(f"text {at}", f"label {at // 5}") for at in range(5005)], "there are 1001 labels; at most 1000"),
    ],
)
def test_too_little_or_too_wide_data_is_refused_with_the_reason(pairs, words):
    with pytest.raises(TrainingRefused) as refused:
        prepare(numbered(*pairs))
    assert words in str(refused.value)


@given(st.lists(st.integers(0, 5), min_size=1, max_size=200), st.integers(2, 5), st.integers(0, 3))
def test_a_split_spreads_every_label_evenly_and_is_repeatable(labels, parts, seed):
    targets = np.array(labels, np.int64)
    part = split(targets, parts, seed)
    assert part.tolist() == split(targets, parts, seed).tolist()
    assert np.ptp(np.bincount(part, minlength=parts)) <= 1
    for label in set(labels):
        assert np.ptp(np.bincount(part[targets == label], minlength=parts)) <= 1


def test_overlap_counts_test_texts_that_training_has_seen():
    assert overlap(["Where is it?", "Stop"], ["where is  it?", "stop", "go"]) == 2


# Calibration


def test_the_temperature_of_scores_that_are_too_sharp_is_found():
    generator = np.random.default_rng(0)
    true = generator.normal(size=(4000, 5)) * 1.5
    targets = (softmax(true).cumsum(axis=1) > generator.random((4000, 1))).argmax(axis=1)
    (factor,) = fit_blend([true * 8.0], targets)
    assert factor == pytest.approx(1 / 8, rel=0.1)


def test_a_learner_that_knows_nothing_gets_little_say():
    generator = np.random.default_rng(1)
    targets = generator.integers(0, 4, 3000)
    good, noise = np.eye(4)[targets] * 2 + generator.normal(size=(3000, 4)), generator.normal(size=(3000, 4))
    noise += 0.05 * np.eye(4)[targets]
    factors = fit_blend([good, noise], targets)
    assert (softmax(blend([good, noise], factors)).argmax(axis=1) == targets).mean() >= 0.8
    assert factors[0] > 10 * factors[1]


def test_scores_that_say_nothing_are_refused():
    with pytest.raises(TrainingRefused):
        fit_blend([np.zeros((50, 2)) + [[0.0, 1.0], [1.0, 0.0]] * 25], np.array([0, 1] * 25))


# Thresholds


def test_wilsons_bound_is_the_published_one():
    assert wilson_upper(0, 100, 1.96) == pytest.approx(0.0370, abs=1e-4)
    assert wilson_upper(10, 100, 1.96) == pytest.approx(0.1744, abs=1e-4)
    assert wilson_upper(100, 100, 1.96) == pytest.approx(1.0)


@st.composite
def predictions(draw):
    """Probabilities of three intents, the second for agents, the third a moment of truth; from clear to confused."""
    generator = np.random.default_rng(draw(st.integers(0, 10_000)))
    size = draw(st.integers(200, 1500))
    targets = generator.integers(0, 3, size)
    clarity = draw(st.floats(0.0, 8.0))
    logits = generator.normal(size=(size, 3)) + clarity * np.eye(3)[targets]
    return softmax(np.round(logits, draw(st.integers(0, 3)))), targets


FOR_AGENTS, MOMENTS = np.array([False, True, True]), np.array([False, False, True])


@given(predictions(), st.floats(0.01, 0.2), st.floats(0.01, 0.2), st.floats(0.0, 0.9))
def test_fitted_thresholds_keep_the_stated_risk_on_the_sample(found, agent, moment, watched_share):
    probabilities, targets = found
    watched = np.random.default_rng(0).random(len(targets)) < watched_share
    fit = fit_thresholds(probabilities, targets, (FOR_AGENTS, MOMENTS), Risk(agent=agent, moment=moment), watched)
    limits = Thresholds(agent_probability=fit.agent_probability, confidence=fit.confidence)
    kept = decide_all(probabilities, FOR_AGENTS, limits) & ~watched
    assert kept.mean() == pytest.approx(fit.deflection)
    if fit.refused:
        assert not kept.any()
        return
    z = {0.99: 2.3263, 0.95: 1.6449}[fit.sureness]
    for members, share in ((FOR_AGENTS[targets], agent), (MOMENTS[targets], moment)):
        assert wilson_upper(int(kept[members].sum()), int(members.sum()), z) <= share


def test_a_clear_case_deflects_all_that_may_be_deflected():
    targets = np.array([0, 1, 2] * 1000)
    probabilities = softmax(np.eye(3)[targets] * 12.0)
    fit = fit_thresholds(probabilities, targets, (FOR_AGENTS, MOMENTS), Risk(agent=0.01, moment=0.01))
    assert fit.deflection == pytest.approx(1 / 3)
    assert fit.sureness == 0.99


def test_texts_that_reach_a_person_by_their_words_allow_the_model_more():
    targets = np.array([0, 1, 2] * 1000)
    logits = np.eye(3)[targets] * 6.0
    logits[1:300:3] = logits[0]  # texts for agents that look like self-service
    unseen = fit_thresholds(softmax(logits), targets, (FOR_AGENTS, MOMENTS), Risk())
    seen = fit_thresholds(softmax(logits), targets, (FOR_AGENTS, MOMENTS), Risk(), np.arange(3000) < 300)
    assert (unseen.deflection, seen.deflection) == (0.0, pytest.approx(0.3))
    texts = ["my house is on fire", "put me through to a person", "my grandmother waits for it", "where is it?"]
    assert watched(texts).tolist() == [True, True, True, False]


def test_texts_of_intents_that_training_does_not_know_are_told_by_how_little_they_are_like_the_others():
    random = np.random.default_rng(1)
    logits = random.normal(size=(4000, 20))
    targets = random.integers(0, 20, 4000)
    logits[np.arange(4000), targets] += random.choice([4.0, 7.0], 4000)
    new = random.normal(size=(1000, 20))
    limits = thresholds_of(None, logits, targets, np.zeros(4000))
    assert limits.scope_confidence <= limits.confidence
    assert (softmax(new).max(axis=1) < limits.scope_confidence).mean() > 0.8
    assert (softmax(logits).max(axis=1) < limits.scope_confidence).mean() < 0.15


def test_of_two_intents_nothing_tells_what_a_third_would_look_like():
    limits = thresholds_of(None, np.array([[2.0, 0.0], [0.0, 1.0]]), np.array([0, 1]), np.zeros(2))
    assert 0.0 < limits.scope_confidence <= 0.4


def test_a_sample_too_small_to_show_the_risk_deflects_nothing_and_says_what_is_needed():
    targets = np.array([0, 1, 2] * 100)
    probabilities = softmax(np.eye(3)[targets] * 12.0)
    fit = fit_thresholds(probabilities, targets, (FOR_AGENTS, MOMENTS), Risk())
    assert fit.deflection == 0.0
    assert fit.refused == (
        "100 moments of truth cannot show a risk of 0.50%: that needs 539; add examples or state a higher --risk-moment"
    )


def test_a_stated_risk_that_cannot_be_shown_is_refused():
    targets = np.array([0, 1, 2] * 100)
    probabilities = softmax(np.eye(3)[targets] * 12.0)
    with pytest.raises(TrainingRefused, match=r"100 moments of truth cannot show a risk of 0\.10%"):
        fit_thresholds(probabilities, targets, (FOR_AGENTS, MOMENTS), Risk(agent=0.5, moment=0.001, stated=True))


def test_a_model_at_its_bound_keeps_the_most_frequent_features_and_words_before_pairs_before_letters():
    texts = ["red car", "red bus", "green tram"]
    few = Corpus(texts, WEIGHTS_BYTES // (SINGLE_BYTES * 3))
    vocabulary, _ = few.fit(np.arange(3))
    assert (vocabulary.words, vocabulary.chars) == (["red"], [" r", "re"])
    many, _ = Corpus(texts, 2).fit(np.arange(3))
    assert {"car", "red car"} <= set(many.words)
    assert " c" not in many.chars


# The whole way


def test_the_same_data_give_the_same_model():
    first, second = small_model(20, TIERS), small_model(20, TIERS)
    assert first.factors == second.factors
    assert np.array_equal(first.sparse.weights, second.sparse.weights)
    assert first.metrics == second.metrics


def test_labels_that_do_not_follow_from_the_texts_are_refused():
    texts = [example.text for example in examples()]
    labels = [f"label {at % 6}" for at in range(len(texts))]
    mixed = np.random.default_rng(0).permutation(len(texts))
    shuffled = prepare(numbered(*((texts[at], label) for at, label in zip(mixed, labels, strict=True))))
    with pytest.raises(TrainingRefused, match="hardly follow from the texts|say nothing about the labels"):
        build(shuffled, Recipe(), lambda step: None)


def test_a_learner_that_stops_before_the_end_is_refused():
    generator = np.random.default_rng(0)
    features, targets = generator.normal(size=(200, 20)), generator.integers(0, 3, 200)
    with pytest.raises(TrainingRefused, match="did not converge"):
        _converged(LogisticRegression(max_iter=1), features, targets, "the logistic regression", 1)


def test_a_learner_that_stops_at_once_without_a_word_is_refused():
    generator = np.random.default_rng(0)
    features, targets = generator.normal(size=(200, 20)), generator.integers(0, 3, 200)
    loose = LogisticRegression(tol=1e9)
    with pytest.raises(TrainingRefused, match="did not converge"):
        _converged(loose, features, targets, "the logistic regression", 100)


def test_features_on_which_the_solver_fails_in_every_precision_are_refused():
    generator = np.random.default_rng(0)
    features, targets = generator.normal(size=(200, 20)) * 1e10, generator.integers(0, 3, 200)
    with pytest.raises(TrainingRefused, match="did not converge"):
        fit_logistic(features, targets, 3)


def test_two_intents_and_five_examples_each_are_enough():
    pairs = [*enough("refund", "money back please"), *enough("praise", "wonderful service")]
    built = build(prepare(numbered(*pairs)), Recipe(), lambda step: None)
    assert built.metrics["accuracy"] == 1.0
    assert built.sparse.weights.shape[1] == 2
    assert any("fewer than 20 examples" in line for line in built.warnings)


def test_a_logistic_regression_of_two_labels_has_one_column_for_each():
    found: Data = data()
    two = found.targets < 2
    features = np.random.default_rng(0).normal(size=(int(two.sum()), 4)) + 2 * found.targets[two][:, None]
    layer = fit_logistic(features, found.targets[two], 2)
    learner = LogisticRegression(C=10.0, tol=1e-4).fit(features.astype(np.float32), found.targets[two])
    assert softmax(layer.scores(features)) == pytest.approx(learner.predict_proba(features), abs=1e-6)
