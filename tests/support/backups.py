"""Backups of a test's database: the script of deploy/backup, and databases to restore into."""

import os
import sys
from pathlib import Path

import asyncpg

from deploy.local.cluster import find_binaries
from shared.process.settings import LaneSettings
from tests.support.commands import ROOT, Said, Usher, heard, rows


async def backup(what: str, file: Path, usher: Usher, **variables: str) -> Said:
    """deploy/backup/usher-backup.sh with the programs of the server that the tests run on."""
    path = f"{find_binaries()}:{Path(sys.executable).parent}:{os.environ['PATH']}"
    environment = {**usher.environment, "PATH": path, **variables}
    return await heard(str(ROOT / "deploy/backup/usher-backup.sh"), what, str(file), environment=environment)


async def databases(settings: LaneSettings, pattern: str) -> int:
    """How many databases of the server have such a name."""
    found = await rows(settings, "SELECT count(*) AS n FROM pg_database WHERE datname LIKE $1", pattern)
    return int(found[0]["n"])


async def made(settings: LaneSettings) -> str:
    """A database with nothing in it."""
    dsn = settings.postgres_dsn.get_secret_value()
    server, _, name = dsn.rpartition("/")
    await _on_server(server, f"CREATE DATABASE {name}_restored")
    return f"{dsn}_restored"


async def dropped(settings: LaneSettings, dsn: str) -> None:
    """Remove a database, whoever is connected to it."""
    server, _, name = dsn.rpartition("/")
    await _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


async def _on_server(server: str, statement: str) -> None:
    connection = await asyncpg.connect(f"{server}/postgres")
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
