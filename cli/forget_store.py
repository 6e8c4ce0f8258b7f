"""The statements that erase a customer."""

from typing import NamedTuple

from services.ingest.domain.handles import Pseudonyms
from shared.postgres import connect
from shared.settings import CommonSettings

__all__ = ["Erased", "erase"]

_WORKSPACES = "SELECT DISTINCT workspace FROM policy WHERE $1::text IS NULL OR workspace = $1"
# The outcome stays, because sums over contacts must stay true; whom it was and what a bot learnt goes.
_CONTACTS = """
    UPDATE router_outcome
    SET customer_id = '', body = ((body::jsonb - ARRAY['known_as', 'linked', 'last_agent', 'served_by', 'served_ms'])
                                  || '{"customer_id": "", "conversation_id": ""}')::json
    WHERE workspace = $1 AND customer_id = ANY ($2)
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
_ALIASES = "DELETE FROM router_alias WHERE workspace = $1 AND alias = ANY ($2)"
_MERGES = "DELETE FROM router_merge WHERE workspace = $1 AND (alias = ANY ($2) OR customer_id = ANY ($2))"
_PAYLOADS = """
    UPDATE dead_letter SET payload = '', detail = '', state = 'discarded'
    WHERE ($1::text IS NULL OR workspace = $1 OR workspace IS NULL) AND position($2::bytea in payload) > 0
"""
_LIVE = """
    SELECT contact_id::text FROM router_contact
    WHERE workspace = $1
      AND (body -> 'contact' ->> 'customer_id' = ANY ($2) OR body -> 'contact' ->> 'known_as' = ANY ($2))
    ORDER BY contact_id
"""


class Erased(NamedTuple):
    """What was found and erased, and the ids of live contacts that still hold the customer's words."""

    contacts: int
    aliases: int
    dead_letters: int
    live: list[str]


async def erase(settings: CommonSettings, pseudonyms: Pseudonyms, customer: str, workspace: str | None) -> Erased:
    """Erase a customer by id or handle, all or nothing; repeatable. Retryable where the database is not there."""
    connection = await connect(settings.postgres_dsn.get_secret_value())
    contacts = aliases = 0
    live: list[str] = []
    try:
        async with connection.transaction():
            for row in await connection.fetch(_WORKSPACES, workspace):
                name = row["workspace"]
                given = [customer, pseudonyms.customer(name, customer)]
                ids = [row["id"] for row in await connection.fetch(_IDS, name, given)]
                contacts += _count(await connection.execute(_CONTACTS, name, ids))
                aliases += _count(await connection.execute(_ALIASES, name, ids))
                await connection.execute(_MERGES, name, ids)
                live += [found["contact_id"] for found in await connection.fetch(_LIVE, name, ids)]
            payloads = _count(await connection.execute(_PAYLOADS, workspace, customer.encode()))
    finally:
        await connection.close()
    return Erased(contacts, aliases, payloads, live)


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
