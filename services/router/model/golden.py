"""A model's self-test: it must still answer what it answered when it was made."""

from pathlib import Path

from services.router.model.directory import read_model
from services.router.model.errors import ModelRefused
from services.router.model.manifest import GOLDEN
from services.router.model.text_model import TextModel

__all__ = ["open_model", "self_test"]

DIFFERENCE_MAX = 1e-4  # of a probability; other processors and libraries round the last digits differently


def open_model(folder: Path) -> TextModel:
    """A model that has passed its self-test; blocks for up to a second. Raises ModelRefused."""
    model = read_model(folder)
    self_test(model)
    return model


def self_test(model: TextModel) -> None:
    """Raises ModelRefused when an answer differs, or when there is none to compare."""
    if not model.golden:
        raise ModelRefused(GOLDEN, "holds no texts to test the model with; train the model again")
    texts = [text for text, _, _ in model.golden]
    for (text, intent, confidence), found in zip(model.golden, model.scores(texts), strict=True):
        if model.labels[found.best] != intent or abs(found.confidence - confidence) > DIFFERENCE_MAX:
            raise ModelRefused(
                GOLDEN,
                f"the self-test failed: {text!r} was {intent} ({confidence:.4f}) and is now "
                f"{model.labels[found.best]} ({found.confidence:.4f}); train the model on this machine",
            )
