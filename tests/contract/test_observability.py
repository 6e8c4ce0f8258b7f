"""Rules, alerts, runbooks and dashboards: each asks for metrics that exist, and says what to do."""

import json
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from cli.main import COMMANDS, main
from deploy.grafana import generate
from tests.support.questions import ASKED, DEPLOY, family, metrics_of, needs_promtool, panels, promtool, rules
from tests.support.registries import exported

PROMETHEUS, RUNBOOKS = DEPLOY / "prometheus", DEPLOY / "runbooks"
RECORDED = {rule["record"] for rule in rules("recording.yml")}
ALERTS = rules("alerts.yml")
JOINED = re.compile(r"max without \(instance, job\) \((\w+)\)")
FIGURES = (
    r"\d+|\b(?:half|twice|two|three|four|five|six|seven|eight|nine|ten|twenty|thirty|fifty|hundred|thousand"
    r"|quarter|milliseconds?|seconds?|minutes?|hours?|days?|percent)\b"
)


@needs_promtool
def test_promtool_accepts_rules_and_configurations() -> None:
    assert "SUCCESS" in promtool("check", "rules", "recording.yml", "alerts.yml")
    assert "SUCCESS" in promtool("check", "config", "--syntax-only", "prometheus.yml")


@needs_promtool
def test_rules_say_what_their_tests_say_over_resets_kills_low_traffic_and_none() -> None:
    assert "SUCCESS" in promtool("test", "rules", "rules_test.yml")


def test_every_rule_that_computes_is_asked_for_its_value_or_is_part_of_one_that_is() -> None:
    stories = yaml.safe_load((PROMETHEUS / "rules_test.yml").read_text())["tests"]
    expressions = {rule.get("record") or rule["alert"]: rule["expr"] for rule in (*rules("recording.yml"), *ALERTS)}
    asked = [each["expr"] for story in stories for each in story.get("promql_expr_test", ()) if each["exp_samples"]]
    asked += [rule["expr"] for rule in ALERTS]  # each fires in the test below
    reached: set[str] = set()
    while asked:
        names = (metrics_of(asked.pop()) & RECORDED) - reached
        reached |= names
        asked += [expressions[name] for name in names]
    computing = {name for name in RECORDED if not JOINED.match(expressions[name])}
    assert computing - reached == set()
    assert len(computing) > 20


@needs_promtool
def test_every_alert_fires_while_its_cause_lasts_and_is_over_after_it() -> None:
    stories = yaml.safe_load((PROMETHEUS / "alerts_test.yml").read_text())["tests"]
    fired = {
        re.findall(r'alertname="(\w+)"', sample["labels"])[0]
        for story in stories
        for asked in story["promql_expr_test"]
        for sample in asked["exp_samples"]
    }
    assert fired == {rule["alert"] for rule in ALERTS}
    for story in stories:
        last = story["promql_expr_test"][-1]
        assert (last["expr"], last["exp_samples"]) == ('ALERTS{alertstate="firing"}', [])
    assert "SUCCESS" in promtool("test", "rules", "alerts_test.yml")


async def test_every_question_of_rules_alerts_and_dashboards_is_about_metrics_that_exist() -> None:
    known = set(await exported())
    asked = {rule.get("record") or rule["alert"]: rule["expr"] for rule in (*rules("recording.yml"), *ALERTS)}
    strange = {
        where: names
        for where, question in [*asked.items(), *panels()]
        if (names := {name for name in metrics_of(question) if family(name, known) not in known | RECORDED})
    }
    assert strange == {}
    assert len(panels()) > 50


async def test_whatever_operations_people_must_see_is_exported_or_recorded() -> None:
    known = set(await exported())
    asked = {name for names in ASKED.values() for name in names}
    assert {name for name in asked if family(name, known) not in known | RECORDED} == set()


async def test_every_committed_total_of_sla_is_joined_over_the_processes_that_its_partition_moves_between() -> None:
    totals = {
        name if kind == "counter" else f"{name}_count"
        for name, (kind, services) in (await exported()).items()
        if services == {"sla"} and kind in ("counter", "histogram", "summary")
    }
    joined = {found[1] for rule in rules("recording.yml") if (found := JOINED.search(rule["expr"]))}
    assert totals - joined == set()
    assert len(totals) > 10


def test_no_dashboard_shows_a_total_of_sla_that_would_jump_when_a_partition_moves() -> None:
    raw = {found[1] for rule in rules("recording.yml") if (found := JOINED.search(rule["expr"]))}
    assert {(where, name) for where, question in panels() for name in metrics_of(question) & raw} == set()


def test_no_dashboard_shows_a_figure_of_nothing() -> None:
    """Prometheus says NaN for the quantile of nothing and for 0 / 0."""
    assert {where for where, question in panels() if "histogram_quantile(" in question} > set()
    for where, question in panels():
        quantiles, shares = question.count("histogram_quantile("), question.count(" / (")
        assert question.endswith(" >= 0") == bool(quantiles), where
        assert question.count(" > 0)") == shares == question.count(" / "), where


def test_every_alert_has_a_severity_and_a_runbook_and_every_runbook_an_alert() -> None:
    assert {rule["alert"] for rule in ALERTS} == {path.stem for path in RUNBOOKS.glob("*.md")}
    for rule in ALERTS:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["runbook"] == f"deploy/runbooks/{rule['alert']}.md"
        assert rule["annotations"]["summary"]


def fires(rule: dict[str, Any]) -> str:
    """How a runbook says when its alert fires."""
    held = f"for {rule['for']}" if "for" in rule else "at once"
    asked = " ".join(rule["expr"].split())
    return f"**Fires as a {rule['labels']['severity']}** when this holds, {held}:\n\n```promql\n{asked}\n```\n"


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_a_runbook_shows_the_rule_of_its_alert_and_tells_no_other_figure_of_it(rule: dict[str, Any]) -> None:
    head, sep, _ = (RUNBOOKS / f"{rule['alert']}.md").read_text().partition("\n**What it means for customers.**")
    assert sep
    assert fires(rule) in head
    prose = head.replace(fires(rule), "").lower()
    assert re.findall(FIGURES, prose) == [], "only the rule says how much and for how long"


@pytest.mark.parametrize("path", sorted(RUNBOOKS.glob("*.md")), ids=lambda path: path.stem)
def test_a_runbook_says_what_it_means_and_begins_with_three_commands_that_exist(path: Path) -> None:
    text = path.read_text()
    (commands,) = re.findall(r"```sh\n(.*?)```", text, re.DOTALL)
    lines = commands.strip().splitlines()
    assert text.startswith(f"# {path.stem}\n\n")
    assert "**Then.**" in text
    assert len(lines) == 3
    for line in lines:
        program, command, *_ = shlex.split(line)
        assert (program, command in COMMANDS) == ("usher", True), line


def test_the_committed_dashboards_are_those_of_the_code() -> None:
    folder = generate.FOLDER
    committed = {path.name: path.read_text() for path in folder.glob("*.json")}
    assert committed == generate.documents(), "run python -m deploy.grafana.generate"


def test_every_panel_has_a_title_a_description_a_unit_and_a_question_of_its_own() -> None:
    for name, text in generate.documents().items():
        document = json.loads(text)
        titles = [panel["title"] for panel in document["panels"]]
        assert len(titles) == len(set(titles)), name
        for panel in document["panels"]:
            assert panel["description"].endswith("."), panel["title"]
            assert panel["fieldConfig"]["defaults"]["unit"]
            assert all(target["expr"] for target in panel["targets"])


@needs_promtool
@pytest.mark.parametrize("path", sorted((DEPLOY / "policies").rglob("*.yaml")), ids=lambda path: path.stem)
def test_alerts_of_a_policys_queues_are_rules_that_prometheus_takes(
    path: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["policy", "rules", str(path)])
    assert ended.value.code == 0
    file = tmp_path / "queues.yml"
    file.write_text(capsys.readouterr().out)
    promtool("check", "rules", "--lint-fatal", str(file))
    rules_of = [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]
    assert rules_of
    for rule in rules_of:
        assert (DEPLOY.parent / rule["annotations"]["runbook"]).is_file()
        assert metrics_of(rule["expr"]) <= RECORDED | {
            "usher_queue_oldest_wait_seconds", "usher_queue_open", "usher_queue_overdue",
        }  # fmt: skip


def clocks(target: str, result: str, values: str) -> dict[str, str]:
    """A series of decided first responses in queue a."""
    labels = f'workspace="acme", queue="a", kind="first_response", target="{target}", result="{result}", partition="0"'
    return {"series": f"usher:sla_clocks:total{{{labels}}}", "values": values}


FIRING = {
    "expr": 'count by (alertname, rule) (ALERTS{alertstate="firing"})',
    "eval_time": "65m",
    "exp_samples": [{"labels": '{alertname="UsherRulePromiseBurnsFast", rule="gold"}', "value": 1}],
}
DECIDED = [clocks("1m", "breached", "0+2x70"), clocks("1m", "met", "0x70"), clocks("1h", "met", "0+9x70")]
STORY = {
    "rule_files": ["queues.yml"],
    "evaluation_interval": "1m",
    "tests": [{"interval": "1m", "input_series": DECIDED, "promql_expr_test": [FIRING]}],
}


@needs_promtool
def test_an_alert_of_a_rule_fires_for_what_the_rule_promised_and_not_for_the_queue(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    gold = {"name": "gold", "when": {"customer_class": "gold"}, "then": {"first_response": {"within": "1m"}}}
    mail = {"name": "mail", "when": {"channel": "email"}, "then": {"first_response": {"within": "1h"}}}
    policy = {"workspace": "acme", "queues": {"a": {}, "b-1": {}}, "default_queue": "a", "targets": [gold, mail]}
    (tmp_path / "policy.yaml").write_text(yaml.safe_dump(policy))
    with pytest.raises(SystemExit) as ended:
        main(["policy", "rules", str(tmp_path / "policy.yaml")])
    assert ended.value.code == 0
    (tmp_path / "queues.yml").write_text(capsys.readouterr().out)
    (tmp_path / "test.yml").write_text(yaml.safe_dump(STORY))
    assert "SUCCESS" in promtool("test", "rules", str(tmp_path / "test.yml"))
