"""How good predictions are: accuracy, calibration, confusions, and what deflection would cost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Confusion", "Outcome", "confusions", "deflection", "per_intent", "quality", "reliability", "risk_coverage"]

BINS = 15  # of equal width, as the literature on calibration counts them
CONFUSIONS_MAX = 20
SAMPLES_MAX = 3
SAMPLE_CHARACTERS_MAX = 160
CURVE_POINTS = 100
DIGITS = 6

Flags = NDArray[np.bool_]
Matrix = NDArray[np.float64]
Targets = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Outcome:
    """n texts with the labels they have, those predicted, and the confidence (n,) of each prediction.

    ``labels`` may hold names that the model does not know; ``targets`` and ``predicted`` (n,) are indices into it.
    """

    labels: tuple[str, ...]
    targets: Targets
    predicted: Targets
    confidence: Matrix

    @property
    def right(self) -> Flags:
        """Which predictions are right."""
        found: Flags = self.targets == self.predicted
        return found


@dataclass(frozen=True, slots=True)
class Confusion:
    """A label that is taken for another: how often, and indices of the most confident mistakes."""

    label: str
    predicted: str
    count: int
    samples: tuple[int, ...]


def quality(outcome: Outcome) -> dict[str, Any]:
    """``n, accuracy, macro_f1, ece``; shares from 0 to 1, the F1 over every label that occurs."""
    return {
        "n": len(outcome.targets),
        "accuracy": _rounded(outcome.right.mean()),
        "macro_f1": _rounded(_f1(outcome)[_occurring(outcome)].mean()),
        "ece": _rounded(sum(share * abs(confidence - found) for confidence, found, share in reliability(outcome))),
    }


def _rounded(value: Any) -> float:
    return round(float(value), DIGITS)


def _counts(outcome: Outcome) -> tuple[Matrix, Matrix, Matrix]:
    size = len(outcome.labels)
    hits = np.bincount(outcome.targets[outcome.right], minlength=size).astype(np.float64)
    truly = np.bincount(outcome.targets, minlength=size).astype(np.float64)
    predicted = np.bincount(outcome.predicted, minlength=size).astype(np.float64)
    return hits, truly, predicted


def _occurring(outcome: Outcome) -> Flags:
    _, truly, predicted = _counts(outcome)
    found: Flags = truly + predicted > 0
    return found


def _f1(outcome: Outcome) -> Matrix:
    hits, truly, predicted = _counts(outcome)
    found: Matrix = 2.0 * hits / np.maximum(truly + predicted, 1.0)
    return found


def reliability(outcome: Outcome) -> list[tuple[float, float, float]]:
    """Per occupied bin of confidence: (mean confidence, accuracy, share of texts)."""
    bins = np.clip((outcome.confidence * BINS).astype(np.int64), 0, BINS - 1)
    found = []
    for at in np.unique(bins):
        inside = bins == at
        found.append(
            (float(outcome.confidence[inside].mean()), float(outcome.right[inside].mean()), float(inside.mean()))
        )
    return found


def risk_coverage(outcome: Outcome) -> list[tuple[float, float]]:
    """(share of texts answered, share of those that are wrong), the most confident texts first."""
    order = np.argsort(-outcome.confidence, kind="stable")
    wrong = np.cumsum(~outcome.right[order])
    counts = np.unique(np.linspace(1, len(order), min(CURVE_POINTS, len(order))).astype(np.int64))
    return [(float(count / len(order)), float(wrong[count - 1] / count)) for count in counts]


def per_intent(outcome: Outcome) -> list[dict[str, Any]]:
    """``intent, examples, precision, recall, f1`` of every label that occurs; the weakest first."""
    hits, truly, predicted = _counts(outcome)
    f1 = _f1(outcome)
    rows = [
        {
            "intent": outcome.labels[at],
            "examples": int(truly[at]),
            "precision": _rounded(hits[at] / max(predicted[at], 1.0)),
            "recall": _rounded(hits[at] / max(truly[at], 1.0)),
            "f1": _rounded(f1[at]),
        }
        for at in np.flatnonzero(_occurring(outcome))
    ]
    return sorted(rows, key=lambda row: (row["f1"], row["intent"]))


def confusions(outcome: Outcome, most: int = CONFUSIONS_MAX) -> list[Confusion]:
    """The most frequent confusions, with the most confident mistakes as samples."""
    wrong = np.flatnonzero(~outcome.right)
    wrong = wrong[np.argsort(-outcome.confidence[wrong], kind="stable")]
    found: dict[tuple[int, int], list[int]] = {}
    for at in wrong:
        found.setdefault((int(outcome.targets[at]), int(outcome.predicted[at])), []).append(int(at))
    ranked = sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))[:most]
    return [
        Confusion(outcome.labels[target], outcome.labels[predicted], len(rows), tuple(rows[:SAMPLES_MAX]))
        for (target, predicted), rows in ranked
    ]


def confusions_as_json(found: Sequence[Confusion], texts: Sequence[str]) -> list[dict[str, Any]]:
    """Confusions with their sample texts, shortened."""
    return [
        {
            "intent": confusion.label,
            "predicted": confusion.predicted,
            "count": confusion.count,
            "samples": [texts[at][:SAMPLE_CHARACTERS_MAX] for at in confusion.samples],
        }
        for confusion in found
    ]


def deflection(kept: Flags, for_agents: Flags, moments: Flags) -> Mapping[str, float | int | None]:
    """What being kept from an agent means for n texts, all flags (n,): ``deflection`` is a share of all texts,
    ``wrong_*`` of those who needed an agent; None where nobody did.
    """
    return {
        "deflection": _rounded(kept.mean()),
        "wrong_deflection_agent": _share(kept, for_agents),
        "wrong_deflection_moment_of_truth": _share(kept, moments),
        "agent_texts": int(for_agents.sum()),
        "moment_of_truth_texts": int(moments.sum()),
    }


def _share(kept: Flags, members: Flags) -> float | None:
    return _rounded(kept[members].mean()) if members.any() else None
