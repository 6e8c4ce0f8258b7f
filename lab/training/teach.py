"""The learners of a recipe, taught with some of the texts; every learner is a linear layer."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.training.data import Data
from lab.training.learn import ENCODER_C, Corpus, Linear, Vocabulary, Weighing, fit_logistic, fit_margin
from lab.training.meanings import Meanings
from lab.training.recipe import Recipe

__all__ = ["Learner", "Progress", "Taught", "Teacher"]

Rows = NDArray[np.int64]
Progress = Callable[[str], None]
"""Told the name of each step as it begins."""


@dataclass(frozen=True, slots=True)
class Learner:
    """A layer, and what gives its features of any rows of the data."""

    layer: Linear
    features: Callable[[Rows], Any]


@dataclass(frozen=True, slots=True)
class Taught:
    """What some rows teach; the learners in the order of the recipe."""

    vocabulary: Vocabulary
    weighing: Weighing
    learners: tuple[Learner, ...]


class Teacher:
    """Teaches the learners of a recipe with any rows of the data."""

    def __init__(self, data: Data, recipe: Recipe) -> None:
        self._data = data
        self._recipe = recipe
        self._meanings = Meanings(recipe.vectors, data.texts) if recipe.vectors else None
        more_words = self._meanings.common if self._meanings else ()
        self._corpus = Corpus(data.texts, len(data.labels), 2 if recipe.compact else 1, more_words)

    def teach(self, rows: Rows, progress: Progress) -> Taught:
        """Raises TrainingRefused when a learner does not converge."""
        vocabulary, weighing = self._corpus.fit(rows)
        return Taught(vocabulary, weighing, tuple(self._learners(rows, vocabulary, weighing, progress)))

    def _learners(
        self, rows: Rows, vocabulary: Vocabulary, weighing: Weighing, progress: Progress
    ) -> Iterator[Learner]:
        targets, labels = self._data.targets[rows], len(self._data.labels)
        features = weighing.features(rows)
        progress("margins")
        yield Learner(fit_margin(features, targets, labels, self._recipe.balanced), weighing.features)
        if self._meanings:
            progress("meanings")
            yield Learner(self._meanings.fit(features, targets, labels, vocabulary), weighing.features)
        if not self._recipe.quick:
            progress("probabilities")
            yield Learner(fit_logistic(features, targets, labels), weighing.features)
        if self._recipe.encoding:
            vectors = self._recipe.encoding.vectors
            progress("encoder")
            yield Learner(fit_logistic(vectors[rows], targets, labels, ENCODER_C), lambda wanted: vectors[wanted])
