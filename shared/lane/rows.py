"""The lane's rows in PostgreSQL: claim, snapshot, outbox and the one fenced commit."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import msgspec

from shared.contract.records import DeadLetter
from shared.lane.commits import decode_batch
from shared.lane.engine import Deadline
from shared.lane.store import Claim, Commit, Unfinished
from shared.postgres import LOAD_SECONDS_MAX, Connection, Database

__all__ = ["PostgresLaneStore"]

_OUTBOX = "SELECT payload FROM outbox WHERE service = $1 AND partition = $2 AND step >= $3 ORDER BY step"
# A snapshot holds no row, and 50,000 rows are read into Python between two of its statements, on a busy machine slowly.
_MAY_SLEEP = f"SET LOCAL idle_in_transaction_session_timeout = {LOAD_SECONDS_MAX * 1000:.0f}"
_HOLD = "SELECT lane_hold($1, $2, $3)"
_BARRED = """
    SELECT origin ->> 'deadline' AS name, (origin ->> 'at_ms')::bigint AS at_ms FROM dead_letter
    WHERE origin ? 'deadline' AND state <> 'replayed' AND service = $1 AND (origin ->> 'partition')::int = $2
"""


class PostgresLaneStore(ABC):
    """The lane's rows in PostgreSQL; a service derives its own store, which adds its rows to the same commit.

    A derived class names its ``commit_sql``: one call of a function whose first five arguments are those of
    ``lane_advance`` and whose others are ``arguments(writes)``. That one statement is the whole transaction.
    """

    service: str
    commit_sql: str

    def __init__(self, database: Database) -> None:
        self.database = database

    @abstractmethod
    def arguments(self, writes: Any) -> Sequence[Any]:
        """The service's own arguments of ``commit_sql``."""

    @abstractmethod
    async def load_rows(self, connection: Connection, partition: int) -> Any:
        """The live rows of a partition, inside the snapshot of ``load``."""

    @abstractmethod
    async def prefetch_rows(self, connection: Connection, partition: int, needs: Any) -> Any:
        """The rows that the engine asked for, in one round trip."""

    async def forget_rows(self, connection: Connection, partition: int, at_ms: int) -> dict[str, int]:
        """Nothing to forget, unless a service remembers what is over: then how many went of each table."""
        return {}

    async def claim(self, partition: int, owner: str) -> Claim:
        """Raise the epoch in a transaction of its own and say where the last owner stopped."""

        async def work(connection: Connection) -> Any:
            return await connection.fetchrow("SELECT * FROM lane_claim($1, $2, $3)", self.service, partition, owner)

        row = await self.database.call(work)
        return Claim(
            partition=partition,
            epoch=row["epoch"],
            next_step=row["next_step"],
            next_offset=row["next_offset"],
            next_seq=row["next_seq"],
            published_step=row["published_step"],
            published_seq=row["published_seq"],
            input_seq=row["input_seq"],
            input_id=row["input_id"],
        )

    async def load(self, claim: Claim) -> Any:
        """Everything live in one REPEATABLE READ snapshot, taken after the claim was committed."""

        async def work(connection: Connection) -> Any:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                await connection.execute(_MAY_SLEEP)
                return await self.load_rows(connection, claim.partition)

        return await self.database.call(work, seconds_max=LOAD_SECONDS_MAX)

    async def unfinished(self, claim: Claim) -> Unfinished:
        """The packed batches from the publication cursor on, in order; the deadlines that dead letters bar."""

        async def work(connection: Connection) -> tuple[Any, Any]:
            packed = await connection.fetch(_OUTBOX, self.service, claim.partition, claim.published_step)
            return packed, await connection.fetch(_BARRED, self.service, claim.partition)

        packed, barred = await self.database.call(work)
        return Unfinished(
            batches=[decode_batch(row["payload"]) for row in packed],
            barred=[Deadline(row["name"], row["at_ms"]) for row in barred],
        )

    async def prefetch(self, partition: int, needs: Any) -> Any:
        """What ``Engine.needs`` asked for."""

        async def work(connection: Connection) -> Any:
            return await self.prefetch_rows(connection, partition, needs)

        return await self.database.call(work)

    async def commit(self, commit: Commit) -> None:
        """One statement: compare-and-set, the service's rows, dead letters and outbox; at most once."""
        arguments = (
            _state(self.service, commit.before),
            _state(self.service, commit.after),
            commit.at_ms,
            commit.outbox,
            [_dead_row(dead) for dead in commit.dead],
            *self.arguments(commit.writes),
        )

        async def work(connection: Connection) -> None:
            await connection.fetchval(self.commit_sql, *arguments)

        await self.database.call(work)

    async def forget(self, claim: Claim, at_ms: int) -> dict[str, int]:
        """Under the lane's fence, because what is over may depend on what only the owner knows, such as who is live.

        The row of the lane is held for as long as this takes: a former owner that slept finds another epoch there, and
        whoever claims meanwhile waits. The server ends a transaction whose process sleeps (IDLE_TRANSACTION_MS_MAX).
        """

        async def work(connection: Connection) -> dict[str, int]:
            async with connection.transaction():
                await connection.execute(_HOLD, self.service, claim.partition, claim.epoch)
                return await self.forget_rows(connection, claim.partition, at_ms)

        return {what: number for what, number in (await self.database.call(work)).items() if number}

    async def still_owner(self, claim: Claim) -> bool:
        """Whether nobody claimed the partition since."""

        async def work(connection: Connection) -> Any:
            return await connection.fetchval(
                "SELECT epoch FROM lane WHERE service = $1 AND partition = $2", self.service, claim.partition
            )

        return bool(await self.database.call(work) == claim.epoch)


def _state(service: str, claim: Claim) -> tuple[Any, ...]:
    return (
        service,
        claim.partition,
        claim.epoch,
        claim.next_step,
        claim.next_offset,
        claim.next_seq,
        claim.published_step,
        claim.published_seq,
        claim.input_seq,
        claim.input_id,
    )


def _dead_row(dead: DeadLetter) -> tuple[Any, ...]:
    origin = msgspec.json.encode(dead.origin).decode()
    return (dead.id, dead.workspace, dead.reason, dead.path, dead.detail, origin, dead.payload, dead.at_ms)
