"""Database migrations: numbered SQL files, applied once each, forward only, under an advisory lock."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from shared.errors import Fatal
from shared.postgres import LOCKED_OUT, Connection, connect

__all__ = ["Migration", "MigrationReport", "migrate", "migrations"]

FOLDER = Path(__file__).parent / "migrations"
GRANTS = Path(__file__).parent / "grants.sql"
SCHEMA = "usher"
_LOCK_KEY = 0x75736865  # "ushe": any constant, the same in every process
_MARK = "-- migrate:up"
# A service that runs meanwhile may hold a table that is wanted here and wait for one that is held here. PostgreSQL ends
# one of the two after a second, or the wait after LOCK_MS_MAX, and all is done again.
TRIES_MAX = 10
# Checksums beside that of the file: of texts that stood here between two releases and led to the same schema.
SAME = {
    "0010": frozenset({"b49fe6b5ca6f61c5774b7b66002557ff76045b7e3c8558453b66711355b2aa64"}),  # another comment
    "0097": frozenset(
        {"a336b0f1a9336b24e8dd2d890e38c9e0537bfbaff37013a3f728a93099112072"}
    ),  # with the function of 0098
}


@dataclass(frozen=True, slots=True)
class Migration:
    """One file: its number as text, its name and its SQL."""

    version: str
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the SQL, hex."""
        return sha256(self.sql.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class MigrationReport:
    """What was there and what was done: versions applied now, and versions still missing (with ``check``)."""

    applied: list[str]
    missing: list[str]


def migrations(folder: Path = FOLDER) -> list[Migration]:
    """All migrations in order of their numbers. Fatal: a file without the ``-- migrate:up`` mark, or a number twice."""
    found: dict[str, Migration] = {}
    for path in sorted(folder.glob("*.sql")):
        version, _, name = path.stem.partition("_")
        text = path.read_text(encoding="utf-8")
        if _MARK not in text:
            raise Fatal(f"{path.name}: no line {_MARK!r}")
        if version in found:
            raise Fatal(f"{path.name}: number {version} is taken by {found[version].name}")
        found[version] = Migration(version, name, text.partition(_MARK)[2].strip())
    return list(found.values())


async def migrate(dsn: str, *, check: bool = False) -> MigrationReport:
    """Bring the schema up to date; with ``check`` only say what is missing.

    Every service's role then gets its rights anew: a migration may have added tables and functions.
    Idempotent and safe to run from several processes at once. Fatal when an applied file was changed afterwards.
    """
    connection = await connect(dsn)
    try:
        if check:
            return MigrationReport([], [migration.version for migration in _missing(await _applied(connection))])
        await connection.execute(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        await connection.execute(f"SELECT pg_advisory_lock({_LOCK_KEY})")
        await connection.execute(
            "CREATE TABLE IF NOT EXISTS schema_migrations"
            " (version text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
        )
        missing = _missing(await _applied(connection))
        await _apply_all(connection, missing)
        return MigrationReport([migration.version for migration in missing], [])
    finally:
        await connection.close()


async def _applied(connection: Connection) -> dict[str, str]:
    if await connection.fetchval("SELECT to_regclass('usher.schema_migrations')") is None:
        return {}
    rows = await connection.fetch("SELECT version, checksum FROM usher.schema_migrations")
    return {row["version"]: row["checksum"] for row in rows}


def _missing(applied: dict[str, str]) -> list[Migration]:
    missing = []
    for migration in migrations():
        checksum = applied.get(migration.version)
        if checksum is None:
            missing.append(migration)
        elif checksum != migration.checksum and checksum not in SAME.get(migration.version, ()):
            raise Fatal(
                f"migration {migration.version}_{migration.name} was changed after it was applied;"
                " restore the file and put the change into a new migration"
            )
    return missing


async def _apply_all(connection: Connection, missing: list[Migration]) -> None:
    """All or none: what runs meanwhile sees no schema between two versions."""
    for attempt in range(1, TRIES_MAX + 1):
        try:
            async with connection.transaction():
                for migration in missing:
                    await _apply(connection, migration)
                await connection.execute(GRANTS.read_text(encoding="utf-8"))
            return
        except LOCKED_OUT:
            if attempt == TRIES_MAX:
                raise


async def _apply(connection: Connection, migration: Migration) -> None:
    await connection.execute(migration.sql)
    await connection.execute(
        "INSERT INTO schema_migrations (version, checksum) VALUES ($1, $2)", migration.version, migration.checksum
    )
