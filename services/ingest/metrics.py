"""Every metric of the ingest service, with cached children and bounded labels."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.ingest.domain.channels.adapter import Why
from services.ingest.domain.normalise import Admitted
from services.ingest.domain.types import AREAS, MESSAGE, Area
from services.ingest.domain.webhook import Outcome
from shared.contract.topics import CHANNELS
from shared.process.metrics import StreamMetrics
from shared.process.tallies import Counts, Distributions, Headers

__all__ = ["IngestMetrics"]

SERVICE = "ingest"
SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
OTHER_PATHS = "other"
PATHS = (*AREAS, "webhooks")
MAIL_RESULTS = ("taken", "refused", "unavailable", "unknown_recipient")
STATUSES = (200, 202, 400, 401, 403, 404, 405, 408, 413, 415, 422, 429, 500, 503)


class IngestMetrics(StreamMetrics):
    """What the door counts. Labels come from closed sets: event types, channels, reasons, paths, partitions."""

    during = ("publishing dead letters", "publishing", "storing dead letters")

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry, SERVICE)
        self._accepted = Counts(
            "usher_ingest_accepted", "Events published as canonical events.", ["type", "channel"], registry
        )
        self._requests = Counts("usher_ingest_http_requests", "HTTP requests answered.", ["path", "status"], registry)
        self._ignored = Counter(
            "usher_ingest_ignored",
            "Parts of providers' payloads that are no contact.",
            ["adapter", "reason"],
            registry=registry,
        )
        self._mail = Counter(
            "usher_ingest_mail",
            "Messages and recipients at the SMTP door, by result.",
            ["result"],
            registry=registry,
        )
        self._sources_valid = Gauge(
            "usher_ingest_sources_valid",
            "1 while the sources file that is there is in force, else 0.",
            registry=registry,
        )
        self._seconds = Distributions(
            "usher_http_request_seconds",
            "Time from the head of an HTTP request to its answer, Kafka's acknowledgement included.",
            "path",
            SECONDS_BUCKETS,
            registry,
            expected=PATHS,
        )
        self._begin()

    def accepted(self, events: Iterable[Admitted]) -> None:
        """Count events that Kafka acknowledged."""
        for event in events:
            self._accepted.add(event.type, event.channel)

    def sources_valid(self, *, valid: bool) -> None:
        """Whether the sources file that is there could be used."""
        self._sources_valid.set(int(valid))

    def request(self, path: str, status: int, seconds: float | None = None, headers: Headers = ()) -> None:
        """Count one answered request; ``path`` is the route, never what the client asked for.

        ``seconds`` is None for what was refused before it reached a route; ``headers`` may tell of a trace.
        """
        self._requests.add(path, status)
        if seconds is not None:
            self._seconds.observe(path, seconds, headers)

    def expect(self, adapters: Iterable[str]) -> None:
        """These adapters may come upon what is no contact: counted from zero on."""
        for adapter in sorted(set(adapters)):
            for why in Why:
                self._ignored.labels(adapter, why)

    def ignored(self, adapter: str, why: Why) -> None:
        """Count a part of a payload that is understood and is no contact."""
        self._ignored.labels(adapter, why).inc()

    def came(self, adapter: str, outcome: Outcome) -> None:
        """Count all that an acknowledged payload of a provider came to."""
        self.accepted(outcome.admitted)
        for why in outcome.ignored:
            self.ignored(adapter, why)
        for refused in outcome.refused:
            self.dead_letter(refused.letter.reason)

    def mail(self, result: str) -> None:
        """Count a message, or an unknown recipient, at the SMTP door."""
        self._mail.labels(result).inc()

    def _begin(self) -> None:
        """What will be counted begins at zero, so that the first of its kind is seen as an increase."""
        for kind in sorted({*AREAS[Area.AGENT_ACTIVITY], *AREAS[Area.CONTACT_UPDATES]}):
            self._accepted.expect(kind, "")
        for channel in CHANNELS:
            self._accepted.expect(MESSAGE, channel)
        for result in MAIL_RESULTS:
            self._mail.labels(result)
        for path in (*PATHS, OTHER_PATHS):
            for status in STATUSES:
                self._requests.expect(path, status)
