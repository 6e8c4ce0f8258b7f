"""usher policy without a stack: check and diff, exits and words, and the record that puts a policy in force."""

import json
import shutil
from functools import partial

import msgspec
import pytest

from cli.policy.diff import changes
from cli.policy.in_force import _activated
from services.router.model.folders import STARTER_FOLDER
from shared.contract.inputs import PolicyActivated
from shared.policy import parse_policy

SMALL = "workspace: acme\nqueues:\n  general: {boost: 5s}\n"


@pytest.fixture
def usher(usher, tmp_path, monkeypatch):
    """Runs a policy command; returns (exit code, stdout, stderr)."""
    monkeypatch.setenv("USHER_LOCAL_DIR", str(tmp_path / "no-stack"))
    return partial(usher, "policy")


def file(tmp_path, text, name="p.yaml"):
    (tmp_path / name).write_text(text)
    return tmp_path / name


def test_check_of_a_valid_file_says_so(usher, tmp_path):
    code, out, err = usher("check", file(tmp_path, SMALL))
    assert (code, err) == (0, "")
    assert out.startswith("valid: workspace acme, 1 queues, hash ")


def test_check_names_every_fault_on_a_line_of_its_own_and_answers_no(usher, tmp_path):
    path = file(tmp_path, SMALL + "offers: {timeout: 5, paralel: 1}\n")
    code, out, err = usher("check", path)
    assert (code, err) == (1, "")
    assert out.splitlines() == [
        f"{path}:4: offers.paralel: unknown key 'paralel' (did you mean parallel?)",
        f"{path}:4: offers.timeout: 5 is not a duration (a number and one unit: 20s, 5m, 2h or 1d)",
    ]


def test_check_as_json_is_one_document_with_paths_and_lines(usher, tmp_path):
    path = file(tmp_path, SMALL + "sticky: {within: 7d}\n")
    code, out, _ = usher("check", "--json", path)
    assert code == 1
    (fault,) = json.loads(out)["errors"]
    assert fault["path"] == "sticky.wait"
    assert fault["message"] == "is missing"
    assert (fault["file"], fault["line"]) == (str(path), 4)
    assert json.loads(usher("check", "--json", file(tmp_path, SMALL))[1]) == {
        "valid": True,
        "errors": [],
        "warnings": [],
    }


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "nowhere.yaml"),
        ("apply", "nowhere.yaml"),
        ("diff", "no/where", "acme"),
        ("rollback", "acme", "--to", "0"),
        ("check",),
        ("frobnicate",),
        (),
    ],
)
def test_wrong_usage_is_one_line_and_exit_2(usher, arguments):
    code, out, err = usher(*arguments)
    assert (code, out) == (2, "")
    assert len(err.splitlines()) == 1


def test_apply_of_a_faulty_file_is_one_line_with_file_line_path_and_fix(usher, tmp_path):
    path = file(tmp_path, SMALL + "a: 1\nb: 2\n")
    code, _, err = usher("apply", path)
    assert code == 2
    assert err.startswith(f"usher policy: {path}:4: a: unknown key 'a'")
    assert err.endswith("; and 1 more: usher policy check names them all\n")


def test_diff_of_files_shows_paths_with_both_values_and_answers_no(usher, tmp_path):
    one = file(tmp_path, SMALL, "one.yaml")
    other = file(tmp_path, SMALL.replace("5s", "1m") + "languages: [en]\n", "other.yaml")
    code, out, _ = usher("diff", one, other)
    assert (code, out.splitlines()) == (1, ['+ languages[0]: "en"', '~ queues.general.boost: "5s" -> "1m"'])
    assert usher("diff", one, one)[:2] == (0, "")
    assert json.loads(usher("diff", "--json", one, other)[1])["changes"][1] == {
        "path": "queues.general.boost",
        "before": "5s",
        "after": "1m",
    }


def test_files_that_mean_the_same_do_not_differ(usher, tmp_path):
    one = file(tmp_path, SMALL, "one.yaml")
    other = file(tmp_path, SMALL + "offers: {timeout: 15s}\ndefault_queue: general\n", "other.yaml")
    assert usher("diff", one, other)[0] == 0


def test_what_one_side_lacks_is_marked():
    assert [str(change) for change in changes({"a": {"b": 1, "c": [1]}}, {"a": {"c": [1, 2]}})] == [
        "- a.b: 1",
        "+ a.c[1]: 2",
    ]


def test_the_record_holds_the_whole_policy_under_its_own_hash():
    policy = parse_policy({"workspace": "acme", "queues": {"q": {"targets": {"resolution": {"within": "4h"}}}}})
    said = _activated(policy, 1_700_000_000_000, "")
    assert (said.workspace, said.hash) == ("acme", policy.hash)
    assert parse_policy(msgspec.json.decode(msgspec.json.encode(said), type=PolicyActivated).policy) == policy
    later = _activated(policy, 1_700_000_000_001, "")
    assert later.event_id != said.event_id  # A, then B, then A again is three events


MODEL = SMALL + "classification: {model: %s}\n"


def test_check_refuses_a_model_that_is_not_there_with_its_path(usher, tmp_path):
    code, out, err = usher("check", file(tmp_path, MODEL % "startr"))
    assert (code, err) == (1, "")
    assert out.startswith("classification.model: acme: there is no model 'startr' (give starter,")
    assert out.count("\n") == 1


def test_check_refuses_a_model_that_was_damaged_and_names_its_file(usher, tmp_path, monkeypatch):
    folder = tmp_path / "models" / "ours"
    shutil.copytree(STARTER_FOLDER, folder)
    weights = folder / "weights.npz"
    content = bytearray(weights.read_bytes())
    content[len(content) // 2] ^= 1
    weights.write_bytes(content)
    monkeypatch.setenv("USHER_MODELS_DIR", str(folder.parent))
    code, out, _ = usher("check", "--json", file(tmp_path, MODEL % "ours"))
    assert code == 1
    (fault,) = json.loads(out)["errors"]
    assert fault["path"] == "classification.model"
    assert "weights.npz: was changed after training" in fault["message"]


def test_apply_refuses_what_check_refuses_before_anything_is_published(usher, tmp_path):
    code, out, err = usher("apply", file(tmp_path, MODEL % "startr"))
    assert (code, out) == (2, "")
    assert "there is no model 'startr'" in err


def test_check_takes_the_starter_model_and_a_directory_that_only_the_router_sees(usher, tmp_path):
    assert usher("check", file(tmp_path, MODEL % "starter"))[0] == 0
    code, _, err = usher("check", file(tmp_path, MODEL % "/srv/models/x"))
    assert (code, err) == (0, "usher policy: /srv/models/x is not on this machine; the router must have it\n")


def test_rules_warn_of_a_workspace_that_metrics_do_not_tell_apart(usher, tmp_path, monkeypatch):
    path = file(tmp_path, SMALL)
    monkeypatch.setenv("USHER_METRICS_WORKSPACES_MAX", "1")
    monkeypatch.setenv("USHER_METRICS_WORKSPACES", "globex")
    code, out, err = usher("rules", path)
    assert (code, err.count("\n")) == (0, 1)
    assert err.startswith("warning: workspace acme: ")
    assert out.startswith("groups:")
    monkeypatch.setenv("USHER_METRICS_WORKSPACES", "acme,globex")
    assert usher("rules", path)[2] == ""
