"""The port between a lane and an engine: what goes in, what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from shared.contract.records import DeadLetter, Event, Record
from shared.errors import Reason


@dataclass(slots=True)
class Step:
    """The outcome of a batch: rows to write, events to publish, inputs refused.

    ``writes`` is the engine's own type; only its store looks inside. Metrics (``counts``: name and labels -> n, and
    ``observed``: name and labels, and one value of a histogram) are added to the process's after the commit, so that
    nothing uncommitted is ever counted.
    """

    writes: Any
    events: list[Event] = field(default_factory=list)
    dead: list[DeadLetter] = field(default_factory=list)
    counts: dict[tuple[str, ...], float] = field(default_factory=dict)
    observed: list[tuple[tuple[str, ...], float]] = field(default_factory=list)
    changed: bool = True


class Delay(NamedTuple):
    """How late people see what an engine tells. ``seen_ms``: wall clock at which this step's events are seen, 0 where
    that is their own time. ``since_ms``: what was told at this time or later was not seen before ``seen_ms`` either.
    """

    seen_ms: int = 0
    since_ms: int | None = None


PUNCTUAL = Delay()


class Engine(Protocol):
    """A deterministic state machine over one partition: no clock, no randomness, no I/O; ties broken by id.

    ``step`` changes memory at once; the lane discards the engine unless the step's commit succeeds, so memory that
    outlives a step is always what the database holds.
    """

    def restore(self, rows: Any) -> None:
        """Fill an empty engine from the rows of one database snapshot."""

    def needs(self, records: Sequence[Record]) -> Any:
        """What must be looked up in the database before these records can be stepped; None for nothing."""

    def step(self, records: Sequence[Record], known: Any, now_ms: int, delay: Delay = PUNCTUAL) -> Step:
        """Apply the records in order, firing every deadline <= a record's time before it, and <= ``now_ms`` at the end.

        ``now_ms`` is the wall clock when the partition is caught up, else the time of the last record: a lagging
        service never fires a deadline whose answer already waits in the log. With a ``delay`` whoever is asked to act
        gets their time from when they can see it.
        """

    def deadline_ms(self) -> int | None:
        """The earliest pending deadline, None without one."""

    def reject(self, record: Record, reason: Reason, detail: str) -> DeadLetter:
        """The dead letter for a record that this engine or the database cannot take."""
