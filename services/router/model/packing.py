"""Weights as bytes: a tenth of the size on disk; the answers move in the third digit of a probability."""

import numpy as np
from numpy.typing import NDArray

__all__ = ["packed", "unpacked"]

LEVELS = 127  # of a signed byte, the same number on both sides of zero

Bytes = NDArray[np.int8]
Single = NDArray[np.float32]


def packed(weights: NDArray[np.float64]) -> tuple[Bytes, Single]:
    """Weights (V, L) as whole numbers (V, L) of a scale (V,) per feature; the error is at most half a scale."""
    scale = (np.abs(weights).max(axis=1) / LEVELS).astype("<f4")
    steps = np.where(scale > 0.0, scale, 1.0).astype(np.float64)
    return np.rint(weights / steps[:, None]).clip(-LEVELS, LEVELS).astype("|i1"), scale


def unpacked(numbers: Bytes, scale: Single) -> Single:
    """The weights (V, L) again, in single precision."""
    weights: Single = numbers.astype(np.float32)
    weights *= scale[:, None]
    return weights
