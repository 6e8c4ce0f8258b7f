"""What every part of a lane is given to be observed and tested by: log, metrics, failpoints."""

from dataclasses import dataclass

from shared.failpoints import Failpoints
from shared.logs import Log
from shared.metrics import LaneMetrics

__all__ = ["Sense"]


@dataclass(frozen=True, slots=True)
class Sense:
    """One per process, passed by constructor."""

    log: Log
    metrics: LaneMetrics
    failpoints: Failpoints
