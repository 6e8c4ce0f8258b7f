"""Training the starter model again gives the starter model again."""

import json
from pathlib import Path

import numpy as np

from cli.model.table_input import read_all_examples, read_tiers
from lab.training.build import Recipe, build
from lab.training.data import prepare
from lab.training.risk import Risk
from lab.training.save import save
from services.router.model.directory import read_manifest
from services.router.model.folders import STARTER_FOLDER

STARTER = STARTER_FOLDER.parent
ROUNDED = 1e-5  # other processors add up in another order
RISK = Risk(moment=0.0075, stated=True)  # as the Makefile says
MOVED_MAX = 0.001  # of the weights, by one step of a byte, for the same reason


def test_the_same_texts_give_the_same_model(tmp_path: Path) -> None:
    data = prepare(read_all_examples([str(STARTER / "train.csv"), str(STARTER / "train")], None, "intent"))
    recipe = Recipe(
        tiers=read_tiers(str(STARTER / "tiers.csv")), compact=True, balanced=True, quick=True, folds=5, risk=RISK
    )

    save(build(data, recipe, lambda step: None), tmp_path / "model")

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
