"""What every part of a lane is given to be observed and tested by: log, metrics, failpoints, clock."""

from dataclasses import dataclass

from shared.clock import WALL, Clock
from shared.process.failpoints import Failpoints
from shared.process.logs import Log
from shared.process.metrics import LaneMetrics

__all__ = ["Sense"]


@dataclass(frozen=True, slots=True)
class Sense:
    """One per process, passed by constructor."""

    log: Log
    metrics: LaneMetrics
    failpoints: Failpoints
    clock: Clock = WALL
