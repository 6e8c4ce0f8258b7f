"""One contact: its row, and what it waits for now."""

from dataclasses import dataclass
from typing import Any

import msgspec

from services.router.domain.insight.whereabouts import whereabouts
from services.router.domain.state.book import Book
from services.router.domain.state.reader import RowReader
from services.router.domain.state.records import Contact
from services.router.domain.state.rows import PolicyRow, RouterRows
from services.router.domain.states import ContactState
from shared.clock import now_ms
from shared.postgres import connected
from shared.process.settings import CommonSettings

__all__ = ["Found", "find"]

_FIND = """
    SELECT partition, body::text AS body, true AS live FROM router_contact WHERE contact_id = $1
    UNION ALL
    SELECT partition, body::text AS body, false AS live FROM router_outcome WHERE contact_id = $1
"""
# Its queue, and whoever may be a guest there: of relaxation steps and of promises that ran out rows tell where any was.
_NEIGHBOURS = """
    SELECT body::text AS body FROM router_contact
    WHERE partition = $1 AND workspace = $2 AND state = 'queued' AND contact_id <> $4
        AND (
            body->'contact'->>'queue' = $3
            OR coalesce(body->'contact'->>'relaxed', body->'contact'->>'urged') IS NOT NULL
        )
"""
_POLICY = """
    SELECT workspace, version, hash, body::text AS body, activated_ms, model_version FROM policy
    WHERE workspace = $1 ORDER BY version DESC LIMIT 1
"""
_AGENTS = "SELECT body::text AS body FROM router_agent WHERE workspace = $1"
_FLOWS = "SELECT body::text FROM router_flow WHERE workspace = $1"
_CLOCK = "SELECT at_ms FROM router_clock WHERE partition = $1"


@dataclass(frozen=True, slots=True)
class Found:
    """A contact's row; ``now`` is what it waits for, None when it has ended."""

    partition: int
    contact: Contact
    now: dict[str, Any] | None


async def find(settings: CommonSettings, contact_id: str) -> Found | None:
    """The contact, live or ended; None where there is none. Retryable, Fatal."""
    async with connected(settings) as connection:
        return await _find(connection, contact_id)


async def _find(connection: Any, contact_id: str) -> Found | None:
    row = await connection.fetchrow(_FIND, contact_id)
    if row is None:
        return None
    if not row["live"]:
        return Found(row["partition"], msgspec.json.decode(row["body"], type=Contact), None)
    reader = RowReader()
    contact = reader.contact(row["body"]).contact
    agents = await connection.fetch(_AGENTS, contact.workspace)
    flows = await connection.fetch(_FLOWS, contact.workspace)
    neighbours = []
    if contact.state is ContactState.QUEUED:
        place = (row["partition"], contact.workspace, contact.queue, contact_id)
        neighbours = await connection.fetch(_NEIGHBOURS, *place)
    policy = await connection.fetchrow(_POLICY, contact.workspace)
    clock_ms = await connection.fetchval(_CLOCK, row["partition"])
    book = Book()
    book.restore(
        RouterRows(
            clock_ms=clock_ms or 0,
            contacts=[reader.contact(each["body"]) for each in (row, *neighbours)],
            agents=[reader.agent(agent["body"]) for agent in agents],
            flows=[flow[0] for flow in flows],
            policies=[PolicyRow(*policy)],
        )
    )
    book.clock_ms = max(book.clock_ms, now_ms())  # router time stands still while nothing happens; a promise does not
    return Found(row["partition"], contact, whereabouts(book, book.contacts[contact_id]))
