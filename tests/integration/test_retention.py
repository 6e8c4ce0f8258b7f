"""What is over goes when its time is over, so much at a time; who comes back is a new contact, never an old one."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from services.ingest.settings import IngestSettings
from services.router.domain.state.rows import Known, Needs, RouterRows, RouterWrites
from services.router.postgres import RouterStore
from services.router.settings import RouterSettings
from services.sla.settings import SlaSettings
from shared.contract import ids, inputs
from shared.contract.records import Record
from shared.contract.topics import all_topics
from shared.lane.store import Commit
from shared.postgres import Database
from shared.times import DAY_MS
from tests.support.documents import DOCS, tables
from tests.support.router_builders import POLICY, Router, body_of, policy_with
from tests.support.sla_builders import BASE_MS, Runner

START_MS = ids._FIRST_ERA_ENDS_MS + 321 * DAY_MS  # some conversations are in their second era, some in the first
DAY_SECONDS = 86_400
TABLES = (
    "lane, outbox, router_contact, router_personal, router_outcome, router_episode, router_past, router_agent,"
    " router_alias, router_merge, router_flow, router_input, router_clock, router_end, policy, sla_policy, sla_contact"
)


class Rows:
    """The router's rows in PostgreSQL, for a router of a test that knows no await."""

    def __init__(self, runner: asyncio.Runner, store: RouterStore) -> None:
        self._run = runner.run
        self._store = store
        self._claim = self._run(store.claim(0, "test"))

    def known(self, needs: Needs | None) -> Known | None:
        return None if needs is None else self._run(self._store.prefetch(0, needs))

    def apply(self, writes: RouterWrites) -> None:
        after = replace(self._claim, next_step=self._claim.next_step + 1)
        commit = Commit(before=self._claim, after=after, at_ms=0, outbox=None, dead=[], writes=writes)
        self._run(self._store.commit(commit))
        self._claim = after

    def rows(self) -> RouterRows:
        rows: RouterRows = self._run(self._store.load(self._claim))
        return rows

    def forget(self, at_ms: int) -> Counter[str]:
        return Counter(self._run(self._store.forget(self._claim, at_ms)))


class Kept400(Router):
    """A router whose memory is PostgreSQL, and that forgets as it is set by default."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        super().__init__(policy=None, start_ms=START_MS)
        store = RouterStore(database, is_open=lambda workspace, some_id: some_id in self.open_customers(workspace))
        self.rows = Rows(runner, store)
        self.store: Any = self.rows
        self.gone: Counter[str] = Counter()
        self.activate(POLICY)

    def open_customers(self, workspace: str) -> Any:
        return self.engine.book.workspaces[workspace].customers

    def pass_days(self, days: float) -> None:
        """Time passes, deadlines fire, and the lane forgets."""
        self.wait(days * DAY_SECONDS)
        while forgotten := self.rows.forget(self.now_ms):
            self.gone += forgotten


async def with_router(database: str, play: Any) -> None:
    """Play in a thread, because neither the router of the tests nor hypothesis knows an event loop."""

    def work() -> None:
        with asyncio.Runner() as runner:
            connected = Database(database, connections_max=1, seconds_max=10.0)
            runner.run(connected.open())
            try:
                play(runner, connected)
            finally:
                runner.run(connected.close())

    await asyncio.to_thread(work)


def execute(runner: asyncio.Runner, database: Database, sql: str, *values: Any) -> list[Any]:
    async def work(connection: Any) -> list[Any]:
        return list(await connection.fetch(sql, *values))

    return runner.run(database.call(work))


# ---- who comes back ----

CONVERSATIONS = ("c1", "c2", "c3")
MOVES = st.one_of(
    st.tuples(st.just("write"), st.sampled_from(CONVERSATIONS)),
    st.tuples(st.just("write"), st.sampled_from(CONVERSATIONS)),
    st.tuples(st.just("leave"), st.sampled_from(CONVERSATIONS)),
    st.tuples(st.just("again"), st.sampled_from(CONVERSATIONS)),
    st.tuples(st.just("days"), st.sampled_from((0.5, 6, 120, 399, 410, 700, 1099, 1110, 1501))),
    st.tuples(st.just("restart"), st.just("")),
)


def play(router: Kept400, moves: list[tuple[str, Any]]) -> None:
    """A story, and what must hold after each of its moves."""
    said: dict[str, list[inputs.MessageReceived]] = {}
    for move, about in moves:
        before = len(router.events)
        match move:
            case "write":
                live = about in {each.conversation_id for each in router.engine.book.contacts.values()}
                message = router.message(about, router.offset)
                router.say(message)
                said.setdefault(about, []).append(message)
                told = [event.type for event in router.events[before:]]
                assert ("usher.contact.received.v1" in told) is not live, "one contact for each return, and no ghost"
            case "leave":
                router.hang_up(about)
            case "again":
                held = [each for each in said.get(about, ()) if each.arrived_ms > router.now_ms - 7 * DAY_MS]
                for message in held:  # by Kafka, or a sender that never heard of our answer
                    router.say(message)
                assert router.events[before:] == [], "a repeat is no contact"
            case "days":
                router.pass_days(about)
            case _:
                router.restart()
    assert router.dead == []


def as_log(router: Router) -> list[Record]:
    return [
        Record(index, event.at_ms, event.type, ids.event_id(event.cause_id, event.ordinal), event.body, index + 1)
        for index, event in enumerate(router.events)
    ]


async def test_a_conversation_that_returns_gets_an_id_that_no_contact_ever_had_and_sla_agrees(database: str) -> None:
    seen: Counter[str] = Counter()

    def play_all(runner: asyncio.Runner, connected: Database) -> None:
        @settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(st.lists(MOVES, min_size=6, max_size=14))
        def law(moves: list[tuple[str, Any]]) -> None:
            execute(runner, connected, f"TRUNCATE {TABLES}")
            router = Kept400(runner, connected)
            play(router, [("write", "c1"), *moves, ("days", 1501), ("write", "c1"), ("write", "c2")])

            received = [event.subject for event in router.events if event.type == "usher.contact.received.v1"]
            assert len(set(received)) == len(received), "an id came twice"
            sla = Runner({("acme", 1): orjson.dumps(POLICY).decode()})
            sla.step(as_log(router))
            sla.step([], (router.now_ms + 10_000 - BASE_MS) / 1000)
            assert sla.dead == []
            assert set(sla.database.contacts) == set(router.engine.book.contacts)
            started = [fact for fact in sla.facts() if fact[0] == "started" and fact[2] == "time_to_answer"]
            assert {contact for _, contact, _, _ in started} == set(received), "each is promised its answer anew"
            seen.update(router.gone)

        law()

    await with_router(database, play_all)
    assert seen["router_outcome"] and seen["router_episode"] and seen["router_input"], "dull stories"


async def test_the_next_episode_has_its_number_for_as_long_as_it_is_kept_and_then_the_first_has_another_id(
    database: str,
) -> None:
    def story(runner: asyncio.Runner, connected: Database) -> None:
        router = Kept400(runner, connected)
        first = router.contact("c1")
        for episode, days in ((2, 410), (3, 410), (4, 8), (1, 1110), (2, 410)):
            router.pass_days(days)
            assert router.contact("c1", message_id=f"after-{days}", event_id=router._key("it")) != first
            assert router.last("received")["episode"] == episode
        received = [event.subject for event in router.events if event.type == "usher.contact.received.v1"]
        assert len(set(received)) == len(received) == 6

    await with_router(database, story)


# ---- what is known of customers ----


async def test_ids_of_a_customer_go_when_they_had_no_contact_for_so_long_and_their_merges_with_them(
    database: str,
) -> None:
    def story(runner: asyncio.Runner, connected: Database) -> None:
        router = Kept400(runner, connected)
        aliases = "SELECT alias FROM router_alias ORDER BY alias"
        for name in ("lost", "loyal"):
            router.contact(f"{name}-0", party=inputs.Party(handle="x", customer_id=f"hash-{name}"))
            router.hang_up(f"{name}-0")
            party = inputs.Party(handle="x", customer_id=name)
            router.contact(f"{name}-1", party=party, handle_key=f"hash-{name}")
            router.hang_up(f"{name}-1")
        assert [row[0] for row in execute(runner, connected, aliases)] == ["hash-lost", "hash-loyal"]

        router.pass_days(300)
        router.contact("loyal-2", party=inputs.Party(handle="x", customer_id="hash-loyal"))  # by the handle alone
        router.hang_up("loyal-2")
        assert not router.gone["router_alias"]
        router.pass_days(150)

        assert [row[0] for row in execute(runner, connected, aliases)] == ["hash-loyal"]
        assert (router.gone["router_alias"], router.gone["router_merge"], router.gone["router_outcome"]) == (1, 1, 4)
        assert body_of(router.events[-1])["customer_id"] == "loyal", "the handle still led to whom it belongs"
        merged = execute(runner, connected, "SELECT alias FROM router_merge")
        assert [row[0] for row in merged] == ["hash-loyal"]

        router.now_ms += 390 * DAY_SECONDS * 1000  # nobody forgets yet: they come back in the last moment
        router.contact("loyal-3", party=inputs.Party(handle="x", customer_id="hash-loyal"))
        router.now_ms += 2 * DAY_SECONDS * 1000
        router.rows.forget(router.now_ms + 20 * DAY_MS)
        assert execute(runner, connected, aliases), "while a contact is live"
        router.pass_days(500)
        assert execute(runner, connected, aliases) == []

    await with_router(database, story)


# ---- policies ----


async def test_a_policy_goes_when_it_was_replaced_so_long_ago_and_nothing_runs_under_it(database: str) -> None:
    def story(runner: asyncio.Runner, connected: Database) -> None:
        def versions() -> list[int]:
            return [row[0] for row in execute(runner, connected, "SELECT version FROM policy ORDER BY version")]

        def at_version(version: int) -> None:
            execute(
                runner, connected,
                "INSERT INTO sla_policy VALUES (0, 'acme', $1) ON CONFLICT (partition, workspace) DO UPDATE"
                " SET version = excluded.version", version,
            )  # fmt: skip

        router = Kept400(runner, connected)
        for timeout in ("16s", "17s", "18s"):
            router.activate(policy_with(offers={"timeout": timeout}))
        at_version(4)
        router.pass_days(399)
        assert versions() == [1, 2, 3, 4], "those who read the log again need them"
        router.activate(policy_with(offers={"timeout": "19s"}))
        clock = orjson.dumps({"workspace": "acme", "channel": "chat", "clocks": [{"policy": 2, "started_ms": 0}]})
        execute(runner, connected, "INSERT INTO sla_contact VALUES (0, 'c', $1)", clock.decode())
        at_version(3)
        router.pass_days(2)
        assert versions() == [2, 3, 4, 5], "a clock runs under 2, sla has only come to 3, 4 was replaced just now"
        for held in (
            {"policy": 2},
            {"policy": 4, "began": {"handling": 2}, "clocks": [{"policy": 4}]},
            {"policy": 4, "began": {"resolution": 4, "handling": 2}},
            {"policy": 4, "clocks": [{"policy": 4}, {"policy": 2, "turns": 1}]},
        ):
            body = orjson.dumps({"workspace": "acme", "channel": "chat", **held}).decode()
            execute(runner, connected, "UPDATE sla_contact SET body = $1", body)
            router.pass_days(1)
            assert versions() == [2, 3, 4, 5], "a contact came under 2, or somebody has owed it something since then"
        body = '{"workspace": "acme", "policy": 4, "began": "to read this would fail", "turns": 2, "clocks": []}'
        execute(runner, connected, "UPDATE sla_contact SET body = $1", body)
        router.pass_days(1)
        assert versions() == [3, 4, 5], "who is held to none of those that go is not taken apart"
        execute(runner, connected, "DELETE FROM sla_contact")
        at_version(5)
        router.pass_days(1)
        assert versions() == [4, 5]
        router.pass_days(3000)
        assert versions() == [5], "the one in force stays, however old"
        router.restart()
        assert router.contact("c1"), "and decides"

    await with_router(database, story)


@pytest.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    found = await asyncpg.connect(database, server_settings={"search_path": "usher"})
    yield found
    await found.close()


# ---- every table, every topic ----

SETTINGS = (IngestSettings, RouterSettings, SlaSettings)
REASON_CHARACTERS_MIN = 20  # of a sentence that says why


def kept_page() -> dict[str, list[str]]:
    """The cells of each table and topic in docs/upgrade.md."""
    (rows,) = [each for each in tables((DOCS / "upgrade.md").read_text()) if "`lane`" in str(each)]
    found = [(name, row) for row in rows for name in re.findall(r"`([^`]+)`", row[0])]
    assert len(found) == len(dict(found)), "a table stands there twice"
    return dict(found)


async def test_every_table_and_topic_has_a_retention_or_a_written_reason_why_it_is_bounded(
    connection: asyncpg.Connection,
) -> None:
    page = kept_page()
    there = {row[0] for row in await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'usher'")}

    assert set(page) == there | {spec.name for spec in all_topics(("<source>",))}

    defaults = {name: field.default for each in SETTINGS for name, field in each.model_fields.items()}
    named = set()
    for name, (_, kept, why) in page.items():
        (setting, *_) = [*re.findall(r"`USHER_(\w+_RETENTION_DAYS)`", why), None]
        if setting is None:
            assert len(why) >= REASON_CHARACTERS_MIN, f"{name}: neither a setting nor a reason"
        else:
            assert kept == f"{defaults[setting.lower()]} days", name
            named.add(setting.lower())
    assert named == {name for name in defaults if name.endswith("_retention_days")}, "each setting drops something"


# ---- bounds ----


OLD = {
    "router_input": "INSERT INTO router_input SELECT gen_random_uuid(), 0, n FROM generate_series(1, {n}) AS n",
    "router_past": "INSERT INTO router_past SELECT gen_random_uuid(), 'o', gen_random_uuid(), 'a', 's', n"
    " FROM generate_series(1, {n}) AS n",
    "router_outcome": "INSERT INTO router_outcome SELECT gen_random_uuid(), 0, 'acme', gen_random_uuid(), 1, 'closed',"
    " n, 'c' || n, '{{}}' FROM generate_series(1, {n}) AS n",
    "router_episode": "INSERT INTO router_episode SELECT gen_random_uuid(), 0, 1, n FROM generate_series(1, {n}) AS n",
    "router_alias": "INSERT INTO router_alias SELECT 'acme', 'x' || n, 0, 'y' || n, 'y' || n, false, n"
    " FROM generate_series(1, {n}) AS n",
    "policy": "INSERT INTO policy SELECT 'acme', n, 0, '', '{{}}', n FROM generate_series(1, {n}) AS n",
}


async def test_one_call_drops_a_bounded_number_of_the_oldest_of_each_table_and_searches_by_an_index(
    database: str, connection: asyncpg.Connection
) -> None:
    for sql in OLD.values():
        await connection.execute(sql.format(n=300))
    await connection.execute("ANALYZE")
    await connection.execute("SET enable_seqscan = on; SET enable_bitmapscan = off; SET track_functions = 'none'")

    gone = await connection.fetch("SELECT what, number FROM router_forget(0, 100, 100, 100, 100, 40)")

    assert {row["what"]: row["number"] for row in gone} == {
        "router_input": 40, "router_past": 40, "router_outcome": 40, "router_episode": 40, "policy": 40,
    }  # fmt: skip
    left = [await connection.fetchval(f"SELECT min({column}) FROM {table}") for table, column in (
        ("router_input", "seen_ms"), ("router_past", "ended_ms"), ("router_outcome", "ended_ms"),
        ("policy", "activated_ms"),
    )]  # fmt: skip
    assert left == [41, 41, 41, 41], "the oldest went"
    for sql in (
        "SELECT id FROM router_past WHERE partition = 0 AND ended_ms < 9 ORDER BY ended_ms LIMIT 5",
        "SELECT contact_id FROM router_outcome WHERE partition = 0 AND ended_ms < 9 ORDER BY ended_ms LIMIT 5",
        "SELECT conversation_key FROM router_episode WHERE partition = 0 AND ended_ms < 9 ORDER BY ended_ms LIMIT 5",
        "SELECT alias FROM router_alias WHERE partition = 0 AND greatest(since_ms, seen_ms) < 9"
        " ORDER BY greatest(since_ms, seen_ms) LIMIT 5",
        "SELECT version FROM policy WHERE partition = 0 AND activated_ms < 9 ORDER BY activated_ms LIMIT 5",
        "SELECT id FROM router_merge WHERE workspace = 'acme' AND alias = 'x1'",
    ):
        plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql}"))
        if "router_merge" not in sql:
            assert "Index" in plan and "Seq Scan" not in plan and "Sort" not in plan, plan
    await connection.execute("SET enable_seqscan = off")
    plan = "\n".join(row[0] for row in await connection.fetch(f"EXPLAIN {sql}"))
    assert "router_merge_alias" in plan, plan
