"""The lane's database in memory: the same port, the same guards as lane_advance in shared/migrations, no server."""

from typing import Any, Protocol

from msgspec.structs import replace

from shared.contract.records import DeadLetter
from shared.errors import Fenced, Poison
from shared.lane.commits import decode_batch
from shared.lane.engine import Deadline
from shared.lane.store import Claim, Commit, Unfinished


class Rows(Protocol):
    """A service's own rows of all partitions."""

    def changed(self, partition: int, writes: Any) -> "Rows":
        """These rows after the writes; Poison where the schema refuses them, and then nothing is changed."""

    def live(self, partition: int) -> Any:
        """What Engine.restore takes."""

    def known(self, partition: int, needs: Any) -> Any:
        """What the engine asked for."""


class MemoryLaneStore:
    """A LaneStore of one service over all its partitions; processes that share it are fenced from each other by it."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.lanes: dict[int, Claim] = {}
        self.outbox: dict[tuple[int, int], bytes] = {}
        self.dead: dict[str, DeadLetter] = {}
        self.replayed: set[str] = set()

    async def claim(self, partition: int, owner: str) -> Claim:
        """Raise the epoch."""
        before = self.lanes.get(partition, Claim(partition=partition, epoch=0))
        self.lanes[partition] = replace(before, epoch=before.epoch + 1)
        return self.lanes[partition]

    async def load(self, claim: Claim) -> Any:
        """The service's live rows."""
        return self.rows.live(claim.partition)

    async def unfinished(self, claim: Claim) -> Unfinished:
        """The outbox from the cursor on, and the deadlines that dead letters bar."""
        packed = [
            self.outbox[place]
            for place in sorted(self.outbox)
            if place[0] == claim.partition and place[1] >= claim.published_step
        ]
        barred = [
            Deadline(dead.origin.deadline, dead.origin.at_ms)
            for dead in self.dead.values()
            if dead.origin.deadline is not None
            and dead.origin.at_ms is not None
            and dead.origin.partition == claim.partition
            and dead.id not in self.replayed
        ]
        return Unfinished(batches=[decode_batch(each) for each in packed], barred=barred)

    async def prefetch(self, partition: int, needs: Any) -> Any:
        """The service's rows that were asked for."""
        return self.rows.known(partition, needs)

    async def commit(self, commit: Commit) -> None:
        """All of it or nothing; at most once."""
        now, partition = self.lanes.get(commit.before.partition), commit.before.partition
        if now is None or _place(now) != _place(commit.before):
            if now is not None and _place(now) == _place(commit.after):
                return
            raise Fenced(f"partition {partition} has another owner")
        if not _is_sound(commit.after):
            raise Poison("23514: the lane's row breaks a check")
        self.rows = self.rows.changed(partition, commit.writes)
        self.lanes[partition] = commit.after
        if commit.outbox is not None:
            self.outbox[partition, commit.before.next_step] = commit.outbox
        for place in [each for each in self.outbox if each[0] == partition]:
            if place[1] < commit.after.published_step:
                del self.outbox[place]
        for dead in commit.dead:
            self.dead.setdefault(dead.id, dead)

    async def still_owner(self, claim: Claim) -> bool:
        """Whether nobody claimed since."""
        return self.lanes[claim.partition].epoch == claim.epoch

    async def forget(self, claim: Claim, at_ms: int) -> dict[str, int]:
        """Nothing is remembered that would ever be over; only its owner hears that."""
        if not await self.still_owner(claim):
            raise Fenced(f"partition {claim.partition} has another owner")
        return {}


def _place(claim: Claim) -> tuple[int, int, int, int]:
    return claim.epoch, claim.next_step, claim.next_offset, claim.next_seq


def _is_sound(claim: Claim) -> bool:
    return (
        claim.next_offset >= 0
        and claim.next_seq > 0
        and claim.published_step <= claim.next_step
        and claim.published_seq < claim.next_seq
    )
