"""The tiers and thresholds that a model brings from its training, for where no policy says otherwise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from shared.policy.handling import Tier

__all__ = ["AGENT", "TierChoice", "IntentTier", "OwnTiers", "Thresholds", "decide_all"]

AGENT: Tier = "agent"

Matrix = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentTier:
    """Who serves an intent, its points of complexity (0 to 100), the skills it asks with levels, and its articles."""

    tier: Tier
    moment_of_truth: bool = False
    base: int | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    articles: tuple[str, ...] = ()

    @property
    def for_agents(self) -> bool:
        """Agents serve the agent tier and every moment of truth."""
        return self.tier == AGENT or self.moment_of_truth


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    """When a text goes to an agent whatever its likeliest intent.

    ``agent_probability``: more probability than this on intents for agents (negative: always). ``confidence``: less
    than this on the likeliest intent. ``scope_confidence``: below it a text is rather of an intent that training does
    not know; ``scope_unknown``: almost no training text had more letter groups never seen. ``proven``: the risk that
    training was asked for has been shown.
    """

    agent_probability: float = 0.02
    confidence: float = 0.4
    scope_confidence: float = 0.0
    scope_unknown: float = 1.0
    proven: bool = False


@dataclass(frozen=True, slots=True)
class TierChoice:
    """A tier with its reason."""

    tier: Tier
    reason: str


class OwnTiers:
    """Decides like the policy's thresholds do, from what the training data said of each intent."""

    def __init__(self, labels: Sequence[str], tiers: Mapping[str, IntentTier], thresholds: Thresholds) -> None:
        self._of = [tiers[label] for label in labels]
        self._labels = tuple(labels)
        self._for_agents: Flags = np.array([tier.for_agents for tier in self._of])
        self._thresholds = thresholds

    def decide(self, probabilities: NDArray[np.float64], out_of_scope: bool) -> TierChoice:
        """The tier of one text; ``probabilities`` (L,) in the order of the labels."""
        limits = self._thresholds
        best = int(probabilities.argmax())
        intent = self._of[best]
        at_risk = float(probabilities[self._for_agents].sum())
        confidence = float(probabilities[best])
        if intent.for_agents:
            what = "moment of truth" if intent.moment_of_truth else "intent"
            return TierChoice(AGENT, f"{what} {self._labels[best]}")
        if at_risk > limits.agent_probability:
            return TierChoice(AGENT, f"probability {at_risk:.4f} of an intent for agents")
        if out_of_scope:
            return TierChoice(AGENT, "human triage: out of scope")
        if confidence < limits.confidence:
            return TierChoice(AGENT, f"human triage: confidence {confidence:.2f}")
        return TierChoice(intent.tier, f"intent {self._labels[best]}")


def decide_all(probabilities: Matrix, for_agents: Flags, thresholds: Thresholds) -> Flags:
    """Which of n texts (n, L), all in scope, are kept from an agent: the same rule as :meth:`OwnTiers.decide`."""
    best = probabilities.argmax(axis=1)
    kept: Flags = ~for_agents[best]
    kept &= probabilities[:, for_agents].sum(axis=1) <= thresholds.agent_probability
    kept &= probabilities.max(axis=1) >= thresholds.confidence
    return kept
