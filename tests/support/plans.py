"""How PostgreSQL carries out what a store really asks, those statements too that stand inside functions: by its own
counters, so that no statement has to be copied into a test."""

from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from shared.postgres import Connection, Database, connect

__all__ = ["Watched"]

_SCANS = """
    SELECT relname, seq_scan, coalesce(idx_scan, 0) AS idx_scan FROM pg_stat_user_tables WHERE schemaname = 'usher'
"""


class Watched(Database):
    """A database over one connection that knows which tables were read, and how."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._seen: Counter[tuple[str, str]] = Counter()

    @classmethod
    async def of(cls, dsn: str) -> "Watched":
        """Connected; what was read before does not count."""
        watched = cls(await connect(dsn))
        await watched.read()
        return watched

    async def call(
        self, work: Callable[[Connection], Coroutine[Any, Any, Any]], *, seconds_max: float | None = None
    ) -> Any:
        """Run a store's work."""
        return await work(self._connection)

    async def read(self) -> tuple[set[str], set[str]]:
        """The tables that were read from end to end since the last call, and those in which an index was searched."""
        await self._connection.execute("SELECT pg_stat_force_next_flush()")
        await self._connection.execute("SELECT 1")  # the counters are told when the next statement begins
        now: Counter[tuple[str, str]] = Counter()
        for row in await self._connection.fetch(_SCANS):
            now["whole", row["relname"]], now["index", row["relname"]] = row["seq_scan"], row["idx_scan"]
        new, self._seen = now - self._seen, now
        whole, index = ({table for how, table in new if how == each} for each in ("whole", "index"))
        return whole, index

    async def close(self) -> None:
        """Let go of the connection."""
        await self._connection.close()
