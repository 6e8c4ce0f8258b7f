"""The router's rows in PostgreSQL: live contacts, agents, outcomes, input ids, policies; one commit, one look-up."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any, TypeVar

import msgspec

from services.router.domain.classification.record import ModelRef
from services.router.domain.state.reader import RowReader
from services.router.domain.state.rows import AliasRow, Known, Needs, PolicyRow, RouterRows, RouterWrites, Row
from services.router.retention import Kept
from shared.lane.rows import PostgresLaneStore
from shared.lane.store import FORGET_ROWS_MAX, Claim
from shared.postgres import Connection, Database

__all__ = ["RouterStore"]

Found = TypeVar("Found")
Fetch = Callable[[Sequence[ModelRef], Sequence[tuple[str, ...]]], Awaitable[None]]

_NOTHING = RouterWrites()
_KEPT = Kept()
_INPUT, _CONVERSATION, _CONTACT, _PASTS, _ALIAS, _ARTICLE = "i", "k", "c", "r", "l", "t"

_KNOWN = "SELECT kind, id, number, state, whose FROM router_known($1, $2, $3, $4, $5, $6)"
_KNOWN_AND_ARTICLES = f"""
    {_KNOWN} UNION ALL
    SELECT kind, id, number, state, whose FROM article_suggestions($7, $8, $9, $10)
"""
_LOAD_CONTACTS = "SELECT contact_id::text, body::text FROM router_contact WHERE partition = $1"
_LOAD_PERSONAL = "SELECT contact_id, body::text FROM router_personal WHERE partition = $1"
_LOAD_AGENTS = "SELECT workspace || '/' || agent_id, body::text FROM router_agent WHERE partition = $1"
LOAD_ROWS_MAX = 1000  # as text at a time: the rows of a great partition would take twice the memory of what they say
# The newest version of each workspace decides; older ones stay for those who look back.
_LOAD_POLICIES = """
    SELECT DISTINCT ON (workspace) workspace, version, hash, body::text AS body, activated_ms, model_version
    FROM policy WHERE partition = $1 ORDER BY workspace, version DESC
"""
_FORGET = "SELECT what, number FROM router_forget($1, $2, $3, $4, $5, $6)"
FORGET_CUSTOMERS_MAX = 500  # looked at per call: each has up to 33 ids, and each id is a search of its own
_LONG_UNSEEN = """
    SELECT workspace, customer_id, array_agg(alias) AS aliases FROM (
        SELECT DISTINCT workspace, customer_id FROM (
            SELECT workspace, customer_id FROM router_alias
            WHERE partition = $1 AND greatest(since_ms, seen_ms) < $2 ORDER BY greatest(since_ms, seen_ms) LIMIT $3
        ) AS oldest
    ) AS customer JOIN router_alias USING (workspace, customer_id) GROUP BY workspace, customer_id
"""
_FORGET_CUSTOMERS = "SELECT what, number FROM router_forget_customers($1, $2, $3, $4, $5)"


class RouterStore(PostgresLaneStore):
    """A shared.lane.store.LaneStore for the router engine."""

    service = "router"
    commit_sql = f"SELECT router_commit({', '.join(f'${number}' for number in range(1, 65))})"

    def __init__(
        self,
        database: Database,
        fetch: Fetch | None = None,
        kept: Kept = _KEPT,
        is_open: Callable[[str, str], bool] = lambda workspace, some_id: False,
    ) -> None:
        """``fetch`` has models and languages in memory before the policies that name them decide; never raises.
        ``is_open`` knows whether an id of a customer has a live contact in a workspace."""
        super().__init__(database)
        self._fetch = fetch
        self._kept = kept
        self._is_open = is_open

    async def load(self, claim: Claim) -> RouterRows:
        """Everything live, and the models and languages of the policies in force."""
        rows: RouterRows = await super().load(claim)
        wanted = [(row, _policy(row.body)) for row in rows.policies]
        await self._have(
            [ref for row, policy in wanted for ref in policy.models(row.model_version)],
            [policy.languages for _, policy in wanted if len(policy.languages) > 1],
        )
        return rows

    async def prefetch(self, partition: int, needs: Needs) -> Known:
        """What the engine asked for, models and languages included."""
        await self._have(needs.models, needs.languages)
        known: Known = await super().prefetch(partition, needs)
        return known

    async def _have(self, models: Sequence[ModelRef], languages: Sequence[tuple[str, ...]]) -> None:
        if (models or languages) and self._fetch is not None:
            await self._fetch(models, languages)

    def arguments(self, writes: RouterWrites | None) -> Sequence[Any]:
        """What ``router_commit`` takes after the lane's own five: each table's columns, in order of its row type."""
        rows = writes or _NOTHING
        return (
            None if writes is None else rows.clock_ms,
            rows.inputs,
            *_columns(rows.contacts, 7),
            *_columns(rows.personal, 2),
            *_columns(rows.outcomes, 8),
            *_columns(rows.past, 6),
            *_columns(rows.agents, 5),
            [workspace for workspace, _ in rows.agents_gone],
            [agent_id for _, agent_id in rows.agents_gone],
            *_columns(rows.aliases, 6),
            *_columns(rows.merges, 8),
            *_columns(rows.flows, 3),
            *_columns(rows.policies, 6),
            *_columns(rows.ends, 2),
            rows.ends_gone,
            rows.heard_ms,
        )

    async def load_rows(self, connection: Connection, partition: int) -> RouterRows:
        """Everything live in the partition."""
        rows, reader = RouterRows(), RowReader()
        async for found in _pieces(connection, _LOAD_CONTACTS, partition):
            rows.contacts += [_read(reader.contact, body, "router_contact", key) for key, body in found]
        async for found in _pieces(connection, _LOAD_PERSONAL, partition):
            rows.personal += [(str(contact_id), reader.personal(body)) for contact_id, body in found]
        async for found in _pieces(connection, _LOAD_AGENTS, partition):
            rows.agents += [_read(reader.agent, body, "router_agent", key) for key, body in found]
        flows = await connection.fetch("SELECT body::text FROM router_flow WHERE partition = $1", partition)
        ends = await connection.fetch("SELECT body::text FROM router_end WHERE partition = $1", partition)
        policies = await connection.fetch(_LOAD_POLICIES, partition)
        clock = await connection.fetchrow("SELECT at_ms, heard_ms FROM router_clock WHERE partition = $1", partition)
        rows.clock_ms, rows.heard_ms = clock or (0, 0)
        rows.flows = [row[0] for row in flows]
        rows.ends = [row[0] for row in ends]
        rows.policies = [PolicyRow(*row) for row in policies]
        return rows

    async def prefetch_rows(self, connection: Connection, partition: int, needs: Needs) -> Known:
        """Which inputs are known, the last episodes, and how ended contacts, offers and assignments ended."""
        customers = list(needs.customers)
        found = await connection.fetch(
            _KNOWN_AND_ARTICLES if needs.searches else _KNOWN,
            needs.event_ids,
            needs.conversations,
            needs.contacts,
            [*needs.offers, *needs.assignments],
            [workspace for workspace, _ in customers],
            [customer_id for _, customer_id in customers],
            *(_columns(needs.searches, 4) if needs.searches else ()),
        )
        known, found_articles = Known(), dict[str, list[tuple[int, str]]]()
        for kind, identity, number, state, whose in found:
            key = str(identity)
            if kind == _INPUT:
                known.event_ids.add(key)
            elif kind == _CONVERSATION:
                known.episodes[key] = number
            elif kind == _CONTACT:
                known.contacts[key] = (state, whose)
            elif kind == _PASTS:
                known.pasts[customers[number - 1][0], whose] = state
            elif kind == _ALIAS:
                known.aliases[customers[number - 1][0], whose] = _alias(state)
            elif kind == _ARTICLE:
                found_articles.setdefault(key, []).append((number, state))
            else:
                known.past[key] = (state, whose)
        known.articles = {key: tuple(name for _, name in sorted(found)) for key, found in found_articles.items()}
        return known

    async def forget_rows(self, connection: Connection, partition: int, at_ms: int) -> dict[str, int]:
        """Drop what is over for longer than it is kept; of each table a bounded number, the oldest first."""
        kept, outcomes_ms = self._kept, at_ms - self._kept.outcomes_ms
        spans = at_ms - kept.inputs_ms, outcomes_ms, at_ms - kept.episodes_ms, at_ms - kept.policies_ms
        gone = await connection.fetch(_FORGET, partition, *spans, FORGET_ROWS_MAX)
        unseen = await connection.fetch(_LONG_UNSEEN, partition, outcomes_ms, FORGET_CUSTOMERS_MAX)
        if unseen:
            names, customers = [row["workspace"] for row in unseen], [row["customer_id"] for row in unseen]
            is_open = [self._has_open(*row) for row in unseen]
            gone += await connection.fetch(_FORGET_CUSTOMERS, outcomes_ms, at_ms, names, customers, is_open)
        return {row["what"]: row["number"] for row in gone}

    def _has_open(self, workspace: str, customer_id: str, aliases: Sequence[str]) -> bool:
        return any(self._is_open(workspace, some_id) for some_id in (customer_id, *aliases))


async def _pieces(connection: Connection, sql: str, partition: int) -> AsyncIterator[Sequence[Any]]:
    """The rows of a query, so many at a time."""
    cursor = await connection.cursor(sql, partition)
    while rows := await cursor.fetch(LOAD_ROWS_MAX):
        yield rows


def _read(read: Callable[[str], Found], body: str, table: str, key: str) -> Found:
    """A row's object. ValueError names the row that cannot be read."""
    try:
        return read(body)
    except (msgspec.DecodeError, ValueError) as error:
        raise ValueError(f"{table} {key}: {error}") from error


class _Classification(msgspec.Struct):
    model: str | None = None
    shadow: str | None = None


class _Policy(msgspec.Struct):
    """What must be in memory before a stored policy decides."""

    languages: tuple[str, ...] = ()
    classification: _Classification = msgspec.field(default_factory=_Classification)

    def models(self, version: str | None) -> list[ModelRef]:
        """The model in the version that was in force, and its shadow."""
        record = self.classification
        named = ((record.model, version), (record.shadow, None))
        return [ModelRef(name, pinned or "") for name, pinned in named if name]


_policy = msgspec.json.Decoder(_Policy).decode
_alias = msgspec.json.Decoder(AliasRow).decode


def _columns(rows: Sequence[Row], width: int) -> Sequence[Sequence[Any]]:
    """The rows column by column; ``width`` empty columns for no rows."""
    return list(zip(*map(msgspec.structs.astuple, rows), strict=True)) if rows else [()] * width
