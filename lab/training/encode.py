"""The operator's sentence encoder, applied to the training texts."""

from collections.abc import Sequence
from pathlib import Path

from lab.training.errors import TrainingRefused
from lab.training.recipe import Encoding
from services.router.model.encoder import dimensions_of, open_encoder
from services.router.model.errors import ModelRefused
from services.router.model.manifest import BYTES_MAX, ENCODER, TOKENIZER, EncoderSpec

__all__ = ["encode"]

TOKENS_MAX = 128  # of a text; about 100 words, where sentence encoders were trained


def encode(folder: Path, texts: Sequence[str]) -> Encoding:
    """Unit vectors of all texts; raises TrainingRefused when the directory holds no encoder that runs here."""
    model, tokenizer = (_file(folder, name) for name in (ENCODER, TOKENIZER))
    try:
        spec = EncoderSpec(dimensions_of(model, tokenizer, TOKENS_MAX), TOKENS_MAX)
        vectors = open_encoder(model, tokenizer, spec)(texts)
    except ModelRefused as error:
        raise TrainingRefused(f"--encoder {folder}: {error}") from None
    return Encoding(model=model, tokenizer=tokenizer, spec=spec, vectors=vectors)


def _file(folder: Path, name: str) -> bytes:
    path = folder / Path(name).name
    try:
        with path.open("rb") as file:
            content = file.read(BYTES_MAX[name] + 1)
    except OSError as error:
        raise TrainingRefused(f"--encoder {folder}: {path.name} cannot be read ({error.strerror})") from None
    if len(content) > BYTES_MAX[name]:
        raise TrainingRefused(f"--encoder {folder}: {path.name} is larger than {BYTES_MAX[name]} bytes")
    return content
