"""How far the mix of intents that a model finds has moved from the mix that it was trained on."""

import math
from collections.abc import Mapping

__all__ = ["IntentMix", "psi"]

WINDOW_TEXTS = 10_000  # most of what is remembered is younger: days of a small desk, an hour of a big one
TEXTS_PER_INTENT_MIN = 20  # with fewer, chance alone would look like drift: its share of the index is intents / texts
SHARE_MIN = 1e-4  # stands in for a share of nothing, whose logarithm has no value


class IntentMix:
    """How often each intent was found lately: when the window is full, everything counts half."""

    def __init__(self) -> None:
        self._found: dict[str, float] = {}
        self._texts = 0.0
        self._version = ""

    def add(self, intent: str, number: float) -> None:
        """Texts of that intent."""
        self._found[intent] = self._found.get(intent, 0.0) + number
        self._texts += number
        if self._texts >= 2 * WINDOW_TEXTS:
            self._found = {name: count / 2 for name, count in self._found.items()}
            self._texts /= 2

    def drift(self, trained: Mapping[str, float], version: str) -> float | None:
        """The population stability index against the training texts by intent; None while too few are known.

        Another ``version`` of the model begins anew.
        """
        if version != self._version:
            if self._version:
                self._found, self._texts = {}, 0.0
            self._version = version
        enough = TEXTS_PER_INTENT_MIN * len(trained)
        return psi(self._found, trained) if trained and self._texts >= enough else None


def psi(found: Mapping[str, float], trained: Mapping[str, float]) -> float:
    """The population stability index, sum of (p - q) ln(p / q) over the shares p found and q trained; 0 is no drift.

    Below 0.1 is called stable and above 0.25 a change (Siddiqi, Credit Risk Scorecards, 2006).
    """
    names = found.keys() | trained.keys()
    total_found, total_trained = sum(found.values()) or 1.0, sum(trained.values()) or 1.0
    pairs = (
        (max(found.get(name, 0.0) / total_found, SHARE_MIN), max(trained.get(name, 0.0) / total_trained, SHARE_MIN))
        for name in sorted(names)
    )
    return sum((p - q) * math.log(p / q) for p, q in pairs)
