"""Weights as bytes come back within half a step, whatever their size."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.router.model.packing import packed, unpacked

WEIGHTS = arrays(np.float64, (6, 4), elements=st.floats(-1e6, 1e6, allow_subnormal=False))


@given(WEIGHTS)
def test_a_weight_comes_back_within_half_a_step_of_its_feature(weights: np.ndarray) -> None:
    numbers, scale = packed(weights)

    error = np.abs(unpacked(numbers, scale) - weights)

    largest = np.abs(weights).max(axis=1, keepdims=True)
    assert numbers.dtype == np.int8
    assert (error <= 0.501 * largest / 127 + 1e-30).all()


def test_a_feature_without_weight_stays_without() -> None:
    numbers, scale = packed(np.zeros((2, 3)))

    assert not unpacked(numbers, scale).any()
