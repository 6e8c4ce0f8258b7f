"""What the database knows of a customer, and commands about customers on the router's log."""

import asyncio
from typing import Any, NamedTuple

import msgspec

from services.router.domain.customers.journey import AGE_MS_MAX, CONTACTS_MAX
from services.router.domain.state.records import Contact, LiveContact
from shared.clock import monotonic, now_ms
from shared.contract.ids import derive
from shared.contract.inputs import CustomerCommanded
from shared.kafka.put import put
from shared.postgres import Connection, connected
from shared.process.settings import CommonSettings
from shared.times import rfc3339

__all__ = ["Effect", "command", "known_ids", "show", "workspaces"]

POLL_SECONDS = 0.05  # a command is applied in under a second

_WORKSPACES = "SELECT DISTINCT workspace FROM policy ORDER BY workspace"
# Which of some ids the router has ever heard of, and to whom they belong.
_KNOWN = """
    SELECT given.id, coalesce(a.customer_id, given.id) AS customer_id
    FROM unnest($2::text[]) WITH ORDINALITY AS given (id, place)
    LEFT JOIN router_alias AS a ON a.workspace = $1 AND a.alias = given.id
    WHERE a.alias IS NOT NULL
       OR EXISTS (SELECT FROM router_alias AS b WHERE b.workspace = $1 AND b.customer_id = given.id)
       OR EXISTS (SELECT FROM router_outcome AS o
                  WHERE o.workspace = $1 AND o.customer_id = given.id AND o.customer_id <> '')
       OR EXISTS (SELECT FROM router_contact AS c
                  WHERE c.workspace = $1 AND c.body -> 'contact' ->> 'customer_id' = given.id)
    ORDER BY given.place
"""
_ALIASES = """
    SELECT alias, parent, pinned, since_ms FROM router_alias
    WHERE workspace = $1 AND customer_id = $2 AND alias <> $2 ORDER BY alias
"""
_ENDED = """
    SELECT body::text AS body FROM router_outcome
    WHERE workspace = $1 AND customer_id = ANY ($2) AND customer_id <> ''
    ORDER BY ended_ms DESC, contact_id DESC LIMIT $3
"""
_LIVE = """
    SELECT body::text AS body FROM router_contact WHERE workspace = $1 AND body -> 'contact' ->> 'customer_id' = $2
"""
_MERGES = """
    SELECT kind, alias, customer_id, actor, reason, at_ms FROM router_merge
    WHERE workspace = $1 AND (customer_id = ANY ($2) OR alias = ANY ($2)) ORDER BY at_ms, id
"""
_APPLIED = """
    SELECT 'applied' AS result, '' AS detail FROM router_input WHERE event_id = $1
    UNION ALL
    SELECT 'refused', concat_ws(': ', nullif(path, ''), detail) FROM dead_letter
    WHERE service = 'router' AND created_at > now() - interval '1 hour'
      AND position(convert_to($1::text, 'UTF8') in payload) > 0
"""
_DONE = "SELECT kind, alias, customer_id FROM router_merge WHERE id = $1"

_contact = msgspec.json.Decoder(Contact).decode
_live = msgspec.json.Decoder(LiveContact).decode


class Effect(NamedTuple):
    """What became of a command: ``merged``, ``split``, ``unchanged``, ``refused`` or ``unheard``; why, and of whom."""

    result: str
    detail: str = ""
    customer_id: str = ""


async def workspaces(settings: CommonSettings) -> list[str]:
    """Those that have a policy."""
    async with connected(settings) as connection:
        return [row["workspace"] for row in await connection.fetch(_WORKSPACES)]


async def known_ids(settings: CommonSettings, workspace: str, ids: list[str]) -> list[tuple[str, str]]:
    """Those of the ids that the router knows, with the customer that each belongs to."""
    async with connected(settings) as connection:
        return [(row["id"], row["customer_id"]) for row in await connection.fetch(_KNOWN, workspace, ids)]


async def show(settings: CommonSettings, workspace: str, customer_id: str) -> dict[str, Any]:
    """The customer's ids, journey and merges."""
    async with connected(settings) as connection:
        aliases = [dict(row) for row in await connection.fetch(_ALIASES, workspace, customer_id)]
        ids = [customer_id, *(row["alias"] for row in aliases)]
        contacts = await _contacts(connection, workspace, customer_id, ids)
        merges = [dict(row) for row in await connection.fetch(_MERGES, workspace, ids)]
    for row in aliases:
        row["since"] = rfc3339(row.pop("since_ms"))
    for row in merges:
        row["at"] = rfc3339(row.pop("at_ms"))
    return {
        "workspace": workspace,
        "customer_id": customer_id,
        "aliases": aliases,
        "merges": merges,
        "contacts": [_shown(contact) for contact in contacts],
    }


async def _contacts(connection: Connection, workspace: str, customer_id: str, ids: list[str]) -> list[Contact]:
    ended = [_contact(row["body"]) for row in await connection.fetch(_ENDED, workspace, ids, CONTACTS_MAX)]
    live = [_live(row["body"]).contact for row in await connection.fetch(_LIVE, workspace, customer_id)]
    since_ms = now_ms() - AGE_MS_MAX
    found = [contact for contact in (*ended, *live) if contact.born_ms >= since_ms]
    return sorted(found, key=lambda contact: (contact.born_ms, contact.contact_id))[-CONTACTS_MAX:]


def _shown(contact: Contact) -> dict[str, Any]:
    return {
        "contact_id": contact.contact_id,
        "at": rfc3339(contact.born_ms),
        "channel": contact.channel,
        "came_as": contact.came_as,
        "intent": contact.intent or None,
        "tier": contact.tier,
        "state": str(contact.state),
        "agent_id": contact.served_by or None,
    }


async def command(settings: CommonSettings, said: CustomerCommanded, seconds_max: float) -> Effect:
    """Put the command on the log and wait for what the router makes of it."""
    await put(settings, [said], "customer")
    deadline = monotonic() + seconds_max
    async with connected(settings) as connection:
        while monotonic() < deadline:
            found = await connection.fetchrow(_APPLIED, said.event_id)
            if found is not None:
                return await _effect(connection, said, found["result"], found["detail"])
            await asyncio.sleep(POLL_SECONDS)
    return Effect("unheard", f"not applied after {seconds_max:g} s; is the router running?")


async def _effect(connection: Connection, said: CustomerCommanded, result: str, detail: str) -> Effect:
    if result == "refused":
        return Effect(result, detail)
    done = await connection.fetchrow(_DONE, derive("merge", said.event_id))
    return Effect(done["kind"], done["alias"], done["customer_id"]) if done else Effect("unchanged")
