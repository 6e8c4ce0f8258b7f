"""What every part of the service is given to be observed and tested by: log, metrics, failpoints."""

from dataclasses import dataclass

from services.ingest.metrics import IngestMetrics
from shared.process.failpoints import Failpoints
from shared.process.logs import Log

__all__ = ["Sense"]


@dataclass(frozen=True, slots=True)
class Sense:
    """One per process, passed by constructor."""

    log: Log
    metrics: IngestMetrics
    failpoints: Failpoints
