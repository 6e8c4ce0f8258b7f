"""Dead letters and webhook tokens in PostgreSQL: stored once each, whatever the database does meanwhile."""

import asyncio
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

import msgspec

from services.ingest.domain.rejection import PAYLOAD_BYTES_MAX, Refusal
from shared.errors import Fatal, Poison, Retryable
from shared.postgres import Connection, Database

__all__ = ["PostgresDeadLetters", "PostgresTokens"]

CHUNK_BYTES_MAX = 4 * 1024 * 1024  # of payloads in one statement, so that a batch of huge records stays bounded
CHUNK_ROWS_MAX = 200
PURGE_AT_ONCE = 1000  # rows of one transaction, so that storing never waits for long

_INSERT = """
INSERT INTO dead_letter (id, service, workspace, reason, path, detail, origin, headers, payload,
                         payload_sha256, payload_bytes, occurred_at)
SELECT id, 'ingest', workspace, reason, path, detail, origin::jsonb, headers::jsonb, payload,
       payload_sha256, payload_bytes, to_timestamp(at_ms / 1000.0)
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[],
            $9::text[], $10::int[], $11::bigint[])
     AS d (id, workspace, reason, path, detail, origin, headers, payload, payload_sha256, payload_bytes, at_ms)
ON CONFLICT (id) DO NOTHING
"""
_FORGET_LETTERS = "SELECT ingest_forget_letters($1, $2)"
_FORGET_TOKENS = "SELECT ingest_forget_tokens($1, $2)"
_TAKE_TOKEN = "SELECT ingest_take_token($1, $2)"


class PostgresDeadLetters:
    """The table of refused inputs, as ingest writes it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def store(self, refusals: Sequence[Refusal]) -> None:
        """Insert each refusal unless it is there already. Retryable, OutcomeUnknown: call again. Fatal: no schema."""
        for chunk in _chunks(refusals):
            try:
                await self._insert(chunk)
            except Poison:
                for refusal in chunk:
                    await self._insert_alone(refusal)

    async def purge(self, before_ms: int) -> int:
        """Delete what was refused before that moment; returns how many. Retryable, OutcomeUnknown, Fatal."""
        return await _forgotten(self._database, _FORGET_LETTERS, before_ms)

    async def _insert(self, chunk: Sequence[Refusal]) -> None:
        columns = list(zip(*map(_row, chunk), strict=True))

        async def work(connection: Connection) -> None:
            await connection.execute(_INSERT, *columns)

        await self._database.call(work)

    async def _insert_alone(self, refusal: Refusal) -> None:
        """One refusal; where the database takes no text of it, its bytes and reason are kept without the words."""
        try:
            await self._insert([refusal])
        except Poison:
            await self._insert([Refusal(msgspec.structs.replace(refusal.letter, path="", detail=""), {})])


class PostgresTokens:
    """Tokens of webhooks that may come with one content only, as all replicas of ingest know them."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def take(self, token: str, content: bytes, seconds_max: float) -> bool:
        """Whether the token is this content's: nobody took it before with another one, nor does at the same time.

        Taken stays taken, though its message is not published then: the same content may come again. Retryable: the
        database did not say so in time.
        """

        async def work(connection: Connection) -> bool:
            return bool(await connection.fetchval(_TAKE_TOKEN, token, content))

        try:
            async with asyncio.timeout(seconds_max):
                return await self._database.call(work, seconds_max=seconds_max)
        except (Fatal, TimeoutError) as error:
            raise Retryable(f"the token was not taken: {error}") from error

    async def purge(self, before_ms: int) -> int:
        """Drop what was taken before that moment; returns how many. Retryable, OutcomeUnknown, Fatal."""
        return await _forgotten(self._database, _FORGET_TOKENS, before_ms)


async def _forgotten(database: Database, statement: str, before_ms: int) -> int:
    """Drop all that is older, some at a time; returns how many."""

    async def work(connection: Connection) -> int:
        return int(await connection.fetchval(statement, before_ms, PURGE_AT_ONCE))

    total = 0
    while True:
        gone = await database.call(work)
        total += gone
        if gone < PURGE_AT_ONCE:
            return total


def _chunks(refusals: Sequence[Refusal]) -> Iterator[list[Refusal]]:
    chunk: list[Refusal] = []
    size = 0
    for refusal in refusals:
        length = min(len(refusal.letter.payload), PAYLOAD_BYTES_MAX)
        if chunk and (size + length > CHUNK_BYTES_MAX or len(chunk) >= CHUNK_ROWS_MAX):
            yield chunk
            chunk, size = [], 0
        chunk.append(refusal)
        size += length
    if chunk:
        yield chunk


def _row(refusal: Refusal) -> tuple[Any, ...]:
    letter = refusal.letter
    return (
        letter.id,
        letter.workspace,
        letter.reason,
        letter.path,
        letter.detail,
        msgspec.json.encode(letter.origin).decode(),
        msgspec.json.encode(refusal.headers).decode(),
        letter.payload[:PAYLOAD_BYTES_MAX],
        sha256(letter.payload).hexdigest(),
        len(letter.payload),
        letter.at_ms,
    )
