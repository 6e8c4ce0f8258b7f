"""How the deployment stands by the database: who waits longest, and how many refused inputs nobody has judged."""

from typing import NamedTuple

from shared.postgres import connected
from shared.process.settings import CommonSettings

__all__ = ["Oldest", "Standing", "standing"]

# ``wait_started_ms`` is absent in rows of a wait that had no start of its own: Contact.waits_since_ms.
_OLDEST = """
    SELECT contact_id::text, workspace, body -> 'contact' ->> 'queue' AS queue,
           coalesce(nullif((body -> 'contact' ->> 'wait_started_ms')::bigint, 0),
                    (body -> 'contact' ->> 'entered_ms')::bigint) AS since_ms,
           count(*) OVER () AS waiting
    FROM router_contact WHERE state IN ('queued', 'offered')
    ORDER BY since_ms, contact_id LIMIT 1
"""
_LETTERS = "SELECT service, count(*) AS number FROM dead_letter WHERE state = 'open' GROUP BY service ORDER BY service"


class Oldest(NamedTuple):
    """The contact that waits longest, since ``since_ms``."""

    contact_id: str
    workspace: str
    queue: str
    since_ms: int


class Standing(NamedTuple):
    """``waiting`` contacts, the oldest of them, and open dead letters by service."""

    waiting: int
    oldest: Oldest | None
    letters: dict[str, int]


async def standing(settings: CommonSettings) -> Standing:
    """As it is now. Retryable, Fatal."""
    async with connected(settings) as connection:
        row = await connection.fetchrow(_OLDEST)
        letters = {found["service"]: found["number"] for found in await connection.fetch(_LETTERS)}
    if row is None:
        return Standing(0, None, letters)
    return Standing(
        row["waiting"], Oldest(row["contact_id"], row["workspace"], row["queue"] or "", row["since_ms"] or 0), letters
    )
