"""What a policy can lead to is shown at zero as soon as it holds: "none" is told apart from "not known"."""

from collections.abc import Iterator

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric

from services.sla.domain.account import CALLBACKS, MOVES
from services.sla.domain.rows import SlaRows
from services.sla.domain.totals import ANNOUNCED, BREACHES, CLOCKS, LATE_SUM, RISKS, WAIT_SUM
from services.sla.metrics import CommittedTotals, SlaCollector
from shared.process.metrics import WorkspaceLabels
from tests.support.sla_builders import Log, Runner
from tests.unit.test_sla_combinations import Reader

FORESEEN = {CLOCKS, BREACHES, RISKS, ANNOUNCED, LATE_SUM, CALLBACKS, *MOVES.values()}
FORESEEN_ENDS = ("answered", "abandoned")  # of waits; how others end, is begun with the first wait of its place
LATER = {"usher_phase_seconds", "usher_sla_watermark_lag_seconds"}  # of phases entered, of a log with times
RISK_ENDS = ("breached", "met", "cancelled", "cleared")
PARTITION = {"partition": "0"}


def shown(runner: Runner) -> CollectorRegistry:
    """What the owner of partition 0 shows after a commit."""
    committed, registry = CommittedTotals(), CollectorRegistry()
    committed.restart(0, SlaRows(totals=runner.database.rows().totals))
    engines = {0: runner.engine}
    registry.register(SlaCollector(committed, lambda: engines, lambda _: 1, lambda: 1, WorkspaceLabels(9)))
    return registry


def families(registry: CollectorRegistry) -> Iterator[Metric]:
    return (family for family in registry.collect() if family.name not in LATER)


@pytest.mark.parametrize("restart", [False, True])
def test_a_policy_alone_shows_every_family_at_zero(restart: bool) -> None:
    runner = Runner()
    runner.step(Log().policy().records)
    if restart:
        runner.restart()
    registry = shown(runner)
    assert {family.name for family in families(registry) if not family.samples} == set()
    assert {sample.value for family in families(registry) for sample in family.samples} == {0}
    orders = {"workspace": "acme", "queue": "orders"}
    assert registry.get_sample_value("usher_sla_at_risk", orders) == 0
    for outcome in RISK_ENDS:
        assert registry.get_sample_value("usher_sla_risks_total", {**orders, **PARTITION, "outcome": outcome}) == 0


def test_who_is_at_risk_is_one_of_their_queue_and_then_none_again() -> None:
    runner, log = Runner(), Log().policy()
    log.event("received", "c1", 0, attributes={}).queued("c1", 0)
    log.event("risk_raised", "c1", 5, breach_risk=0.8, queue="orders")
    log.event("assigned", "c1", 8)
    for since, until, expected in ((0, 3, 0), (3, 4, 1), (4, 5, 0)):
        runner.step(log.records[since:until])
        assert shown(runner).get_sample_value("usher_sla_at_risk", {"workspace": "acme", "queue": "orders"}) == expected
    met = {"workspace": "acme", "queue": "orders", "outcome": "met", **PARTITION}
    assert shown(runner).get_sample_value("usher_sla_risks_total", met) == 1


@pytest.mark.parametrize("seed", range(6))
def test_whatever_grows_in_a_day_was_at_zero_from_its_policy_on(seed: int) -> None:
    read = Reader(seed)
    runner, begun = read.new_runner(), set[tuple[str, ...]]()
    for record in read.records():
        runner.step([record])
        if record.type == "usher.policy.activated.v1":
            begun |= runner.database.totals.keys()
    grown = {key for key, value in runner.database.totals.items() if value and _is_foreseen(key)}
    assert len({key[0] for key in grown}) >= 5
    assert grown - begun == set()


def _is_foreseen(key: tuple[str, ...]) -> bool:
    return key[0] in FORESEEN or (key[0] == WAIT_SUM and key[-1] in FORESEEN_ENDS)
