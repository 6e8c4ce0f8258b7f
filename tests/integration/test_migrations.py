"""Migrations: a released one is never changed, an upgrade is whole or did not happen, the version before goes on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from deploy.local.database import PostgresServer
from shared import migrate as migrating
from shared.migrate import SAME, Migration, migrate, migrations
from tests.support import servers

RELEASED = {  # checksums of the migrations of version 0.1.0, and of those that stood on main since
    "0001": "f4d44cfe1623339f4e4b13a97ab52729e996b1372e9b82b96e06e75533d3edeb",
    "0010": "2d07131c57245581adab6f2291c6734b49baa3a629c421e9a3fa3c40e6fddce7",
    "0020": "8a9185541c6541e73d97bb64f1d844ec96d49b3be93683d6d1869cc53ce66d19",
    "0030": "41a980f0dbb489dcf4d2fcd13599adafdb82c38d1a5281c3be41361f3fea27dc",
    "0040": "4acbe89fbb44626d2d88710ba3b81e7070fdeca176e7d9ec57f7456fa552aeaf",
    "0050": "e6e5f481d1220e38342da348ab1990631da10da57664e2513340e676f253f528",
    "0051": "2a83b68c9c8e91d6ee8a05876d1c1d37d3979769b1c342060e76ef4fc100db4b",
    "0060": "d2c49a02922f010741494737a8a80e449ef2ece34e7b5fe685a7ac36d2410b61",
    "0061": "18d093452d8d65703c132da8af6ce869b63a4657fc133c07222b84b6d110671a",
    "0062": "62be53dadafe69a2be0ba764dea427bb37c8fc4abd0d4654e447ded8d64a6ec9",
    "0063": "f2163bb360dfd97ad868f7e90c78fb27b4af949fecbcc606ea26c940edbb5d0f",
    "0064": "3332e5116a60df4ad8647d14fbb0c6ea6e8f223e1cd2a46d67f6aefdfa3120c9",
    "0070": "bf95def29952494ed7dc1143988a79c18fda8a82dac14d6140df2307e57664fe",
    "0080": "91d4dbb03306acb61b6fe5990be4f56c81248d147ab366d6e193e489cc590eab",
    "0090": "3eb9172cf0b0830ad5f4e197087891fdd7f689b2aacfc2cc22985513cf0eedb2",
    "0091": "752c1657e90d510332aefe404d4719a059df58466e077f9f8a845ddc756a3ea1",
    "0092": "21d0b91d9586e55a0f33a99d3197446f956b12aead9aa5913b94d02d0d454b61",
    "0095": "fffd73beea387e8fea89fb8fd9c210902d35c7fb22fb78613f667c70e3885c20",
    "0097": "24bc00a3481536d4133623ca89d80c238c29287cd25dd0e4b48a2aa35069251a",
    "0098": "49c7127a3ed3f765d9d0fe2d73a26cf13abbbe9c8ae805fdbeffacf7ac879ceb",
}
OF_0_1_0 = ("0001", "0010", "0020", "0030", "0040")
STATEMENTS = (Path(__file__).parent / "released" / "0.1.0.sql").read_text().partition("\n")[2]


@pytest.fixture
async def released(postgres: PostgresServer) -> AsyncIterator[asyncpg.Connection]:
    """A database with the schema of version 0.1.0."""
    dsn = await servers.make_empty_database(postgres)
    connection = await asyncpg.connect(dsn, server_settings={"search_path": "usher"})
    await connection.execute(
        "CREATE SCHEMA usher; CREATE TABLE schema_migrations"
        " (version text PRIMARY KEY, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
    )
    for migration in released_ones():
        await connection.execute(migration.sql)
        await connection.execute(
            "INSERT INTO schema_migrations (version, checksum) VALUES ($1, $2)", migration.version, migration.checksum
        )
    yield connection
    await connection.close()
    await servers.drop_database(postgres, dsn)


def released_ones() -> list[Migration]:
    return [migration for migration in migrations() if migration.version in OF_0_1_0]


def dsn_of(connection: asyncpg.Connection, server: PostgresServer) -> str:
    return servers.dsn_of(server, connection._params.database)


async def versions(connection: asyncpg.Connection) -> list[str]:
    return [row["version"] for row in await connection.fetch("SELECT version FROM schema_migrations ORDER BY version")]


def test_no_migration_that_was_applied_somewhere_was_changed_and_a_new_one_has_its_line_here() -> None:
    assert {migration.version: migration.checksum for migration in migrations()} == RELEASED


async def test_a_database_of_the_release_is_upgraded_in_one_transaction_or_not_at_all(
    released: asyncpg.Connection, postgres: PostgresServer
) -> None:
    dsn = dsn_of(released, postgres)
    await released.execute("CREATE TABLE router_end (in_the_way int)")
    with pytest.raises(asyncpg.DuplicateTableError):
        await migrate(dsn)
    assert await versions(released) == list(OF_0_1_0)
    assert await released.fetchval("SELECT to_regclass('usher.sla_account')") is None  # of a migration before that

    await released.execute("DROP TABLE router_end")
    report = await migrate(dsn)

    assert report.applied == [version for version in RELEASED if version not in OF_0_1_0]
    assert await versions(released) == list(RELEASED)


async def test_a_migration_that_a_running_service_stands_in_the_way_of_is_done_again(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each holds what the other waits for: PostgreSQL ends the migration, which asked first."""
    crossing = "LOCK dead_letter IN ACCESS EXCLUSIVE MODE; LOCK lane IN ACCESS EXCLUSIVE MODE; CREATE TABLE done ()"
    known = migrations()
    monkeypatch.setattr(migrating, "migrations", lambda: [*known, Migration("9999", "crossing", crossing)])
    service, watching = [await asyncpg.connect(database, server_settings={"search_path": "usher"}) for _ in range(2)]
    async with service.transaction():
        await service.execute("LOCK lane IN ACCESS SHARE MODE")
        upgrading = asyncio.ensure_future(migrate(database))
        while not await watching.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            await asyncio.sleep(0.01)
        await service.fetch("SELECT FROM dead_letter")
    report = await upgrading
    await service.close()
    assert report.applied == ["9999"]
    assert await watching.fetchval("SELECT to_regclass('usher.done')") is not None
    await watching.close()


async def test_a_text_that_differed_in_a_comment_is_taken_for_the_same_and_another_is_not(
    released: asyncpg.Connection, postgres: PostgresServer
) -> None:
    (checksum,) = SAME["0010"]
    await released.execute("UPDATE schema_migrations SET checksum = $1 WHERE version = '0010'", checksum)
    assert (await migrate(dsn_of(released, postgres), check=True)).missing == list(RELEASED)[len(OF_0_1_0) :]

    await released.execute("UPDATE schema_migrations SET checksum = 'x' WHERE version = '0010'")
    with pytest.raises(Exception, match=r"migration 0010_router was changed after it was applied"):
        await migrate(dsn_of(released, postgres))


@pytest.mark.parametrize("checksum", [RELEASED["0097"], *SAME["0097"]])
async def test_a_database_of_either_text_of_0097_is_upgraded_to_the_same_functions(
    released: asyncpg.Connection, postgres: PostgresServer, checksum: str
) -> None:
    """It was one migration with 0098 for some hours; whoever stopped at either can go on."""
    dsn = dsn_of(released, postgres)
    await migrate(dsn)
    body = "SELECT prosrc FROM pg_proc WHERE proname = 'router_forget'"
    newest = await released.fetchval(body)
    if checksum == RELEASED["0097"]:
        (before,) = [each.sql for each in migrations() if each.version == "0097"]
        await released.execute(before[before.index("CREATE OR REPLACE") :])
        assert await released.fetchval(body) != newest
    await released.execute("UPDATE schema_migrations SET checksum = $1 WHERE version = '0097'", checksum)
    await released.execute("DELETE FROM schema_migrations WHERE version = '0098'")

    assert (await migrate(dsn)).applied == ["0098"]
    assert await released.fetchval(body) == newest


async def test_every_statement_of_the_version_before_is_understood_on_the_newest_schema(database: str) -> None:
    connection = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    statements = [each.strip() for each in STATEMENTS.split(";\n") if each.strip()]
    for statement in statements:
        await connection.prepare(statement)
    await connection.close()
    assert len(statements) > 20


async def test_a_commit_of_the_version_before_passes_the_fence_and_writes_its_rows(database: str) -> None:
    """The function that 0.1.0 calls has 60 arguments; this one calls it with an input and the time of the log."""
    connection = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    claimed = await connection.fetchrow("SELECT * FROM lane_claim('router', 0, 'old')")
    before = ("router", 0, claimed["epoch"], 0, 0, 1, 0, 0, 0, "")
    after = ("router", 0, claimed["epoch"], 1, 1, 1, 0, 0, 0, "")
    event_id = "ff371479-afdd-5858-990d-23b53825d918"
    call = f"SELECT router_commit({', '.join(f'${number}' for number in range(1, 61))})"
    empty: list[list[str]] = [[] for _ in range(53)]

    await connection.execute(call, before, after, 5, None, [], 1234, [event_id], *empty)
    with pytest.raises(asyncpg.PostgresError) as fenced:
        await connection.execute(
            call, (*before[:2], 99, *before[3:]), (*after[:2], 99, *after[3:]), 5, None, [], 1, [], *empty
        )

    assert fenced.value.sqlstate == "UF001"
    assert await connection.fetchval("SELECT seen_ms FROM router_input WHERE event_id = $1", event_id) == 1234
    clock = await connection.fetchrow("SELECT at_ms, heard_ms FROM router_clock")
    assert tuple(clock) == (1234, 0)  # an old router knows nothing of ingest's sign of life
    await connection.close()
