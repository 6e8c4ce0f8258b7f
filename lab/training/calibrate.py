"""Which learner to believe how much, and how sharply: fitted on texts that the learners did not see."""

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from lab.training.errors import TrainingRefused

__all__ = ["blend", "fit_blend", "softmax"]

FACTOR_MIN = 1e-3
FACTOR_MAX = 1000.0
STEPS = 10  # of the shares
LUCK_SHARE = 0.001  # of the texts: shares that find so many fewer are as good

Matrix = NDArray[np.float64]
Targets = NDArray[np.int64]


def softmax(logits: Matrix) -> Matrix:
    """Probabilities (n, L) of scores (n, L)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Matrix = powers / powers.sum(axis=1, keepdims=True)
    return shares


def blend(scores: Sequence[Matrix], factors: Sequence[float]) -> Matrix:
    """The weighted sum (n, L) of several learners' scores."""
    total: Matrix = np.sum([factor * part for factor, part in zip(factors, scores, strict=True)], axis=0)
    return total


def fit_blend(scores: Sequence[Matrix], targets: Targets) -> tuple[float, ...]:
    """A factor per learner, at least 0, for ``softmax(blend(...))``; ``scores`` (n, L) each must be out of fold.

    Of the shares of a grid those are taken that are likeliest among the ones that find about as many labels as any do:
    the likeliest of all lean to the learner with the mildest mistakes and find fewer, those that find most are chosen
    by the luck of a few texts and are less honest about their doubts. The temperature is the likeliest.
    """
    sharpness = [_temperature(part, targets) for part in scores]
    alike = [factor * part for factor, part in zip(sharpness, scores, strict=True)]
    options = _shares(len(scores))
    found = [_found(blend(alike, shares), targets) for shares in options]
    enough = max(found) - LUCK_SHARE * len(targets)
    good = (shares for shares, count in zip(options, found, strict=True) if count >= enough)
    _, factor, best = min(_likeliest(blend(alike, shares), targets, shares) for shares in good)
    return tuple(factor * share * sharp for share, sharp in zip(best, sharpness, strict=True))


def _likeliest(scores: Matrix, targets: Targets, shares: tuple[float, ...]) -> tuple[float, float, tuple[float, ...]]:
    """The mean loss at the likeliest temperature, that temperature's factor, and the shares."""
    factor = _temperature(scores, targets)
    return _loss(softmax(factor * scores), targets), factor, shares


def _shares(learners: int) -> list[tuple[float, ...]]:
    """All shares in steps of a tenth that sum to 1."""
    wholes = (counts for counts in product(range(STEPS + 1), repeat=learners) if sum(counts) == STEPS)
    return [tuple(count / STEPS for count in counts) for counts in wholes]


def _found(logits: Matrix, targets: Targets) -> int:
    return int((logits.argmax(axis=1) == targets).sum())


def _loss(probabilities: Matrix, targets: Targets) -> float:
    """The mean of the negative logarithms of what the labels were given."""
    return float(-np.log(np.maximum(probabilities[np.arange(len(targets)), targets], 1e-300)).mean())


def _temperature(scores: Matrix, targets: Targets) -> float:
    """The factor that makes ``softmax(factor * scores)`` likeliest; a convex problem of one number."""
    right = scores[np.arange(len(targets)), targets]

    def loss(factors: Matrix) -> tuple[float, Matrix]:
        probabilities = softmax(factors[0] * scores)
        slope = float((np.einsum("ij,ij->i", probabilities, scores) - right).mean())
        return _loss(probabilities, targets), np.array([slope])

    found = minimize(loss, np.ones(1), jac=True, method="L-BFGS-B", bounds=[(0.0, FACTOR_MAX)])
    if not found.success or not np.isfinite(found.fun):
        raise TrainingRefused("the calibration did not converge; the labels hardly follow from the texts")
    if found.x[0] < FACTOR_MIN:
        raise TrainingRefused("the texts say nothing about the labels; is this the label column?")
    return float(found.x[0])
