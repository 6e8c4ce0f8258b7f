"""How long the router remembers what is over."""

from dataclasses import dataclass

from shared.contract.ids import MEMORY_DAYS
from shared.times import DAY_MS

__all__ = ["Kept"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Milliseconds of the lane's time. ``inputs_ms``: ids for deduplication, offers and assignments that are over;
    ``outcomes_ms``: of contacts, and what is known of customers who had no other contact since; ``episodes_ms``: the
    last of conversations of which no outcome is kept; ``policies_ms``: those that another one replaced.
    """

    inputs_ms: int = 8 * DAY_MS
    outcomes_ms: int = 400 * DAY_MS
    episodes_ms: int = MEMORY_DAYS * DAY_MS
    policies_ms: int = 400 * DAY_MS
