"""How late late work was: in buckets, from zero on, and only of work that was done."""

from prometheus_client import CollectorRegistry

from services.sla.domain.rows import SlaRows
from services.sla.metrics import CommittedTotals, SlaCollector
from shared.process.metrics import WorkspaceLabels
from tests.support.sla_builders import Log, Runner

ORDERS = {"workspace": "acme", "kind": "time_to_answer", "queue": "orders", "partition": "0"}


def shown(runner: Runner, suffix: str, **labels: str) -> float | None:
    """A sample of the histogram, as the owner of partition 0 shows it."""
    committed, registry = CommittedTotals(), CollectorRegistry()
    committed.restart(0, SlaRows(totals=runner.database.rows().totals))
    engines = {0: runner.engine}
    registry.register(SlaCollector(committed, lambda: engines, lambda _: 0, lambda: 0, WorkspaceLabels(9)))
    return registry.get_sample_value(f"usher_sla_lateness_seconds_{suffix}", ORDERS | labels)


def test_a_policy_begins_it_at_zero_and_each_late_answer_is_in_the_buckets_above_its_lateness() -> None:
    runner, log = Runner(), Log().policy()
    runner.step(log.records)
    assert (shown(runner, "count"), shown(runner, "sum")) == (0, 0)
    assert shown(runner, "count", kind="resolution") == 0
    assert shown(runner, "count", kind="handling") is None  # nobody promises that
    for number, answered in enumerate((19.0, 20.0, 21.0, 26.5, 100_020.0)):  # promised within 20 s
        contact = f"c{number}"
        log.event("received", contact, 0, attributes={}).queued(contact, 0).event("assigned", contact, answered)
    log.event("received", "gone", 0, attributes={}).queued("gone", 0).event("abandoned", "gone", 500)
    runner.step(log.records[1:])
    assert (shown(runner, "count"), shown(runner, "sum")) == (3, 1 + 6.5 + 100_000)
    bounds = ("1.0", "5.0", "15.0", "86400.0", "+Inf")
    assert [shown(runner, "bucket", le=bound) for bound in bounds] == [1, 1, 2, 2, 3]
