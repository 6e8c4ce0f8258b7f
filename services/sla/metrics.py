"""The sla service's metrics, shown from what is committed: exact over crashes, restarts and changes of owner.

Each replica shows the totals of the partitions that it owns, so that the sum over the replicas is the truth.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
    SummaryMetricFamily,
)
from prometheus_client.registry import Collector

from services.sla.domain.account import PHASE_COUNT, PHASE_SECONDS
from services.sla.domain.clock import Kind
from services.sla.domain.engine import SlaEngine
from services.sla.domain.rows import SlaRows, SlaWrites
from services.sla.domain.stretches import AGENT_SECONDS, REPORT_MS_MAX, UNIT_SECONDS, worked
from services.sla.domain.totals import (
    ABOVE_ALL,
    ANNOUNCED,
    BREACHES,
    CLOCKS,
    RISKS,
    WAIT_BOUND,
    WAIT_BOUNDS,
    WAIT_BUCKET,
    WAIT_SUM,
    Key,
)
from shared.process.metrics import WorkspaceLabels
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["CommittedTotals", "SlaCollector"]

RUNNING = (AGENT_SECONDS, UNIT_SECONDS)  # totals that go on between two events
_MOVES = {
    "transfers": "Contacts that an agent passed on, by the queue they came from.",
    "requeues": "Contacts that went back into a queue, by that queue.",
    "overflows": "Contacts that a rule of their queue sent elsewhere.",
    "callbacks": "Contacts that a rule of their queue promised a call back.",
    "non_responses": "Offers that an agent let expire.",
    "declines": "Offers that an agent declined.",
}


class CommittedTotals:
    """The totals of each partition as the last commit left them."""

    def __init__(self) -> None:
        self._totals: dict[int, dict[Key, float]] = {}
        self._moved_here: set[str] = set()

    def restart(self, partition: int, rows: SlaRows) -> None:
        """Show what was loaded."""
        self._totals[partition] = {total.key: total.value for total in rows.totals}
        if rows.totals:
            self._moved_here.add(str(partition))

    def follow(self, partition: int, writes: SlaWrites) -> None:
        """Show what was just committed; the same commit twice changes nothing."""
        totals = self._totals.setdefault(partition, {})
        for total in writes.totals:
            totals[total.key] = total.value

    def take_moved_here(self, shown: Collection[int]) -> set[str]:
        """Of those shown now, the partitions that were loaded with totals since: that is before their lanes open."""
        moved = self._moved_here.intersection(map(str, shown))
        self._moved_here -= moved
        return moved

    def of(self, partition: int) -> Mapping[Key, float]:
        """The totals of a partition; empty before it was loaded."""
        return self._totals.get(partition, {})


class SlaCollector(Collector):
    """What /metrics shows of the clocks.

    ``engines``: those of the partitions that this process owns now, None while one is being read again. ``settled_ms``:
    the time as of which everything that happened in a partition is known and applied (0: never yet).
    """

    def __init__(
        self,
        committed: CommittedTotals,
        engines: Callable[[], Mapping[int, SlaEngine | None]],
        settled_ms: Callable[[int], int],
        now_ms: Callable[[], int],
        workspaces: WorkspaceLabels,
    ) -> None:
        self._committed = committed
        self._engines = engines
        self._settled_ms = settled_ms
        self._now_ms = now_ms
        self._workspaces = workspaces
        self._shown: dict[int, dict[Key, float]] = {}

    def collect(self) -> Iterator[Metric]:
        """One consistent view: nothing can be committed while this runs."""
        engines = self._engines()
        totals = {partition: self._labelled(self._committed.of(partition)) for partition in sorted(engines)}
        self._run_on(engines, totals)
        for family, kind in _counters():
            for partition, values in totals.items():
                for key in sorted(values):
                    if key[0] == kind:
                        family.add_metric([*key[1:], str(partition)], values[key])
            yield family
        yield _waits(totals)
        yield _phases(totals)
        yield _open_clocks(engine for engine in engines.values() if engine is not None)
        yield self._at_risk(engine for engine in engines.values() if engine is not None)
        yield self._lag(engines)

    def _run_on(self, engines: Mapping[int, SlaEngine | None], totals: Mapping[int, dict[Key, float]]) -> None:
        """Add what agents have done since their rows were last committed, so that their seconds rise evenly.

        Up to REPORT_MS_MAX ago; where a report comes later than that, what was shown here still never falls.
        """
        until_ms = self._now_ms() - REPORT_MS_MAX
        for partition, engine in engines.items():
            values = totals[partition]
            for stretch in engine.stretches if engine is not None else ():
                for key, amount in worked(stretch, until_ms).items():
                    values[key[0], self._workspaces.of(key[1]), *key[2:]] += amount
            shown = self._shown.setdefault(partition, {})
            for key in [key for key in values if key[0] in RUNNING]:
                shown[key] = values[key] = max(values[key], shown.get(key, 0.0))
        for partition in self._shown.keys() - engines.keys():
            del self._shown[partition]

    def _labelled(self, totals: Mapping[Key, float]) -> dict[Key, float]:
        """The totals under the labels of their workspaces; those that share a label are added."""
        found: dict[Key, float] = defaultdict(float)
        for key, value in totals.items():
            found[key if key[0] == WAIT_BOUND else (key[0], self._workspaces.of(key[1]), *key[2:])] += value
        return found

    def _at_risk(self, engines: Iterable[SlaEngine]) -> Metric:
        text = "Promised answers that will probably be late, as announced."
        family = GaugeMetricFamily("usher_sla_at_risk", text, labels=["workspace", "queue"])
        numbers: dict[tuple[str, str], int] = defaultdict(int)
        for engine in engines:
            for (workspace, queue), number in engine.at_risk.items():
                numbers[self._workspaces.of(workspace), queue] += number
        for key in sorted(numbers):
            family.add_metric(key, numbers[key])
        return family

    def _lag(self, engines: Mapping[int, SlaEngine | None]) -> Metric:
        text = "How far behind now breaches are decided, by the partition that is furthest behind."
        lag = GaugeMetricFamily("usher_sla_watermark_lag_seconds", text)
        known = [(partition, engine) for partition, engine in engines.items() if engine is not None]
        reached = [self._settled_ms(partition) or engine.event_ms for partition, engine in known]
        reached_ms = min(filter(None, reached), default=0)  # a partition without any event has promised nothing
        if reached_ms:
            lag.add_metric([], max(0, self._now_ms() - reached_ms) / MILLISECONDS_PER_SECOND)
        return lag


def _open_clocks(engines: Iterable[SlaEngine]) -> Metric:
    numbers: dict[str, int] = dict.fromkeys(sorted(Kind), 0)
    for engine in engines:
        for kind, number in engine.open_clocks.items():
            numbers[kind] += number
    family = GaugeMetricFamily("usher_sla_open_clocks", "Clocks not decided yet.", labels=["kind"])
    for kind, number in numbers.items():
        family.add_metric([kind], number)
    return family


def _counters() -> list[tuple[CounterMetricFamily, str]]:
    """The counters, each with the name of its totals. Every one has ``partition``, so that a partition that moves to
    another process is another series and no jump of one."""
    clocks = ["workspace", "kind", "target", "queue", "result", "partition"]
    breaches = ["workspace", "kind", "target", "queue", "channel", "partition"]
    agents, units, moves = (["workspace", *names, "partition"] for names in (["state", "reason"], ["use"], ["queue"]))
    return [
        (CounterMetricFamily("usher_agent_seconds", "Time of agents by what they did.", labels=agents), AGENT_SECONDS),
        (
            CounterMetricFamily(
                "usher_agent_unit_seconds", "Agents' units times seconds: all, and taken.", labels=units
            ),
            UNIT_SECONDS,
        ),
        *((CounterMetricFamily(f"usher_{name}", text, labels=moves), name) for name, text in _MOVES.items()),
        (
            CounterMetricFamily(
                "usher_sla_risks",
                "Announced risks of a late answer, by what became of them.",
                labels=["workspace", "queue", "outcome", "partition"],
            ),
            RISKS,
        ),
        (
            CounterMetricFamily(
                "usher_sla_breaches_announced",
                "Late answers, by whether that was announced in time.",
                labels=["workspace", "queue", "announced", "partition"],
            ),
            ANNOUNCED,
        ),
        (CounterMetricFamily("usher_sla_clocks", "Clocks decided.", labels=clocks), CLOCKS),
        (CounterMetricFamily("usher_sla_breaches", "Clocks breached, each once.", labels=breaches), BREACHES),
    ]


def _phases(totals: Mapping[int, Mapping[Key, float]]) -> Metric:
    family = SummaryMetricFamily(
        "usher_phase_seconds",
        "Time that contacts spent in a phase of their course, when they left it.",
        labels=["workspace", "phase", "queue", "channel", "partition"],
    )
    for partition, values in totals.items():
        for key in sorted(key for key in values if key[0] == PHASE_COUNT):
            family.add_metric([*key[1:], str(partition)], int(values[key]), values[PHASE_SECONDS, *key[1:]])
    return family


def _waits(totals: Mapping[int, Mapping[Key, float]]) -> Metric:
    family = HistogramMetricFamily(
        "usher_queue_wait_seconds",
        "Wait in queue by how it ended.",
        labels=["workspace", "queue", "channel", "outcome", "partition"],
    )
    seen = (float(key[1]) for values in totals.values() for key in values if key[0] == WAIT_BOUND)
    bounds = sorted({*WAIT_BOUNDS, *seen})
    for partition, values in totals.items():
        numbers: dict[Key, dict[float, float]] = defaultdict(dict)
        for key, number in values.items():
            if key[0] == WAIT_BUCKET:
                numbers[key[1:-1]][float(key[-1])] = number
        for key in sorted(values):
            if key[0] == WAIT_SUM:
                labels = key[1:]
                family.add_metric([*labels, str(partition)], _cumulative(numbers[labels], bounds), values[key])
    return family


def _cumulative(numbers: Mapping[float, float], bounds: list[float]) -> list[tuple[str, float]]:
    total, result = 0.0, []
    for bound in bounds:
        total += numbers.get(bound, 0)
        result.append((repr(bound), total))
    return [*result, (ABOVE_ALL, total + numbers.get(float("inf"), 0))]
