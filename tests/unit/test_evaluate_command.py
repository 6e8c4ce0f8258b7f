"""usher evaluate: the figures of contracts, from a model that is whole, on data that can be read."""

import csv
import json

import pytest

from lab.training.save import save
from tests.support.labelled_texts import TIERS, examples, examples_csv, small_model, tiers_csv, write_csv

KEYS = {
    "n",
    "accuracy",
    "macro_f1",
    "ece",
    "microseconds_per_text",
    "deflection",
    "wrong_deflection_agent",
    "wrong_deflection_moment_of_truth",
}


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The same texts, learned with and without tiers."""
    above = tmp_path_factory.mktemp("models")
    save(small_model(60, TIERS), above / "tiers")
    save(small_model(60), above / "plain")
    return above


@pytest.fixture
def data(tmp_path):
    return examples_csv(tmp_path / "data.csv")


def test_the_document_has_every_key_of_the_contract(usher, models, data):
    code, out, err = usher("evaluate", models / "tiers", data, "--json")
    document = json.loads(out)
    assert (code, err) == (0, "")
    assert document.keys() >= KEYS
    assert document["n"] == 120
    assert document["accuracy"] > 0.95
    assert document["microseconds_per_text"] > 0
    assert "predictions" not in document


def test_deflection_counts_the_texts_that_no_agent_sees(usher, models, data, tmp_path):
    predictions = tmp_path / "predictions.csv"
    document = json.loads(usher("evaluate", models / "tiers", data, "--predictions", predictions, "--json")[1])
    with predictions.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == ["row", "label", "predicted", "confidence", "tier"]
    assert [int(row["row"]) for row in rows] == list(range(2, 122))
    assert [row["label"] for row in rows] == [example.label for example in examples(20)]
    assert {str(value) for row in document["predictions"] for value in row.values()} == {
        str(float(value)) if key == "confidence" else value for row in rows for key, value in row.items()
    }
    kept = [row["tier"] != "agent" for row in rows]
    needy = [TIERS[row["label"]].for_agents for row in rows]
    moment = [TIERS[row["label"]].moment_of_truth for row in rows]
    assert document["deflection"] == pytest.approx(sum(kept) / len(rows), abs=1e-6)
    assert document["deflection"] > 0.2
    wrong = sum(one and other for one, other in zip(kept, needy, strict=True))
    assert document["wrong_deflection_agent"] == pytest.approx(wrong / sum(needy), abs=1e-6)
    wrong = sum(one and other for one, other in zip(kept, moment, strict=True))
    assert document["wrong_deflection_moment_of_truth"] == pytest.approx(wrong / sum(moment), abs=1e-6)


def test_the_truth_about_tiers_may_come_from_a_file(usher, models, data, tmp_path):
    flipped = write_csv(
        tmp_path / "tiers.csv", [(intent, "agent", "1") for intent in TIERS], ("intent", "tier", "moment_of_truth")
    )
    document = json.loads(usher("evaluate", models / "tiers", data, "--tiers", flipped, "--json")[1])
    assert document["wrong_deflection_agent"] == document["deflection"] > 0.2
    assert document["moment_of_truth_texts"] == 120


def test_a_model_that_was_trained_without_tiers_decides_by_those_of_the_file(usher, models, data, tmp_path):
    without = json.loads(usher("evaluate", models / "plain", data, "--json")[1])
    assert without["deflection"] is without["wrong_deflection_agent"] is None
    document = json.loads(
        usher("evaluate", models / "plain", data, "--tiers", tiers_csv(tmp_path / "tiers.csv"), "--json")[1]
    )
    assert document["deflection"] > 0.2
    assert document["wrong_deflection_agent"] is not None


def test_labels_that_the_model_does_not_know_are_named_and_count_as_wrong(usher, models, tmp_path):
    rows = [(example.text, example.label) for example in examples(5)] + [("buy a boat", "boats")] * 10
    path = write_csv(tmp_path / "data.csv", rows)
    document = json.loads(usher("evaluate", models / "tiers", path, "--json")[1])
    assert document["unknown_labels"] == ["boats"]
    assert document["accuracy"] <= 0.75


def test_no_label_of_a_stranger_is_a_formula_in_the_file_of_predictions(usher, models, tmp_path):
    rows = [(example.text, example.label) for example in examples(5)] + [("buy a boat", "=HYPERLINK(0)")]
    path, predictions = write_csv(tmp_path / "data.csv", rows), tmp_path / "predictions.csv"
    assert usher("evaluate", models / "tiers", path, "--predictions", predictions)[0] == 0
    with predictions.open(newline="") as file:
        assert [row["label"] for row in csv.DictReader(file)] == [*(label for _, label in rows[:-1]), "'=HYPERLINK(0)"]


def test_a_report_that_has_no_place_is_refused_before_the_model_is_looked_at(usher, tmp_path):
    code, out, err = usher("evaluate", tmp_path / "no-model", tmp_path / "no-data", "--report", tmp_path)
    assert (code, out) == (2, "")
    assert err == f"usher evaluate: --report {tmp_path}: give a file in a directory that exists\n"


def test_a_person_reads_lines(usher, models, data):
    code, out, _ = usher("evaluate", models / "tiers", data)
    assert code == 0
    assert out.startswith("120 texts: accuracy ")
    assert "weakest intents" in out


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "row 1: the file is empty"),
        (b"text,label\n", "row 2: there are no rows"),
        (b"text,other\nhi,x\n", "row 1: no column 'label'"),
        (b"text,label\nhi,x\nho,x\n", "row 2: all rows have one label"),
        (b"text,label\nhi,x\nho,\n", "row 3: the label is empty"),
        (b"text,label\nhi,x\nho\0,y\n", "row 3: holds a NUL"),
        (b"text,label\nhi,x\nh\xff,y\n", "row 3: is not UTF-8"),
        (b"text,label\nhi,x\nho,y,z\n", "row 3: has 3 fields"),
    ],
)
def test_bad_data_is_one_line_with_file_row_and_fix(usher, models, tmp_path, content, words):
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    code, out, err = usher("evaluate", models / "tiers", path, "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith(f"usher evaluate: {path}: ")
    assert words in err


@pytest.mark.parametrize("name", ["manifest.json", "weights.npz", "vocab.json", "golden.json"])
def test_a_model_of_which_one_byte_changed_is_refused_by_its_file(usher, models, data, tmp_path, name):
    folder = tmp_path / "model"
    folder.mkdir()
    for path in (models / "tiers").iterdir():
        content = bytearray(path.read_bytes())
        content[len(content) // 3] ^= 4 if path.name == name else 0
        (folder / path.name).write_bytes(content)
    code, out, err = usher("evaluate", folder, data, "--json")
    assert (code, out, err.count("\n")) == (2, "", 1)
    assert f"{folder}/{name}: " in err


def test_a_directory_without_a_model_and_tiers_that_are_unknown_are_refused(usher, models, data, tmp_path):
    assert "is not a directory; give one that usher train has made" in usher("evaluate", tmp_path / "none", data)[2]
    assert "manifest.json: cannot be read" in usher("evaluate", tmp_path, data)[2]
    tiers = write_csv(tmp_path / "tiers.csv", [("praise", "human")], ("intent", "tier"))
    assert "row 2: unknown tier 'human'" in usher("evaluate", models / "tiers", data, "--tiers", tiers)[2]
    tiers = write_csv(tmp_path / "tiers.csv", [("praise", "bot")], ("intent", "tier"))
    assert "has no row for the intent" in usher("evaluate", models / "tiers", data, "--tiers", tiers)[2]
