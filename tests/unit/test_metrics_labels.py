"""Labels of metrics: whatever senders make up, series stay few, start at zero and name nobody."""

import random
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from services.ingest.metrics import IngestMetrics
from services.router.gauges import RouterCollector
from services.router.metrics import RouterMetrics
from services.router.model.shelf import ModelShelf
from services.sla.domain.totals import BREACHES, CLOCKS, Total, Totals
from services.sla.metrics import CommittedTotals, SlaCollector
from shared.policy.kinds import SPANS
from shared.process.logs import configure
from shared.process.metrics import LaneMetrics, WorkspaceLabels, registry_for
from tests.support.router_builders import POLICY, Router, policy_with

KNOWN = frozenset({*POLICY["classification"]["intents"], "en", "es"})
STRANGERS = 190


class Watched:
    """A router under test, with the metrics of its process."""

    def __init__(self, workspaces_max: int = 50) -> None:
        self.router = Router(policy_with(languages=["en", "es"]))
        self.registry = CollectorRegistry()
        labels = WorkspaceLabels(workspaces_max)
        self.metrics = RouterMetrics(self.registry, labels, lambda _, __, value: value in KNOWN)
        models = ModelShelf(None, configure("test", "ERROR"), set)
        now_ms = self.router.now_ms
        self.registry.register(
            RouterCollector(lambda: [self.router.engine], lambda: now_ms, models, self.metrics, labels)
        )
        self.counted = 0

    def samples(self) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
        """What a metrics server would see now, after the counts of the steps so far."""
        for step in self.router.steps[self.counted :]:
            self.metrics.counted(step)
        self.counted = len(self.router.steps)
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(generate_latest(self.registry).decode())
            for sample in family.samples
        }

    def flood(self, dice: random.Random, number: int) -> None:
        """A contact with whatever a sender may choose, and sometimes an end to it."""
        made_up = f"x{dice.getrandbits(60):x}"
        changes = {"intent": made_up, "queue": made_up, "language": dice.choice(["fr", "en", made_up[:8]])}
        tier = dice.choice([None, "self_service", "bot", "agent"])
        if tier:
            changes["tier"] = tier
        self.router.contact(f"conversation-{made_up}", number=number, **changes)
        if dice.random() < 0.5:
            self.router.hang_up(f"conversation-{made_up}", reason=made_up)


def at_work() -> dict[str, CollectorRegistry]:
    """The registries of a router whose queues have seen contacts, and of an sla service with totals of each kind."""
    watched = Watched()
    for number in range(60):
        watched.flood(random.Random(number), number)
    watched.samples()
    committed = CommittedTotals()
    place = ("acme", "orders", "chat")
    totals = Totals()
    for kind in SPANS:
        totals.add((CLOCKS, "acme", kind, "4h", "orders", "met"))
        totals.add((BREACHES, "acme", kind, "4h", "orders", "chat"))
        totals.ended_late(("acme", kind, "orders"), 3)
    totals.begin_waits(place)
    totals.waited(place, "answered", 3)
    rows = type("Rows", (), {"totals": totals.take_changed()})()
    committed.restart(0, rows)
    sla = CollectorRegistry()
    sla.register(SlaCollector(committed, lambda: {0: None}, lambda _: 0, lambda: 0, WorkspaceLabels(50)))
    return {"router": watched.registry, "sla": sla}


def test_a_flood_of_made_up_ids_queues_intents_and_languages_makes_no_series() -> None:
    watched, dice = Watched(), random.Random(7)
    for number in range(20):
        watched.flood(dice, number)
    watched.samples()
    before = set(watched.samples())
    for number in range(STRANGERS):
        watched.flood(dice, number)
    after = watched.samples()

    assert len(set(after) - before) < 20
    assert not [key for key in after if re.search(r"x[0-9a-f]{6,}|conversation-|cust-|\+34", repr(key))]
    assert any(("intent", "other") in labels for name, labels in after if name == "usher_automation_total")
    assert len(watched.metrics._children) < 300, "what nobody knows is not remembered either"


def test_intents_of_the_policy_keep_their_names() -> None:
    watched = Watched()
    watched.router.contact("c1", intent="order_status")
    found = {labels for name, labels in watched.samples() if name == "usher_automation_total"}
    assert {dict(labels)["intent"] for labels in found} == {"order_status"}


def test_what_comes_of_a_contact_was_shown_as_zero_before_on_the_very_first_page() -> None:
    watched = Watched()
    seen = watched.samples()
    router = watched.router
    for say in (
        lambda: router.sign_on(units=3, skills={"en": 5}),
        lambda: router.contact("c1", intent="complaint"),
        lambda: router.accept(),
        lambda: router.hang_up("c1"),
        lambda: router.contact("c2", intent="order_status"),
        lambda: router.hang_up("c2"),
    ):
        say()
        shown = watched.samples()
        new = {key: value for key, value in shown.items() if key not in seen and key[0].endswith("_total")}
        assert {key: value for key, value in new.items() if value > 0} == {}
        seen |= shown


def test_a_queue_to_whose_contacts_only_rules_promise_something_shows_the_least_of_it() -> None:
    watched = Watched()
    rules = [
        {"name": "gold", "when": {"customer_class": "gold"}, "then": {"first_response": {"within": "1m"}}},
        {"name": "mail", "when": {"channel": "email", "queue": "general"},
         "then": {"first_response": {"within": "1h", "objective": 0.5}, "time_to_answer": {"within": "1s"}}},
    ]  # fmt: skip
    watched.router.activate(policy_with(targets=rules))
    shown = {
        (name, labels["queue"], labels["kind"], labels.get("bound", "")): value
        for (name, pairs), value in watched.samples().items()
        if name in ("usher_queue_target_seconds", "usher_queue_objective") and (labels := dict(pairs))
    }
    assert shown["usher_queue_target_seconds", "general", "first_response", "3600.0"] == 3600
    assert shown["usher_queue_objective", "general", "first_response", ""] == 0.5
    assert shown["usher_queue_target_seconds", "orders", "first_response", "60.0"] == 60
    assert shown["usher_queue_target_seconds", "general", "time_to_answer", "60.0"] == 60, "its own promise is its own"
    assert len(shown) == 2 * 6


@pytest.mark.parametrize("order", [("acme", "globex"), ("globex", "acme")])
def test_workspaces_under_one_label_show_the_longest_target_and_the_lowest_objective(order: tuple[str, str]) -> None:
    """Whichever came last: the target that the rules take where several processes tell one each."""
    promised = {"acme": {"within": "90s", "objective": 0.9}, "globex": {"within": "20s", "objective": 0.5}}
    watched = Watched(workspaces_max=0)
    for workspace in order:
        queues = {"general": {"targets": {"time_to_answer": promised[workspace]}}}
        watched.router.activate(policy_with(workspace=workspace, queues=queues))
    shown = {
        name: (value, dict(labels).get("bound"))
        for (name, labels), value in watched.samples().items()
        if {("queue", "general"), ("kind", "time_to_answer")} <= set(labels)
    }
    assert shown["usher_queue_target_seconds"] == (90.0, "90.0")
    assert shown["usher_queue_objective"] == (0.5, None)


def test_workspaces_beyond_the_bound_share_a_label() -> None:
    labels = WorkspaceLabels(2)
    assert [labels.of(name) for name in ("a", "b", "c", "d", "a")] == ["a", "b", "other", "other", "a"]
    assert WorkspaceLabels(0).of("a") == ""


@given(st.permutations(["a", "b", "c", "d", "e"]), st.integers(1, 5))
def test_workspaces_that_are_named_keep_their_label_whichever_comes_first(order: list[str], bound: int) -> None:
    shown = {name: WorkspaceLabels(bound, ["d", "e"]).of(name) for name in ("d", "e")}
    assert shown == {"d": "d", "e": "e"}
    labels = WorkspaceLabels(bound, ["d", "e"])
    told = {name: labels.of(name) for name in order}
    assert (told["d"], told["e"]) == ("d", "e")
    assert sum(label != "other" for label in told.values()) == max(2, bound)
    assert WorkspaceLabels(0, ["d"]).of("d") == ""


def test_without_workspaces_the_label_is_empty_and_numbers_are_added_up() -> None:
    watched = Watched(workspaces_max=0)
    watched.router.contact("c1", intent="complaint")
    assert watched.samples()["usher_queue_waiting", (("queue", "general"), ("workspace", ""))] == 1.0


@given(st.dictionaries(st.sampled_from(["a", "b", "c", "d"]), st.integers(0, 9)))
@settings(max_examples=50)
def test_totals_of_workspaces_under_one_label_are_added(totals: dict[str, int]) -> None:
    committed = CommittedTotals()
    rows = [Total((CLOCKS, name, "resolution", "4h", "orders", "met"), float(n)) for name, n in totals.items()]
    committed.restart(3, type("Rows", (), {"totals": rows})())
    registry = CollectorRegistry()
    registry.register(SlaCollector(committed, lambda: {3: None}, lambda _: 0, lambda: 0, WorkspaceLabels(2)))
    shown = [sample for family in registry.collect() for sample in family.samples if "clocks_total" in sample.name]
    assert sum(sample.value for sample in shown) == sum(totals.values())
    assert {sample.labels["partition"] for sample in shown} <= {"3"}
    assert len(shown) <= 3


@pytest.mark.parametrize(
    "make",
    [
        lambda registry: IngestMetrics(registry).expect(["twilio"]),
        lambda registry: LaneMetrics(registry, "router"),
    ],
    ids=["ingest", "lanes"],
)
def test_every_counter_of_a_process_starts_at_zero(make) -> None:
    registry = registry_for("test", "0")
    make(registry)
    empty = [
        family.name
        for family in registry.collect()
        if family.type == "counter" and family.name.startswith("usher_") and not family.samples
    ]
    assert empty == []
