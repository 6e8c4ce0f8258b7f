"""Which learner to believe how much, and how sharply: fitted on texts that the learners did not see."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from lab.training.errors import TrainingRefused

__all__ = ["blend", "fit_blend", "softmax"]

FACTOR_MIN = 1e-3
FACTOR_MAX = 1000.0

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
    """The likeliest factors, one per learner and at least 0, for ``softmax(blend(...))``; a convex problem.

    ``scores`` (n, L) each must be out of fold.
    """
    stacked = np.stack(scores)
    rows = np.arange(len(targets))
    right = stacked[:, rows, targets]

    def loss(factors: Matrix) -> tuple[float, Matrix]:
        probabilities = softmax(np.tensordot(factors, stacked, 1))
        likelihood = np.maximum(probabilities[rows, targets], 1e-300)
        slopes = (np.einsum("ij,kij->ki", probabilities, stacked) - right).mean(axis=1)
        return float(-np.log(likelihood).mean()), slopes

    start = np.full(len(scores), 1.0 / len(scores))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=[(0.0, FACTOR_MAX)] * len(scores))
    if not found.success or not np.isfinite(found.fun):
        raise TrainingRefused("the calibration did not converge; the labels hardly follow from the texts")
    if found.x.sum() < FACTOR_MIN:
        raise TrainingRefused("the texts say nothing about the labels; is this the label column?")
    return tuple(map(float, found.x))
