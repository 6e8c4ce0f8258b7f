"""The sla service's metrics, shown from what is committed: exact over crashes, restarts and changes of owner.

Each replica shows the totals of the partitions that it owns, so that the sum over the replicas is the truth.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from services.sla.domain.clock import Kind
from services.sla.domain.engine import SlaEngine
from services.sla.domain.rows import SlaRows, SlaWrites
from services.sla.domain.totals import ABOVE_ALL, BREACHES, CLOCKS, WAIT_BOUND, WAIT_BOUNDS, WAIT_BUCKET, WAIT_SUM, Key
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["CommittedTotals", "SlaCollector"]


class CommittedTotals:
    """The totals of each partition as the last commit left them."""

    def __init__(self) -> None:
        self._totals: dict[int, dict[Key, float]] = {}

    def restart(self, partition: int, rows: SlaRows) -> None:
        """Show what was loaded."""
        self._totals[partition] = {total.key: total.value for total in rows.totals}

    def follow(self, partition: int, writes: SlaWrites) -> None:
        """Show what was just committed; the same commit twice changes nothing."""
        totals = self._totals.setdefault(partition, {})
        for total in writes.totals:
            totals[total.key] = total.value

    def sums(self, partitions: Iterable[int]) -> dict[Key, float]:
        """Sums over these partitions."""
        sums: dict[Key, float] = defaultdict(float)
        for partition in partitions:
            for key, value in self._totals.get(partition, {}).items():
                sums[key] += value
        return sums


class SlaCollector(Collector):
    """What /metrics shows of the clocks.

    ``engines``: those of the partitions that this process owns now, None while one is being read again. ``settled_ms``:
    the time up to which the wall clock is known to stand in for a partition's log (0: never).
    """

    def __init__(
        self,
        committed: CommittedTotals,
        engines: Callable[[], Mapping[int, SlaEngine | None]],
        settled_ms: Callable[[int], int],
        now_ms: Callable[[], int],
    ) -> None:
        self._committed = committed
        self._engines = engines
        self._settled_ms = settled_ms
        self._now_ms = now_ms

    def collect(self) -> Iterator[Metric]:
        """One consistent view: nothing can be committed while this runs."""
        engines = self._engines()
        totals = self._committed.sums(engines)
        yield _counter("usher_sla_clocks", "Clocks decided.", CLOCKS, ["kind", "target", "result"], totals)
        breach_labels = ["kind", "target", "queue", "channel"]
        yield _counter("usher_sla_breaches", "Clocks breached, each once.", BREACHES, breach_labels, totals)
        yield _waits(totals)
        yield _open_clocks(engine for engine in engines.values() if engine is not None)
        yield self._lag(engines)

    def _lag(self, engines: Mapping[int, SlaEngine | None]) -> Metric:
        text = "How far behind now breaches are decided, by the partition that is furthest behind."
        lag = GaugeMetricFamily("usher_sla_watermark_lag_seconds", text)
        known = [(partition, engine) for partition, engine in engines.items() if engine is not None]
        reached = [max(self._settled_ms(partition), engine.event_ms) for partition, engine in known]
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


def _counter(name: str, text: str, kind: str, labels: list[str], totals: dict[Key, float]) -> Metric:
    family = CounterMetricFamily(name, text, labels=labels)
    for key in sorted(totals):
        if key[0] == kind:
            family.add_metric(key[1:], totals[key])
    return family


def _waits(totals: dict[Key, float]) -> Metric:
    family = HistogramMetricFamily(
        "usher_queue_wait_seconds", "Wait in queue by how it ended.", labels=["queue", "channel", "outcome"]
    )
    bounds = {*WAIT_BOUNDS, *(float(key[1]) for key in totals if key[0] == WAIT_BOUND)}
    buckets: dict[Key, dict[float, float]] = defaultdict(dict)
    for key, number in totals.items():
        if key[0] == WAIT_BUCKET:
            buckets[key[1:-1]][float(key[-1])] = number
    for labels in sorted(buckets):
        family.add_metric(labels, _cumulative(buckets[labels], bounds), totals[(WAIT_SUM, *labels)])
    return family


def _cumulative(numbers: dict[float, float], bounds: set[float]) -> list[tuple[str, float]]:
    total, result = 0.0, []
    for bound in sorted(bounds):
        total += numbers.get(bound, 0)
        result.append((repr(bound), total))
    return [*result, (ABOVE_ALL, total + numbers.get(float("inf"), 0))]
