"""``usher acl print``: the rights follow the names that the deployment gave to topics and consumer groups."""

import pytest

from cli.acl import document
from shared.process.settings import CommonSettings


def groups_of(prefix: str) -> dict[str, set[tuple[str, str]]]:
    """(group, operation) by the service's user."""
    found: dict[str, set[tuple[str, str]]] = {}
    for rule in document(CommonSettings(topic_prefix=prefix), "{service}", "*"):
        if rule["resource"] == "group":
            assert rule["pattern"] == "prefixed", "ingest has several, whose names begin alike"
            found.setdefault(rule["principal"].removeprefix("User:"), set()).add((rule["name"], rule["operation"]))
    return found


def test_a_service_may_read_with_its_own_group_and_sla_may_see_how_far_the_others_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    usual = groups_of("acme.")
    assert usual["router"] == {("acme.usher.router", "READ"), ("acme.usher.router", "DESCRIBE")}
    assert usual["sla"] >= {("acme.usher.ingest", "DESCRIBE"), ("acme.usher.router", "DESCRIBE")}

    for service in ("ROUTER", "SLA", "INGEST"):
        monkeypatch.setenv(f"USHER_{service}_GROUP", f"blue.{service.lower()}")
    named = groups_of("acme.")
    assert named["ingest"] == {("blue.ingest", "READ"), ("blue.ingest", "DESCRIBE")}
    assert named["router"] == {("blue.router", "READ"), ("blue.router", "DESCRIBE")}
    assert named["sla"] == {
        ("blue.sla", "READ"), ("blue.sla", "DESCRIBE"), ("blue.ingest", "DESCRIBE"), ("blue.router", "DESCRIBE"),
    }  # fmt: skip


def test_whoever_runs_commands_may_make_topics_and_look_at_the_groups_but_not_read_in_them() -> None:
    rules = [
        rule
        for rule in document(CommonSettings(topic_prefix="acme."), "{service}", "*")
        if "operator" in rule["principal"]
    ]
    assert {rule["operation"] for rule in rules if rule["resource"] == "group"} == {"DESCRIBE"}
    assert {rule["name"] for rule in rules if rule["resource"] == "group"} == {
        "acme.usher.ingest", "acme.usher.router", "acme.usher.sla"
    }  # fmt: skip
    topics = [rule for rule in rules if rule["resource"] == "topic"]
    assert {rule["name"] for rule in topics} == {"acme.usher."} and "CREATE" in {rule["operation"] for rule in topics}
