"""What a lane may trust in a store, whichever it is: one suite over PostgreSQL and the store in memory."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import Any, cast

import pytest
import pytest_asyncio
from msgspec.structs import replace

from shared.contract.records import DeadLetter, Event, Record
from shared.errors import Fenced, Poison, Reason, Retryable, UsherError
from shared.lane.commits import commit_of
from shared.lane.engine import Deadline, Step, refused_deadline
from shared.lane.store import Claim, Commit, LaneStore
from shared.postgres import IDLE_TRANSACTION_MS_MAX, Database
from tests.support import servers, tally
from tests.support.memory_lane import MemoryLaneStore
from tests.support.tally_rows import TallyRows

SCRIPT_STEPS = 150
CALL_SECONDS_MAX = 10.0
SHORT_MS = 50  # that the server lets a process sleep in a transaction


@dataclass
class Stored:
    """A store under test, and how an operator marks its dead letters for another try."""

    store: LaneStore
    replay: Callable[[str], Awaitable[None]]


def in_memory() -> Stored:
    store = MemoryLaneStore(TallyRows())

    async def replay(letter: str) -> None:
        store.replayed.add(letter)

    return Stored(store, replay)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def in_postgres(postgres: Any) -> AsyncIterator[Stored]:
    dsn = await servers.make_database(postgres)
    await tally.install(dsn)
    database = Database(dsn, connections_max=2, seconds_max=CALL_SECONDS_MAX)
    await database.open()

    async def replay(letter: str) -> None:
        sql = "UPDATE dead_letter SET state = 'replayed' WHERE id = $1::uuid"
        await database.call(lambda connection: connection.execute(sql, letter))

    yield Stored(tally.TallyStore(database), replay)
    await database.close()
    await servers.drop_database(postgres, dsn)


@pytest.fixture(params=["memory", "PostgreSQL"])
def stored(request: pytest.FixtureRequest, in_postgres: Stored) -> Stored:
    return in_memory() if request.param == "memory" else in_postgres


@pytest.fixture
def partition(request: pytest.FixtureRequest) -> int:
    """One that no other test of this file uses."""
    return sorted(each.name for each in request.session.items).index(request.node.name)


def record(offset: int) -> Record:
    return Record(offset, 1000 + offset, "t", f"input-{offset}", b"{}")


def event(seq: int) -> Event:
    return Event("tally.counted.v1", "w", "k", 1000, f"cause-{seq}", 0, b'{"seq":%d}' % seq)


def counted(before: Claim, key: str = "k", total: int = 1, *, published: tuple[int, int] | None = None) -> Commit:
    """A commit that applies the next record, writes one total and tells one event."""
    writes = tally.Writes()
    writes.totals[key] = total
    newest = record(before.next_offset)
    step = Step(writes=writes, events=[event(before.next_seq)])
    cursor = published or (before.published_step, before.published_seq)
    return commit_of(before, step, [newest], newest, newest.at_ms, cursor)[0]


async def test_a_first_claim_begins_at_nothing_and_the_next_where_the_last_commit_left_it(
    stored: Stored, partition: int
) -> None:
    first = await stored.store.claim(partition, "first")
    assert first == Claim(partition=partition, epoch=1)
    commit = counted(first)
    await stored.store.commit(commit)
    second = await stored.store.claim(partition, "second")
    assert second == replace(commit.after, epoch=2)
    assert (second.next_offset, second.next_seq, second.input_id) == (1, 2, "input-0")
    assert await stored.store.load(second) == ([("k", 1)], [])


async def test_a_commit_that_is_sent_again_has_no_second_effect_until_another_one_followed(
    stored: Stored, partition: int
) -> None:
    claim = await stored.store.claim(partition, "me")
    writes = tally.Writes()
    writes.set = [(123, "t")]
    commit = commit_of(claim, Step(writes=writes), [], None, 1, (0, 0))[0]
    await stored.store.commit(commit)
    await stored.store.commit(commit)
    assert await stored.store.load(claim) == ([], [(123, "t")])
    await stored.store.commit(counted(commit.after))
    with pytest.raises(Fenced):
        await stored.store.commit(commit)


async def test_a_former_owner_commits_nothing_and_is_told_that_it_is_one(stored: Stored, partition: int) -> None:
    former = await stored.store.claim(partition, "former")
    assert await stored.store.still_owner(former)
    owner = await stored.store.claim(partition, "owner")
    with pytest.raises(Fenced):
        await stored.store.commit(counted(former, "zombie"))
    with pytest.raises(Fenced):
        await stored.store.forget(former, 1000)
    assert await stored.store.forget(owner, 1000) == {}
    assert not await stored.store.still_owner(former)
    assert await stored.store.still_owner(owner)
    assert await stored.store.load(owner) == ([], [])
    assert (await stored.store.unfinished(owner)).batches == []


@pytest.mark.parametrize(
    ("key", "total"), [("nul\x00", 1), ("full", tally.TOTAL_MAX)], ids=["no text", "a broken check"]
)
async def test_what_the_schema_refuses_is_poison_and_leaves_nothing_behind(
    stored: Stored, partition: int, key: str, total: int
) -> None:
    claim = await stored.store.claim(partition, "me")
    with pytest.raises(Poison):
        await stored.store.commit(counted(claim, key, total))
    assert await stored.store.load(claim) == ([], [])
    assert (await stored.store.unfinished(claim)).batches == []
    await stored.store.commit(counted(claim))


async def test_what_was_committed_stays_to_be_published_until_a_commit_carries_the_cursor_past_it(
    stored: Stored, partition: int
) -> None:
    claim = await stored.store.claim(partition, "me")
    for _ in range(3):
        commit = counted(claim)
        await stored.store.commit(commit)
        claim = commit.after
    assert [batch.step for batch in (await stored.store.unfinished(claim)).batches] == [0, 1, 2]
    last = counted(claim, published=(2, 2))
    await stored.store.commit(last)
    unfinished = await stored.store.unfinished(replace(last.after, published_step=0))
    assert [(batch.step, batch.first_seq, batch.events) for batch in unfinished.batches] == [
        (2, 3, [event(3)]),
        (3, 4, [event(4)]),
    ]


async def test_a_refused_deadline_is_barred_for_every_owner_until_it_is_marked_for_another_try(
    stored: Stored, partition: int
) -> None:
    claim = await stored.store.claim(partition, "me")
    deadline = Deadline("full", 77)
    letter = refused_deadline("tally", partition, "w", deadline, (Reason.DATABASE, "why"))
    await stored.store.commit(refused := _refusal(claim, letter))
    await stored.store.commit(_refusal(refused.after, letter))  # the same letter once more
    next_owner = await stored.store.claim(partition, "next")
    assert (await stored.store.unfinished(next_owner)).barred == [deadline]
    await stored.replay(letter.id)
    assert (await stored.store.unfinished(next_owner)).barred == []


def _refusal(before: Claim, letter: DeadLetter) -> Commit:
    return commit_of(before, Step(writes=None, dead=[letter]), [], None, 1, (0, 0))[0]


async def test_partitions_know_nothing_of_each_other(stored: Stored, partition: int) -> None:
    one, two = partition + 1000, partition + 2000
    mine, yours = await stored.store.claim(one, "me"), await stored.store.claim(two, "you")
    await stored.store.commit(counted(mine))
    assert await stored.store.load(yours) == ([], [])
    assert (await stored.store.unfinished(yours)).batches == []
    assert await stored.store.still_owner(yours)


class _Sleeper(tally.TallyStore):
    """A process that falls asleep between two statements of its upkeep."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.asleep, self.awake = asyncio.Event(), asyncio.Event()

    async def forget_rows(self, connection: Any, partition: int, at_ms: int) -> dict[str, int]:
        self.asleep.set()
        await self.awake.wait()
        await connection.execute("DELETE FROM tally WHERE partition = $1", partition)
        return {}


async def test_nobody_claims_while_old_rows_are_dropped_and_who_falls_asleep_over_it_drops_nothing(
    in_postgres: Stored, partition: int
) -> None:
    sleeper = _Sleeper(cast(tally.TallyStore, in_postgres.store).database)
    claim = await sleeper.claim(partition, "sleeper")
    await sleeper.commit(commit := counted(claim))
    dropping = asyncio.ensure_future(sleeper.forget(commit.after, 1000))
    await sleeper.asleep.wait()
    claiming = asyncio.ensure_future(in_postgres.store.claim(partition, "next"))
    done, _ = await asyncio.wait({claiming}, timeout=IDLE_TRANSACTION_MS_MAX / 10_000)
    assert not done, "the row is held"
    owner = await claiming
    sleeper.awake.set()
    with pytest.raises(Retryable):
        await dropping
    assert await in_postgres.store.load(owner) == ([("k", 1)], [])
    with pytest.raises(Fenced):
        await sleeper.forget(commit.after, 1000)


class _SlowReader(tally.TallyStore):
    """A process that reads many rows into Python before it asks for the next ones."""

    async def load_rows(self, connection: Any, partition: int) -> Any:
        rows = await super().load_rows(connection, partition)
        await asyncio.sleep(4 * SHORT_MS / 1000)
        return rows if await super().load_rows(connection, partition) == rows else None


async def test_who_is_slow_between_two_questions_of_a_snapshot_still_loads(
    in_postgres: Stored, partition: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.postgres.IDLE_TRANSACTION_MS_MAX", SHORT_MS)
    dsn = cast(tally.TallyStore, in_postgres.store).database._dsn
    database = Database(dsn, connections_max=1, seconds_max=CALL_SECONDS_MAX)
    await database.open()
    try:
        claim = await in_postgres.store.claim(partition, "slow")  # who is given so little time may be too slow for it
        await in_postgres.store.commit(commit := counted(claim))
        assert await _SlowReader(database).load(commit.after) == ([("k", 1)], [])
        limit = await database.call(lambda connection: connection.fetchval("SHOW idle_in_transaction_session_timeout"))
        assert limit == f"{SHORT_MS}ms", "in other transactions as before"
    finally:
        await database.close()


async def test_both_stores_answer_a_long_random_script_alike(in_postgres: Stored, partition: int) -> None:
    """The memory store stands for the real one in the simulated schedules, so it must not differ in anything."""
    memory, chance = in_memory().store, Random(10)
    answers: list[str] = []
    claims = [await _both(memory, in_postgres.store, "claim", partition, "first")]
    commits = [counted(claims[0])]
    for _ in range(SCRIPT_STEPS):
        match chance.randrange(6):
            case 0:
                claims.append(await _both(memory, in_postgres.store, "claim", partition, "another"))
                answers.append("claimed")
            case 1:
                await _both(memory, in_postgres.store, "unfinished", chance.choice(claims[-2:]))
                await _both(memory, in_postgres.store, "still_owner", chance.choice(claims[-2:]))
                await _both(memory, in_postgres.store, "forget", chance.choice(claims[-2:]), 1000)
            case 2:
                answers.append(await _both(memory, in_postgres.store, "commit", chance.choice(commits[-3:])))
            case _:
                before = chance.choice(claims[-2:])
                cursor = (before.next_step, before.next_seq - 1) if chance.random() < 0.3 else None
                total = chance.choice((1, 2, 3, tally.TOTAL_MAX))
                commits.append(counted(before, chance.choice("abc"), total, published=cursor))
                answer = await _both(memory, in_postgres.store, "commit", commits[-1])
                answers.append(answer)
                claims += [commits[-1].after] if answer == "None" else []
        await _both(memory, in_postgres.store, "load", claims[-1])
    assert {"None", "Fenced", "Poison", "claimed"} <= set(answers), "the script must meet each answer"


async def _both(memory: LaneStore, real: LaneStore, name: str, *given: Any) -> Any:
    """The answer of both; a claim and what was read as they are, an error and nothing by name."""
    found = []
    for store in (memory, real):
        try:
            answer = await getattr(store, name)(*given)
            if name == "load":
                answer = tuple(sorted(part) for part in answer)
        except UsherError as error:
            answer = type(error).__name__
        found.append("None" if answer is None else answer)
    assert found[0] == found[1], f"{name}{given}"
    return found[0]
