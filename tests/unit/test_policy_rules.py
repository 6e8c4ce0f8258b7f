"""``usher policy rules``: whatever queues and rules are called, each alert asks for its own and for no other."""

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from cli.policy.rules import label_doubts, rules_text
from shared.contract.topics import CHANNELS
from shared.policy import PolicyErrors, parse_policy

NAMES = st.lists(st.from_regex(r"[A-Za-z0-9_-]{1,12}", fullmatch=True), min_size=2, max_size=4, unique=True)
TARGETS = {"time_to_answer": {"within": "20s"}}
HOSTILE = ['a"} or vector(1) #', "a|b", ".*", "a\nb", "{{ $value }}", "a\\", "größe", "", "x" * 65]


def policy_with_queues(names: list[str], **more: Any) -> dict[str, Any]:
    queues = {name: {"targets": TARGETS} for name in names}
    return {"workspace": "acme", "queues": queues, "default_queue": names[0], **more}


@settings(max_examples=25)
@given(NAMES, NAMES)
def test_whatever_queues_and_rules_are_called_an_alert_is_about_its_own(names: list[str], rules: list[str]) -> None:
    made = [
        {"name": name, "when": {"queue": names[:2], "channel": [channel]}, "then": {"resolution": {"within": "4h"}}}
        for name, channel in zip(rules, CHANNELS, strict=False)
    ]
    text = rules_text([parse_policy(policy_with_queues(names, targets=made))])
    alerts = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"]]
    labels = [tuple(sorted((rule["alert"], *rule["labels"].items()), key=str)) for rule in alerts]
    assert len(labels) == len(set(labels)), "Prometheus refuses two alerts of the same name and labels"
    for rule in alerts:
        asked = set(re.findall(r'queue="([^"]*)"', rule["expr"]))
        held = set(re.findall(r'queue=~"([^"]*)"', rule["expr"]))
        if "rule" in rule["labels"]:
            (expression,) = held
            assert [name for name in names if re.fullmatch(expression, name)] == names[:2]
        else:
            assert (asked, held) == ({rule["labels"]["queue"]}, set())
    assert {rule["labels"]["queue"] for rule in alerts if "queue" in rule["labels"]} == set(names)
    assert {rule["labels"]["rule"] for rule in alerts if "rule" in rule["labels"]} == set(rules)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_that_would_mean_something_in_a_question_is_refused_by_the_policy(name: str) -> None:
    with pytest.raises(PolicyErrors):
        parse_policy(policy_with_queues([name, "general"]))
    rule = {"name": name, "when": {"queue": ["general"]}, "then": TARGETS}
    with pytest.raises(PolicyErrors):
        parse_policy(policy_with_queues(["general"], targets=[rule]))


@pytest.mark.parametrize(
    ("bound", "named", "doubted"),
    [
        (50, (), []),
        (3, (), []),
        (2, (), ["a", "b", "c"]),
        (2, ("c",), ["a", "b"]),
        (2, ("a", "b", "c"), []),
        (4, ("other-1", "other-2"), ["a", "b", "c"]),
        (0, ("a", "b", "c"), ["USHER_METRICS_WORKSPACES_MAX"]),
    ],
)
def test_alerts_of_workspaces_whose_metrics_may_be_those_of_other_are_warned_of(
    bound: int, named: tuple[str, ...], doubted: list[str]
) -> None:
    policies = [parse_policy(policy_with_queues(["general"]) | {"workspace": name}) for name in ("a", "b", "c")]
    found = [doubt.removeprefix("workspace ").split()[0].rstrip(":") for doubt in label_doubts(policies, bound, named)]
    assert found == doubted


@pytest.mark.skipif(shutil.which("promtool") is None, reason="no promtool: apt install prometheus")
def test_who_was_overdue_when_their_queue_closed_pages_while_it_is_open_and_wakes_nobody_at_night(
    tmp_path: Path,
) -> None:
    (tmp_path / "rules.yml").write_text(rules_text([parse_policy(policy_with_queues(["office"]))]))
    where = '{workspace="acme", queue="office"}'
    story = {
        "interval": "1m",
        "input_series": [
            {"series": f"usher_queue_oldest_wait_seconds{where}", "values": "200+60x780"},
            {"series": f"usher_queue_overdue{where}", "values": "1x780"},
            {"series": f"usher_queue_open{where}", "values": "1x30 0x689 1x60"},
        ],
        "promql_expr_test": [
            {
                "expr": 'count by (alertname) (ALERTS{alertstate="firing"})',
                "eval_time": at,
                "exp_samples": [{"labels": '{alertname="UsherQueueOldestWaitsTooLong"}', "value": 1}] if pages else [],
            }
            for at, pages in (("30m", True), ("31m", False), ("719m", False), ("722m", True))
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [story]}))
    done = subprocess.run(["promtool", "test", "rules", "test.yml"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
