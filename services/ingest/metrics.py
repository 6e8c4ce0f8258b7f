"""Every metric of the ingest service, with cached children and bounded labels."""

from collections import Counter as Tally
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from services.ingest.domain.normalise import Admitted
from shared.metrics import AGE_BUCKETS, BATCH_BUCKETS

__all__ = ["IngestMetrics"]

SERVICE = "ingest"


class IngestMetrics:
    """What the door counts. Labels come from closed sets: event types, channels, reasons, paths, partitions."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._accepted = Counter(
            "usher_ingest_accepted", "Events published as canonical events.", ["type", "channel"], registry=registry
        )
        self._dead = Counter("usher_dead_letters", "Inputs refused.", ["reason"], registry=registry)
        self._requests = Counter(
            "usher_ingest_http_requests", "HTTP requests answered.", ["path", "status"], registry=registry
        )
        self._retries = Counter("usher_retries", "Passing faults met.", ["service", "during"], registry=registry)
        self._lag = Gauge("usher_lag_records", "Records not yet taken.", ["service", "partition"], registry=registry)
        age = Histogram(
            "usher_event_age_seconds",
            "Age of the oldest record of a batch when its processing starts.",
            ["service"],
            buckets=AGE_BUCKETS,
            registry=registry,
        )
        self.event_age_seconds = age.labels(SERVICE)
        batch = Histogram(
            "usher_batch_records", "Records of one batch.", ["service"], buckets=BATCH_BUCKETS, registry=registry
        )
        self.batch_records = batch.labels(SERVICE)
        owned = Gauge("usher_owned_partitions", "Partitions that this process owns.", ["service"], registry=registry)
        self.owned_partitions = owned.labels(SERVICE)
        self._children: dict[tuple[str, str], Counter] = {}

    def accepted(self, events: Iterable[Admitted]) -> None:
        """Count events that Kafka acknowledged."""
        for key, count in Tally([(event.type, event.channel) for event in events]).items():
            child = self._children.get(key)
            if child is None:
                child = self._children[key] = self._accepted.labels(*key)
            child.inc(count)

    def dead_letter(self, reason: str) -> None:
        """Count one refused input, once it is stored and published."""
        self._dead.labels(reason).inc()

    def request(self, path: str, status: int) -> None:
        """Count one answered request; ``path`` is the route, never what the client asked for."""
        self._requests.labels(path, str(status)).inc()

    def retry(self, during: str) -> None:
        """Count one passing fault."""
        self._retries.labels(SERVICE, during).inc()

    def lag(self, partition: str, records: int) -> None:
        """Set the lag of one partition, named ``topic:number``."""
        self._lag.labels(SERVICE, partition).set(records)

    def disowned(self, partition: str) -> None:
        """Forget the lag of a partition that moved away."""
        self._lag.remove_by_labels({"partition": partition})
