"""Policy files: YAML read as it looks, faults with their line, the files that Usher ships, the published schema."""

import copy
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from shared.policy import PolicyErrors, parse_policy
from shared.policy.load import load_policies, load_policy
from shared.policy.schema import schema_text

POLICIES = Path(__file__).resolve().parents[2] / "deploy" / "policies"
SMALL = "workspace: acme\nqueues:\n  general: {}\n"


def refused(tmp_path, text, name="p.yaml"):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(PolicyErrors) as found:
        load_policy(path, not_yet=())
    return found.value.errors


def loaded(tmp_path, text):
    (tmp_path / "p.yaml").write_text(text)
    return load_policy(tmp_path / "p.yaml", not_yet=())


def test_a_fault_names_file_line_path_and_fix(tmp_path):
    (fault,) = refused(tmp_path, SMALL + "offers:\n  timeout: 15s\n  paralel: 2\n")
    assert str(fault) == f"{tmp_path}/p.yaml:6: offers.paralel: unknown key 'paralel' (did you mean parallel?)"


def test_what_is_missing_is_shown_at_the_line_of_what_misses_it(tmp_path):
    (fault,) = refused(tmp_path, "workspace: acme\nqueues:\n  general:\n    targets:\n      resolution: {}\n")
    assert (fault.line, fault.path) == (5, "queues.general.targets.resolution.within")


def test_faults_come_in_the_order_of_the_file(tmp_path):
    text = "workspace: A\nzone: x\nqueues:\n  b: {late_factor: 50}\n  a: {boost: x}\ndefault_queue: a\n"
    assert [fault.line for fault in refused(tmp_path, text)] == [1, 2, 4, 5]


def test_words_that_old_yaml_takes_for_something_else_stay_words(tmp_path):
    policy = loaded(tmp_path, "workspace: acme\nlanguages: [no, en]\nqueues: {on: {}, off: {}}\ndefault_queue: on\n")
    assert policy.languages == ("no", "en")
    assert policy.default_queue == "on"


def test_dates_need_no_quotes_and_times_are_no_numbers(tmp_path):
    calendars = "calendars:\n  c: {open: {mon: ['09:00-10:00']}, holidays: [2026-12-25]}\n"
    assert loaded(tmp_path, SMALL + calendars).calendars["c"].holidays[0].date == "2026-12-25"
    (fault,) = refused(tmp_path, SMALL + "offers: {timeout: 12:30}\n")
    assert "'12:30' is not a duration" in fault.message


def test_a_key_that_stands_twice_is_refused_with_its_line(tmp_path):
    (fault,) = refused(tmp_path, "workspace: acme\nqueues:\n  a: {}\n  b: {}\n  a: {boost: 5s}\ndefault_queue: a\n")
    assert (fault.line, "'a' stands twice" in fault.message) == (5, True)


def test_anchors_and_merges_are_understood(tmp_path):
    policy = loaded(
        tmp_path,
        "workspace: acme\nqueues:\n  a: &a {boost: 5s}\n  b: {<<: *a, late_factor: 2}\ndefault_queue: a\n",
    )
    assert policy.queues["b"].boost_seconds == 5.0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"workspace: \xff\xfe\n", "is not UTF-8 at byte 11"),
        (b"workspace: [a\n", "is not YAML"),
        (b"workspace: a\n\tqueues: {}\n", "is not YAML"),
        (b"workspace: a\x00b\n", "is not YAML"),
        (b"a: !!python/object/apply:os.system ['true']\n", "is not YAML"),
        (b"", "a policy is a mapping"),
        (b"- workspace\n", "a policy is a mapping"),
        (b"a: &a [*a]\n", "nested too deeply"),
        (b"a: &a [x,x,x,x,x,x,x,x,x,x]\n" + b"".join(
            b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 10)) for n in range(8)
        ), "too large"),
        (b"{" * 2000, "is not YAML"),
        (b"? [a, b]\n: c\n", "keys are names"),
        (b"a" * (1024 * 1024 + 1), "is larger than"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_policy_is_refused_in_one_line(tmp_path, text, words):
    (fault,) = refused(tmp_path, text)
    assert words in str(fault)
    assert fault.file == f"{tmp_path}/p.yaml"


def test_a_missing_file_and_a_folder_without_policies_are_named(tmp_path):
    with pytest.raises(PolicyErrors, match="nowhere.yaml: No such file"):
        load_policy(tmp_path / "nowhere.yaml")
    with pytest.raises(PolicyErrors, match="the folder holds no policy"):
        load_policies([tmp_path])


def test_two_policies_of_one_workspace_are_refused(tmp_path):
    (tmp_path / "a.yaml").write_text(SMALL)
    (tmp_path / "b.yml").write_text(SMALL)
    with pytest.raises(PolicyErrors, match=r"b\.yml: workspace: 'acme' already has a policy in .*a\.yaml"):
        load_policies([tmp_path])


def test_the_faults_of_all_files_are_named_together(tmp_path):
    (tmp_path / "a.yaml").write_text(SMALL + "x: 1\n")
    (tmp_path / "b.yaml").write_text(SMALL + "y: 1\n")
    with pytest.raises(PolicyErrors) as found:
        load_policies([tmp_path])
    assert [Path(fault.file).name for fault in found.value.errors] == ["a.yaml", "b.yaml"]


def test_a_policy_may_be_written_as_json(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"workspace": "acme", "queues": {"q": {"targets": {"resolution": {"within": "4h"}}}}}))
    assert load_policy(path).queues["q"].targets["resolution"].within_seconds == 14400


def test_the_shipped_policies_are_valid_and_serve_two_workspaces_by_default():
    demo = load_policies([POLICIES / "demo"])
    assert [policy.workspace for policy in demo] == ["acme", "globex"]
    assert all(not policy.calendars and not queue.hours for policy in demo for queue in policy.queues.values())
    short = load_policy(POLICIES / "short.yaml")
    promises = [target.within_seconds for queue in short.queues.values() for target in queue.targets.values()]
    assert promises
    assert all(2 <= seconds <= 5 for seconds in promises)


def test_the_sample_shows_every_part_of_a_policy():
    policy = load_policy(POLICIES / "sample.yaml", not_yet=())
    shown = yaml.safe_load((POLICIES / "sample.yaml").read_text())
    assert set(shown) == {field.alias or name for name, field in type(policy).model_fields.items()}
    words = set(re.findall(r"\w+", (POLICIES / "sample.yaml").read_text()))
    assert _names(json.loads(schema_text())) - words == set(), "said nowhere, not even in a comment"
    orders = policy.queues["orders"]
    assert orders.relax, "each way to relax: tests/contract/test_relaxation_steps.py"
    assert len(orders.overflow) == 3
    assert policy.calendar("office").is_always_open is False


def _names(node):
    """Every field of a policy that its author does not name."""
    if isinstance(node, dict):
        return set(node.get("properties", {})).union(*map(_names, node.values()))
    return set().union(*map(_names, node)) if isinstance(node, list) else set()


def test_the_sample_marks_what_this_version_refuses():
    lines = (POLICIES / "sample.yaml").read_text().splitlines()
    marked = {number for number, line in enumerate(lines, start=1) if number > 3 and "(not yet)" in line}
    try:
        load_policy(POLICIES / "sample.yaml")
        refused_lines = set()
    except PolicyErrors as found:
        assert {fault.message for fault in found.errors} == {"not supported yet"}
        refused_lines = {fault.line for fault in found.errors}
    assert marked == refused_lines


def test_the_published_schema_is_current():
    published = (POLICIES / "policy.schema.json").read_bytes()
    assert published == schema_text(), (
        "make it anew: python -m shared.policy.schema > deploy/policies/policy.schema.json"
    )


def test_the_schema_accepts_what_is_shipped_and_refuses_a_slip(tmp_path):
    files = [POLICIES / "sample.yaml", POLICIES / "short.yaml", *(POLICIES / "demo").glob("*.yaml")]
    check = [sys.executable, "-m", "check_jsonschema", "--schemafile", str(POLICIES / "policy.schema.json")]
    assert subprocess.run([*check, *map(str, files)], capture_output=True, check=False).returncode == 0
    (tmp_path / "slip.yaml").write_text(SMALL + "offers: {timout: 5s}\n")
    assert subprocess.run([*check, str(tmp_path / "slip.yaml")], capture_output=True, check=False).returncode == 1


JUNK = (None, -1, 0, 1e9, 3.5, float("nan"), True, "", "x", "5", "-5s", "99d", "general", "a\0", [], {}, [1], {"a": 1})


def _spots(value, path=()):
    """Every place in a document."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield (*path, key)
        yield from _spots(item, (*path, key))


def test_whatever_stands_anywhere_in_a_policy_every_fault_has_its_path_and_a_hint():
    sample = load_policy(POLICIES / "sample.yaml", not_yet=()).document()
    before = copy.deepcopy(sample)
    silent = set()
    for spot in list(_spots(sample)):
        inner = sample
        for key in spot[:-1]:
            inner = inner[key]
        right = inner[spot[-1]]
        for junk in JUNK:
            inner[spot[-1]] = copy.deepcopy(junk)
            try:
                parse_policy(sample)
            except PolicyErrors as refused:
                silent |= {str(fault) for fault in refused.errors if not fault.path or not fault.hint}
        inner[spot[-1]] = right
    assert silent == set()
    assert sample == before, "what is parsed is not changed"
