"""What shall be made of labelled texts."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lab.training.data import FOLDS
from lab.training.risk import Risk
from lab.training.vectors import WordVectors
from services.router.model.manifest import EncoderSpec
from services.router.model.tiers import IntentTier

__all__ = ["ENCODER", "LOGISTIC", "MARGIN", "MEANINGS", "Encoding", "Recipe"]

MARGIN, MEANINGS, LOGISTIC, ENCODER = "margin", "meanings", "logistic", "encoder"

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Encoding:
    """The operator's encoder: its files, what it is, and the unit vectors (n, D) of the texts."""

    model: bytes
    tokenizer: bytes
    spec: EncoderSpec
    vectors: Matrix


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """What shall be made of the data; every label has a tier, or ``tiers`` is None. ``compact``: weights as bytes, and
    no pair of words that one text alone has. ``balanced``: labels count alike, however many texts each has. ``quick``:
    no logistic regression over words, which takes most of the time. ``folds``: more of them judge by models more like
    the last. ``calibrate``: the texts that the calibration is fitted on, empty: all. ``vectors``: what words mean, if
    known.
    """

    tiers: Mapping[str, IntentTier] | None = None
    risk: Risk = Risk()
    encoding: Encoding | None = None
    compact: bool = False
    balanced: bool = False
    quick: bool = False
    folds: int = FOLDS
    calibrate: frozenset[str] = frozenset()
    vectors: WordVectors | None = None

    @property
    def learners(self) -> tuple[str, ...]:
        """The learners by name: those over words, then the encoder's."""
        wanted = {
            MARGIN: True,
            MEANINGS: self.vectors is not None,
            LOGISTIC: not self.quick,
            ENCODER: self.encoding is not None,
        }
        return tuple(name for name, is_wanted in wanted.items() if is_wanted)
