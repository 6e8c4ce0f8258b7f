"""A finished model before labelled texts: what it says, which tier it chooses, and what is right."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lab.training import measure
from lab.training.data import Example
from lab.training.watched import watched
from services.router.domain.classification.clauses import doubt_of_clause, predicted
from services.router.model.text_model import Scores, TextModel
from services.router.model.tiers import AGENT, IntentTier, OwnTiers
from shared.clock import monotonic

__all__ = ["Judgement", "judge"]

MICROSECONDS = 1e6
WORST_MAX = 20  # wrong deflections that are shown
_UNKNOWN = IntentTier(tier="agent")  # what a model was never taught must reach a person


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The outcome on n texts, the tier chosen for each (None without tiers), and all figures as JSON values."""

    outcome: measure.Outcome
    tiers: tuple[str | None, ...]
    figures: Mapping[str, Any]


def judge(model: TextModel, examples: Sequence[Example], tiers: Mapping[str, IntentTier] | None) -> Judgement:
    """Measure ``model`` on at least one text, one text at a time as in production.

    ``tiers`` say what each label truly needs, default those of the model; a label that neither knows needs an agent.
    The model decides by its own tiers; one that was trained without tiers decides by ``tiers``. What is watched goes to
    an agent, and so does what a clause makes doubtful, as in the router.
    """
    scores, seconds = _scored(model, examples)
    outcome = _outcome(model, examples, scores)
    chosen = _decisions(model, scores, tiers, [example.text for example in examples])
    truth = tiers or model.manifest.tiers
    texts = [example.text for example in examples]
    figures = {
        **measure.quality(outcome),
        "microseconds_per_text": round(float(np.median(seconds)) * MICROSECONDS, 1),
        "microseconds_per_text_p99": round(float(np.quantile(seconds, 0.99)) * MICROSECONDS, 1),
        **_deflection(examples, chosen, truth),
        "tier_confusion": _tier_confusion(examples, chosen, truth),
        "worst_deflections": _worst(examples, chosen, truth, outcome),
        "out_of_scope": round(float(np.mean([model.out_of_scope(one) for one in scores])), measure.DIGITS),
        "unknown_labels": sorted({example.label for example in examples} - set(model.labels)),
        "model_version": model.version,
        "per_intent": measure.per_intent(outcome),
        "confusions": measure.confusions_as_json(measure.confusions(outcome), texts),
    }
    return Judgement(outcome=outcome, tiers=chosen, figures=figures)


def _scored(model: TextModel, examples: Sequence[Example]) -> tuple[list[Scores], NDArray[np.float64]]:
    scores, seconds = [], np.zeros(len(examples))
    for at, example in enumerate(examples):
        start = monotonic()
        scores += model.scores([example.text])
        seconds[at] = monotonic() - start
    return scores, seconds


def _outcome(model: TextModel, examples: Sequence[Example], scores: Sequence[Scores]) -> measure.Outcome:
    labels = (*model.labels, *sorted({example.label for example in examples} - set(model.labels)))
    index = {label: at for at, label in enumerate(labels)}
    return measure.Outcome(
        labels,
        np.array([index[example.label] for example in examples], np.int64),
        np.array([one.best for one in scores], np.int64),
        np.array([one.confidence for one in scores]),
    )


def _decisions(
    model: TextModel, scores: Sequence[Scores], tiers: Mapping[str, IntentTier] | None, texts: Sequence[str]
) -> tuple[str | None, ...]:
    known = model.manifest.tiers or tiers
    if known is None:
        return (None,) * len(scores)
    limits = model.manifest.thresholds
    own = OwnTiers(model.labels, known, limits)
    own_tiers = (own.decide(one.probabilities, model.out_of_scope(one)).tier for one in scores)
    for_agents = frozenset(label for label in model.labels if known[label].for_agents)
    doubted = [
        each is not None and doubt_of_clause(each, limits.agent_probability)
        for each in predicted(model, texts, for_agents, limits.agent_probability)
    ]
    return tuple(
        AGENT if is_watched or doubt else tier
        for tier, is_watched, doubt in zip(own_tiers, watched(texts), doubted, strict=True)
    )


def _deflection(
    examples: Sequence[Example], chosen: Sequence[str | None], truth: Mapping[str, IntentTier] | None
) -> Mapping[str, Any]:
    if truth is None:
        return dict.fromkeys(("deflection", "wrong_deflection_agent", "wrong_deflection_moment_of_truth"))
    needs = [truth.get(example.label, _UNKNOWN) for example in examples]
    return measure.deflection(
        np.array([tier != AGENT for tier in chosen]),
        np.array([tier.for_agents for tier in needs]),
        np.array([tier.moment_of_truth for tier in needs]),
    )


def _needs(label: str, truth: Mapping[str, IntentTier]) -> str:
    needed = truth.get(label, _UNKNOWN)
    return "moment_of_truth" if needed.moment_of_truth else needed.tier


def _tier_confusion(
    examples: Sequence[Example], chosen: Sequence[str | None], truth: Mapping[str, IntentTier] | None
) -> Mapping[str, Mapping[str, int]] | None:
    """How many texts that need a tier (a moment of truth apart) get which; None without tiers."""
    if truth is None:
        return None
    found: dict[str, dict[str, int]] = {}
    for example, tier in zip(examples, chosen, strict=True):
        got = found.setdefault(_needs(example.label, truth), {})
        got[str(tier)] = got.get(str(tier), 0) + 1
    return found


def _worst(
    examples: Sequence[Example],
    chosen: Sequence[str | None],
    truth: Mapping[str, IntentTier] | None,
    outcome: measure.Outcome,
) -> list[dict[str, Any]]:
    """Texts kept from an agent whom they needed: moments of truth first, then the most confident."""
    if truth is None:
        return []
    wrong = [
        (truth.get(example.label, _UNKNOWN).moment_of_truth, float(outcome.confidence[at]), at)
        for at, example in enumerate(examples)
        if chosen[at] != AGENT and truth.get(example.label, _UNKNOWN).for_agents
    ]
    return [
        {
            "row": examples[at].row,
            "text": examples[at].text[: measure.SAMPLE_CHARACTERS_MAX],
            "intent": examples[at].label,
            "predicted": outcome.labels[outcome.predicted[at]],
            "confidence": round(confidence, measure.DIGITS),
            "tier": chosen[at],
        }
        for _, confidence, at in sorted(wrong, key=lambda each: (not each[0], -each[1], each[2]))[:WORST_MAX]
    ]
