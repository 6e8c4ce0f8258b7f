"""What sends a text to a person whatever a model says of it: signs of harm, people spoken of, a person asked for."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from services.router.domain.classification.text import TextReader
from shared.policy.classification import Classification

__all__ = ["watched"]


def watched(texts: Sequence[str]) -> NDArray[np.bool_]:
    """Which of n texts (n,) every policy whose safeguards are on gives to an agent, by the words that Usher brings."""
    reader = TextReader(Classification(), ())
    readings = map(reader.read, texts)
    return np.array([bool(found.safeguards or found.delicate or found.person) for found in readings], np.bool_)
