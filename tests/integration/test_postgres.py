"""Lost connections mean one of the known failures, never a stranger: what a lane does not know it takes for poison."""

import asyncio
from typing import Any

import asyncpg
import pytest

from shared.errors import Retryable
from shared.postgres import Database


@pytest.mark.parametrize("pause_seconds", [0.0, 0.05])
async def test_a_connection_that_the_server_ends_is_a_passing_fault(database: str, pause_seconds: float) -> None:
    made = Database(database, connections_max=2, seconds_max=10.0)
    await made.open()

    async def work(connection: Any) -> None:
        try:
            await connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
            await asyncio.sleep(pause_seconds)  # meanwhile the pool takes the lost connection back
            raise

    try:
        for _ in range(5):
            with pytest.raises(Retryable):
                await made.call(work)
        assert await made.call(lambda connection: connection.fetchval("SELECT 1")) == 1
    finally:
        await made.close()
