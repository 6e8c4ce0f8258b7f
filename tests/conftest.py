"""Fixtures of every suite: one broker and one database server for the whole run, started when a test first asks."""

import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from hypothesis import settings

from deploy.local.broker import KafkaBroker
from deploy.local.database import PostgresServer
from tests.support import servers

# A check that everybody waits for must say the same twice: examples derive from each test's code. To look for new ones:
# pytest --hypothesis-profile=explore tests/unit
settings.register_profile("steady", derandomize=True, deadline=None, database=None)
settings.register_profile("explore", deadline=None, max_examples=1000)
settings.load_profile("steady")

# Behind nohup and in a shell's background Ctrl-C is ignored, at a terminal and in CI it is not. The tests see what the
# commands do with it wherever they run.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def kafka() -> AsyncIterator[KafkaBroker]:
    """The broker of the run: ``bootstrap``, ``kill()``, ``restart()``. Leave it running."""
    folder = servers.temporary_folder()
    broker = await servers.start_kafka(folder)
    yield broker
    await broker.kill()
    servers.remove(folder)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def postgres() -> AsyncIterator[PostgresServer]:
    """The database server of the run: ``dsn``, ``stop(mode)``, ``kill()``, ``restart()``. Leave it running."""
    folder = servers.temporary_folder()
    server = await servers.start_postgres(folder)
    await servers.make_template(server)
    yield server
    await server.kill()
    server.remove()
    servers.remove(folder)


@pytest_asyncio.fixture(loop_scope="session")
async def database(postgres: PostgresServer) -> AsyncIterator[str]:
    """The DSN of a fresh, migrated database that only this test sees."""
    await servers.heal_postgres(postgres)
    dsn = await servers.make_database(postgres)
    yield dsn
    await servers.heal_postgres(postgres)
    await servers.drop_database(postgres, dsn)


@pytest_asyncio.fixture(loop_scope="session")
async def topic_prefix(kafka: KafkaBroker) -> str:
    """A topic prefix that only this test uses."""
    await servers.heal_kafka(kafka)
    return servers.make_topic_prefix()


@pytest.fixture
def anyio_backend() -> str:
    """The one event loop that Usher runs on."""
    return "asyncio"
