"""What `usher policy check` warns of, and names in more than one Unicode form."""

import unicodedata
from pathlib import Path

import pytest

from cli.main import main
from services.router.domain.insight.at_risk import AtRisk
from services.router.domain.insight.standing import queue_standings
from shared.policy import PolicyErrors, parse_policy
from shared.policy.doubts import doubts
from shared.policy.load import load_policy
from tests.support.policy_builders import with_queue
from tests.support.router_builders import POLICY, Router, bodies_of, policy_with

COMPOSED, APART = (unicodedata.normalize(form, "español") for form in ("NFC", "NFD"))
SHIPPED = sorted(Path(__file__).parents[2].glob("deploy/policies/**/*.yaml"))


def paths(document: dict) -> list[str]:
    return [doubt.path for doubt in doubts(parse_policy(document, not_yet=()))]


def test_a_rule_that_can_do_nothing_is_told() -> None:
    made = policy_with()
    rules = [{"name": "down", "when": {"channel": "chat"}, "then": {"tier": "self_service"}}]
    made["classification"]["rules"] = [*rules, {"name": "up", "when": {"channel": "sms"}, "then": {"tier": "agent"}}]
    assert paths(made) == ["classification.rules[0].then"]


def test_a_relaxation_step_that_gives_up_what_nothing_asks_for_is_told() -> None:
    made = with_queue(
        requires={"orders": 2},
        prefers={"gold": 1},
        relax=[
            {"after": "5s", "min_level": {"oders": 1}},
            {"after": "6s", "min_level": {"orders": 1}, "drop": ["gold", "xx"]},
        ],
    )
    found = {doubt.path: (doubt.message, doubt.hint) for doubt in doubts(parse_policy(made, not_yet=()))}
    assert found["queues.orders.relax[0].min_level"] == ("nothing here asks for 'oders'", "did you mean orders?")
    assert "'xx'" in found["queues.orders.relax[1].drop"][0]
    assert len(found) == 2


def test_a_life_that_ends_before_the_promise_is_told() -> None:
    assert paths(with_queue(life_max="20s", targets={"time_to_answer": {"within": "20s"}})) == [
        "queues.orders.life_max"
    ]
    assert paths(with_queue(life_max="21s", targets={"time_to_answer": {"within": "20s"}})) == []


def test_a_promise_to_a_tier_that_never_has_its_clock_is_told() -> None:
    kinds = ("next_response", "handling", "bot_response", "self_service_response", "first_response", "resolution")
    then = {kind: {"within": "1m"} for kind in kinds}
    rules = [{"name": tier, "when": {"tier": tier}, "then": then} for tier in ("bot", "self_service", "agent")]
    assert paths(policy_with(targets=rules)) == [
        *(f"targets[0].then.{kind}" for kind in ("next_response", "handling", "self_service_response")),
        *(f"targets[1].then.{kind}" for kind in ("next_response", "handling", "bot_response")),
        *(f"targets[2].then.{kind}" for kind in ("bot_response", "self_service_response")),
    ]
    both = [{"name": "both", "when": {"tier": ["bot", "self_service", "agent"]}, "then": then}]
    assert paths(policy_with(targets=both)) == []


@pytest.mark.parametrize("moment", ["on_warn", "on_breach"])
def test_what_is_done_about_a_promise_while_its_clock_rests_is_told(moment: str) -> None:
    target = {"within": "20s", "warn_at": 0.5, "pause_on": ["pending"], moment: [{"boost": "5m"}]}
    assert paths(with_queue(targets={"time_to_answer": target})) == ["queues.orders.targets.time_to_answer.pause_on"]
    assert paths(with_queue(targets={"time_to_answer": target | {"pause_on": []}})) == []
    assert paths(with_queue(targets={"time_to_answer": target | {moment: []}})) == []


def test_a_day_that_ends_a_minute_early_is_told() -> None:
    made = policy_with(calendars={"office": {"open": {"mon-fri": ["08:00-23:59"], "sat": ["08:00-24:00"]}}})
    assert paths(made) == ["calendars.office.open.mon-fri"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.name)
def test_nobody_doubts_what_ships(path: Path) -> None:
    assert doubts(load_policy(path)) == []


def test_check_prints_doubts_and_says_yes(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "p.yaml"
    file.write_text("workspace: acme\nqueues: {a: {life_max: 10s, targets: {time_to_answer: {within: 20s}}}}\n")
    with pytest.raises(SystemExit) as left:
        main(["policy", "check", str(file)])
    assert left.value.code == 0
    assert "warning: queues.a.life_max: acme: ends contacts after 10s" in capsys.readouterr().out


def test_names_in_two_unicode_forms_meet() -> None:
    router = Router(policy_with(queues={"general": {"requires": {APART: 2}}}))
    router.sign_on("a1", skills={COMPOSED: 3})
    router.contact("c1", queue="general")
    assert router.last("offered")["agent_id"] == "a1"


def test_twins_in_a_policy_are_refused() -> None:
    made = policy_with(queues={"general": {"requires": {APART: 2, COMPOSED: 1}}})
    with pytest.raises(PolicyErrors) as refused:
        parse_policy(made)
    assert [each.path for each in refused.value.errors] == [f"queues.general.requires.{COMPOSED}"]
    assert "two Unicode forms" in refused.value.errors[0].message


def test_a_messages_own_time_counts_no_further_back_than_the_policy_lets_it() -> None:
    router = Router({**POLICY, "age_max": "10s"})
    router.contact("c1", queue="orders", priority_seconds=15)
    router.now_ms += 1000
    router.contact("c2", queue="orders", occurred_ms=router.now_ms - 10 * 365 * 86_400_000)
    assert router.last("queued")["wait_started_at"] == "2023-11-14T22:13:11.000Z"
    standings = dict(queue_standings(router.engine.book.workspaces["acme"], AtRisk(), router.now_ms))
    assert standings["orders"].oldest_seconds == 10
    router.sign_on("a1", skills={"orders": 3}, units=2)
    assert [body["contact_id"] for body in bodies_of(router.events, "contact.offered")] == [
        body["contact_id"] for body in bodies_of(router.events, "contact.queued")
    ]
    router.activate(POLICY)
    router.contact("c3", queue="orders", occurred_ms=router.now_ms - 10 * 365 * 86_400_000)
    assert router.last("queued")["wait_started_at"] == "2023-11-13T22:13:21.000Z"  # a day, unless the policy says so


def test_a_callers_unknown_queue_has_a_reason() -> None:
    router = Router(POLICY)
    router.contact("c1", queue="no-such-queue", intent="complaint")
    reasons = router.last("classified")["reasons"]
    assert "queue: the policy has no queue of the caller's name" in reasons
    assert not any("no-such-queue" in reason for reason in reasons)
    router.contact("c2", queue="orders")
    assert not any(reason.startswith("queue:") for reason in router.last("classified")["reasons"])
