"""A sentence encoder of a few hundred bytes: a table of word vectors as an ONNX model, written byte by byte."""

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

DIMENSIONS = 8
INT64, FLOAT = 7, 1


def _varint(number: int) -> bytes:
    parts = []
    while number > 0x7F:
        parts.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*parts, number])


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _block(field: int, content: bytes | str) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return _varint(field << 3 | 2) + _varint(len(raw)) + raw


def _value(name: str, kind: int, shape: Sequence[str | int]) -> bytes:
    sizes = b"".join(_block(1, _number(1, size) if isinstance(size, int) else _block(2, size)) for size in shape)
    tensor = _number(1, kind) + _block(2, sizes)
    return _block(1, name) + _block(2, _block(1, tensor))


def table_of(words: Sequence[str]) -> np.ndarray:
    """A vector per word (padding and unknown first), always the same."""
    return np.random.default_rng(len(words)).normal(size=(len(words) + 2, DIMENSIONS)).astype("<f4")


def model_of(table: np.ndarray) -> bytes:
    """ONNX: last_hidden_state = table[input_ids]; the attention mask is taken and left to the reader."""
    node = _block(1, "table") + _block(1, "input_ids") + _block(2, "last_hidden_state") + _block(4, "Gather")
    dims = b"".join(_number(1, size) for size in table.shape)
    tensor = dims + _number(2, FLOAT) + _block(8, "table") + _block(9, table.tobytes())
    graph = _block(1, node) + _block(2, "tiny") + _block(5, tensor)
    for name in ("input_ids", "attention_mask"):
        graph += _block(11, _value(name, INT64, ("texts", "tokens")))
    graph += _block(12, _value("last_hidden_state", FLOAT, ("texts", "tokens", DIMENSIONS)))
    return _number(1, 8) + _block(7, graph) + _block(8, _number(2, 13))


def tokenizer_of(words: Sequence[str]) -> bytes:
    """A word-level tokenizer in the format of the tokenizers library."""
    vocabulary = {"[PAD]": 0, "[UNK]": 1, **{word: at for at, word in enumerate(words, start=2)}}
    return json.dumps(
        {
            "version": "1.0",
            "truncation": None,
            "padding": None,
            "added_tokens": [],
            "normalizer": {"type": "Lowercase"},
            "pre_tokenizer": {"type": "Whitespace"},
            "post_processor": None,
            "decoder": None,
            "model": {"type": "WordLevel", "vocab": vocabulary, "unk_token": "[UNK]"},
        }
    ).encode()


def write_encoder(folder: Path, words: Sequence[str]) -> Path:
    """The directory that an operator would supply."""
    folder.mkdir()
    (folder / "model.onnx").write_bytes(model_of(table_of(words)))
    (folder / "tokenizer.json").write_bytes(tokenizer_of(words))
    return folder
