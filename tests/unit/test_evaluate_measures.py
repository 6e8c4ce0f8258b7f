"""The figures are those that everybody else computes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, f1_score

from lab.training import measure
from lab.training.measure import Outcome

LABELS = ("a", "b", "c", "d", "e")


@st.composite
def outcomes(draw):
    size = draw(st.integers(1, 60))
    ids = st.lists(st.integers(0, 4), min_size=size, max_size=size)
    confidence = draw(st.lists(st.floats(0, 1), min_size=size, max_size=size))
    return Outcome(LABELS, np.array(draw(ids)), np.array(draw(ids)), np.array(confidence))


@given(outcomes())
def test_accuracy_and_macro_f1_are_those_of_scikit_learn(outcome):
    found = measure.quality(outcome)
    assert found["accuracy"] == pytest.approx(accuracy_score(outcome.targets, outcome.predicted), abs=1e-6)
    expected = f1_score(outcome.targets, outcome.predicted, average="macro", zero_division=0.0)
    assert found["macro_f1"] == pytest.approx(expected, abs=1e-6)


@given(outcomes())
def test_the_calibration_error_is_the_weighted_gap_between_promise_and_truth(outcome):
    gap = 0.0
    for low in range(15):
        inside = [at for at, said in enumerate(outcome.confidence) if min(int(said * 15), 14) == low]
        if inside:
            gap += abs(np.sum(outcome.confidence[inside]) - np.sum(outcome.right[inside]))
    assert measure.quality(outcome)["ece"] == pytest.approx(gap / len(outcome.targets), abs=1e-6)


@given(outcomes())
def test_the_risk_curve_ends_at_all_texts_with_the_whole_error(outcome):
    curve = measure.risk_coverage(outcome)
    assert curve[-1] == (1.0, pytest.approx(1.0 - float(outcome.right.mean())))
    assert [coverage for coverage, _ in curve] == sorted({coverage for coverage, _ in curve})


@given(outcomes())
def test_confusions_account_for_every_mistake(outcome):
    found = measure.confusions(outcome, most=25)
    assert sum(confusion.count for confusion in found) == int((~outcome.right).sum())
    assert [confusion.count for confusion in found] == sorted((one.count for one in found), reverse=True)
    for confusion in found:
        for at in confusion.samples:
            assert outcome.labels[outcome.targets[at]] == confusion.label
            assert outcome.labels[outcome.predicted[at]] == confusion.predicted


def test_deflection_is_a_share_of_all_and_wrong_deflection_of_those_who_needed_an_agent():
    kept = np.array([True, True, False, False, True])
    for_agents = np.array([True, False, True, True, False])
    moments = np.array([False, False, True, False, False])
    assert measure.deflection(kept, for_agents, moments) == {
        "deflection": 0.6,
        "wrong_deflection_agent": pytest.approx(1 / 3, abs=1e-6),
        "wrong_deflection_moment_of_truth": 0.0,
        "agent_texts": 3,
        "moment_of_truth_texts": 1,
    }
    nobody = np.zeros(5, bool)
    assert measure.deflection(kept, nobody, nobody)["wrong_deflection_agent"] is None
