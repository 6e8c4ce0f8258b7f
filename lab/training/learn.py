"""Features and linear learners, fitted with scikit-learn; the result is plain arrays."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
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
from services.router.model.text import (
    CHAR_NGRAMS,
    WORD_NGRAMS,
    WORD_PATTERN,
    beginning_pairs,
    normalise,
    words_of,
)

__all__ = ["Corpus", "Linear", "Vocabulary", "fit_logistic", "fit_margin"]

WEIGHTS_BYTES = 64 * 1024 * 1024  # of a model, so that process and vocabulary stay below 100 MB
SINGLE_BYTES = 4

# Words beside letter groups, which hold the words again, and pairs of beginnings beside both; by out-of-fold accuracy.
# They are part of the weights when training is done.
WORD_SHARE = 0.7
PAIR_SHARE = 0.8
SHARES = (WORD_SHARE, 1.0, PAIR_SHARE)
GROUPS = ("words", "chars", "beginnings")  # of a vocabulary, in the order of SHARES
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

    def plain(self, vocabulary: "Vocabulary") -> "Linear":
        """The same layer for features that are not scaled by SHARES."""
        scale = np.repeat(SHARES, [len(vocabulary.words), len(vocabulary.chars), len(vocabulary.beginnings or ())])
        return Linear(self.weights * scale[:, None], self.bias)

    def scores(self, features: Any) -> Matrix:
        """Scores (n, L) of a sparse or dense matrix (n, V)."""
        found: Matrix = np.asarray(features @ self.weights) + self.bias
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """Words, then letter groups, then pairs of beginnings unless compact, that some texts taught; ``idf`` (V,)."""

    words: list[str]
    chars: list[str]
    beginnings: list[str] | None = None
    idf: Matrix

    def document(self) -> dict[str, list[str]]:
        """What ``vocab.json`` holds."""
        groups = {"words": self.words, "chars": self.chars}
        return groups if self.beginnings is None else {**groups, "beginnings": self.beginnings}


class Corpus:
    """All texts, counted once; folds select rows and forget what their texts do not hold."""

    def __init__(self, texts: Sequence[str], labels: int, compact: bool = False) -> None:
        """``compact``: no pair of words that one text alone has, and no pairs of beginnings."""
        self._labels = labels
        self._pair_texts_min = 2 if compact else 1
        self._blocks = [_count(texts, "word"), _count(texts, "char_wb")]
        if not compact:
            self._blocks.append(_count_pairs(texts))

    def fit(self, rows: NDArray[np.int64]) -> tuple["Vocabulary", "Corpus._Weighing"]:
        """What these rows teach, and the weighing that turns any rows into features."""
        kept = self._kept(rows)
        transformers = [
            TfidfTransformer(sublinear_tf=True).fit(counts[rows][:, columns]) if len(columns) else None
            for (_, counts), columns in zip(self._blocks, kept, strict=True)
        ]
        idf = np.concatenate([transformer.idf_ for transformer in transformers if transformer])
        groups = [[names[column] for column in columns] for (names, _), columns in zip(self._blocks, kept, strict=True)]
        return Vocabulary(**dict(zip(GROUPS, groups, strict=False)), idf=idf), Corpus._Weighing(
            self._blocks, kept, transformers
        )

    def _kept(self, rows: NDArray[np.int64]) -> list[NDArray[np.int64]]:
        """Columns in use: letter groups and pairs of beginnings in two texts or more; the most frequent ones where the
        model's size is at its bound, of equals single words before pairs before letter groups before beginnings.
        """
        words, *others = (np.bincount(counts[rows].indices, minlength=counts.shape[1]) for _, counts in self._blocks)
        pairs = np.array([" " in name for name in self._blocks[0][0]])
        words = np.where(pairs & (words < self._pair_texts_min), 0, words)
        seen = np.concatenate([words, *(np.where(each > 1, each, 0) for each in others)])
        kind = np.concatenate([pairs, *(np.full(len(each), at) for at, each in enumerate(others, start=2))])
        budget = min(FEATURES_MAX, WEIGHTS_BYTES // (SINGLE_BYTES * self._labels))
        kept = np.lexsort((kind, -seen))[:budget]
        kept = np.sort(kept[seen[kept] > 0])
        starts = np.cumsum([0, len(words), *map(len, others)])
        return [kept[(kept >= start) & (kept < end)] - start for start, end in pairwise(starts)]

    class _Weighing:
        def __init__(self, blocks: list[Any], kept: list[NDArray[np.int64]], transformers: list[Any]) -> None:
            self._parts = list(zip(blocks, kept, transformers, strict=True))

        def features(self, rows: NDArray[np.int64]) -> Any:
            """The sparse matrix (n, V) of some rows."""
            return self._stacked(rows, len(SHARES))

        def single(self, rows: NDArray[np.int64]) -> Any:
            """The same without pairs of beginnings: with them a regression takes longer and the blend finds no more."""
            return self._stacked(rows, len(SHARES) - 1)

        def _stacked(self, rows: NDArray[np.int64], blocks: int) -> Any:
            parts = [
                share * weigh.transform(counts[rows][:, columns])
                for ((_, counts), columns, weigh), share in zip(self._parts[:blocks], SHARES, strict=False)
                if weigh
            ]
            return sparse.hstack(parts).tocsr()

        def unknown_shares(self, rows: NDArray[np.int64]) -> Matrix:
            """The share (n,) of each row's letter groups that the fitted rows did not teach."""
            (_, counts), columns, _ = self._parts[1]
            part = counts[rows]
            total = np.asarray(part.sum(axis=1)).ravel()
            known = np.asarray(part[:, columns].sum(axis=1)).ravel()
            shares: Matrix = 1.0 - known / np.maximum(total, 1)
            return shares


def _count_pairs(texts: Sequence[str]) -> tuple[list[str], Any]:
    """Texts of one word have no pairs, so there may be none at all."""
    counter = CountVectorizer(analyzer=lambda text: beginning_pairs(words_of(normalise(text))))
    try:
        counts = counter.fit_transform(texts)
    except ValueError:
        return [], sparse.csr_matrix((len(texts), 0), dtype=np.int64)
    return list(counter.get_feature_names_out()), counts.tocsr()


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
