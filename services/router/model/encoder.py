"""An optional sentence encoder (ONNX) beside the sparse features; the operator supplies it, nothing is downloaded."""

from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from services.router.model.errors import ModelRefused
from services.router.model.manifest import ENCODER, TOKENIZER, EncoderSpec
from services.router.model.text import CHARACTERS_MAX

__all__ = ["EncoderMissing", "dimensions_of", "open_encoder"]

BATCH = 32  # texts per run; more gains nothing on a processor
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
RUNTIME_LOG_FATAL = 4  # what fails is raised as well; the runtime's remarks on a graph help nobody here

Vectors = NDArray[np.float64]


class EncoderMissing(ModelRefused):
    """The model has an encoder and the packages that run it are not installed."""

    def __init__(self, package: str) -> None:
        super().__init__(ENCODER, f"needs the package {package}: install the extra usher[encoder]")


def open_encoder(model: bytes, tokenizer: bytes, spec: EncoderSpec) -> Callable[[Sequence[str]], Vectors]:
    """Texts to unit vectors (n, D), in order; raises EncoderMissing or ModelRefused."""
    return _Encoder(model, tokenizer, spec)


def dimensions_of(model: bytes, tokenizer: bytes, tokens_max: int) -> int:
    """The length of an encoder's vectors, found by encoding one word."""
    output, _ = _Encoder(model, tokenizer, EncoderSpec(0, tokens_max)).raw(["a"])
    return int(output.shape[-1])


class _Encoder:
    def __init__(self, model: bytes, tokenizer: bytes, spec: EncoderSpec) -> None:
        self._dimensions = spec.dimensions
        self._session = _session(model)
        self._tokenizer = _tokenizer(tokenizer, spec.tokens_max)
        names = {entry.name for entry in self._session.get_inputs()}
        if "input_ids" not in names or not names <= set(INPUTS):
            raise ModelRefused(ENCODER, f"has the inputs {sorted(names)}; known are {', '.join(INPUTS)}")
        self._inputs = names

    def __call__(self, texts: Sequence[str]) -> Vectors:
        """Neighbours of like length share a batch: padding costs as much as text."""
        vectors = np.zeros((len(texts), self._dimensions))
        order = sorted(range(len(texts)), key=lambda at: len(texts[at]))
        for start in range(0, len(order), BATCH):
            part = order[start : start + BATCH]
            vectors[part] = self._unit(*self.raw([_printable(texts[at]) for at in part]))
        return vectors

    def raw(self, texts: list[str]) -> tuple[Vectors, NDArray[np.int64]]:
        """What the network gives, (n, D) or (n, tokens, D), and which tokens (n, tokens) are text."""
        encodings = self._tokenizer.encode_batch(texts)
        mask = np.array([encoding.attention_mask for encoding in encodings], np.int64)
        known = {
            "input_ids": np.array([encoding.ids for encoding in encodings], np.int64),
            "attention_mask": mask,
            "token_type_ids": np.zeros_like(mask),
        }
        try:
            (output, *_) = self._session.run(None, {name: known[name] for name in self._inputs})
        except Exception as error:  # noqa: BLE001 - the runtime's own exceptions have no common base
            raise ModelRefused(ENCODER, f"failed on a text, does the tokenizer belong to it? ({error})") from None
        return np.asarray(output, np.float64), mask

    def _unit(self, output: Vectors, mask: NDArray[np.int64]) -> Vectors:
        if output.ndim == 3:
            weights = mask[:, :, None].astype(np.float64)
            output = (output * weights).sum(axis=1) / np.maximum(weights.sum(axis=1), 1.0)
        if output.shape != (len(mask), self._dimensions) or not np.isfinite(output).all():
            raise ModelRefused(ENCODER, f"gave {output.shape}; expected {(len(mask), self._dimensions)}, all finite")
        lengths = np.linalg.norm(output, axis=1, keepdims=True)
        return output / np.where(lengths > 0.0, lengths, 1.0)


def _printable(text: str) -> str:
    """The tokenizer takes valid Unicode only; a lone surrogate becomes a question mark."""
    return text[:CHARACTERS_MAX].encode("utf-8", "replace").decode()


def _session(model: bytes) -> Any:
    runtime = _package("onnxruntime")
    options = runtime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = RUNTIME_LOG_FATAL
    try:
        return runtime.InferenceSession(model, sess_options=options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - the runtime's own exceptions have no common base
        raise ModelRefused(ENCODER, f"is not a model that can be run ({type(error).__name__})") from None


def _tokenizer(content: bytes, tokens_max: int) -> Any:
    try:
        tokenizer = _package("tokenizers").Tokenizer.from_buffer(content)
    except ModelRefused:
        raise
    except Exception as error:  # noqa: BLE001 - the library raises bare Exception
        raise ModelRefused(TOKENIZER, f"is not a tokenizer ({type(error).__name__})") from None
    tokenizer.enable_truncation(max_length=tokens_max)
    tokenizer.enable_padding()
    return tokenizer


def _package(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError:
        raise EncoderMissing(name) from None
