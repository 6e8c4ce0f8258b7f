"""Real Kafka and PostgreSQL for tests: one of each for a whole run, a topic prefix and a database for each test."""

import os
import shutil
import tempfile
from itertools import count
from pathlib import Path
from signal import SIGCONT

import asyncpg

from deploy.local.broker import FAST_START, KafkaBroker
from deploy.local.database import PostgresServer
from shared.migrate import migrate

# Tests kill servers, never the machine: what they wrote is in the kernel's memory then, and nobody waits for a disk.
UNSAFE_IF_THE_MACHINE_DIES = {"fsync": "off", "full_page_writes": "off"}
TEMPLATE = "usher_template"
PREFIX = "usher-tests"
_numbers = count(1)


def temporary_folder() -> Path:
    """A folder that PostgreSQL's own account can reach, unlike pytest's; the caller removes it.

    Those of runs that were killed are removed here: their process no longer exists.
    """
    for abandoned in Path(tempfile.gettempdir()).glob(f"{PREFIX}-*-*"):
        if not Path("/proc", abandoned.name.removeprefix(f"{PREFIX}-").partition("-")[0]).exists():
            remove(abandoned)
    folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}-{os.getpid()}-"))
    folder.chmod(0o755)
    return folder


async def start_kafka(folder: Path) -> KafkaBroker:
    """A broker with its data in ``folder``, tuned for a short start; it dies with this process."""
    broker = KafkaBroker(folder, java_options=FAST_START)
    await broker.start()
    return broker


async def start_postgres(folder: Path, *, durable: bool = False) -> PostgresServer:
    """A server with its data in ``folder``, of USHER_POSTGRES_BIN or the bundled one; it dies with this process.

    ``durable``: as in production, each commit waits for the disk; benchmarks want that.
    """
    server = PostgresServer(folder, settings=None if durable else UNSAFE_IF_THE_MACHINE_DIES)
    await server.start()
    return server


async def heal_kafka(broker: KafkaBroker) -> None:
    """Bring the broker back if a fault test left it stopped or dead."""
    broker.send(SIGCONT)
    if not broker.running:
        await broker.start()


async def heal_postgres(server: PostgresServer) -> None:
    """Bring the server back if a fault test left it stopped or dead."""
    if server.running:
        server.resume()
    else:
        await server.start()


async def make_template(server: PostgresServer) -> None:
    """A database with the newest schema, to be copied for each test."""
    await _execute(server, f"CREATE DATABASE {TEMPLATE}")
    await migrate(dsn_of(server, TEMPLATE))


async def make_empty_database(server: PostgresServer) -> str:
    """A fresh database without a schema; its DSN."""
    name = f"test_{next(_numbers)}"
    await _execute(server, f"CREATE DATABASE {name}")
    return dsn_of(server, name)


async def make_database(server: PostgresServer) -> str:
    """A fresh migrated database; its DSN."""
    name = f"test_{next(_numbers)}"
    await _execute(server, f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    return dsn_of(server, name)


async def drop_database(server: PostgresServer, dsn: str) -> None:
    """Remove a database of ``make_database``, whoever is still connected."""
    await _execute(server, f"DROP DATABASE {dsn.rpartition('/')[2]} WITH (FORCE)")


def dsn_of(server: PostgresServer, name: str) -> str:
    """The DSN of another database of the same server."""
    return server.dsn.rpartition("/")[0] + f"/{name}"


def make_topic_prefix() -> str:
    """A prefix that no other test of this run has."""
    return f"t{next(_numbers)}."


def remove(folder: Path) -> None:
    """Delete a folder of ``temporary_folder``."""
    shutil.rmtree(folder, ignore_errors=True)


async def _execute(server: PostgresServer, statement: str) -> None:
    connection = await asyncpg.connect(server.dsn)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
