"""The sla service's metrics, shown from what is committed: exact over crashes, restarts and changes of owner.

Each replica shows the totals of the partitions that it owns, so that the sum over the replicas is the truth.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from services.sla.domain.clock import Kind
from services.sla.domain.engine import SlaEngine
from services.sla.domain.rows import SlaRows, SlaWrites
from services.sla.domain.stretches import AGENT_SECONDS, REPORT_MS_MAX, UNIT_SECONDS, worked
from services.sla.domain.totals import ANNOUNCED, WAIT_BOUND, Key
from services.sla.families import counters, lateness, phases, waits
from shared.process.metrics import WorkspaceLabels
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["CommittedTotals", "SlaCollector"]

RUNNING = (AGENT_SECONDS, UNIT_SECONDS)  # totals that go on between two events


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
        for family, kind in counters():
            for partition, values in totals.items():
                for key in sorted(values):
                    if key[0] == kind:
                        family.add_metric([*key[1:], str(partition)], values[key])
            yield family
        yield waits(totals)
        yield lateness(totals)
        yield phases(totals)
        yield _open_clocks(engine for engine in engines.values() if engine is not None)
        yield self._at_risk(engines, totals)
        yield self._lag(engines)

    def _run_on(self, engines: Mapping[int, SlaEngine | None], totals: Mapping[int, dict[Key, float]]) -> None:
        """Add what agents have done since their rows were last committed, so that their seconds rise evenly.

        Up to REPORT_MS_MAX before all is known: while somebody on the way is behind, what agents did since is still to
        be told. Where a report comes later than that, what was shown here still never falls. Until it is known how far
        behind they are, they have no series: whoever had the partition before has shown more than the rows, and not up
        to now.
        """
        now_ms = self._now_ms()
        for partition, engine in engines.items():
            settled_ms, values = self._settled_ms(partition), totals[partition]
            if not settled_ms and partition not in self._shown:
                for key in [key for key in values if key[0] in RUNNING]:
                    del values[key]
                continue
            until_ms = min(now_ms, settled_ms) - REPORT_MS_MAX
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

    def _at_risk(self, engines: Mapping[int, SlaEngine | None], totals: Mapping[int, Mapping[Key, float]]) -> Metric:
        """Of each queue that has promised an answer, also where none was ever at risk: nothing is not unknown."""
        text = "Promised answers that will probably be late, as announced."
        family = GaugeMetricFamily("usher_sla_at_risk", text, labels=["workspace", "queue"])
        promised = {(key[1], key[2]) for values in totals.values() for key in values if key[0] == ANNOUNCED}
        numbers: dict[tuple[str, str], int] = defaultdict(int, dict.fromkeys(promised, 0))
        for engine in filter(None, engines.values()):
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
