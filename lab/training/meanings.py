"""A learner that knows which words mean the same, of words that no training text holds too."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.training.learn import Linear, Vocabulary, fit_logistic
from lab.training.vectors import WordVectors, surfaces

__all__ = ["Meanings"]

MEANINGS_C = 30.0  # chosen out of fold with 5 to 130 texts an intent: flat between 10 and 100

Matrix = NDArray[np.float64]


class Meanings:
    """Logistic regressions over the sums of word vectors. A sum of vectors times weights is a sum of weights: what is
    learned becomes one weight per word and label, and a finished model holds no vector.
    """

    def __init__(self, vectors: WordVectors, texts: Sequence[str]) -> None:
        """``texts`` tell how words are written whose accents and case are folded."""
        self._vectors = vectors
        self._written: Mapping[str, str] = vectors.common | surfaces(texts)

    @property
    def common(self) -> Mapping[str, str]:
        """Words that a vocabulary should hold although no text does."""
        return self._vectors.common

    def fit(self, features: Any, targets: NDArray[np.int64], labels: int, vocabulary: Vocabulary) -> Linear:
        """A layer over the same ``features`` (n, V); raises TrainingRefused when it does not converge."""
        columns, vectors = self._of(vocabulary)
        sums = features[:, columns] @ vectors
        scale = 1.0 / max(float(np.linalg.norm(sums, axis=1).mean()), np.finfo(np.float64).tiny)
        learned = fit_logistic(scale * sums, targets, labels, MEANINGS_C)
        weights = np.zeros((features.shape[1], labels))
        weights[columns] = scale * vectors @ learned.weights
        return Linear(weights, learned.bias)

    def _of(self, vocabulary: Vocabulary) -> tuple[NDArray[np.int64], Matrix]:
        """Where single words stand (k,), and their vectors (k, D), divided by what makes rare words count more."""
        columns = np.array([at for at, word in enumerate(vocabulary.words) if " " not in word], np.int64)
        written = [self._written.get(vocabulary.words[at], vocabulary.words[at]) for at in columns]
        return columns, self._vectors.of(written) / vocabulary.idf[columns, None]
