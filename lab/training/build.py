"""From labelled texts to a calibrated model: three folds for honesty, then one fit on everything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.training import measure
from lab.training.calibrate import blend, fit_blend, softmax
from lab.training.data import EXAMPLES_WISE, Data, split
from lab.training.errors import TrainingRefused
from lab.training.learn import Linear, Vocabulary
from lab.training.recipe import Recipe
from lab.training.risk import Fit, fit_thresholds, thresholds_of
from lab.training.teach import Progress, Teacher
from lab.training.watched import watched
from services.router.model.tiers import IntentTier, Thresholds, decide_all

__all__ = ["Built", "build", "steps"]

CALIBRATE_MIN = 200  # texts; with fewer, one number more or less says how sure a model may be
CHANCE_MARGIN = 0.1  # of the way from guessing to perfect; below it a model knows nothing worth routing by
CHANCE_Z = 2.3263  # and the difference from guessing must not be chance itself (one-sided, 99 %)

Flags = NDArray[np.bool_]
Matrix = NDArray[np.float64]
Rows = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """A model in parts, with what was measured out of fold on the way to it."""

    data: Data
    recipe: Recipe
    vocabulary: Vocabulary
    sparse: Linear
    dense: Linear | None
    factors: tuple[float, ...]
    thresholds: Thresholds
    fit: Fit | None
    outcome: measure.Outcome
    metrics: Mapping[str, Any]

    @property
    def temperature(self) -> float:
        """Scores are divided by it before they become probabilities."""
        return 1.0 / sum(self.factors)

    @property
    def shares(self) -> dict[str, float]:
        """How much each learner is believed; they sum to 1."""
        return {
            name: factor * self.temperature for name, factor in zip(self.recipe.learners, self.factors, strict=True)
        }

    @property
    def warnings(self) -> list[str]:
        """What the user should know of the data and the thresholds, one line each."""
        return list(_warnings(self))


def steps(learners: int, folds: int, encoder: bool) -> int:
    """How many steps progress is told of; an encoder has read the texts before :func:`build` begins."""
    return 2 + (folds + 1) * learners + encoder


def build(data: Data, recipe: Recipe, progress: Progress) -> Built:
    """The model; raises TrainingRefused when it cannot be trusted. The same data give the same model."""
    progress("counting words")
    teacher = Teacher(data, recipe)
    scores: list[Matrix] = [np.zeros((len(data.texts), len(data.labels))) for _ in recipe.learners]
    unknown = np.zeros(len(data.texts))
    part = split(data.targets, recipe.folds)
    for fold in range(recipe.folds):
        inside, outside = np.flatnonzero(part != fold), np.flatnonzero(part == fold)
        taught = teacher.teach(inside, _part(progress, f"fold {fold + 1}"))
        unknown[outside] = taught.weighing.unknown_shares(outside)
        for found, learner in zip(scores, taught.learners, strict=True):
            found[outside] = learner.layer.scores(learner.features(outside))
    everything = np.arange(len(data.texts))
    taught = teacher.teach(everything, _part(progress, "final"))
    progress("calibrating")
    final = [learner.layer for learner in taught.learners]
    return _assembled(data, recipe, taught.vocabulary, final, (scores, unknown))


def _part(progress: Progress, name: str) -> Progress:
    def told(step: str) -> None:
        progress(f"{name}: {step}")

    return told


def _assembled(
    data: Data, recipe: Recipe, vocabulary: Vocabulary, final: list[Linear], found: tuple[list[Matrix], Matrix]
) -> Built:
    scores, unknown = found
    known = _calibrating(data, recipe)
    factors = fit_blend([part[known] for part in scores], data.targets[known])
    logits = blend(scores, factors)
    probabilities = softmax(logits)
    outcome = measure.Outcome(data.labels, data.targets, probabilities.argmax(axis=1), probabilities.max(axis=1))
    _refuse_chance(outcome)
    fit = _thresholds(data, recipe, probabilities)
    limits = thresholds_of(fit, logits, data.targets, unknown)
    shares = [factor / sum(factors) for factor in factors]
    words = len(recipe.learners) - (recipe.encoding is not None)
    return Built(
        data=data,
        recipe=recipe,
        vocabulary=vocabulary,
        sparse=_sum(final[:words], shares).plain(len(vocabulary.words)),
        dense=_sum(final[words:], shares[words:]) if recipe.encoding else None,
        factors=factors,
        thresholds=limits,
        fit=fit,
        outcome=outcome,
        metrics={**measure.quality(outcome), **_deflection(data, recipe, probabilities, limits)},
    )


def _calibrating(data: Data, recipe: Recipe) -> Rows:
    """The texts (their places) that the calibration is fitted on."""
    if not recipe.calibrate:
        return np.arange(len(data.texts))
    found = np.flatnonzero([text in recipe.calibrate for text in data.texts])
    if len(found) < CALIBRATE_MIN:
        raise TrainingRefused(
            f"--calibrate: {len(found)} of its texts are among the data, {CALIBRATE_MIN} must be; give one of the data"
        )
    return found


def _sum(learners: Sequence[Linear], shares: Sequence[float]) -> Linear:
    pairs = list(zip(learners, shares, strict=False))
    weights = sum((share * learner.weights for learner, share in pairs), np.zeros_like(learners[0].weights))
    return Linear(weights, sum((share * learner.bias for learner, share in pairs), np.zeros_like(learners[0].bias)))


def _refuse_chance(outcome: measure.Outcome) -> None:
    """The mean recall must be clearly better than guessing, whatever the sizes of the intents."""
    labels, size = len(outcome.labels), len(outcome.targets)
    chance = 1.0 / labels
    counts = np.bincount(outcome.targets, minlength=labels)
    recall = float((np.bincount(outcome.targets[outcome.right], minlength=labels) / counts).mean())
    noise = CHANCE_Z * np.sqrt(chance * (1.0 - chance) / size)
    if recall < chance + max(CHANCE_MARGIN * (1.0 - chance), noise):
        raise TrainingRefused(
            f"the labels hardly follow from the texts: {recall:.1%} are found where guessing finds {chance:.1%}; "
            "check that text and label columns belong together"
        )


def _flags(labels: Sequence[str], tiers: Mapping[str, IntentTier]) -> tuple[Flags, Flags]:
    for_agents = np.array([tiers[label].for_agents for label in labels])
    return for_agents, np.array([tiers[label].moment_of_truth for label in labels])


def _thresholds(data: Data, recipe: Recipe, probabilities: Matrix) -> Fit | None:
    if recipe.tiers is None:
        return None
    marks = _flags(data.labels, recipe.tiers)
    return fit_thresholds(probabilities, data.targets, marks, recipe.risk, watched(data.texts))


def _deflection(data: Data, recipe: Recipe, probabilities: Matrix, limits: Thresholds) -> Mapping[str, Any]:
    if recipe.tiers is None:
        return dict.fromkeys(("deflection", "wrong_deflection_agent", "wrong_deflection_moment_of_truth"))
    for_agents, moments = _flags(data.labels, recipe.tiers)
    kept = decide_all(probabilities, for_agents, limits) & ~watched(data.texts)
    return measure.deflection(kept, for_agents[data.targets], moments[data.targets])


def _warnings(built: Built) -> Iterator[str]:
    data = built.data
    few = [f"{label} ({count})" for label, count in data.counts.items() if count < EXAMPLES_WISE]
    if few:
        more = f" and {len(few) - 5} more" if len(few) > 5 else ""
        yield f"fewer than {EXAMPLES_WISE} examples: {', '.join(few[:5])}{more}; accuracy will suffer"
    if data.conflicts:
        first, second = data.conflicts[0]
        yield f"{len(data.conflicts)} texts have two labels, the first in rows {first} and {second}"
    if data.empty:
        yield f"{data.empty} rows without text were left out"
    if built.fit and built.fit.refused:
        yield f"the model deflects nothing by itself: {built.fit.refused}"
