"""The sla service's rows on real PostgreSQL: what is committed comes back, once, and only by the owner."""

import re
from collections.abc import AsyncIterator

import asyncpg
import orjson
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry
from pydantic import SecretStr

from services.sla.domain.contact import Contact
from services.sla.domain.engine import SlaEngine
from services.sla.domain.hours import HOUR_MS
from services.sla.domain.rows import SlaWrites, rows_of
from services.sla.lookup.clocks import open_clocks
from services.sla.metrics import CommittedTotals, SlaCollector
from services.sla.postgres import SlaStore
from shared.clock import now_ms
from shared.errors import Fenced, PartitionClosed, Poison
from shared.lane.store import Claim, Commit
from shared.postgres import Database
from shared.process.metrics import WorkspaceLabels
from shared.process.settings import CommonSettings
from tests.support.sla_builders import BASE_MS, INSERT_POLICY, LATENESS_MS, Log, bodies, policy_rows, stored

CONTROLS = ("\n", "\r\n", "\x1f", "\x7f", "\x85", "\u2028", "\ufeff", "\uffff")
ODD = ("", *CONTROLS, "\\", '"', "'", "null", "NULL", "{},[]", "\\u0041", "é😀")


@pytest.fixture
async def store(database: str) -> AsyncIterator[SlaStore]:
    pool = Database(database, connections_max=2, seconds_max=10.0)
    await pool.open()
    await pool.call(lambda connection: connection.executemany(INSERT_POLICY, policy_rows()))
    yield SlaStore(pool, CommittedTotals(), breach_retention_days=90)
    await pool.close()


async def execute(pool: Database, sql: str, *arguments: object) -> list[asyncpg.Record]:
    return await pool.call(lambda connection: connection.fetch(sql, *arguments))


def engine() -> SlaEngine:
    return SlaEngine("usher.contact-events.v1", 0, lateness_ms=LATENESS_MS)


def commit_of(claim: Claim, writes: SlaWrites | None) -> Commit:
    after = replace(claim, next_step=claim.next_step + 1)
    return Commit(before=claim, after=after, at_ms=BASE_MS, outbox=None, dead=[], writes=writes)


def shown(store: SlaStore) -> dict[str, float]:
    """What /metrics would show of partition 0: the sample's name and labels as text."""
    registry = CollectorRegistry()
    registry.register(
        SlaCollector(
            store._committed, lambda: {0: None}, lambda partition: 0, lambda: 0, WorkspaceLabels(workspaces_max=50)
        )
    )
    return {
        ",".join([sample.name, *sample.labels.values()]): sample.value
        for family in registry.collect()
        for sample in family.samples
    }


def story() -> Log:
    """One promise met, one broken, two open; a wait of 7 s and one of 12."""
    log = Log().policy().policy("globex").event("received", "c1", 0).queued("c1", 0, "cards").queued("c2", 0, "cards")
    log.event("assigned", "c1", 7).event("assigned", "c2", 12).event("received", "c3", 13)
    return log.queued("c3", 13, "orders")


async def test_what_is_committed_comes_back_as_the_same_engine(store: SlaStore) -> None:
    log, first = story(), engine()
    claim = await store.claim(0, "first")
    known = await store.prefetch(0, first.needs(log.records))
    step = first.step(log.records[:5], known, 0)
    await store.commit(commit_of(claim, step.writes))
    claim = await store.claim(0, "second")
    second = engine()
    second.restore(await store.load(replace(claim)))
    rest = log.records[5:]
    assert second.step(rest, None, 0) == first.step(rest, None, 0)
    assert second.deadline_ms() == first.deadline_ms()
    assert second.open_clocks == first.open_clocks


async def test_names_of_several_lines_are_stored_as_they_are(store: SlaStore) -> None:
    """Bodies reach the database as lines of one text."""
    log = Log().policy()
    log.event("sent_to_bot", "c\n1", 0, queue="cards\n").event("assigned", "c2", 1, agent_id='"a\n1"\\n')
    log.queued("c\n3", 2, "cards")
    claim, first = await store.claim(0, "first"), engine()
    step = first.step(log.records, await store.prefetch(0, first.needs(log.records)), 0)
    await store.commit(commit_of(claim, step.writes))
    rows = await store.load(await store.claim(0, "second"))
    assert {contact.contact_id for contact in rows.contacts} == {"c\n3"}
    courses = stored(step.writes.account)
    assert len(courses) == 3
    assert sorted((key, orjson.loads(body)) for key, body in rows.account) == sorted(
        (key, orjson.loads(body)) for key, body in courses.items()
    )


async def test_any_names_are_stored_and_forgotten_as_they_are_however_many(store: SlaStore) -> None:
    """Names reach the database as a JSON array of one text."""
    names = [odd + str(number or "") for number in range(200) for odd in ODD]
    rows = rows_of(names, [Contact(contact_id=name, workspace="acme", channel="chat", queue=name) for name in names])
    claim = await store.claim(0, "first")
    await store.commit(commit_of(claim, SlaWrites(contacts=rows, account=rows)))
    claim = await store.claim(0, "second")
    loaded = await store.load(claim)
    assert {contact.contact_id: contact.queue for contact in loaded.contacts} == {name: name for name in names}
    assert sorted(loaded.account) == sorted(stored(rows).items())
    await store.commit(commit_of(claim, SlaWrites(gone=names[1:], account_gone=names[:-1])))
    rest = await store.load(await store.claim(0, "third"))
    assert [contact.contact_id for contact in rest.contacts] == names[:1]
    assert [key for key, _ in rest.account] == names[-1:]


@pytest.mark.parametrize("part", ["contacts", "gone", "account", "account_gone"])
async def test_a_name_that_the_database_cannot_hold_is_poison_and_changes_nothing(store: SlaStore, part: str) -> None:
    claim, names = await store.claim(0, "first"), ["good", "nul\x00"]
    rows = rows_of(names, [Contact(contact_id=name, workspace="acme", channel="chat") for name in names])
    writes = {"contacts": rows, "gone": names, "account": rows, "account_gone": names}
    with pytest.raises(Poison):
        await store.commit(commit_of(claim, SlaWrites(**{part: writes[part]})))
    again = await store.claim(0, "second")
    assert again.next_step == claim.next_step
    loaded = await store.load(again)
    assert (loaded.contacts, loaded.account) == ([], [])


async def test_the_metrics_are_the_committed_totals_whoever_owns_the_partition(store: SlaStore) -> None:
    first = engine()
    claim = await store.claim(0, "first")
    await store.load(claim)
    step = first.step(story().records, bodies(), 0)
    assert shown(store).get("usher_sla_breaches_total,acme,time_to_answer,10s,cards,voice,0") is None
    await store.commit(commit_of(claim, step.writes))
    committed = shown(store)
    assert committed["usher_sla_breaches_total,acme,time_to_answer,10s,cards,voice,0"] == 1
    assert committed["usher_sla_clocks_total,acme,time_to_answer,10s,cards,met,0"] == 1
    assert committed["usher_sla_clocks_total,acme,time_to_answer,10s,cards,breached,0"] == 1
    assert committed["usher_queue_wait_seconds_bucket,acme,cards,voice,answered,0,8.0"] == 1
    assert committed["usher_queue_wait_seconds_bucket,acme,cards,voice,answered,0,+Inf"] == 2
    assert committed["usher_queue_wait_seconds_sum,acme,cards,voice,answered,0"] == 19
    heir = SlaStore(store.database, CommittedTotals(), breach_retention_days=90)
    await heir.load(await heir.claim(0, "heir"))
    assert shown(heir) == committed


async def test_a_commit_that_is_repeated_or_fenced_counts_nothing(store: SlaStore) -> None:
    claim = await store.claim(0, "first")
    step = engine().step(story().records, bodies(), 0)
    await store.commit(commit_of(claim, step.writes))
    before = shown(store)
    await store.commit(commit_of(claim, step.writes))
    await store.claim(0, "second")
    stale = replace(commit_of(claim, step.writes).after)
    with pytest.raises(Fenced):
        await store.commit(commit_of(stale, step.writes))
    assert shown(store) == before
    assert len(await execute(store.database, "SELECT * FROM sla_breach")) == 1


async def test_the_same_clock_cannot_breach_twice(store: SlaStore) -> None:
    claim = await store.claim(0, "first")
    step = engine().step(story().records, bodies(), 0)
    commit = commit_of(claim, step.writes)
    await store.commit(commit)
    with pytest.raises(Poison):
        await store.commit(commit_of(commit.after, step.writes))


async def test_the_policy_under_which_a_clock_runs_is_loaded_beside_the_one_that_holds_now(store: SlaStore) -> None:
    other = bodies()["acme", 1].replace('"10m"', '"20m"')
    await execute(store.database, INSERT_POLICY.strip(), "acme", 2, other)
    claim, before = await store.claim(0, "me"), engine()
    log = story().policy(version=2)
    step = before.step(log.records, {**bodies(), ("acme", 2): other}, 0)
    await store.commit(commit_of(claim, step.writes))
    rows = await store.load(await store.claim(0, "heir"))
    assert set(rows.policies) == {("acme", 2), ("globex", 1)}
    assert set(rows.older) == {("acme", 1)}, "c3 waits under the first policy"
    heir = engine()
    heir.restore(rows)
    rest = (
        log.event("pending_changed", "c3", 20, pending=True).event("pending_changed", "c3", 30, pending=False).records
    )
    assert heir.step(rest[-2:], None, 0) == before.step(rest[-2:], None, 0)


async def test_a_policy_under_which_a_contact_came_may_be_forgotten_and_that_of_a_clock_not(
    store: SlaStore,
) -> None:
    other = bodies()["acme", 1].replace("{", '{"apply_to_open":true,', 1)
    await execute(store.database, INSERT_POLICY.strip(), "acme", 2, other)
    await execute(store.database, "UPDATE policy SET activated_ms = $1 WHERE version = 2", BASE_MS)
    log = story()
    step = engine().step(log.policy(version=2).records, {**bodies(), ("acme", 2): other}, 0)
    claim = await store.claim(0, "me")
    await store.commit(commit_of(claim, step.writes))
    rows = await store.load(await store.claim(0, "heir"))
    assert set(rows.older) == {("acme", 1)}, "c3 came under the first policy"
    assert rows.since["acme", 2] == BASE_MS
    await execute(store.database, "DELETE FROM policy WHERE workspace = 'acme' AND version = 1")
    rows = await store.load(await store.claim(0, "another"))
    assert (rows.older, {clock.policy for contact in rows.contacts for clock in contact.clocks}) == ({}, {2})
    heir = engine()
    heir.restore(rows)
    assert heir.step(log.event("assigned", "c3", 20).records[-1:], None, 0).events
    await execute(store.database, "UPDATE sla_contact SET body = jsonb_set(body::jsonb, '{clocks,0,policy}', '1')")
    with pytest.raises(PartitionClosed, match="policy 1 of workspace acme"):
        await store.load(await store.claim(0, "third"))


async def test_an_empty_commit_writes_nothing(store: SlaStore) -> None:
    await store.commit(commit_of(await store.claim(0, "me"), None))
    assert await execute(store.database, "SELECT * FROM sla_partition") == []


async def test_a_policy_that_the_database_does_not_have_closes_the_partition(store: SlaStore) -> None:
    with pytest.raises(PartitionClosed, match="policy 7 of workspace acme"):
        await store.prefetch(0, [("acme", 7)])


async def test_open_clocks_are_there_for_people_who_look(store: SlaStore) -> None:
    step = engine().step(story().records, bodies(), 0)
    await store.commit(commit_of(await store.claim(0, "me"), step.writes))
    clocks = await execute(store.database, "SELECT * FROM sla_clock ORDER BY kind")
    assert [(clock["contact_id"], clock["kind"], clock["state"]) for clock in clocks] == [
        ("c3", "resolution", "running"),
        ("c3", "time_to_answer", "running"),
    ]
    assert [round((clock["due_at"] - clock["started_at"]).total_seconds()) for clock in clocks] == [600, 20]


async def test_people_who_look_see_why_a_clock_rests_and_since_when(store: SlaStore) -> None:
    log = story().event("pending_changed", "c3", 20, pending=True)
    step = engine().step(log.records, bodies(), 0)
    await store.commit(commit_of(await store.claim(0, "me"), step.writes))
    (clock,) = await execute(store.database, "SELECT * FROM sla_clock WHERE state = 'paused'")
    assert (clock["kind"], clock["policy_version"], clock["rule"]) == ("resolution", 1, "")
    assert (clock["paused_at"] - clock["started_at"]).total_seconds() == 7
    assert "pending" in clock["waits_for"]


async def test_explain_reads_the_open_clocks_of_a_contact_with_what_is_left(store: SlaStore, database: str) -> None:
    log = story().event("pending_changed", "c3", 20, pending=True)
    step = engine().step(log.records, bodies(), 0)
    await store.commit(commit_of(await store.claim(0, "me"), step.writes))
    settings = CommonSettings(postgres_dsn=SecretStr(database))
    clocks = await open_clocks(settings, 0, "c3", BASE_MS + 23_000)
    assert clocks is not None
    assert [(clock.kind, clock.state, clock.left_seconds, clock.waits_for) for clock in clocks] == [
        ("time_to_answer", "running", 10.0, ()),
        ("resolution", "paused", 593.0, ("pending",)),
    ]
    assert await open_clocks(settings, 0, "nobody", BASE_MS) == ()
    await execute(store.database, "CREATE ROLE looks_at_no_clock LOGIN PASSWORD 'looks'")
    try:
        dsn = re.sub(r"//[^@/]*@", "//looks_at_no_clock:looks@", database)
        await execute(store.database, "GRANT USAGE ON SCHEMA usher TO looks_at_no_clock")
        assert await open_clocks(CommonSettings(postgres_dsn=SecretStr(dsn)), 0, "c3", BASE_MS) is None
    finally:
        await execute(store.database, "REVOKE USAGE ON SCHEMA usher FROM looks_at_no_clock")
        await execute(store.database, "DROP ROLE looks_at_no_clock")


async def test_hours_beyond_their_retention_are_dropped_and_all_that_a_report_of_so_many_days_reads_stay(
    database: str,
) -> None:
    pool = Database(database, connections_max=2, seconds_max=10.0)
    await pool.open()
    short = SlaStore(pool, CommittedTotals(), breach_retention_days=90, report_retention_days=2)
    claim = await short.claim(0, "me")
    first = now_ms() // HOUR_MS - 48
    for hour in (first - 300, first - 1, first + 1, first + 48):
        await execute(pool, 'INSERT INTO sla_hour VALUES (0, $1, \'["moved","acme"]\', 1, 1, 1)', hour)
    await short.forget(claim, 0)
    assert [row["hour"] - first for row in await execute(pool, "SELECT hour FROM sla_hour ORDER BY hour")] == [1, 48]
    await pool.close()


async def test_old_breaches_are_forgotten_and_still_counted(store: SlaStore) -> None:
    claim = await store.claim(0, "me")
    step = engine().step(story().records, bodies(), 0)
    old = [breach._replace(due_ms=1) for breach in step.writes.breaches]
    step.writes.breaches = [*old, old[0]._replace(clock_id="young", due_ms=4_000_000_000_000)]
    await store.commit(commit_of(claim, step.writes))
    assert await store.forget(claim, 0) == {"sla_breach": 1}
    assert [row["clock_id"] for row in await execute(store.database, "SELECT clock_id FROM sla_breach")] == ["young"]
    assert shown(store)["usher_sla_breaches_total,acme,time_to_answer,10s,cards,voice,0"] == 1
