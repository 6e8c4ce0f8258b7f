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
    SET body = ((body::jsonb - ARRAY['context', 'linked', 'last_agent']) || '{"customer_id": ""}')::json
    WHERE workspace = $1 AND body ->> 'customer_id' = ANY ($2)
"""
_JOURNEYS = "DELETE FROM router_customer WHERE workspace = $1 AND customer_id = ANY ($2)"
_PAYLOADS = """
    UPDATE dead_letter SET payload = '', detail = '', state = 'discarded'
    WHERE ($1::text IS NULL OR workspace = $1 OR workspace IS NULL) AND position($2::bytea in payload) > 0
"""
_LIVE = """
    SELECT contact_id::text FROM router_contact
    WHERE workspace = $1 AND body -> 'contact' ->> 'customer_id' = ANY ($2) ORDER BY contact_id
"""


class Erased(NamedTuple):
    """What was found and erased, and the ids of live contacts that still hold the customer's words."""

    contacts: int
    journeys: int
    dead_letters: int
    live: list[str]


async def erase(settings: CommonSettings, pseudonyms: Pseudonyms, customer: str, workspace: str | None) -> Erased:
    """Erase a customer by id or handle, all or nothing; repeatable. Retryable where the database is not there."""
    connection = await connect(settings.postgres_dsn.get_secret_value())
    contacts = journeys = 0
    live: list[str] = []
    try:
        async with connection.transaction():
            for row in await connection.fetch(_WORKSPACES, workspace):
                name = row["workspace"]
                ids = [customer, pseudonyms.customer(name, customer)]
                contacts += _count(await connection.execute(_CONTACTS, name, ids))
                journeys += _count(await connection.execute(_JOURNEYS, name, ids))
                live += [found["contact_id"] for found in await connection.fetch(_LIVE, name, ids)]
            payloads = _count(await connection.execute(_PAYLOADS, workspace, customer.encode()))
    finally:
        await connection.close()
    return Erased(contacts, journeys, payloads, live)


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
