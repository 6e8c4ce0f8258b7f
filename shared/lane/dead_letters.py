"""Dead letters in the database: found, locked while they are sent again, marked."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Any, NamedTuple

import orjson

from shared.postgres import Connection, connected
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["Letter", "LetterStore", "Selection", "State"]

_COLUMNS = """
    id::text, service, workspace, reason, path, detail, origin::text AS origin, headers::text AS headers,
    payload_sha256, payload_bytes, (extract(epoch FROM occurred_at) * 1000)::bigint AS occurred_ms,
    (extract(epoch FROM created_at) * 1000)::bigint AS created_ms, state
"""
_SELECTED = """
    ($1::text IS NULL OR reason = $1) AND ($2::text IS NULL OR workspace = $2)
    AND ($3::text IS NULL OR origin ->> 'source' = $3 OR origin ->> 'topic' = $4::text)
    AND ($5::bigint IS NULL OR created_at >= to_timestamp($5 / 1000.0))
"""
_LIST = f"""
    SELECT {_COLUMNS} FROM dead_letter
    WHERE state = $6 AND {_SELECTED}
    ORDER BY created_at DESC, id LIMIT $7
"""
# In the order in which they came in, so that a conversation is told again in its order.
_OPEN = f"""
    SELECT id::text FROM dead_letter
    WHERE state = 'open' AND {_SELECTED}
    ORDER BY occurred_at, origin ->> 'topic', (origin ->> 'offset')::bigint, id LIMIT $6
"""
# Locked until they are marked: of two operators who send the same letters, the second waits and finds them marked.
_LOCK = f"SELECT {_COLUMNS}, payload FROM dead_letter WHERE id = ANY ($1::uuid[]) FOR UPDATE"
_MARK = """
    UPDATE dead_letter SET state = $2 WHERE id = ANY ($1::uuid[]) AND state = 'open' RETURNING id::text
"""


PURGE_AT_ONCE = 1000  # rows of one transaction, so that nobody who stores or replays waits for long
_PURGE = f"""
    WITH gone AS (
        DELETE FROM dead_letter WHERE id IN (
            SELECT id FROM dead_letter
            WHERE created_at < to_timestamp($1::bigint / 1000.0) AND ($2::text IS NULL OR state = $2)
            ORDER BY created_at LIMIT {PURGE_AT_ONCE} FOR UPDATE SKIP LOCKED)
        RETURNING 1)
    SELECT count(*) AS purged FROM gone
"""


class Selection(NamedTuple):
    """None where it does not matter. ``since_ms`` is when the letter was made; ``topic`` is the source's own."""

    reason: str | None = None
    workspace: str | None = None
    source: str | None = None
    topic: str | None = None
    since_ms: int | None = None

    def __bool__(self) -> bool:
        return any(value is not None for value in self)


class State(StrEnum):
    """What became of a dead letter."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class Letter(NamedTuple):
    """One refused input. ``payload`` is empty where it was not asked for; times are milliseconds since the epoch."""

    id: str
    service: str
    workspace: str | None
    reason: str
    path: str
    detail: str
    origin: dict[str, Any]
    headers: dict[str, str]
    payload_sha256: str
    payload_bytes: int
    occurred_ms: int
    created_ms: int
    state: str
    payload: bytes = b""

    def summary(self) -> dict[str, Any]:
        """What a list shows: everything but headers and payload, which may hold personal data."""
        return {
            "id": self.id,
            "service": self.service,
            "workspace": self.workspace,
            "reason": self.reason,
            "path": self.path,
            "detail": self.detail,
            "origin": self.origin,
            "payload_sha256": self.payload_sha256,
            "payload_bytes": self.payload_bytes,
            "occurred_at": rfc3339(self.occurred_ms),
            "created_at": rfc3339(self.created_ms),
            "state": self.state,
        }


class LetterStore:
    """The table of dead letters over one connection of a command."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    @asynccontextmanager
    async def of(cls, settings: CommonSettings) -> AsyncIterator["LetterStore"]:
        """Connected inside the block. Retryable, Fatal."""
        async with connected(settings) as connection:
            yield cls(connection)

    async def listed(self, state: State, selection: Selection, limit: int) -> list[Letter]:
        """The newest first, without payloads."""
        return [_letter(row) for row in await self._connection.fetch(_LIST, *selection, state, limit)]

    async def open_ids(self, selection: Selection, limit: int) -> list[str]:
        """Open letters that are selected, in the order in which they came in."""
        return [row["id"] for row in await self._connection.fetch(_OPEN, *selection, limit)]

    async def found(self, ids: Sequence[str]) -> dict[str, Letter]:
        """Letters by id, with payloads."""
        rows = await self._connection.fetch(_LOCK.removesuffix(" FOR UPDATE"), ids)
        return {row["id"]: _letter(row) for row in rows}

    @asynccontextmanager
    async def locked(self, ids: Sequence[str]) -> AsyncIterator[list[Letter]]:
        """These letters in this order, with payloads, locked until the block ends; an error undoes what was marked."""
        async with self._connection.transaction():
            rows = {row["id"]: _letter(row) for row in await self._connection.fetch(_LOCK, ids)}
            yield [rows[key] for key in ids if key in rows]

    async def purge(self, before_ms: int, state: State | None) -> int:
        """Delete what was refused before that moment, a piece at a time; returns how many there were."""
        purged = 0
        while True:
            row = await self._connection.fetchrow(_PURGE, before_ms, state)
            gone: int = row["purged"]
            purged += gone
            if gone < PURGE_AT_ONCE:
                return purged

    async def mark(self, ids: Sequence[str], state: State) -> set[str]:
        """Mark those that are open; returns which were."""
        return {row["id"] for row in await self._connection.fetch(_MARK, ids, state)}


def _letter(row: Any) -> Letter:
    values = dict(row)
    values["origin"] = orjson.loads(values["origin"])
    values["headers"] = orjson.loads(values["headers"])
    return Letter(**values)
