"""Training the starter model again gives the starter model again."""

import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.svm import LinearSVC

from cli.model.table_input import read_all_examples, read_tiers
from lab.training.build import build
from lab.training.data import Data, Example, prepare
from lab.training.learn import MARGIN_C, MARGIN_STEPS_MAX, Corpus, Linear
from lab.training.recipe import Recipe
from lab.training.risk import Risk
from lab.training.save import save
from services.router.model.directory import read_manifest
from services.router.model.folders import STARTER_FOLDER
from services.router.model.packing import unpacked

STARTER = STARTER_FOLDER.parent
ROUNDED = 1e-5  # other processors add up in another order
RISK = Risk(moment=0.0075, stated=True)  # as the Makefile says
MOVED_MAX = 0.001  # of the weights, by one step of a byte, for the same reason
BIAS_MOVED_MAX = 0.01  # by what the solver leaves open
LABELS = ("order_status", "stolen_card", "praise")  # learned again by the usual test: each is learned by itself
TEXTS_OF_EACH = 16  # of two intents of each tier, for the model that is made twice
FEW = ("order_status", "opening_hours", "refund_status", "warranty", "complaint", "stolen_card")
FULL = "USHER_RETRAIN"


def texts() -> list[Example]:
    return read_all_examples([str(STARTER / "train.csv"), str(STARTER / "train")], None, "intent")


def recipe(risk: Risk = RISK, calibrate: frozenset[str] = frozenset()) -> Recipe:
    tiers = read_tiers(str(STARTER / "tiers.csv"))
    return Recipe(tiers=tiers, compact=True, balanced=True, quick=True, folds=5, risk=risk, calibrate=calibrate)


def few() -> Data:
    """The first texts of some intents."""
    by_intent: dict[str, list[Example]] = {intent: [] for intent in FEW}
    for example in texts():
        if example.label in by_intent and len(by_intent[example.label]) < TEXTS_OF_EACH:
            by_intent[example.label].append(example)
    return prepare([example for found in by_intent.values() for example in found])


def against_all_others(features: Any, data: Data, at: int) -> Linear:
    """The support vector machine of one intent, which depends on no other: balance weighs its own texts alone."""
    own = data.targets == at
    weight = {1: len(own) / (len(data.labels) * own.sum()), 0: 1.0}
    learner = LinearSVC(C=MARGIN_C, max_iter=MARGIN_STEPS_MAX, random_state=0, class_weight=weight)
    learner.fit(features, own.astype(int))
    return Linear(learner.coef_.T, learner.intercept_)


def test_the_same_texts_and_recipe_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        save(build(few(), recipe(Risk(agent=0.2, moment=0.2)), lambda step: None), tmp_path / name)

    first, second = ({file.name: file.read_bytes() for file in (tmp_path / name).iterdir()} for name in ("one", "two"))
    assert first == second
    assert len(first) == 4


def test_the_starter_models_words_and_weights_are_those_that_its_texts_teach() -> None:
    data = prepare(texts())
    corpus = Corpus(data.texts, len(data.labels), 2)
    everything = np.arange(len(data.texts))
    vocabulary, weighing = corpus.fit(everything)
    stored = json.loads((STARTER_FOLDER / "vocab.json").read_text(encoding="utf-8"))
    assert stored == {"words": vocabulary.words, "chars": vocabulary.chars}
    with np.load(STARTER_FOLDER / "weights.npz") as arrays:
        assert np.allclose(arrays["idf"], vocabulary.idf)
        weights, bias, step = unpacked(arrays["weights"], arrays["scale"]), arrays["bias"], arrays["scale"]

    features = weighing.features(everything)
    for label in LABELS:
        at = data.labels.index(label)
        learned = against_all_others(features, data, at).plain(len(vocabulary.words))
        moved = np.abs(learned.weights[:, 0] - weights[:, at]) / np.maximum(step, ROUNDED)
        assert np.quantile(moved, 1 - MOVED_MAX) <= 1.0, label
        assert abs(learned.bias[0] - bias[at]) < BIAS_MOVED_MAX, label


@pytest.mark.skipif(FULL not in os.environ, reason=f"the whole training takes a minute and more; set {FULL}=1")
def test_the_same_texts_give_the_same_model(tmp_path: Path) -> None:
    plain = frozenset(each.text for each in read_all_examples([str(STARTER / "train.csv")], None, "intent"))
    save(build(prepare(texts()), recipe(calibrate=plain), lambda step: None), tmp_path / "model")

    ours, again = read_manifest(STARTER_FOLDER), read_manifest(tmp_path / "model")
    assert again.labels == ours.labels
    assert abs(again.temperature - ours.temperature) < ROUNDED
    assert abs(again.thresholds.agent_probability - ours.thresholds.agent_probability) < ROUNDED
    vocabularies = [json.loads((folder / "vocab.json").read_text()) for folder in (STARTER_FOLDER, tmp_path / "model")]
    assert vocabularies[0] == vocabularies[1]
    before, after = (np.load(folder / "weights.npz")["weights"] for folder in (STARTER_FOLDER, tmp_path / "model"))
    moved = np.abs(before.astype(int) - after.astype(int))
    assert moved.max() <= 1
    assert np.count_nonzero(moved) <= MOVED_MAX * moved.size
