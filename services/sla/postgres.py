"""The sla service's rows in PostgreSQL: live contacts with their clocks, breaches, exact totals."""

from collections.abc import AsyncIterable, Container, Sequence
from typing import Any

import msgspec

from services.sla.domain.contact import Contact
from services.sla.domain.hours import first_kept
from services.sla.domain.rows import PolicyKey, SlaRows, SlaWrites, decode_contact, policies_of
from services.sla.domain.totals import Key, Total
from services.sla.metrics import CommittedTotals
from shared.clock import now_ms
from shared.errors import PartitionClosed
from shared.lane.rows import PostgresLaneStore
from shared.lane.store import FORGET_ROWS_MAX, Claim, Commit
from shared.postgres import Connection, Database
from shared.times import DAY_MS

__all__ = ["SlaStore"]

# What is live may be tens of thousands of rows, which as rows are as large again as what is made of them.
LOAD_ROWS_AT_ONCE = 1000
BODY_SHOWN_MAX = 120  # characters of a row that cannot be read

_decode_key = msgspec.json.Decoder(Key).decode
_encode = msgspec.json.Encoder().encode
_encode_lines = msgspec.json.Encoder().encode_lines

_LOAD_CONTACTS = "SELECT body::text AS body FROM sla_contact WHERE partition = $1"
_LOAD_ACCOUNT = "SELECT key, body::text AS body FROM sla_account WHERE partition = $1"
_LOAD_POLICIES = """
    SELECT s.workspace, s.version, p.body::text AS body, p.activated_ms
    FROM sla_policy AS s LEFT JOIN policy AS p USING (workspace, version)
    WHERE s.partition = $1
"""
_POLICIES = """
    SELECT w.workspace, w.version, p.body::text AS body, p.activated_ms
    FROM unnest($1::text[], $2::int[]) AS w (workspace, version) LEFT JOIN policy AS p USING (workspace, version)
"""
# By their places: a join with the whole table is what a planner may make of the keys of the same rows.
_FORGET = """
    DELETE FROM sla_breach WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM sla_breach WHERE partition = $1 AND due_ms < $2 ORDER BY due_ms LIMIT $3
    ))
"""
_FORGET_HOURS = """
    DELETE FROM sla_hour WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM sla_hour WHERE partition = $1 AND hour < $2 ORDER BY hour LIMIT $3
    ))
"""


class SlaStore(PostgresLaneStore):
    """A shared.lane.store.LaneStore for the SLA engine. Only what is committed here reaches ``committed``."""

    service = "sla"
    # What may be hundreds comes as one text, for asyncpg takes seven times as long over arrays: what is JSON as lines,
    # for it holds no raw line feed, and names as a JSON array, for they may.
    commit_sql = r"""
        SELECT sla_commit($1, $2, $3, $4, $5,
                          ARRAY(SELECT json_array_elements_text($6::json)), string_to_array($7, E'\n'),
                          ARRAY(SELECT json_array_elements_text($8::json)), $9,
                          string_to_array($10, E'\n'), $11, $12, $13, $14,
                          ARRAY(SELECT json_array_elements_text($15::json)), string_to_array($16, E'\n'),
                          ARRAY(SELECT json_array_elements_text($17::json)), $18)
    """

    def __init__(
        self,
        database: Database,
        committed: CommittedTotals,
        *,
        breach_retention_days: int,
        report_retention_days: int = 400,
    ) -> None:
        super().__init__(database)
        self._committed = committed
        self._breach_retention_ms = breach_retention_days * DAY_MS
        self._report_retention_ms = report_retention_days * DAY_MS

    async def load(self, claim: Claim) -> SlaRows:
        """The partition's rows in one snapshot; the metrics show them from here on."""
        rows: SlaRows = await super().load(claim)
        self._committed.restart(claim.partition, rows)
        return rows

    async def commit(self, commit: Commit) -> None:
        """One statement; the metrics follow once it is known to be applied."""
        await super().commit(commit)
        if commit.writes is not None:
            self._committed.follow(commit.after.partition, commit.writes)

    def arguments(self, writes: SlaWrites | None) -> Sequence[Any]:
        """What ``sla_commit`` takes after the lane's own five."""
        if writes is None:
            return "[]", "", "[]", [], "", [], [], [], None, "[]", "", "[]", []
        return (
            _encode(writes.contacts.keys).decode(),
            writes.contacts.bodies,
            _encode(writes.gone).decode(),
            writes.breaches,
            _encode_lines([total.key for total in writes.totals])[:-1].decode(),
            [total.value for total in writes.totals],
            [workspace for workspace, _ in writes.policies],
            [version for _, version in writes.policies],
            writes.event_ms,
            _encode(writes.account.keys).decode(),
            writes.account.bodies,
            _encode(writes.account_gone).decode(),
            [(row.hour, _encode(row.key).decode(), row.number, row.ms, row.longest_ms) for row in writes.hours],
        )

    async def load_rows(self, connection: Connection, partition: int) -> SlaRows:
        """Everything live in the partition."""
        live = [_read_contact(row["body"]) async for row in _each(connection, _LOAD_CONTACTS, partition)]
        totals = await connection.fetch("SELECT key, value FROM sla_total WHERE partition = $1", partition)
        account = [(row["key"], row["body"]) async for row in _each(connection, _LOAD_ACCOUNT, partition)]
        policies = await connection.fetch(_LOAD_POLICIES, partition)
        event_ms = await connection.fetchval("SELECT event_ms FROM sla_partition WHERE partition = $1", partition)
        current = _bodies(policies, partition)
        older = await self._older(connection, live, current)
        return SlaRows(
            contacts=live,
            totals=[Total(_decode_key(row["key"]), row["value"]) for row in totals],
            account=account,
            policies=current,
            older=_bodies(older, partition),
            since={(row["workspace"], row["version"]): row["activated_ms"] for row in (*policies, *older)},
            event_ms=event_ms or 0,
        )

    async def _older(self, connection: Connection, live: list[Contact], current: Container[PolicyKey]) -> list[Any]:
        """Rows of the other policies on which contacts depend. A clock cannot go on without its own; that under which a
        contact came may be gone where version 0.1 dropped it."""
        needs = [key for key in sorted(policies_of(live)) if key not in current]
        clocks = {(contact.workspace, clock.policy) for contact in live for clock in contact.clocks}
        rows = await self._policies(connection, needs) if needs else []
        return [row for row in rows if row["body"] is not None or (row["workspace"], row["version"]) in clocks]

    async def prefetch_rows(self, connection: Connection, partition: int, needs: list[PolicyKey]) -> Any:
        """The bodies of the policies that are about to be activated, by (workspace, version)."""
        return _bodies(await self._policies(connection, needs), partition)

    async def _policies(self, connection: Connection, keys: list[PolicyKey]) -> list[Any]:
        workspaces, versions = [workspace for workspace, _ in keys], [version for _, version in keys]
        return list(await connection.fetch(_POLICIES, workspaces, versions))

    async def forget_rows(self, connection: Connection, partition: int, at_ms: int) -> dict[str, int]:
        """Drop breaches and hours past their own retention, so many at a time; the totals keep counting them. By the
        wall clock: where a log is read long after it was written, its own time says nothing about those who look."""
        before_ms = now_ms() - self._breach_retention_ms
        before_hour = first_kept(now_ms(), self._report_retention_ms)
        breaches = await connection.execute(_FORGET, partition, before_ms, FORGET_ROWS_MAX)
        hours = await connection.execute(_FORGET_HOURS, partition, before_hour, FORGET_ROWS_MAX)
        return {"sla_breach": _number(breaches), "sla_hour": _number(hours)}


def _number(status: str) -> int:
    """Of the rows that a statement touched."""
    return int(status.rpartition(" ")[2])


def _each(connection: Connection, sql: str, partition: int) -> AsyncIterable[Any]:
    rows: AsyncIterable[Any] = connection.cursor(sql, partition, prefetch=LOAD_ROWS_AT_ONCE)
    return rows


def _read_contact(body: str) -> Contact:
    """A row's contact. ValueError shows how the row that cannot be read begins: with its id."""
    try:
        return decode_contact(body)
    except msgspec.DecodeError as error:
        raise ValueError(f"sla_contact {body[:BODY_SHOWN_MAX]}: {error}") from error


def _bodies(rows: Sequence[Any], partition: int) -> dict[PolicyKey, str]:
    for row in rows:
        if row["body"] is None:
            raise PartitionClosed(
                partition,
                f"the log activates policy {row['version']} of workspace {row['workspace']}, but the database does not"
                " have it: the database is older than the log, or another one",
                cure="point USHER_POSTGRES_DSN at the database that the router writes to",
            )
    return {(row["workspace"], row["version"]): row["body"] for row in rows}
