"""The statements that erase a customer."""

import asyncio
from typing import NamedTuple, Protocol

from services.router.lookup.payloads import is_about
from shared.clock import monotonic
from shared.postgres import Connection, connected
from shared.process.settings import CommonSettings

__all__ = ["Erased", "erase"]

OUTBOX_SECONDS_MAX = 5.0  # a service that runs empties its outbox after a second of quiet
LETTERS_MAX = 200  # dead letters looked at together; a payload may be 1 MiB

_WORKSPACES = """
    SELECT workspace FROM policy WHERE $1::text IS NULL OR workspace = $1
    UNION SELECT workspace FROM dead_letter WHERE workspace IS NOT NULL AND ($1::text IS NULL OR workspace = $1)
"""
# The customer's own id and all aliases of it, whichever of them is given.
_IDS = """
    WITH customer AS (
        SELECT coalesce(a.customer_id, given.id) AS id
        FROM unnest($2::text[]) AS given (id)
        LEFT JOIN router_alias AS a ON a.workspace = $1 AND a.alias = given.id
    )
    SELECT id FROM customer UNION SELECT unnest($2::text[])
    UNION SELECT a.alias FROM router_alias AS a JOIN customer ON a.workspace = $1 AND a.customer_id = customer.id
"""
_LIVE = """
    SELECT contact_id::text FROM router_contact
    WHERE workspace = $1
      AND (body -> 'contact' ->> 'customer_id' = ANY ($2) OR body -> 'contact' ->> 'known_as' = ANY ($2))
    ORDER BY contact_id
"""
# The outcome stays, because sums over contacts must stay true; whom it was, and what leads there, goes.
_CONTACTS = """
    UPDATE router_outcome
    SET customer_id = '', body = ((body::jsonb - ARRAY['known_as', 'linked', 'last_agent', 'served_by', 'served_ms'])
                                  || '{"customer_id": "", "conversation_id": ""}')::json
    WHERE workspace = $1 AND customer_id = ANY ($2)
    RETURNING contact_id::text
"""
_ALIASES = "DELETE FROM router_alias WHERE workspace = $1 AND alias = ANY ($2) RETURNING alias"
_MERGES = "DELETE FROM router_merge WHERE workspace = $1 AND (alias = ANY ($2) OR customer_id = ANY ($2))"
_LETTERS = """
    SELECT id, payload FROM dead_letter
    WHERE (workspace = $1 OR workspace IS NULL) AND payload <> '' AND id > $2 ORDER BY id LIMIT $3
"""
_ERASE_LETTERS = """
    UPDATE dead_letter SET payload = '', path = '', detail = '', headers = '{}', state = 'discarded' WHERE id = ANY ($1)
"""
_OUTBOX = """
    SELECT count(*) FROM outbox
    WHERE EXISTS (SELECT FROM unnest($1::text[]) AS ids (id) WHERE position(convert_to(id, 'UTF8') in payload) > 0)
"""
_FIRST_ID = "00000000-0000-0000-0000-000000000000"


class Handles(Protocol):
    """Every customer id that a handle may have been given."""

    def ids(self, workspace: str, handle: str) -> list[str]:
        """The handle itself, which may be an id, and its hashes; without repeats."""


class Erased(NamedTuple):
    """What was found and erased; the ids of live contacts that still hold the customer's words, and the batches that
    wait to be published and hold them too."""

    contacts: int
    aliases: int
    dead_letters: int
    live: list[str]
    unpublished: int

    @property
    def anything(self) -> bool:
        """Whether the database knew anything of them."""
        return bool(self.contacts or self.aliases or self.dead_letters or self.live or self.unpublished)


async def erase(
    settings: CommonSettings, handles: Handles, customer: str, workspace: str | None, *, dry_run: bool = False
) -> Erased:
    """Erase a customer by id or handle, all or nothing; repeatable. Retryable where the database is not there. A dry
    run says what would be erased, and changes nothing.

    While contacts are live, the aliases stay: they lead to what is erased when the contacts have ended.
    """
    erased: list[Erased] = []
    every_id: set[str] = set()
    async with connected(settings) as connection:
        changes = connection.transaction()
        await changes.start()
        try:
            for row in await connection.fetch(_WORKSPACES, workspace):
                ids = await _ids(connection, handles, row["workspace"], customer)
                every_id.update(ids)
                erased.append(await _erase(connection, handles, row["workspace"], ids))
        except BaseException:
            await changes.rollback()
            raise
        await (changes.rollback() if dry_run else changes.commit())
        unpublished = 0 if dry_run else await _unpublished(connection, sorted(every_id))
    return Erased(
        sum(each.contacts for each in erased),
        sum(each.aliases for each in erased),
        sum(each.dead_letters for each in erased),
        [contact_id for each in erased for contact_id in each.live],
        unpublished,
    )


async def _ids(connection: Connection, handles: Handles, workspace: str, customer: str) -> list[str]:
    given = handles.ids(workspace, customer)
    return [row["id"] for row in await connection.fetch(_IDS, workspace, given)]


async def _erase(connection: Connection, handles: Handles, workspace: str, ids: list[str]) -> Erased:
    live = [row["contact_id"] for row in await connection.fetch(_LIVE, workspace, ids)]
    contacts = [row["contact_id"] for row in await connection.fetch(_CONTACTS, workspace, ids)]
    letters = await _erase_letters(connection, handles, workspace, frozenset((*ids, *contacts, *live)))
    aliases = []
    if not live:
        aliases = await connection.fetch(_ALIASES, workspace, ids)
        await connection.execute(_MERGES, workspace, ids)
    return Erased(len(contacts), len(aliases), letters, live, 0)


async def _erase_letters(connection: Connection, handles: Handles, workspace: str, ids: frozenset[str]) -> int:
    """Payloads hold handles as they were typed, so each is read."""
    erased, after = 0, _FIRST_ID
    while letters := await connection.fetch(_LETTERS, workspace, after, LETTERS_MAX):
        after = letters[-1]["id"]
        found = [
            letter["id"]
            for letter in letters
            if is_about(letter["payload"], ids, lambda text: handles.ids(workspace, text))
        ]
        await connection.execute(_ERASE_LETTERS, found)
        erased += len(found)
    return erased


async def _unpublished(connection: Connection, ids: list[str]) -> int:
    """Batches of the outbox that hold one of the ids, once those that the log has had time to go."""
    until = monotonic() + OUTBOX_SECONDS_MAX
    while (waiting := await connection.fetchval(_OUTBOX, ids)) and monotonic() < until:
        await asyncio.sleep(0.2)
    return int(waiting)
