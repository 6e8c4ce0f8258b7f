"""The port between a lane and its database; shared/postgres.py and each service's postgres.py implement it."""

from dataclasses import dataclass
from typing import Any, Protocol

import msgspec

from shared.contract.records import DeadLetter, Event
from shared.lane.engine import Deadline

FORGET_ROWS_MAX = 5_000  # old rows dropped of a table per call, so that housekeeping never holds up a commit


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Ownership of a partition: the fence (``epoch``) and where the last commit left it.

    ``next_step`` counts commits, ``next_offset`` is the first input offset not yet applied, ``next_seq`` the seq of the
    next event (from 1). ``published_step``/``published_seq``: everything before that step, and every event up to that
    seq, is known to be on the log. ``input_seq``/``input_id``: ce_sequence and ce_id of the last applied input.
    """

    partition: int
    epoch: int
    next_step: int = 0
    next_offset: int = 0
    next_seq: int = 1
    published_step: int = 0
    published_seq: int = 0
    input_seq: int = 0
    input_id: str = ""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One fenced commit: applies iff epoch, step, offset and seq of ``before`` are still the lane's.

    ``after`` has the same epoch and ``next_step`` one higher. Repeating an applied commit has no effect, so a lost
    reply is answered by sending the same commit again.
    """

    before: Claim
    after: Claim
    at_ms: int
    outbox: bytes | None
    dead: list[DeadLetter]
    writes: Any


class OutboxBatch(msgspec.Struct, frozen=True, array_like=True):
    """What one commit publishes: ``events[i]`` has seq ``first_seq + i``; dead letters carry no seq.

    An outbox row is this as an array, and 0.1.0 reads it when an upgrade is taken back: every place stays, that of
    ``next_offset`` too, the first input after those of the commit, which nobody asks for today.
    """

    step: int
    first_seq: int
    next_offset: int
    events: list[Event]
    dead: list[DeadLetter]

    @property
    def first_ms(self) -> int:
        """When the first of what it tells happened; a commit that tells nothing makes no batch."""
        return min([*(event.at_ms for event in self.events), *(letter.at_ms for letter in self.dead)], default=0)


@dataclass(frozen=True, slots=True)
class Unfinished:
    """What former owners left: committed batches that may not be on the log yet, and deadlines that never fire."""

    batches: list[OutboxBatch]
    barred: list[Deadline]


class LaneStore(Protocol):
    """Everything a lane asks of its database. Errors: Retryable, OutcomeUnknown, Poison, Fenced, Fatal."""

    async def claim(self, partition: int, owner: str) -> Claim:
        """Raise the epoch in a transaction of its own: from here on no earlier owner can commit."""

    async def load(self, claim: Claim) -> Any:
        """All live rows of the partition in one snapshot, for Engine.restore."""

    async def unfinished(self, claim: Claim) -> Unfinished:
        """Batches in seq order; the deadlines whose dead letters are not marked for another try."""

    async def prefetch(self, partition: int, needs: Any) -> Any:
        """Rows that Engine.needs asked for; one round trip."""

    async def commit(self, commit: Commit) -> None:
        """Apply one commit atomically and at most once. Fenced if the lane row is neither before nor after it."""

    async def still_owner(self, claim: Claim) -> bool:
        """Whether the claim's epoch is still the partition's."""

    async def forget(self, claim: Claim, at_ms: int) -> dict[str, int]:
        """Drop rows whose retention is over at this time of the lane, at most FORGET_ROWS_MAX of each table; how many
        went, by table. Nobody else claims the partition meanwhile; Fenced, and nothing is dropped, if somebody did."""
