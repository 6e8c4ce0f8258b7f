"""The edge to PostgreSQL: connections, bounded calls, and what each error means."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any, TypeVar

import asyncpg

from shared.clock import monotonic
from shared.errors import Fatal, Fenced, OutcomeUnknown, Poison, Retryable, UsherError
from shared.process.settings import CommonSettings

__all__ = [
    "LOAD_SECONDS_MAX",
    "LOCKED_OUT",
    "Connection",
    "Database",
    "connect",
    "connected",
    "in_our_words",
    "meaning",
]

T = TypeVar("T")
Work = Callable[["Connection"], Coroutine[Any, Any, T]]
Connection = Any  # asyncpg.Connection or its pool proxy; asyncpg ships no types that cover both

CONNECT_SECONDS_MAX = 5.0  # a server that does not answer a handshake in this time is treated as down
CLOSE_SECONDS_MAX = 1.0
LOAD_SECONDS_MAX = 30.0  # 50,000 waiting contacts load in about 2 s; a slow disk gets room
STATEMENT_MS_MAX = 8_000  # the server gives up before the client does, so a reply is rarely lost
LOCK_MS_MAX = 3_000
IDLE_TRANSACTION_MS_MAX = 1_000  # a paused process must not hold a row lock against its successor

_FENCED = "UF001"
_EXPIRING = (
    "08",
    "57P",
    "25006",
)  # connection lost, server going down, read-only: all are stale
_POISON = ("22", "23")  # a value or a constraint: the batch holds something that can never be written
# A transaction waited for what another one holds: for too long, or each for the other. It is undone; repeat it.
LOCKED_OUT = (asyncpg.DeadlockDetectedError, asyncpg.LockNotAvailableError)
_DOUBTFUL = (OSError, asyncpg.InterfaceError, asyncpg.PostgresConnectionError, EOFError)


def server_settings() -> dict[str, str]:
    """Session settings of every connection: Usher's schema, and the server's own bounds."""
    return {
        "search_path": "usher",
        "statement_timeout": str(STATEMENT_MS_MAX),
        "lock_timeout": str(LOCK_MS_MAX),
        "idle_in_transaction_session_timeout": str(IDLE_TRANSACTION_MS_MAX),
        "application_name": "usher",
    }


async def connect(dsn: str) -> Connection:
    """One connection of one's own, for commands that run once. Retryable when the server cannot be reached."""
    settings = {"search_path": "usher", "application_name": "usher"}
    try:
        return await asyncpg.connect(dsn, timeout=CONNECT_SECONDS_MAX, server_settings=settings)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:  # a certificate's error is a ValueError too
        raise meaning(error) from error
    except ValueError as error:
        raise _no_dsn(error) from None


@contextlib.asynccontextmanager
async def connected(settings: CommonSettings) -> AsyncIterator[Connection]:
    """A connection inside the block. Retryable: the server does not answer. Fatal: no schema, or no access."""
    connection = await connect(settings.postgres_dsn.get_secret_value())
    try:
        with in_our_words():
            yield connection
    finally:
        await connection.close()


@contextlib.contextmanager
def in_our_words() -> Iterator[None]:
    """Errors of the database inside the block become those of shared/errors.py."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise meaning(error) from error


def _no_dsn(error: ValueError) -> Fatal:
    """To connect sends no values of ours, so a value that is wrong then is part of the DSN."""
    return Fatal(f"USHER_POSTGRES_DSN is no DSN of PostgreSQL: {error}")


def meaning(error: BaseException) -> UsherError:
    """The failure that a database error stands for; each means one action (shared/errors.py)."""
    if isinstance(error, UsherError):
        return error
    state = getattr(error, "sqlstate", None) or ""
    if state == _FENCED:
        return Fenced(str(error))
    value_error = isinstance(error, ValueError | OverflowError) and not isinstance(error, OSError)
    if state.startswith(_POISON) or value_error:
        return Poison(f"{state or type(error).__name__}: {error}")  # ValueError: asyncpg could not encode a value
    if state in {"42P01", "42883", "42704", "3F000"}:
        return Fatal(f"the database schema is not up to date ({error}); run `usher migrate`")
    if state in {"28P01", "28000", "3D000", "42501"}:
        return Fatal(f"PostgreSQL refuses this user or database: {error}")
    said = str(error) or ("no answer in time" if isinstance(error, TimeoutError) else "it says no more")
    return Retryable(f"PostgreSQL: {type(error).__name__}: {said}")


class Database:
    """A pool whose every call is bounded: a frozen server costs a connection, never the caller's patience.

    A call past ``seconds_max`` drops its connection; a write that was under way then is *unknown*, not failed.
    ``waited`` hears for how many seconds each call waited for its connection.
    """

    def __init__(
        self,
        dsn: str,
        *,
        connections_max: int,
        seconds_max: float,
        connect_seconds_max: float = CONNECT_SECONDS_MAX,
        waited: Callable[[float], None] = lambda _: None,
    ) -> None:
        self._dsn = dsn
        self._connect_seconds_max = connect_seconds_max
        self._connections_max = connections_max
        self._seconds_max = seconds_max
        self._waited = waited
        self._pool: asyncpg.Pool | None = None

    async def open(self) -> None:
        """Create the pool (no connection yet)."""
        self._pool = await asyncpg.create_pool(
            self._dsn,
            min_size=0,
            max_size=self._connections_max,
            timeout=self._connect_seconds_max,
            server_settings=server_settings(),
            reset=_no_reset,
            max_inactive_connection_lifetime=0,
        )

    async def close(self) -> None:
        """Close all connections; those that do not answer are dropped."""
        if self._pool is None:
            return
        closing = asyncio.ensure_future(self._pool.close())
        await asyncio.wait({closing}, timeout=CLOSE_SECONDS_MAX)
        if not closing.done():
            self._pool.terminate()
        await asyncio.gather(closing, return_exceptions=True)

    async def call(
        self, work: Callable[[Connection], Coroutine[Any, Any, T]], *, seconds_max: float | None = None
    ) -> T:
        """Run ``work`` on a connection.

        Raises Retryable, OutcomeUnknown (the work may have happened), Poison, Fenced or Fatal.
        """
        if self._pool is None:
            raise Fatal("the database was not opened")
        connection = await self._acquire(self._pool)
        task = asyncio.ensure_future(work(connection))
        try:
            await asyncio.wait({task}, timeout=seconds_max or self._seconds_max)
            if not task.done():
                raise OutcomeUnknown("PostgreSQL did not answer in time")
            return task.result()
        except Exception as error:
            raise await self._judge(error, connection, self._pool) from error
        finally:
            await self._give_back(self._pool, connection, task)

    async def _acquire(self, pool: asyncpg.Pool) -> Connection:
        started = monotonic()
        try:
            return await pool.acquire(timeout=self._connect_seconds_max)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError) as error:
            raise meaning(error) from error
        except ValueError as error:
            raise _no_dsn(error) from None
        finally:
            self._waited(monotonic() - started)

    async def _judge(self, error: Exception, connection: Connection, pool: asyncpg.Pool) -> UsherError:
        state = getattr(error, "sqlstate", None) or ""
        doubtful = isinstance(error, _DOUBTFUL) and not isinstance(error, ValueError)
        if doubtful or state.startswith(_EXPIRING):
            _drop(connection)
            await pool.expire_connections()
        if doubtful:
            return OutcomeUnknown(f"the connection to PostgreSQL was lost: {error}")
        return meaning(error)

    async def _give_back(self, pool: asyncpg.Pool, connection: Connection, task: "asyncio.Future[Any]") -> None:
        if not task.done():
            _drop(connection)
            await asyncio.gather(task, return_exceptions=True)
        try:
            await pool.release(connection)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
            _drop(connection)  # it was lost on its way back: the answer was read, so nothing is in doubt


def _drop(connection: Connection) -> None:
    """End a connection at once. One that the server has closed is back in its pool already, which refuses the call."""
    with contextlib.suppress(asyncpg.InterfaceError):
        connection.terminate()


async def _no_reset(connection: Connection) -> None:
    """Connections carry no session state, so the round trip of a reset is saved."""
