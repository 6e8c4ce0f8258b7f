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

    The shares are those of a grid that find most labels, of equals the most even ones: the likeliest shares lean to the
    learner with the mildest mistakes and find fewer. The temperature is the likeliest.
    """
    sharpness = [_temperature(part, targets) for part in scores]
    alike = [factor * part for factor, part in zip(sharpness, scores, strict=True)]
    best = max(_shares(len(scores)), key=lambda shares: (_found(blend(alike, shares), targets), min(shares)))
    factor = _temperature(blend(alike, best), targets)
    return tuple(factor * share * sharp for share, sharp in zip(best, sharpness, strict=True))


def _shares(learners: int) -> list[tuple[float, ...]]:
    """All shares in steps of a tenth that sum to 1."""
    wholes = (counts for counts in product(range(STEPS + 1), repeat=learners) if sum(counts) == STEPS)
    return [tuple(count / STEPS for count in counts) for counts in wholes]


def _found(logits: Matrix, targets: Targets) -> int:
    return int((logits.argmax(axis=1) == targets).sum())


def _temperature(scores: Matrix, targets: Targets) -> float:
    """The factor that makes ``softmax(factor * scores)`` likeliest; a convex problem of one number."""
    right = scores[np.arange(len(targets)), targets]

    def loss(factors: Matrix) -> tuple[float, Matrix]:
        probabilities = softmax(factors[0] * scores)
        likelihood = np.maximum(probabilities[np.arange(len(targets)), targets], 1e-300)
        slope = float((np.einsum("ij,ij->i", probabilities, scores) - right).mean())
        return float(-np.log(likelihood).mean()), np.array([slope])

    found = minimize(loss, np.ones(1), jac=True, method="L-BFGS-B", bounds=[(0.0, FACTOR_MAX)])
    if not found.success or not np.isfinite(found.fun):
        raise TrainingRefused("the calibration did not converge; the labels hardly follow from the texts")
    if found.x[0] < FACTOR_MIN:
        raise TrainingRefused("the texts say nothing about the labels; is this the label column?")
    return float(found.x[0])
