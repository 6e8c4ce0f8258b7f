"""What a lane is made of: its input log, and the parts that all lanes of a process share."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from shared.contract.records import Record
from shared.lane.engine import Engine, Step
from shared.lane.publisher import Outputs, Wire
from shared.lane.sense import Sense
from shared.lane.store import Claim, LaneStore
from shared.lane.traces import StepTraces
from shared.process.settings import LaneSettings

__all__ = ["Group", "Inputs", "LaneParts", "Warm"]

Assigned = Callable[[list[int]], None]  # synchronous: nothing may be delivered before it returns
Revoked = Callable[[list[int]], Awaitable[None]]


class Inputs(Protocol):
    """What a lane needs of its input log (shared/kafka/input.py: InputLog)."""

    def open(self, partition: int, offset: int) -> None:
        """Deliver from this offset on."""

    def owns(self, partition: int) -> bool:
        """Whether the group sees this member as the owner."""

    async def bounds(self, partition: int) -> tuple[int, int]:
        """(first offset, end offset)."""

    async def poll(self, partition: int, *, wait_ms: int, records_max: int) -> list[Record]:
        """The next records in order; Retryable on a passing fault, PartitionClosed where they are gone."""

    def caught_up(self, partition: int, next_offset: int) -> bool:
        """Whether a fresh reply says that nothing lies beyond."""

    def lag(self, partition: int, next_offset: int) -> int:
        """Records not yet applied."""


class Group(Protocol):
    """What a worker needs of its membership in the consumer group (the same class)."""

    async def start(self, assigned: Assigned, revoked: Revoked) -> None:
        """Join; the callbacks hear of partitions. Retryable when no broker answers."""

    async def stop(self) -> None:
        """Leave; bounded."""

    def owns(self, partition: int) -> bool:
        """Whether the group sees this member as the owner."""

    def close(self, partitions: Iterable[int]) -> None:
        """Deliver nothing from these until they are opened."""

    async def note_offsets(self, notes: Mapping[int, tuple[int, str]]) -> None:
        """Tell the group how far each partition is, and a note; Retryable."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneParts:
    """What all lanes of a process share. ``settled_ms``: on a log that another service writes, the time as of which
    everything that happened stands in it and was applied; deadlines fire up to then alone. ``counted`` adds a committed
    step's counts to the metrics; ``loaded`` hears of memory that was filled. ``traces``: None where nobody asked for
    them."""

    service: str
    settings: LaneSettings
    owner: str
    store: LaneStore
    inputs: Inputs
    outputs: Outputs
    wire: Wire
    read_output_tail: Callable[[int], Awaitable[list[Record]]]
    new_engine: Callable[[int], Engine]
    counted: Callable[[Step], None]
    sense: Sense
    settled_ms: Callable[[int], int] | None = None
    loaded: Callable[[], None] = lambda: None
    traces: StepTraces | None = None


@dataclass(slots=True)
class Warm:
    """An engine that outlived a rebalance, and the claim under which its memory was true."""

    engine: Engine
    claim: Claim
