"""Every metric of the ingest service, with cached children and bounded labels."""

from collections import Counter as Tally
from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.ingest.domain.channels.adapter import Why
from services.ingest.domain.normalise import Admitted
from shared.process.metrics import StreamMetrics

__all__ = ["IngestMetrics"]

SERVICE = "ingest"


class IngestMetrics(StreamMetrics):
    """What the door counts. Labels come from closed sets: event types, channels, reasons, paths, partitions."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry, SERVICE)
        self._accepted = Counter(
            "usher_ingest_accepted", "Events published as canonical events.", ["type", "channel"], registry=registry
        )
        self._requests = Counter(
            "usher_ingest_http_requests", "HTTP requests answered.", ["path", "status"], registry=registry
        )
        self._ignored = Counter(
            "usher_ingest_ignored",
            "Parts of providers' payloads that are no contact.",
            ["adapter", "reason"],
            registry=registry,
        )
        self._sources_valid = Gauge(
            "usher_ingest_sources_valid",
            "1 while the sources file that is there is in force, else 0.",
            registry=registry,
        )
        self._children: dict[tuple[str, str], Counter] = {}

    def accepted(self, events: Iterable[Admitted]) -> None:
        """Count events that Kafka acknowledged."""
        for key, count in Tally([(event.type, event.channel) for event in events]).items():
            child = self._children.get(key)
            if child is None:
                child = self._children[key] = self._accepted.labels(*key)
            child.inc(count)

    def sources_valid(self, *, valid: bool) -> None:
        """Whether the sources file that is there could be used."""
        self._sources_valid.set(int(valid))

    def request(self, path: str, status: int) -> None:
        """Count one answered request; ``path`` is the route, never what the client asked for."""
        self._requests.labels(path, str(status)).inc()

    def ignored(self, adapter: str, why: Why) -> None:
        """Count a part of a payload that is understood and is no contact."""
        self._ignored.labels(adapter, why).inc()
