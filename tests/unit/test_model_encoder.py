"""The optional sentence encoder: real loading and real inference, and a clear word where its packages are missing."""

import json
import sys

import numpy as np
import pytest

from services.router.model.directory import read_model
from services.router.model.encoder import EncoderMissing, dimensions_of, open_encoder
from services.router.model.errors import ModelRefused
from services.router.model.manifest import EncoderSpec
from tests.support.labelled_texts import examples, examples_csv
from tests.support.tiny_encoder import DIMENSIONS, model_of, table_of, tokenizer_of, write_encoder

WORDS = sorted({word for example in examples() for word in example.text.lower().split() if word.isalpha()})
SPEC = EncoderSpec(DIMENSIONS, 16)


def test_without_its_packages_the_error_names_the_extra(usher, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)  # Python's own way of saying that a module is not there
    with pytest.raises(EncoderMissing, match=r"needs the package onnxruntime: install the extra usher\[encoder\]"):
        open_encoder(model_of(table_of(WORDS)), tokenizer_of(WORDS), SPEC)
    encoder, data = write_encoder(tmp_path / "encoder", WORDS), examples_csv(tmp_path / "data.csv")
    code, out, err = usher("train", data, "--encoder", encoder, "--out", tmp_path / "m")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert "install the extra usher[encoder]" in err
    assert not (tmp_path / "m").exists()


def test_a_text_is_the_unit_mean_of_its_words_whatever_stands_beside_it():
    table = table_of(WORDS)
    encode = open_encoder(model_of(table), tokenizer_of(WORDS), SPEC)
    texts = ["where is my order", "order", "a \ud800 long text of strangers " * 9, "money back"]
    together = encode(texts)
    expected = table[[2 + WORDS.index(word) for word in texts[0].split()]].astype(float).mean(axis=0)
    assert together[0] == pytest.approx(expected / np.linalg.norm(expected), abs=1e-6)
    for at, text in enumerate(texts):
        assert encode([text])[0] == pytest.approx(together[at], abs=1e-6)
    assert encode([""]).shape == (1, DIMENSIONS)


def test_the_length_of_its_vectors_is_found():
    assert dimensions_of(model_of(table_of(WORDS)), tokenizer_of(WORDS), 16) == DIMENSIONS


def test_files_that_are_no_encoder_are_refused_by_name():
    with pytest.raises(ModelRefused, match=r"^encoder/model\.onnx: is not a model"):
        open_encoder(b"nonsense", tokenizer_of(WORDS), SPEC)
    with pytest.raises(ModelRefused, match=r"^encoder/tokenizer\.json: is not a tokenizer"):
        open_encoder(model_of(table_of(WORDS)), b"{}", SPEC)
    with pytest.raises(ModelRefused, match=r"^encoder/model\.onnx: gave"):
        open_encoder(model_of(table_of(WORDS)), tokenizer_of(WORDS), EncoderSpec(DIMENSIONS + 1, 16))(["order"])


def test_an_encoder_that_fails_on_a_text_is_refused_by_name():
    encode = open_encoder(model_of(table_of(WORDS[:2])), tokenizer_of(WORDS), SPEC)
    with pytest.raises(ModelRefused, match=r"^encoder/model\.onnx: failed on a text, does the tokenizer belong to it"):
        encode([WORDS[-1]])


def test_a_model_with_an_encoder_is_trained_read_and_guarded_like_any_other(usher, tmp_path):
    encoder, data = write_encoder(tmp_path / "encoder", WORDS), examples_csv(tmp_path / "data.csv", 40)
    code, out, err = usher("train", data, "--encoder", encoder, "--out", tmp_path / "m", "--json")
    assert code == 0, err
    document = json.loads(out)
    assert set(document["shares"]) == {"margin", "meanings", "logistic", "encoder"}
    assert sum(document["shares"].values()) == pytest.approx(1.0)
    model = read_model(tmp_path / "m")
    assert model.version == document["model_version"]
    assert model.predict(["where is my order"], frozenset())[0].intent == "order_status"
    assert json.loads(usher("evaluate", tmp_path / "m", data, "--json")[1])["accuracy"] > 0.95
    path = tmp_path / "m" / "encoder" / "model.onnx"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelRefused, match=r"^encoder/model\.onnx: was changed"):
        read_model(tmp_path / "m")
