"""The open clocks of one contact, as they stand now."""

import msgspec

from services.sla.domain.rows import decode_contact
from services.sla.domain.standing import Standing, standing
from shared.policy.calendar import Calendar
from shared.policy.parse import parse_policy
from shared.postgres import Connection, connected
from shared.process.settings import CommonSettings

__all__ = ["open_clocks"]

_MAY = "SELECT has_table_privilege('sla_contact', 'SELECT')"
_CONTACT = "SELECT body::text FROM sla_contact WHERE partition = $1 AND contact_id = $2"
_POLICIES = "SELECT version, body::text AS body FROM policy WHERE workspace = $1 AND version = ANY ($2)"

Key = tuple[int, str]
"""A policy version and the name of one of its calendars; "": all hours."""


async def open_clocks(
    settings: CommonSettings, partition: int, contact_id: str, at_ms: int
) -> tuple[Standing, ...] | None:
    """The clocks that are not over, in the order in which they fall due; None where this login may not read them.
    Retryable, Fatal as the server says."""
    async with connected(settings) as connection:
        if not await connection.fetchval(_MAY):
            return None
        body = await connection.fetchval(_CONTACT, partition, contact_id)
        if body is None:
            return ()
        contact = decode_contact(body)
        keys = {(clock.policy, clock.calendar) for clock in contact.clocks}
        calendars = await _calendars(connection, contact.workspace, keys)
    clocks = sorted(contact.clocks, key=lambda clock: (clock.due_ms, clock.kind))
    return tuple(standing(clock, contact, calendars[clock.policy, clock.calendar], at_ms) for clock in clocks)


async def _calendars(connection: Connection, workspace: str, keys: set[Key]) -> dict[Key, Calendar]:
    """Those of the policies under which the clocks run; a policy that only an older version told has no hours."""
    rows = await connection.fetch(_POLICIES, workspace, [version for version, _ in keys])
    policies = {row["version"]: parse_policy(msgspec.json.decode(row["body"]), not_yet=()) for row in rows}
    return {
        (version, name): policies[version].calendar(name or None) if version in policies else Calendar()
        for version, name in keys
    }
