"""The starter model is what its data make, loads on any machine, and is as good as its page says."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from cli.model.table_input import read_all_examples, read_examples, read_tiers
from lab.training.data import prepare
from lab.training.judge import judge
from services.router.model.folders import STARTER_FOLDER, folder_of
from services.router.model.golden import open_model
from services.router.model.text_model import TextModel

STARTER = STARTER_FOLDER.parent
STALE = "the starter model is older than its data: make starter"
BYTES_MAX = 5_000_000  # what a repository can bear


@cache
def model() -> TextModel:
    return open_model(STARTER_FOLDER)


def test_the_starter_model_was_made_of_the_texts_and_tiers_beside_it() -> None:
    data = prepare(read_all_examples([str(STARTER / "train.csv"), str(STARTER / "train")], None, "intent"))
    assert model().manifest.document["data"]["sha256"] == data.sha256, STALE
    assert model().manifest.tiers == read_tiers(str(STARTER / "tiers.csv")), STALE


@cache
def held_out() -> dict[str, Any]:
    """Figures of the texts that it was not trained on, as ``usher evaluate`` shows them."""
    examples = read_examples(str(STARTER / "heldout.csv"), None, "intent")
    return judge(model(), examples, read_tiers(str(STARTER / "tiers.csv"))).figures


def test_the_starter_model_is_good_on_texts_it_has_not_seen() -> None:
    figures = held_out()

    assert figures["accuracy"] >= 0.875
    assert figures["ece"] <= 0.03
    assert figures["deflection"] >= 0.38
    assert figures["wrong_deflection_agent"] <= 1.5 / figures["agent_texts"]
    assert figures["wrong_deflection_moment_of_truth"] == 0.0


def row(title: str, figures: Mapping[str, Any], agents: str) -> str:
    """A row of the page's table "How good it is"."""
    decimals = [f"{figures[name]:.3f}".removeprefix("0") for name in ("accuracy", "ece")]
    wrong = round(figures["wrong_deflection_moment_of_truth"] * figures["moment_of_truth_texts"])
    moments = f"{wrong} of {figures['moment_of_truth_texts']:,}"
    machines = f"{figures['deflection']:.1%}".replace("%", " %")
    return f"| {' | '.join([title, *decimals, machines, agents, moments])} |"


def test_the_page_of_the_starter_data_tells_how_good_the_model_is_today() -> None:
    trained, seen_first = model().manifest.document["metrics"], held_out()
    share = f"{trained['wrong_deflection_agent']:.2%}".replace("%", " %")
    wrong = round(seen_first["wrong_deflection_agent"] * seen_first["agent_texts"])
    page = (STARTER / "README.md").read_text()

    assert row("training texts, out of fold", trained, share) in page
    assert row("held out, with clauses", seen_first, f"{wrong} of {seen_first['agent_texts']}") in page


def test_the_starter_model_fits_into_a_repository() -> None:
    assert sum(path.stat().st_size for path in STARTER_FOLDER.rglob("*")) < BYTES_MAX


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("where is my order", "order_status"),
        ("My card was stolen on the train this morning, please block it", "stolen_card"),
        ("he olvidado mi contraseña", "password_reset"),
        ("Meine Karte wurde gestohlen, bitte sofort sperren", "stolen_card"),
    ],
)
def test_the_starter_model_understands_the_plain_ways_of_saying_it(text: str, intent: str) -> None:
    (said,) = model().predict([text], frozenset())

    assert said.intent == intent


def test_a_model_is_found_by_its_name_or_its_directory(tmp_path: Path) -> None:
    (tmp_path / "own").mkdir()

    assert folder_of("starter", tmp_path) == STARTER_FOLDER
    assert folder_of("own", tmp_path) == tmp_path / "own"
    assert folder_of(str(tmp_path / "own")) == tmp_path / "own"

    (tmp_path / "starter").mkdir()
    assert folder_of("starter", tmp_path) == tmp_path / "starter"
