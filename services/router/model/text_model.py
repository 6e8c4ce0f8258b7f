"""The text model: words and letter groups, one linear layer, calibrated probabilities."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from services.router.domain.classification.record import ModelLimits, Prediction
from services.router.model.features import Features, Vector
from services.router.model.manifest import Manifest
from services.router.model.tiers import OwnTiers, TierChoice
from shared.policy import Intent

__all__ = ["Encode", "Layer", "Scores", "TextModel"]

POLICIES_MAX = 256  # sets of intents remembered, one per policy of this process
LIKELIEST = 3  # intents that are told of a text
EVIDENCE_MAX = 5  # words that are named as the reason of an intent

Vectors = NDArray[np.float64]
Encode = Callable[[Sequence[str]], Vectors]
"""Texts to unit vectors (n, D), in order."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear layer: weights (V, L) in single precision, bias (L,)."""

    weights: NDArray[np.float32]
    bias: Vectors

    def scores(self, vector: Vector) -> Vectors:
        """Scores (L,) of one sparse vector, summed in double precision."""
        found: Vectors = vector.weights @ self.weights.take(vector.positions, axis=0)
        return found + self.bias


class Scores(NamedTuple):
    """What is known of one text: ``probabilities`` (L,) sum to 1; ``unknown_share`` of its letter groups, 0 to 1;
    ``likeliest`` labels, at most three, the likeliest first, of equals the first.
    """

    probabilities: Vectors
    unknown_share: float
    likeliest: tuple[int, ...]

    @property
    def best(self) -> int:
        """The likeliest label."""
        return self.likeliest[0]

    @property
    def confidence(self) -> float:
        """The probability of the likeliest intent."""
        return float(self.probabilities[self.best])


class TextModel:
    """A loaded model. Deterministic, no I/O; safe to use from several threads."""

    def __init__(
        self,
        manifest: Manifest,
        features: Features,
        layer: Layer,
        encoder: tuple[Encode, Layer] | None = None,
        golden: Sequence[tuple[str, str, float]] = (),
    ) -> None:
        self.manifest = manifest
        self.labels = manifest.labels
        self.version = manifest.version
        self.golden = tuple(golden)
        self._features = features
        self._layer = layer
        self._encoder = encoder
        self._tiers = OwnTiers(self.labels, manifest.tiers, manifest.thresholds) if manifest.tiers else None
        self._masks: dict[frozenset[str], Vectors] = {}

    def scores(self, texts: Sequence[str]) -> list[Scores]:
        """Scores of each text, in order."""
        logits = np.empty((len(texts), len(self.labels)))
        unknown = []
        for at, vector in enumerate(self._features.vectors(texts)):
            logits[at] = self._layer.scores(vector)
            unknown.append(vector.unknown_share)
        dense = self._dense(texts)
        if dense is not None:
            logits += dense
        probabilities = _softmax(logits / self.manifest.temperature)
        return list(map(Scores, probabilities, unknown, _likeliest(probabilities)))

    def predict(self, texts: Sequence[str], agent_intents: frozenset[str]) -> list[Prediction]:
        """One prediction per text, in order; ``agent_intents`` are those whose probability is summed."""
        mask = self._mask(agent_intents)
        return [self._prediction(scores, mask) for scores in self.scores(texts)]

    def out_of_scope(self, scores: Scores) -> bool:
        """Whether almost no training text looked so little like what the model knows."""
        limits = self.manifest.thresholds
        return scores.confidence < limits.scope_confidence or scores.unknown_share > limits.scope_unknown

    def decide(self, scores: Scores) -> TierChoice | None:
        """The tier by the model's own tiers and thresholds; None when it was trained without tiers."""
        if self._tiers is None:
            return None
        return self._tiers.decide(scores.probabilities, self.out_of_scope(scores))

    def is_moment(self, intent: str) -> bool:
        """Whether the training data called the intent a moment of truth."""
        own = (self.manifest.tiers or {}).get(intent)
        return own is not None and own.moment_of_truth

    def top3(self, scores: Scores) -> tuple[tuple[str, float], ...]:
        """The three likeliest intents with their probabilities; of equals the first label."""
        return tuple((self.labels[at], float(scores.probabilities[at])) for at in scores.likeliest)

    def evidence(self, text: str, intent: str) -> list[str]:
        """Words and pairs of the text that spoke most for an intent against the average one, strongest first."""
        vector = self._features.vector(text)
        words = vector.positions < self._features.word_count()
        rows = self._layer.weights[vector.positions[words]]
        pull = vector.weights[words] * (rows[:, self.labels.index(intent)] - rows.mean(axis=1))
        names = self._features.names()
        order = [at for at in np.argsort(-pull, kind="stable")[:EVIDENCE_MAX] if pull[at] > 0]
        return [names[vector.positions[words][at]] for at in order]

    def trained_on(self) -> Mapping[str, float]:
        """How many training texts each intent had; empty where the manifest does not say."""
        data = self.manifest.document.get("data")
        examples = data.get("examples") if isinstance(data, dict) else None
        return examples if isinstance(examples, dict) else {}

    def limits(self) -> ModelLimits | None:
        """Where its word is good enough, None where training could not prove it."""
        thresholds = self.manifest.thresholds
        return ModelLimits(thresholds.agent_probability, thresholds.confidence) if thresholds.proven else None

    def intents(self) -> dict[str, Intent]:
        """The intents with the tiers of the training data, for a policy that does not describe them itself."""
        return {
            label: Intent(
                tier=own.tier,
                base=own.base,
                moment_of_truth=own.moment_of_truth,
                skills=dict(own.skills),
                articles=own.articles,
            )
            for label, own in (self.manifest.tiers or {}).items()
        }

    def _prediction(self, scores: Scores, mask: Vectors) -> Prediction:
        return Prediction(
            intent=self.labels[scores.best],
            confidence=scores.confidence,
            top3=self.top3(scores),
            agent_probability=float(scores.probabilities @ mask),
            out_of_scope=self.out_of_scope(scores),
            unknown_share=scores.unknown_share,
        )

    def _mask(self, intents: frozenset[str]) -> Vectors:
        mask = self._masks.get(intents)
        if mask is None:
            if len(self._masks) >= POLICIES_MAX:
                self._masks.clear()
            mask = np.array([label in intents for label in self.labels], np.float64)
            self._masks[intents] = mask
        return mask

    def _dense(self, texts: Sequence[str]) -> Vectors | None:
        if self._encoder is None or not texts:
            return None
        encode, layer = self._encoder
        scores: Vectors = encode(texts) @ layer.weights.astype(np.float64) + layer.bias
        return scores


def _softmax(logits: Vectors) -> Vectors:
    """Of each row (n, L)."""
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: Vectors = powers / powers.sum(axis=1, keepdims=True)
    return shares


def _likeliest(probabilities: Vectors) -> list[tuple[int, ...]]:
    """The three highest columns of each row (n, L), of equals the first; fewer where there are fewer columns."""
    left, rows = probabilities.copy(), np.arange(len(probabilities))
    found = []
    for _ in range(min(LIKELIEST, probabilities.shape[1])):
        found.append(left.argmax(axis=1))
        left[rows, found[-1]] = -1.0
    return list(zip(*[column.tolist() for column in found], strict=True))
