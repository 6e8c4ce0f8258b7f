"""A command's own connection to PostgreSQL, with its errors in the words of shared/errors.py."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import asyncpg

from shared.postgres import Connection, connect, meaning
from shared.process.settings import CommonSettings

__all__ = ["Connection", "connected", "in_our_words"]


@asynccontextmanager
async def connected(settings: CommonSettings) -> AsyncIterator[Connection]:
    """A connection inside the block. Retryable: the server does not answer. Fatal: no schema, or no access."""
    connection = await connect(settings.postgres_dsn.get_secret_value())
    try:
        with in_our_words():
            yield connection
    finally:
        await connection.close()


@contextmanager
def in_our_words() -> Iterator[None]:
    """Errors of the database inside the block become those of shared/errors.py."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise meaning(error) from error
