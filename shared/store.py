"""The port between a lane and its database; shared/postgres.py and each service's postgres.py implement it."""

from dataclasses import dataclass
from typing import Any, Protocol

from shared.engine import DeadLetter, Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """Ownership of a partition: the fence (``epoch``) and where the last owner stopped.

    ``next_offset``: first input offset not yet applied. ``next_seq``: seq of the next event. ``published_seq``: every
    event up to it is known to be on the log. ``last_input_id``: event id of the record at ``next_offset - 1``.
    """

    partition: int
    epoch: int
    next_offset: int
    next_seq: int
    published_seq: int
    last_input_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Commit:
    """One fenced commit: applies iff (epoch, from_offset, first_seq) still match the lane row."""

    partition: int
    epoch: int
    from_offset: int
    next_offset: int
    first_seq: int
    next_seq: int
    published_seq: int
    last_input_id: str
    at_ms: int
    outbox: bytes | None
    dead: list[DeadLetter]
    writes: Any


@dataclass(frozen=True, slots=True)
class OutboxBatch:
    """Events of one commit: ``events[i]`` has seq ``first_seq + i``. Dead letters carry no seq."""

    first_seq: int
    next_seq: int
    events: list[Event]
    dead: list[DeadLetter]


class LaneStore(Protocol):
    """Everything a lane asks of its database. Errors: Retryable, OutcomeUnknown, Poison, Fenced, Fatal."""

    async def claim(self, partition: int, owner: str) -> Claim:
        """Raise the epoch in a transaction of its own: from here on no earlier owner can commit."""

    async def load(self, claim: Claim) -> Any:
        """All live rows of the partition in one snapshot, for Engine.restore."""

    async def backlog(self, claim: Claim) -> list[OutboxBatch]:
        """Committed batches that may not be on the log yet, in seq order."""

    async def prefetch(self, partition: int, needs: Any) -> Any:
        """Rows that Engine.needs asked for; one round trip."""

    async def commit(self, commit: Commit) -> None:
        """Apply one commit atomically. Fenced if the compare-and-set finds another epoch or offset."""

    async def still_owner(self, claim: Claim) -> bool:
        """Whether the claim's epoch is still the partition's."""

    async def forget(self, partition: int, before_ms: int) -> int:
        """Drop a bounded number of rows that are no longer needed for deduplication; returns how many."""
