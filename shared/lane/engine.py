"""The port between a lane and an engine: what goes in, what comes out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, Protocol

from shared.contract.ids import derive
from shared.contract.records import DeadLetter, Event, Origin, Record
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


class Deadline(NamedTuple):
    """Something that falls due: ``name`` says what and whose, ``at_ms`` when. The same name with another time is
    another deadline."""

    name: str
    at_ms: int


def refused_deadline(
    service: str, partition: int, workspace: str | None, deadline: Deadline, why: tuple[Reason, str]
) -> DeadLetter:
    """The dead letter of a deadline; the same deadline has the same one, however often it is refused."""
    name, at_ms = deadline
    return DeadLetter(
        id=derive("deadline", service, str(partition), name, str(at_ms)),
        workspace=workspace,
        reason=why[0],
        path="",
        detail=why[1],
        origin=Origin(partition=partition, deadline=name, at_ms=at_ms),
        payload=b"",
        at_ms=at_ms,
    )


class Engine(Protocol):
    """A deterministic state machine over one partition: no clock, no randomness, no I/O; ties broken by id.

    ``step`` changes memory at once; the lane discards the engine unless the step's commit succeeds, so memory that
    outlives a step is always what the database holds.
    """

    @property
    def fired(self) -> Sequence[Deadline]:
        """The deadlines that the last step fired, in order, also where it failed."""

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

    def fire(self, deadline: Deadline) -> Step:
        """Fire this one alone, as if its time had come; a step that changes nothing where it is not pending."""

    def bar(self, deadline: Deadline) -> None:
        """Never fire this one: neither the engine nor the database can take what it does."""

    def reject(self, cause: Record | Deadline, reason: Reason, detail: str) -> DeadLetter:
        """The dead letter for a record, or a deadline, that this engine or the database cannot take."""
