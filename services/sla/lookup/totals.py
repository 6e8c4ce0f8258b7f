"""What the sla service has counted."""

import msgspec

from shared.postgres import connected
from shared.process.settings import CommonSettings

__all__ = ["totals"]

_TOTALS = "SELECT key, value FROM sla_total WHERE partition = $1"
_decode_key = msgspec.json.Decoder(tuple[str, ...]).decode


async def totals(settings: CommonSettings, partition: int) -> dict[tuple[str, ...], float]:
    """The sums of one partition, by series."""
    async with connected(settings) as connection:
        found = await connection.fetch(_TOTALS, partition)
    return {_decode_key(row["key"]): row["value"] for row in found}
