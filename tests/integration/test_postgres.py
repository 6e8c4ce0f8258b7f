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


async def test_each_call_tells_how_long_it_waited_for_a_connection_also_one_that_gives_up(database: str) -> None:
    waits: list[float] = []
    made = Database(database, connections_max=1, seconds_max=10.0, connect_seconds_max=1.0, waited=waits.append)
    await made.open()
    begun, done = asyncio.Event(), asyncio.Event()

    async def hold(connection: Any) -> None:
        begun.set()
        await done.wait()

    try:
        holding = asyncio.ensure_future(made.call(hold))
        await begun.wait()
        with pytest.raises(Retryable):
            await made.call(lambda connection: connection.fetchval("SELECT 1"))
        second = asyncio.ensure_future(made.call(lambda connection: connection.fetchval("SELECT 1")))
        await asyncio.sleep(0)
        done.set()
        await holding
        assert await second == 1
        assert len(waits) == 3
        assert waits[1] >= 0.99, "it stood in line until its patience ended"
        assert max(waits[0], waits[2]) < waits[1]
    finally:
        await made.close()
