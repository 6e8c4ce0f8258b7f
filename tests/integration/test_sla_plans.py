"""What the sla service asks of PostgreSQL finds its rows by an index, in tables as full as they get."""

from collections.abc import AsyncIterator

import pytest

from services.sla.domain.engine import SlaEngine
from services.sla.domain.hours import HOUR_MS
from services.sla.lookup.hours import read_hourly
from services.sla.metrics import CommittedTotals
from services.sla.postgres import SlaStore
from shared.lane.commits import commit_of
from shared.postgres import Connection
from tests.support.plans import Watched
from tests.support.sla_builders import BASE_MS, INSERT_POLICY, LATENESS_MS, Log, policy_rows

PARTITIONS = 20  # a service reads one; were all rows in it, to read the table from end to end would be right
GROWING = {"sla_contact", "sla_account", "sla_total", "sla_hour", "sla_breach", "outbox", "dead_letter", "policy"}
HOUR = BASE_MS // HOUR_MS
_EACH = "FROM generate_series(0, {last}) AS p, generate_series(1, {rows}) AS n"
SEED = {
    "sla_contact": "INSERT INTO sla_contact SELECT p, 'x' || n,"
    " '{{\"contact_id\": \"x\", \"workspace\": \"acme\", \"channel\": \"chat\"}}'",
    "sla_account": "INSERT INTO sla_account SELECT p, CASE WHEN n < 20 THEN 'aacme/' ELSE 'c' END || n,"
    " '{{\"workspace\": \"acme\", \"channel\": \"chat\", \"phase\": \"bot\", \"since_ms\": 1, \"queue\": \"\","
    " \"agent\": \"\", \"agent_id\": \"a\", \"presence\": \"available\", \"state\": \"idle\", \"reason\": \"\","
    " \"units\": 1, \"used\": 0}}'",
    "sla_total": "INSERT INTO sla_total SELECT p, '[\"decided\",\"acme\",\"' || n || '\"]', n",
    "sla_hour": "INSERT INTO sla_hour SELECT p, {hour} - n / 10, '[\"moved\",\"acme\",\"' || n || '\"]', 1, 1, 1",
    "sla_breach": "INSERT INTO sla_breach SELECT p || '-' || n, p, 'acme', 'x', 'k', 't', 'q', 'chat', n",
    "sla_partition": "INSERT INTO sla_partition SELECT DISTINCT p, 1::bigint",
    "sla_policy": "INSERT INTO sla_policy SELECT DISTINCT p, 'acme', 1",
    "outbox": "INSERT INTO outbox SELECT 'router', p, n, ''",
    "dead_letter": "INSERT INTO dead_letter"
    " (id, service, reason, origin, payload, payload_sha256, payload_bytes, occurred_at)"
    " SELECT gen_random_uuid(), 'sla', 'invalid', jsonb_build_object('topic', 't', 'partition', p, 'offset', n), '',"
    " repeat('0', 64), 0, now()",
    "policy": "INSERT INTO policy (workspace, version, partition, hash, body, activated_ms)"
    " SELECT 'other-' || p, n, p, '', '{{}}', 0",
}  # fmt: skip


@pytest.fixture
async def watched(database: str) -> AsyncIterator[Watched]:
    """A database of many partitions, of which statistics are known."""
    found = await Watched.of(database)

    async def fill(connection: Connection) -> None:
        for sql in SEED.values():
            await connection.execute(f"{sql} {_EACH}".format(last=PARTITIONS - 1, rows=1500, hour=HOUR))
        await connection.executemany(INSERT_POLICY, policy_rows())
        await connection.execute("ANALYZE")

    await found.call(fill)
    await found.read()
    yield found
    await found.close()


async def test_no_load_commit_or_cleaning_reads_a_growing_table_from_end_to_end(watched: Watched) -> None:
    store = SlaStore(watched, CommittedTotals(), breach_retention_days=90)
    claim = await store.claim(0, "me")
    await store.load(claim)
    await store.unfinished(claim)
    loaded = await watched.read()
    log, engine = story(), SlaEngine("usher.contact-events.v1", 0, lateness_ms=LATENESS_MS)
    known = await store.prefetch(0, engine.needs(log.records))
    for records in (log.records[:-2], log.records[-2:]):  # the second goes over rows that the first wrote
        step = engine.step(records, known, 0)
        commit, _ = commit_of(claim, step, records, records[-1], BASE_MS, (0, 0))
        await store.commit(commit)
        claim = commit.after
    committed = await watched.read()
    await store.forget(claim, 0)
    forgot = await watched.read()

    for whole, _ in (loaded, committed, forgot):
        assert whole & GROWING == set()
    assert loaded[1] >= {"sla_contact", "sla_account", "sla_total", "outbox", "dead_letter"}
    assert committed[1] >= {"sla_contact", "sla_account", "sla_total", "sla_hour", "policy"}
    assert forgot[1] >= {"sla_breach", "sla_hour"}


async def test_reports_of_few_hours_read_no_more_of_them_than_these(watched: Watched) -> None:
    await watched.call(lambda connection: read_hourly(connection, HOUR - 2, HOUR))

    whole, index = await watched.read()

    assert whole & GROWING == set()
    assert index >= {"sla_hour", "sla_account"}


async def test_a_table_that_is_read_from_end_to_end_is_found(watched: Watched) -> None:
    await watched.call(lambda connection: connection.fetch("SELECT count(*) FROM sla_breach WHERE kind = 'k'"))

    assert (await watched.read())[0] == {"sla_breach"}


def story() -> Log:
    """Contacts that wait, are answered late and end; an agent at work."""
    log = Log().policy().event("received", "c1", 0).queued("c1", 0, "cards").queued("c2", 0, "cards")
    log.event("assigned", "c1", 7).event("assigned", "c2", 12, agent_id="agent-7")
    return log.event("closed", "c1", 13).event("closed", "c2", 14)
