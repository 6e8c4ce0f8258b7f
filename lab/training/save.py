"""A trained model on disk: written aside, read back, tested, then renamed into place."""

import io
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import scipy
import sklearn
from numpy.typing import NDArray

from lab.training.build import Built
from lab.training.errors import TrainingRefused
from lab.training.vectors import PACKAGE
from services.router.model.directory import read_model
from services.router.model.golden import self_test
from services.router.model.manifest import ENCODER, FORMAT, GOLDEN, TOKENIZER, VOCAB, WEIGHTS
from services.router.model.packing import packed
from services.router.model.seal import MANIFEST, seal, sha256
from services.router.model.text import spec, spec_sha256
from services.router.model.text_model import TextModel
from shared.process.version import VERSION

__all__ = ["check_target", "save"]

GOLDEN_LABELS_MAX = 64
GOLDEN_WORDS = 4
GOLDEN_FIXED = ("", "?", "ok", "\U0001f600", "где мой заказ", "我的订单在哪里")
FOLDER_MODE = 0o755


def check_target(out: Path | None) -> None:
    """Refuse, before any work is done, a place where no model can be put; a model that lies there will be replaced."""
    if out is None:
        return
    if out.exists() and not out.is_dir():
        raise TrainingRefused(f"--out {out} is a file; give a directory")
    if out.is_dir() and any(out.iterdir()) and not (out / MANIFEST).is_file():
        raise TrainingRefused(f"--out {out} is not empty and holds no model; give another directory")
    above = next(folder for folder in (out.absolute(), *out.absolute().parents) if folder.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise TrainingRefused(f"--out {out} cannot be written: {above} is not a directory that you may write to")


def save(built: Built, out: Path | None) -> tuple[Path, TextModel]:
    """The model's place and the model as read back from there. Without ``out`` the directory is named by its content.

    Raises TrainingRefused when the place cannot be written; then nothing is left behind.
    """
    try:
        with _aside(out or Path("model")) as folder:
            model = _written(built, folder)
            place = out or Path(f"model-{model.version}")
            _put(folder, place)
    except OSError as error:
        raise TrainingRefused(f"the model cannot be written: {error.strerror} ({error.filename})") from None
    return place, model


@contextmanager
def _aside(out: Path) -> Iterator[Path]:
    above = out.absolute().parent
    above.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=above))
    try:
        folder.chmod(FOLDER_MODE)
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _put(folder: Path, place: Path) -> None:
    """Rename into place; an older model there is moved away first and removed when the new one stands."""
    place = place.absolute()
    old = folder.with_name(f"{folder.name}-old")
    if place.exists():
        place.rename(old)
    folder.rename(place)
    shutil.rmtree(old, ignore_errors=True)


def _written(built: Built, folder: Path) -> TextModel:
    """Write, read back, let the model answer its golden texts, and write once more with the answers."""
    _write(built, folder, [])
    model = read_model(folder)
    texts = list(_golden_texts(model, built))
    answers = [
        {"text": text, "intent": model.labels[scores.best], "confidence": scores.confidence}
        for text, scores in zip(texts, model.scores(texts), strict=True)
    ]
    _write(built, folder, answers)
    model = read_model(folder)
    self_test(model)
    return model


def _golden_texts(model: TextModel, built: Built) -> Iterator[str]:
    """Words that speak most for an intent, never a customer's sentence; and a few texts of other kinds."""
    yield from GOLDEN_FIXED
    words = np.array(built.vocabulary.words)
    for at in range(min(len(model.labels), GOLDEN_LABELS_MAX)):
        order = np.argsort(-built.sparse.weights[: len(words), at], kind="stable")[:GOLDEN_WORDS]
        yield " ".join(words[order])


def _write(built: Built, folder: Path, golden: Sequence[Mapping[str, Any]]) -> None:
    files = {
        WEIGHTS: _weights(built),
        VOCAB: _json({"words": built.vocabulary.words, "chars": built.vocabulary.chars}),
        GOLDEN: _json(golden),
    }
    if built.recipe.encoding:
        files[ENCODER] = built.recipe.encoding.model
        files[TOKENIZER] = built.recipe.encoding.tokenizer
    for name, content in files.items():
        _store(folder / name, content)
    seals = {name: {"bytes": len(content), "sha256": sha256(content)} for name, content in files.items()}
    _store(folder / MANIFEST, seal({**_manifest(built), "files": seals}))


def _store(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _json(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


def _weights(built: Built) -> bytes:
    arrays: dict[str, NDArray[Any]] = {
        "idf": built.vocabulary.idf.astype("<f8"),
        "bias": built.sparse.bias.astype("<f8"),
    }
    if built.recipe.compact:
        arrays["weights"], arrays["scale"] = packed(built.sparse.weights)
    else:
        arrays["weights"] = np.ascontiguousarray(built.sparse.weights, "<f4")
    if built.dense:
        arrays["encoder_weights"] = np.ascontiguousarray(built.dense.weights, "<f4")
        arrays["encoder_bias"] = built.dense.bias.astype("<f8")
    buffer = io.BytesIO()
    store = np.savez_compressed if built.recipe.compact else np.savez
    store(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def _manifest(built: Built) -> dict[str, Any]:
    limits, data, encoding = built.thresholds, built.data, built.recipe.encoding
    return {
        "format": FORMAT,
        "labels": list(data.labels),
        "features": len(built.vocabulary.idf),
        "compact": built.recipe.compact,
        "features_spec": spec(),
        "features_sha256": spec_sha256(),
        "temperature": built.temperature,
        "shares": built.shares,
        "thresholds": {
            "agent_probability": limits.agent_probability,
            "confidence": limits.confidence,
            "scope_confidence": limits.scope_confidence,
            "scope_unknown": limits.scope_unknown,
            "proven": limits.proven,
        },
        "risk": {"agent": built.recipe.risk.agent, "moment": built.recipe.risk.moment},
        "tiers": _tiers(built),
        "encoder": encoding and {"dimensions": encoding.spec.dimensions, "tokens_max": encoding.spec.tokens_max},
        "data": {"sha256": data.sha256, "texts": len(data.texts), "examples": data.counts},
        "metrics": dict(built.metrics),
        "versions": {
            "usher": VERSION,
            "python": platform.python_version(),
            "numpy": np.__version__,
            "scipy": scipy.__version__,
            "scikit-learn": sklearn.__version__,
            **({PACKAGE: version(PACKAGE)} if built.recipe.vectors else {}),
        },
    }


def _tiers(built: Built) -> dict[str, Any] | None:
    if built.recipe.tiers is None:
        return None
    entries = {}
    for label in built.data.labels:
        tier = built.recipe.tiers[label]
        entries[label] = {
            "tier": tier.tier,
            "moment_of_truth": tier.moment_of_truth,
            "base": tier.base,
            "skills": dict(tier.skills),
            "articles": list(tier.articles),
        }
    return entries
