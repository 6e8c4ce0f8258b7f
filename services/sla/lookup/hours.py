"""The hours that reports read, and what agents do just now."""

from dataclasses import dataclass

import msgspec

from services.sla.domain.hours import HourRow
from services.sla.domain.stretches import Stretch
from shared.postgres import Connection, connected
from shared.process.settings import CommonSettings

__all__ = ["Hourly", "hourly", "read_hourly"]

# Rows are found by partition first: a search in each reads what is asked for, one without would read all that is kept.
_HOURS = """
    SELECT hour, key, sum(number)::bigint AS number, sum(ms)::bigint AS ms, max(longest_ms) AS longest_ms
    FROM sla_partition JOIN sla_hour USING (partition)
    WHERE hour >= $1 AND hour < $2 GROUP BY hour, key ORDER BY hour, key
"""
_STRETCHES = """
    SELECT body::text AS body FROM sla_partition JOIN sla_account USING (partition) WHERE key LIKE 'a%'
"""
_decode_key = msgspec.json.Decoder(tuple[str, ...]).decode
_decode_stretch = msgspec.json.Decoder(Stretch).decode


@dataclass(frozen=True, slots=True)
class Hourly:
    """``rows`` of whole hours, and the ``stretches`` that go on, of which no row tells yet."""

    rows: list[HourRow]
    stretches: list[Stretch]


async def hourly(settings: CommonSettings, first_hour: int, end_hour: int) -> Hourly:
    """What the hours from ``first_hour`` up to before ``end_hour`` hold, in one snapshot."""
    async with connected(settings) as connection, connection.transaction(isolation="repeatable_read", readonly=True):
        return await read_hourly(connection, first_hour, end_hour)


async def read_hourly(connection: Connection, first_hour: int, end_hour: int) -> Hourly:
    """The same, inside a transaction of the caller's."""
    rows = await connection.fetch(_HOURS, first_hour, end_hour)
    stretches = await connection.fetch(_STRETCHES)
    return Hourly(
        [HourRow(row["hour"], _decode_key(row["key"]), row["number"], row["ms"], row["longest_ms"]) for row in rows],
        [_decode_stretch(row["body"]) for row in stretches],
    )
