"""Customers who come again: what was settled and was not, because they needed another contact soon after."""

from collections.abc import Sequence

from services.router.domain.customers.journey import Earlier
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn
from shared.times import DAY_MS

__all__ = ["WINDOW_MS", "count"]

WINDOW_MS = 7 * DAY_MS  # who comes later than this comes for something new

_SETTLED_BY = {ContactState.CLOSED: "agent", ContactState.CONTAINED: "automation"}


def count(turn: Turn, found: Sequence[Earlier]) -> None:
    """Count a new contact against the customer's latest settled one; ``found`` are their earlier contacts.

    Each settled contact is counted at most once, by the first that comes after it. So over a long time the share that
    was resolved at the first contact is 1 - repeated / (closed or contained).
    """
    settled = [past for past in found if past.state in _SETTLED_BY]
    if not settled:
        return
    last = max(settled, key=lambda past: (past.last_ms, past.contact_id))
    followed = any(past.born_ms > last.last_ms for past in found)
    if last.last_ms >= turn.now_ms - WINDOW_MS and not followed:
        turn.count("usher_contacts_repeated_total", _SETTLED_BY[last.state])
