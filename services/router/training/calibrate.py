"""Which learner to believe how much, and how sharply: fitted on texts that the learners did not see."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from services.router.training.errors import TrainingRefused

__all__ = ["blend", "fit_blend", "softmax"]

BLEND_MIN = 1e-3
BLEND_MAX = 100.0

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
    """A factor per learner, at least 0, that makes ``softmax(blend(...))`` likeliest: temperature and ensemble weights
    in one convex problem. ``scores`` must be out of fold.
    """
    rows = np.arange(len(targets))

    def loss(factors: Matrix) -> tuple[float, Matrix]:
        probabilities = softmax(blend(scores, list(factors)))
        right = np.maximum(probabilities[rows, targets], 1e-300)
        slopes = [float((np.einsum("ij,ij->i", probabilities, part) - part[rows, targets]).mean()) for part in scores]
        return float(-np.log(right).mean()), np.array(slopes)

    found = minimize(loss, np.ones(len(scores)), jac=True, method="L-BFGS-B", bounds=[(0.0, BLEND_MAX)] * len(scores))
    if not found.success or not np.isfinite(found.fun):
        raise TrainingRefused("the calibration did not converge; the labels hardly follow from the texts")
    if found.x.sum() < BLEND_MIN:
        raise TrainingRefused("the texts say nothing about the labels; is this the label column?")
    return tuple(float(factor) for factor in found.x)
