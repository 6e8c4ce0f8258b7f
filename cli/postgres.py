"""A command's own connection to PostgreSQL, with its errors in the words of shared/errors.py."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from shared.postgres import Connection, connect, meaning
from shared.settings import CommonSettings

__all__ = ["Connection", "connected"]


@asynccontextmanager
async def connected(settings: CommonSettings) -> AsyncIterator[Connection]:
    """A connection inside the block. Retryable: the server does not answer. Fatal: no schema, or no access."""
    connection = await connect(settings.postgres_dsn.get_secret_value())
    try:
        yield connection
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise meaning(error) from error
    finally:
        await connection.close()
