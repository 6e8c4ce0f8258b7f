"""usher classify: one answer per text, with reasons, by a model, by a policy, or by both."""

import io
import json
import re
from types import SimpleNamespace

import pytest

from lab.training.save import save
from services.router.model.folders import STARTER_FOLDER
from tests.support.labelled_texts import TIERS, small_model

KEYS = {"intent", "confidence", "top3", "out_of_scope", "language", "complexity", "moment_of_truth", "skills", "tier"}
KEYS |= {"article_ids", "reasons", "model_version", "rules_version"}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    place, _ = save(small_model(60, TIERS), tmp_path_factory.mktemp("models") / "small")
    return place


@pytest.fixture
def usher(usher, monkeypatch):
    """Runs classify with bytes on stdin; returns (exit code, stdout, stderr)."""

    def command(*arguments, stdin=b""):
        monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(stdin)))
        return usher("classify", *arguments)

    return command


def test_with_a_model_alone_its_own_tiers_and_thresholds_hold(usher, model):
    code, out, err = usher("--model", model, "--json", "someone stole my card", "where is my order")
    stolen, order = json.loads(out)
    assert (code, err) == (0, "")
    assert stolen.keys() >= KEYS
    assert stolen["text"] == "someone stole my card"
    assert (stolen["intent"], stolen["tier"], stolen["moment_of_truth"]) == ("stolen_card", "agent", True)
    assert stolen["skills"] == {"cards": 4}
    assert stolen["reasons"][-1] == "tier: agent by moment of truth stolen_card"
    assert (order["intent"], order["tier"], order["article_ids"]) == (
        "order_status",
        "self_service",
        ["where-is-my-order"],
    )
    assert any(reason.startswith("words: ") and "order" in reason for reason in order["reasons"])


def test_a_dash_reads_one_text_per_line(usher, model):
    lines = b"where is my order\n\nwhen do you open\r\nlast without end"
    found = json.loads(usher("--model", model, "--json", "-", stdin=lines)[1])
    assert [one["text"] for one in found] == ["where is my order", "", "when do you open", "last without end"]
    assert found[2]["intent"] == "opening_hours"


def test_lines_that_are_not_utf8_are_named(usher, model):
    code, out, err = usher("--model", model, "-", stdin=b"fine\nbad \xff\n")
    assert (code, out) == (2, "")
    assert err == "usher classify: stdin: line 2: is not UTF-8; convert the input\n"


def test_any_text_gets_an_answer(usher, model):
    texts = ["", "\udcff lone", "\U0001f600" * 500, "x" * 65536]
    found = json.loads(usher("--model", model, "--json", *texts)[1])
    assert len(found) == len(texts)
    assert found[1]["text"] == "? lone"
    assert {one["tier"] for one in found} <= {"agent", "bot", "self_service"}


def test_a_policy_decides_over_the_model(usher, model, tmp_path):
    policy = tmp_path / "acme.yaml"
    policy.write_text(
        "workspace: acme\nqueues: {general: {}}\n"
        f"classification:\n  model: {model}\n"
        "  rules: [{name: law, when: {text: ombudsman}, then: {tier: agent}}]\n"
    )
    code, out, err = usher("--policy", policy, "--json", "where is my order", "where is my order, says the ombudsman")
    assert (code, err) == (0, "")
    plain, ruled = json.loads(out)
    assert plain["intent"] == "order_status"
    assert plain["model_version"]
    assert ruled["tier"] == "agent"
    assert any("rule law" in reason for reason in ruled["reasons"])


def test_a_bad_policy_or_model_is_one_line(usher, model, tmp_path):
    policy = tmp_path / "acme.yaml"
    policy.write_text("workspace: acme\nqueue: {}\n")
    for arguments in (("--policy", policy), ("--model", tmp_path)):
        code, out, err = usher(*arguments, "hello")
        assert (code, out, err.count("\n")) == (2, "", 1)


def test_a_person_reads_the_answer_and_its_reasons(usher, model):
    code, out, _ = usher("--model", model, "someone stole my card")
    assert code == 0
    assert out.splitlines()[0] == "someone stole my card"
    assert "agent  stolen_card" in out.splitlines()[1]


def test_a_text_is_explained_by_clause_sign_model_and_threshold(usher):
    code, out, _ = usher("--model", STARTER_FOLDER, "--explain", "where is my order? I smell gas in here")
    assert code == 0
    assert "clause 2: I smell gas in here" in out
    assert "signs: danger (smell ... gas)" in out
    assert "model: order_status" in out
    assert not re.search(r"\d\.\d{5}", out)
    assert "thresholds: P(agent) <=" in out


def test_an_explanation_says_of_which_texts_the_model_knows_nothing(usher):
    _, out, _ = usher("--model", STARTER_FOLDER, "--explain", "qwxz vkjt blorf", "where is my order?")
    guesses = [line.partition(";")[0] for line in out.splitlines() if line.strip().startswith("model: ")]
    assert [guess.endswith(", out of scope") for guess in guesses] == [True, False]


def test_an_explanation_is_told_to_programs_too(usher):
    text = "where is my order? I smell gas in here"
    _, out, _ = usher("--model", STARTER_FOLDER, "--explain", "--json", text, "12345")
    said, nothing = json.loads(out)
    whole, first, second = said["explained"]["parts"]
    assert (whole["part"], whole["text"]) == ("whole", text)
    assert (first["text"], second["text"]) == ("where is my order?", "I smell gas in here")
    assert (first["signs"], second["signs"]) == ([], ["danger"])
    assert (first["sign_words"], second["sign_words"]) == ({}, {"danger": ["smell", "gas"]})
    assert whole["model"]["intent"] == said["intent"]
    assert first["model"]["words"]
    of_clauses = {"clause_agent_probability", "strange_clause_agent_probability", "strange_clause_confidence"}
    assert said["explained"]["thresholds"].keys() == {"agent_probability", "confidence"} | of_clauses
    assert [part["model"] for part in nothing["explained"]["parts"]] == [None]
    _, out, _ = usher("--model", STARTER_FOLDER, "--json", text)
    assert "explained" not in json.loads(out)[0]


def test_a_model_without_a_policy_leaves_nobody_in_danger_to_a_machine(usher):
    _, out, _ = usher("--model", STARTER_FOLDER, "--json", "where is my order, her oxygen has not come")
    (said,) = json.loads(out)
    assert said["tier"] == "agent"
