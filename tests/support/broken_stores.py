"""Stores that break one promise each: whatever judges a lane must find them out."""

from shared.lane.store import Claim, Commit
from tests.support.memory_lane import MemoryLaneStore

__all__ = ["BROKEN_STORES"]


class Unfenced(MemoryLaneStore):
    """Takes the commits of former owners too."""

    async def commit(self, commit: Commit) -> None:
        claim = self.lanes[commit.before.partition]
        if commit.before.epoch < claim.epoch:
            self.rows = self.rows.changed(claim.partition, commit.writes)
            return
        await super().commit(commit)


class Forgetful(MemoryLaneStore):
    """Loses the outbox of a commit, as if it were written apart."""

    async def claim(self, partition: int, owner: str) -> Claim:
        self.outbox = {place: packed for place, packed in self.outbox.items() if place[0] != partition}
        return await super().claim(partition, owner)


BROKEN_STORES = (Unfenced, Forgetful)
