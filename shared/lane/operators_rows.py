"""Rows of the lane table, for operators: read, and set under the fence."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import msgspec

from shared.lane.acceptance import FIELDS
from shared.lane.store import Claim
from shared.postgres import Connection, connected
from shared.process.settings import CommonSettings

__all__ = ["LaneRow", "LaneRows"]

OWNER = "usher lane accept"  # stands in the row until a service claims the partition

_COLUMNS = """
    service, partition, owner, epoch, next_step, next_offset, next_seq, published_step, published_seq, input_seq,
    input_id, at_ms, (extract(epoch FROM claimed_at) * 1000)::bigint AS claimed_ms
"""
_ALL = f"SELECT {_COLUMNS} FROM lane ORDER BY service, partition"
_ONE = f"SELECT {_COLUMNS} FROM lane WHERE service = $1 AND partition = $2"
# A compare-and-set on what was committed, and a claim like every claim: whoever owned the partition is fenced by it. It
# does not ask for the epoch: an owner that finds the partition closed claims it again every few seconds.
_SET = """
    UPDATE lane SET
        epoch = epoch + 1, owner = $1, claimed_at = now(), next_offset = $2, next_seq = $3, published_step = $4,
        published_seq = $5, input_seq = $6, input_id = $7
    WHERE service = $8 AND partition = $9 AND next_step = $10 AND next_offset = $11 AND next_seq = $12
      AND published_step = $13 AND published_seq = $14 AND input_seq = $15 AND input_id = $16
    RETURNING epoch
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class LaneRow:
    """One row: who owns the partition since when, and where the last commit (at ``at_ms``, 0: none) left it."""

    service: str
    owner: str
    at_ms: int
    claimed_ms: int
    claim: Claim


class LaneRows:
    """The lane table over one connection of a command."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def of(cls, settings: CommonSettings) -> AsyncIterator["LaneRows"]:
        """Connected inside the block. Retryable, Fatal."""
        async with connected(settings) as connection:
            yield cls(connection)

    async def all(self) -> list[LaneRow]:
        """Every row, by service and partition."""
        return [_row(found) for found in await self._connection.fetch(_ALL)]

    async def one(self, service: str, partition: int) -> LaneRow | None:
        """One row, None where nobody claimed the partition yet."""
        found = await self._connection.fetchrow(_ONE, service, partition)
        return _row(found) if found else None

    async def set(self, service: str, before: Claim, after: Claim) -> bool:
        """Put ``after`` in place of ``before`` and fence the owner; False if anything was committed since."""
        new = [getattr(after, name) for name in FIELDS]
        partition, _, *old = msgspec.structs.astuple(before)
        return await self._connection.fetchval(_SET, OWNER, *new, service, partition, *old) is not None


def _row(found: Any) -> LaneRow:
    values = dict(found)
    own = {name: values.pop(name) for name in ("service", "owner", "at_ms", "claimed_ms")}
    return LaneRow(**own, claim=Claim(**values))
