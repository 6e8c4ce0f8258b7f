"""What a model directory says of itself, checked field by field before anything else is read."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from services.router.model.errors import ModelRefused
from services.router.model.seal import MANIFEST, unseal
from services.router.model.text import spec_sha256
from services.router.model.tiers import IntentTier, Thresholds

__all__ = [
    "BYTES_MAX",
    "ENCODER",
    "FEATURES_MAX",
    "FORMAT",
    "GOLDEN",
    "LABELS_MAX",
    "LABEL_CHARACTERS_MAX",
    "TOKENIZER",
    "VOCAB",
    "WEIGHTS",
    "WEIGHTS_BYTES_MAX",
    "EncoderSpec",
    "FileSeal",
    "Manifest",
]

FORMAT = 1
WEIGHTS = "weights.npz"
VOCAB = "vocab.json"
GOLDEN = "golden.json"
ENCODER = "encoder/model.onnx"
TOKENIZER = "encoder/tokenizer.json"

LABELS_MAX = 1000  # as many intents as a policy may have
LABEL_CHARACTERS_MAX = 100
FEATURES_MAX = 300_000  # words and letter groups together; more never paid in accuracy
WEIGHTS_BYTES_MAX = 72 * 1024 * 1024  # so that a loaded model stays below 100 MB
ENCODER_BYTES_MAX = 600 * 1024 * 1024  # a sentence encoder of the size that a processor can still run
ENCODER_DIMENSIONS_MAX = 4096
BYTES_MAX = {
    WEIGHTS: WEIGHTS_BYTES_MAX + 1024 * 1024,
    VOCAB: 32 * 1024 * 1024,
    GOLDEN: 1024 * 1024,
    ENCODER: ENCODER_BYTES_MAX,
    TOKENIZER: 64 * 1024 * 1024,
}
REQUIRED = frozenset({WEIGHTS, VOCAB, GOLDEN})
VERSION_DIGITS = 16  # of the manifest's seal, as model_version
TIERS = ("self_service", "bot", "agent")


@dataclass(frozen=True, slots=True)
class FileSeal:
    """Size and hash of a file of the model."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class EncoderSpec:
    """Length of the encoder's vectors, and how many tokens of a text it reads."""

    dimensions: int
    tokens_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """The checked content. ``document`` holds everything, metrics included; ``version`` names the content.

    ``compact``: a weight is stored as a byte and a scale per feature (see ``unpacked`` in packing.py).
    """

    labels: tuple[str, ...]
    features: int
    compact: bool
    temperature: float
    thresholds: Thresholds
    tiers: Mapping[str, IntentTier] | None
    encoder: EncoderSpec | None
    files: Mapping[str, FileSeal]
    version: str
    document: Mapping[str, Any]

    @classmethod
    def read(cls, content: bytes) -> "Manifest":
        """The manifest in a file's bytes; raises ModelRefused with the field and the fix."""
        document, digest = unseal(content)
        if document.get("format") != FORMAT:
            raise _refused("format", f"is {document.get('format')!r}; this release reads {FORMAT}")
        if document.get("features_sha256") != spec_sha256():
            raise _refused("features_sha256", "another release analyses text differently; train the model again")
        labels = _labels(document.get("labels"))
        return cls(
            labels=labels,
            features=_whole(document, "features", FEATURES_MAX),
            compact=document.get("compact") is True,
            temperature=_number(document, "temperature", 1e-3, 1e3),
            thresholds=_thresholds(document.get("thresholds")),
            tiers=_tiers(document.get("tiers"), labels),
            encoder=_encoder(document.get("encoder")),
            files=_files(document.get("files")),
            version=digest[:VERSION_DIGITS],
            document=document,
        )


def _refused(field: str, detail: str) -> ModelRefused:
    return ModelRefused(MANIFEST, f"{field}: {detail}")


def _is_mapping(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def _number(document: Mapping[str, Any], field: str, least: float, most: float) -> float:
    value = document.get(field)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _refused(field, "must be a number")
    if not least <= value <= most:
        raise _refused(field, f"must be {least:g} to {most:g}")
    return float(value)


def _whole(document: Mapping[str, Any], field: str, most: int) -> int:
    value = _number(document, field, 1, most)
    if value != int(value):
        raise _refused(field, "must be a whole number")
    return int(value)


def _labels(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not 2 <= len(value) <= LABELS_MAX or len(set(map(str, value))) != len(value):
        raise _refused("labels", f"must be 2 to {LABELS_MAX} different names")
    for label in value:
        if not isinstance(label, str) or not 1 <= len(label) <= LABEL_CHARACTERS_MAX:
            raise _refused("labels", f"each must have 1 to {LABEL_CHARACTERS_MAX} characters")
    return tuple(value)


def _thresholds(value: Any) -> Thresholds:
    if not _is_mapping(value):
        raise _refused("thresholds", "must be an object")
    return Thresholds(
        agent_probability=_number(value, "agent_probability", -1.0, 1.0),
        confidence=_number(value, "confidence", 0.0, 1.0),
        scope_confidence=_number(value, "scope_confidence", 0.0, 1.0),
        scope_unknown=_number(value, "scope_unknown", 0.0, 1.0),
        proven=value.get("proven") is True,
    )


def _tiers(value: Any, labels: tuple[str, ...]) -> dict[str, IntentTier] | None:
    if value is None:
        return None
    if not _is_mapping(value) or set(value) != set(labels):
        raise _refused("tiers", "must have exactly one entry per label")
    return {label: _tier(f"tiers.{label}", value[label]) for label in labels}


def _tier(field: str, value: Any) -> IntentTier:
    if not _is_mapping(value) or value.get("tier") not in TIERS:
        raise _refused(field, f"tier must be one of {', '.join(TIERS)}")
    base, skills, articles = value.get("base"), value.get("skills"), value.get("articles")
    if base is not None and not (isinstance(base, int) and 0 <= base <= 100):
        raise _refused(f"{field}.base", "must be 0 to 100")
    if not _is_mapping(skills) or not all(isinstance(level, int) and 1 <= level <= 5 for level in skills.values()):
        raise _refused(f"{field}.skills", "must give each skill a level from 1 to 5")
    if not isinstance(articles, list) or not all(isinstance(name, str) for name in articles):
        raise _refused(f"{field}.articles", "must be a list of names")
    moment = value.get("moment_of_truth") is True
    return IntentTier(tier=value["tier"], moment_of_truth=moment, base=base, skills=skills, articles=tuple(articles))


def _encoder(value: Any) -> EncoderSpec | None:
    if value is None:
        return None
    if not _is_mapping(value):
        raise _refused("encoder", "must be an object")
    return EncoderSpec(_whole(value, "dimensions", ENCODER_DIMENSIONS_MAX), _whole(value, "tokens_max", 512))


def _files(value: Any) -> dict[str, FileSeal]:
    if not _is_mapping(value) or not set(value) >= REQUIRED or not set(value) <= set(BYTES_MAX):
        raise _refused("files", f"must name {', '.join(sorted(REQUIRED))}, and nothing unknown")
    seals = {}
    for name, seal in value.items():
        if not _is_mapping(seal) or not isinstance(seal.get("sha256"), str):
            raise _refused(f"files.{name}", "must have bytes and sha256")
        seals[name] = FileSeal(_whole(seal, "bytes", BYTES_MAX[name]), seal["sha256"])
    return seals
