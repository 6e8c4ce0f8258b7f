"""The metrics of every stateful service, with cached children: a label look-up costs more than an event."""

from collections.abc import Callable, Iterable, Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    PlatformCollector,
    ProcessCollector,
    disable_created_metrics,
)

from shared.clock import now_ms as wall_ms
from shared.errors import Reason
from shared.process.tallies import Distribution
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["OTHER", "LaneMetrics", "StreamMetrics", "WorkspaceLabels", "registry_for"]

COMMIT_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
# 30: so that UsherLags asks for a share of the batches and not for a guess between two bounds.
AGE_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 15.0, 30.0, 60.0, 300.0, 3600.0)
# A connection that is free takes some 0.00002 s, a new one 0.01; 5: what a service waits for one at most, by default.
POOL_BUCKETS = (0.0001, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
BATCH_BUCKETS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
OTHER = "other"  # stands for every value of a label beyond those that are known or bounded


def registry_for(service: str, version: str) -> CollectorRegistry:
    """A registry of one process: its build information, and what the operating system and Python say of it."""
    disable_created_metrics()  # type: ignore[no-untyped-call]
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    info = Gauge("usher_build_info", "Version of this process.", ["service", "version"], registry=registry)
    info.labels(service, version).set(1)
    return registry


class WorkspaceLabels:
    """What the label ``workspace`` holds: the name of those that are ``named`` and of the first others that this
    process meets, so many together; the rest are ``other``.

    Which others come first differs between processes and after a restart: nobody knows all workspaces of a deployment,
    and to take a label back from one that has it would make counters fall. A name that is given keeps its label.
    With a bound of 0 it is empty, which Prometheus takes for no label at all.
    """

    def __init__(self, workspaces_max: int, named: Iterable[str] = ()) -> None:
        self._workspaces_max = workspaces_max
        self._named = {name: name for name in named} if workspaces_max else {}

    def of(self, workspace: str) -> str:
        """The label of a workspace; the same for as long as the process lives."""
        label = self._named.get(workspace)
        if label is None:
            if len(self._named) >= self._workspaces_max:
                return OTHER if self._workspaces_max else ""
            label = self._named[workspace] = workspace
        return label


class _OfPartitions:
    """A gauge for each partition. To find one by its labels costs more than to set it: they are kept."""

    def __init__(self, name: str, text: str, service: str, registry: CollectorRegistry) -> None:
        self._gauge = Gauge(name, text, ["service", "partition"], registry=registry)
        self._service = service
        self._kept: dict[int | str, Gauge] = {}

    def set(self, partition: int | str, value: float) -> None:
        gauge = self._kept.get(partition)
        if gauge is None:
            gauge = self._kept[partition] = self._gauge.labels(self._service, str(partition))
        gauge.set(value)

    def forget(self, partition: int | str) -> None:
        if self._kept.pop(partition, None) is not None:
            self._gauge.remove(self._service, str(partition))


class StreamMetrics:
    """What every service counts that takes records from Kafka in batches."""

    during: Sequence[str] = ()  # what passing faults are met at

    def __init__(self, registry: CollectorRegistry, service: str) -> None:
        self._service = service
        self.event_age_seconds = Distribution(
            "usher_event_age_seconds",
            "Age of the oldest record of a batch when its processing starts.",
            AGE_BUCKETS,
            registry,
            {"service": service},
        )
        self.batch_records = Distribution(
            "usher_batch_records", "Records of one batch.", BATCH_BUCKETS, registry, {"service": service}
        )
        self.pool_wait_seconds = Distribution(
            "usher_pool_wait_seconds",
            "Time until a call had a connection to the database, or did without.",
            POOL_BUCKETS,
            registry,
            {"service": service},
        )
        owned = Gauge("usher_owned_partitions", "Partitions that this process owns.", ["service"], registry=registry)
        self.owned_partitions = owned.labels(service)
        self._retries = Counter("usher_retries", "Passing faults met.", ["service", "during"], registry=registry)
        for during in self.during:
            self._retries.labels(service, during)
        self._dead = Counter("usher_dead_letters", "Inputs refused.", ["reason"], registry=registry)
        for reason in Reason:  # from zero on, so that the first of a kind is seen as an increase
            self._dead.labels(reason)
        self._lag = _OfPartitions("usher_lag_records", "Records not yet applied.", service, registry)

    def dead_letter(self, reason: str) -> None:
        """Count one refused input, once it is stored."""
        self._dead.labels(reason).inc()

    def retry(self, during: str) -> None:
        """Count one passing fault."""
        self._retries.labels(self._service, during).inc()

    def lag(self, partition: int | str, records: int) -> None:
        """Set the lag of a partition; where one process reads several topics it is named ``topic:number``."""
        self._lag.set(partition, records)

    def disowned(self, partition: int | str) -> None:
        """Forget the gauges of a partition that moved away."""
        self._lag.forget(partition)


class LaneMetrics(StreamMetrics):
    """What lanes, publishers and the worker of one process count."""

    during = ("backlog", "bounds", "claim", "commit", "forget", "load", "poll", "prefetch", "publish", "tail")

    def __init__(self, registry: CollectorRegistry, service: str, now_ms: Callable[[], int] = wall_ms) -> None:
        super().__init__(registry, service)
        self._now_ms = now_ms
        self._outbox_since: dict[int, int] = {}
        self.commit_seconds = Distribution(
            "usher_commit_seconds", "Duration of one commit.", COMMIT_BUCKETS, registry, {"service": service}
        )
        backlog = Gauge("usher_outbox_backlog", "Committed batches not yet on the log.", ["service"], registry=registry)
        self.outbox_backlog = backlog.labels(service)
        age = Gauge(
            "usher_outbox_age_seconds", "Age of the oldest batch not yet on the log.", ["service"], registry=registry
        )
        age.labels(service).set_function(self._outbox_age_seconds)
        fenced = Counter(
            "usher_fenced_commits", "Commits refused because another owner took over.", ["service"], registry=registry
        )
        self.fenced_commits = fenced.labels(service)
        self._closed = _OfPartitions("usher_partition_closed", "1 where log and database disagree.", service, registry)
        self._barred = _OfPartitions(
            "usher_barred_deadlines", "Deadlines that were refused and are left out.", service, registry
        )
        forgotten = Counter(
            "usher_forgotten_rows", "Rows dropped at the end of their retention.", ["service"], registry=registry
        )
        self.forgotten = forgotten.labels(service)
        rebalances = Counter("usher_rebalances", "Assignments received.", ["service"], registry=registry)
        self.rebalances = rebalances.labels(service)

    def outbox_since(self, partition: int, at_ms: int) -> None:
        """Since when the oldest committed batch of a partition waits for the log; 0: none does."""
        if at_ms:
            self._outbox_since[partition] = at_ms
        else:
            self._outbox_since.pop(partition, None)

    def _outbox_age_seconds(self) -> float:
        now_ms = self._now_ms()
        return max(0, now_ms - min(self._outbox_since.values(), default=now_ms)) / MILLISECONDS_PER_SECOND

    def closed(self, partition: int, closed: bool) -> None:
        """Say whether a partition is kept closed."""
        self._closed.set(partition, int(closed))

    def barred(self, partition: int, deadlines: int) -> None:
        """Set how many deadlines of a partition never fire."""
        self._barred.set(partition, deadlines)

    def disowned(self, partition: int | str) -> None:
        """Forget the gauges of a partition that moved away."""
        super().disowned(partition)
        self._barred.forget(partition)
        self._closed.forget(partition)
