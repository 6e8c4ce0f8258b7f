"""Features and linear learners, fitted with scikit-learn; the result is plain arrays."""

import warnings
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from sklearn.exceptions import ConvergenceWarning
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.svm import LinearSVC
from threadpoolctl import threadpool_limits

from lab.training.errors import TrainingRefused
from services.router.model.manifest import FEATURES_MAX
from services.router.model.text import CHAR_NGRAMS, WORD_NGRAMS, WORD_PATTERN, normalise

__all__ = ["Corpus", "Linear", "Vocabulary", "Weighing", "fit_logistic", "fit_margin"]

WEIGHTS_BYTES = 64 * 1024 * 1024  # of a model, so that process and vocabulary stay below 100 MB
SINGLE_BYTES = 4

# Words beside letter groups, which hold the words again. It is part of the weights when training is done.
WORD_SHARE = 0.7
# Chosen by out-of-fold accuracy and log-loss on customer texts: flat between 5 and 30, and between 0.5 and 2.
LOGISTIC_C = 10.0
MARGIN_C = 1.0
ENCODER_C = 30.0
LOGISTIC_TOLERANCE = 1e-4  # at 1e-3 it stops early and loses half a point of accuracy
LOGISTIC_STEPS_MAX = 1000
MARGIN_STEPS_MAX = 10_000

Matrix = NDArray[np.float64]
Targets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Linear:
    """Scores = features @ weights (V, L) + bias (L,)."""

    weights: Matrix
    bias: Matrix

    def plain(self, words: int) -> "Linear":
        """The same layer for features whose first ``words`` columns are not scaled by WORD_SHARE."""
        scale = np.ones((len(self.weights), 1))
        scale[:words] = WORD_SHARE
        return Linear(self.weights * scale, self.bias)

    def scores(self, features: Any) -> Matrix:
        """Scores (n, L) of a sparse or dense matrix (n, V)."""
        found: Matrix = np.asarray(features @ self.weights) + self.bias
        return found


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words, then letter groups, that some texts taught; ``idf`` (V,)."""

    words: list[str]
    chars: list[str]
    idf: Matrix


class Weighing:
    """What turns rows into features, fitted on some of them."""

    def __init__(self, blocks: list[Any], kept: list[NDArray[np.int64]], transformers: list[Any]) -> None:
        self._parts = list(zip(blocks, kept, transformers, strict=True))

    def features(self, rows: NDArray[np.int64]) -> Any:
        """The sparse matrix (n, V) of some rows."""
        words, chars = (weigh.transform(counts[rows][:, columns]) for (_, counts), columns, weigh in self._parts)
        return sparse.hstack([WORD_SHARE * words, chars]).tocsr()

    def unknown_shares(self, rows: NDArray[np.int64]) -> Matrix:
        """The share (n,) of each row's letter groups that the fitted rows did not teach."""
        (_, counts), columns, _ = self._parts[1]
        part = counts[rows]
        total = np.asarray(part.sum(axis=1)).ravel()
        known = np.asarray(part[:, columns].sum(axis=1)).ravel()
        shares: Matrix = 1.0 - known / np.maximum(total, 1)
        return shares


class Corpus:
    """All texts, counted once; folds select rows and forget what their texts do not hold."""

    def __init__(
        self, texts: Sequence[str], labels: int, pair_texts_min: int = 1, more_words: Collection[str] = ()
    ) -> None:
        """``pair_texts_min``: texts that a pair of words must stand in to be learned. ``more_words``: words that are
        kept although no text holds them.
        """
        self._labels = labels
        self._pair_texts_min = pair_texts_min
        self._blocks = [_widened(*_count(texts, "word"), more_words), _count(texts, "char_wb")]
        self._kept_anyway = np.array([name in more_words for name in self._blocks[0][0]])

    def fit(self, rows: NDArray[np.int64]) -> tuple[Vocabulary, Weighing]:
        """What these rows teach, and the weighing that turns any rows into features."""
        kept = self._kept(rows)
        transformers = [
            TfidfTransformer(sublinear_tf=True).fit(counts[rows][:, columns])
            for (_, counts), columns in zip(self._blocks, kept, strict=True)
        ]
        words, chars = (
            [names[column] for column in columns] for (names, _), columns in zip(self._blocks, kept, strict=True)
        )
        vocabulary = Vocabulary(words, chars, np.concatenate([transformer.idf_ for transformer in transformers]))
        return vocabulary, Weighing(self._blocks, kept, transformers)

    def _kept(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Columns in use: letter groups in two texts or more; the most frequent ones where the model's size is at its
        bound, of equals single words before pairs before letter groups; then words that no text need hold.
        """
        words, chars = (np.bincount(counts[rows].indices, minlength=counts.shape[1]) for _, counts in self._blocks)
        pairs = np.array([" " in name for name in self._blocks[0][0]])
        words = np.where(pairs & (words < self._pair_texts_min), 0, words)
        seen = np.concatenate([words, np.where(chars > 1, chars, 0)])
        kind = np.concatenate([pairs.astype(np.int64), np.full(len(chars), 2)])
        budget = min(FEATURES_MAX, WEIGHTS_BYTES // (SINGLE_BYTES * self._labels))
        kept = np.lexsort((kind, -seen))[:budget]
        wanted = seen > 0
        wanted[: len(words)] |= self._kept_anyway
        kept = np.sort(kept[wanted[kept]])
        border = int(np.searchsorted(kept, len(words)))
        return [kept[:border], kept[border:] - len(words)]


def _count(texts: Sequence[str], analyzer: str) -> tuple[list[str], Any]:
    counter = CountVectorizer(
        preprocessor=normalise,
        analyzer=analyzer,
        token_pattern=WORD_PATTERN,
        ngram_range=WORD_NGRAMS if analyzer == "word" else CHAR_NGRAMS,
    )
    try:
        with warnings.catch_warnings():
            # It warns that char_wb needs no token pattern; both analyzers are built alike here.
            warnings.simplefilter("ignore", UserWarning)
            counts = counter.fit_transform(texts)
    except ValueError:
        raise TrainingRefused("the texts hold no words; is this the text column?") from None
    return list(counter.get_feature_names_out()), counts.tocsr()


def _widened(names: list[str], counts: Any, more: Collection[str]) -> tuple[list[str], Any]:
    """The same with an empty column for each further name, at the end."""
    missing = sorted(set(more).difference(names))
    shape = (counts.shape[0], len(names) + len(missing))
    return [*names, *missing], sparse.csr_matrix((counts.data, counts.indices, counts.indptr), shape)


def fit_margin(features: Any, targets: Targets, labels: int, balanced: bool = False) -> Linear:
    """One linear support vector machine per label; raises TrainingRefused when it does not converge.

    ``balanced``: labels count alike, however many texts each has.
    """
    weight = "balanced" if balanced else None
    learner = LinearSVC(C=MARGIN_C, max_iter=MARGIN_STEPS_MAX, random_state=0, class_weight=weight)
    _converged(learner, features, targets, "the support vector machines", MARGIN_STEPS_MAX)
    return _every_label(learner, labels)


def fit_logistic(features: Any, targets: Targets, labels: int, strength: float = LOGISTIC_C) -> Linear:
    """Multinomial logistic regression; raises TrainingRefused when it does not converge.

    Single precision takes half the time; the rare line search that fails for its rounding is done again in double.
    """
    try:
        return _logistic(features.astype(np.float32), targets, labels, strength)
    except TrainingRefused:
        return _logistic(features.astype(np.float64), targets, labels, strength)


def _logistic(features: Any, targets: Targets, labels: int, strength: float) -> Linear:
    learner = LogisticRegression(C=strength, max_iter=LOGISTIC_STEPS_MAX, tol=LOGISTIC_TOLERANCE)
    _converged(learner, features, targets, "the logistic regression", LOGISTIC_STEPS_MAX)
    fitted = _every_label(learner, labels)
    _stationary(fitted, features, targets, strength)
    return fitted


def _converged(learner: Any, features: Any, targets: Targets, name: str, steps_max: int) -> None:
    with warnings.catch_warnings(), threadpool_limits(1):
        warnings.simplefilter("error", ConvergenceWarning)
        try:
            learner.fit(features, targets)
        except ConvergenceWarning:
            raise _diverged(name) from None
    steps = int(np.max(learner.n_iter_))
    if not 0 < steps < steps_max:
        raise _diverged(name)


def _stationary(fitted: Linear, features: Any, targets: Targets, strength: float) -> None:
    """The gradient must vanish: with a loose tolerance the solver stops at once and says nothing."""
    scores = fitted.scores(features)
    powers = np.exp(scores - scores.max(axis=1, keepdims=True))
    errors = powers / powers.sum(axis=1, keepdims=True)
    errors[np.arange(len(targets)), targets] -= 1.0
    # Of two labels scikit-learn penalises the difference of the columns, which is twice each of them.
    penalty = fitted.weights * (2.0 if errors.shape[1] == 2 else 1.0) / strength
    gradient = np.asarray(features.T @ errors) + penalty
    if np.abs(gradient).max() / len(targets) > 10 * LOGISTIC_TOLERANCE:
        raise _diverged("the logistic regression")


def _diverged(name: str) -> TrainingRefused:
    return TrainingRefused(f"{name} did not converge; look for texts of extreme length or labels that contradict")


def _every_label(learner: Any, labels: int) -> Linear:
    """One column per label also for two labels, where scikit-learn keeps only their difference."""
    weights, bias = np.asarray(learner.coef_, np.float64).T, np.asarray(learner.intercept_, np.float64)
    if labels == 2:
        return Linear(np.hstack([-weights, weights]) / 2, np.concatenate([-bias, bias]) / 2)
    return Linear(weights, bias)
