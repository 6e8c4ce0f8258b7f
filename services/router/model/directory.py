"""A model directory from disk: bounded, hashed, checked, then built; nothing in it is ever executed."""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from services.router.model.encoder import open_encoder
from services.router.model.errors import ModelRefused
from services.router.model.features import Features
from services.router.model.manifest import (
    BYTES_MAX,
    ENCODER,
    GOLDEN,
    TOKENIZER,
    VOCAB,
    WEIGHTS,
    WEIGHTS_BYTES_MAX,
    Manifest,
)
from services.router.model.packing import unpacked
from services.router.model.seal import MANIFEST, sha256
from services.router.model.text_model import Layer, TextModel

__all__ = ["read_manifest", "read_model"]

MANIFEST_BYTES_MAX = 8 * 1024 * 1024  # a thousand intents with their metrics
GROUP_CHARACTERS_MAX = 4100  # two words joined, each as long as the analysed text
GOLDEN_MAX = 200


def read_manifest(folder: Path) -> Manifest:
    """The checked manifest; raises ModelRefused."""
    return Manifest.read(_bytes(folder, MANIFEST, MANIFEST_BYTES_MAX))


def read_model(folder: Path) -> TextModel:
    """The model in ``folder``; blocks for up to a second. Raises ModelRefused with the file's name and the fix."""
    manifest = read_manifest(folder)
    arrays = _arrays(folder, manifest)
    content = {name: _sealed(folder, manifest, name) for name in manifest.files if name != WEIGHTS}
    words, chars = _vocabulary(content[VOCAB], manifest.features)
    encoder = None
    if manifest.encoder:
        encode = open_encoder(content[ENCODER], content[TOKENIZER], manifest.encoder)
        encoder = (encode, Layer(arrays["encoder_weights"], arrays["encoder_bias"]))
    return TextModel(
        manifest,
        Features(words, chars, arrays["idf"]),
        Layer(_weights(arrays), arrays["bias"]),
        encoder,
        _golden(content[GOLDEN], manifest.labels),
    )


def _bytes(folder: Path, name: str, most: int) -> bytes:
    try:
        with (folder / name).open("rb") as file:
            content = file.read(most + 1)
    except OSError as error:
        raise ModelRefused(name, f"cannot be read in {folder} ({error.strerror})") from None
    if len(content) > most:
        raise ModelRefused(name, f"is larger than {most} bytes")
    return content


def _sealed(folder: Path, manifest: Manifest, name: str) -> bytes:
    content = _bytes(folder, name, BYTES_MAX[name])
    stated = manifest.files[name]
    if len(content) != stated.size or sha256(content) != stated.sha256:
        raise _changed(name)
    return content


def _changed(name: str) -> ModelRefused:
    return ModelRefused(name, "was changed after training; restore it or train the model again")


def _json(content: bytes, name: str) -> Any:
    try:
        return json.loads(content)
    except ValueError as error:
        raise ModelRefused(name, f"is not JSON ({error})") from None


def _vocabulary(content: bytes, features: int) -> tuple[list[str], list[str]]:
    document = _json(content, VOCAB)
    if not isinstance(document, dict):
        raise ModelRefused(VOCAB, "must be an object")
    words, chars = _groups(document.get("words")), _groups(document.get("chars"))
    if len(words) + len(chars) != features:
        raise ModelRefused(VOCAB, f"holds {len(words) + len(chars)} groups, the manifest says {features}")
    return words, chars


def _groups(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(group, str) for group in value):
        raise ModelRefused(VOCAB, "must hold the lists words and chars")
    if len(set(value)) != len(value) or max(map(len, value), default=0) > GROUP_CHARACTERS_MAX:
        raise ModelRefused(VOCAB, "holds a group twice, or one that is too long")
    return value


Shapes = Mapping[str, tuple[tuple[int, ...], str]]


def _shapes(manifest: Manifest) -> Shapes:
    labels = len(manifest.labels)
    shapes = {
        "idf": ((manifest.features,), "<f8"),
        "weights": ((manifest.features, labels), "|i1" if manifest.compact else "<f4"),
        "bias": ((labels,), "<f8"),
    }
    if manifest.compact:
        shapes["scale"] = ((manifest.features,), "<f4")
    if manifest.encoder:
        shapes["encoder_weights"] = ((manifest.encoder.dimensions, labels), "<f4")
        shapes["encoder_bias"] = ((labels,), "<f8")
    return shapes


def _weights(arrays: Mapping[str, NDArray[Any]]) -> NDArray[np.float32]:
    return unpacked(arrays["weights"], arrays["scale"]) if "scale" in arrays else arrays["weights"]


def _arrays(folder: Path, manifest: Manifest) -> dict[str, NDArray[Any]]:
    """Hashed and then read through one open file: the weights are in memory once, not twice."""
    shapes, stated = _shapes(manifest), manifest.files[WEIGHTS]
    if 4 * sum(int(np.prod(shape)) for shape, _ in shapes.values()) > WEIGHTS_BYTES_MAX:
        raise ModelRefused(WEIGHTS, f"is larger than {WEIGHTS_BYTES_MAX} bytes")
    try:
        with (folder / WEIGHTS).open("rb") as file:
            size = file.seek(0, io.SEEK_END)
            file.seek(0)
            if size != stated.size or hashlib.file_digest(file, "sha256").hexdigest() != stated.sha256:
                raise _changed(WEIGHTS)
            return _members(file, shapes)
    except OSError as error:
        raise ModelRefused(WEIGHTS, f"cannot be read in {folder} ({error.strerror})") from None
    except (zipfile.BadZipFile, ValueError, EOFError) as error:
        raise ModelRefused(WEIGHTS, f"cannot be read ({error})") from None


def _members(file: BinaryIO, shapes: Shapes) -> dict[str, NDArray[Any]]:
    with zipfile.ZipFile(file) as archive:
        members = {f"{name}.npy" for name in shapes}
        if set(archive.namelist()) != members:
            raise ModelRefused(WEIGHTS, f"must hold exactly {', '.join(sorted(members))}")
        return {name: _array(archive, name, *shapes[name]) for name in shapes}


def _array(archive: zipfile.ZipFile, name: str, shape: tuple[int, ...], kind: str) -> NDArray[Any]:
    wanted = np.dtype(kind)
    room = int(np.prod(shape)) * wanted.itemsize
    # The header is at most a few hundred bytes; a member that unpacks to more than its array is an attack on memory.
    if archive.getinfo(f"{name}.npy").file_size > room + 4096:
        raise ModelRefused(WEIGHTS, f"{name} is larger than its shape")
    with archive.open(f"{name}.npy") as member:
        version = np.lib.format.read_magic(member)
        if version != (1, 0):
            raise ModelRefused(WEIGHTS, f"{name} has an unknown header")
        said_shape, fortran, said_kind = np.lib.format.read_array_header_1_0(member, max_header_size=4096)
        if said_shape != shape or said_kind != wanted or fortran:
            raise ModelRefused(WEIGHTS, f"{name} is {said_kind} {said_shape}, the manifest says {wanted} {shape}")
        array = np.frombuffer(member.read(room), wanted).reshape(shape)
    if not np.isfinite(array).all():
        raise ModelRefused(WEIGHTS, f"{name} holds a value that is not a finite number")
    return array


def _golden(content: bytes, labels: tuple[str, ...]) -> list[tuple[str, str, float]]:
    document = _json(content, GOLDEN)
    if not isinstance(document, list) or len(document) > GOLDEN_MAX:
        raise ModelRefused(GOLDEN, f"must be a list of at most {GOLDEN_MAX} texts")
    golden = []
    for entry in document:
        match entry:
            case {"text": str(text), "intent": str(intent), "confidence": float(confidence)} if intent in labels:
                golden.append((text, intent, confidence))
            case _:
                raise ModelRefused(GOLDEN, "each entry must have text, intent and confidence")
    return golden
