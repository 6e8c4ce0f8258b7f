"""Ids that many people come with: ``guest``, a switchboard's number. They are no identity: nothing is told of "them".

Whoever comes with one is nobody known: without a journey, links to other contacts, or an agent of their own. So what
one id can cost is bounded too: a look at its contacts, the rows of a merge and the lists in events end at OPEN_MAX.
"""

from enum import StrEnum

from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn
from shared.times import DAY_MS

__all__ = ["HANDLES_A_DAY_MAX", "OPEN_MAX", "Why", "is_named_by_many", "why_shared"]

OPEN_MAX = 50  # contacts open at once of one customer; more than this no person has
HANDLES_A_DAY_MAX = 24  # that came with one id for the first time in a day; below what a customer may have at all


class Why(StrEnum):
    """Why an id is treated as shared."""

    OPEN_CONTACTS = "open_contacts"
    HANDLES = "handles"


def why_shared(turn: Turn, workspace: Workspace, customer_id: str) -> Why | None:
    """Why nothing is told of this customer; None for somebody who may be one person.

    By their open contacts only as long as there are so many of them, by their handles until an operator splits the id.
    """
    identity, customers = turn.identity, workspace.customers
    if identity.is_shared(workspace.name, customer_id):
        return Why.HANDLES
    count = 0
    for one_id in identity.ids(workspace.name, customer_id):
        count += len(customers.get(one_id, ()))
    return Why.OPEN_CONTACTS if count > OPEN_MAX else None


def is_named_by_many(turn: Turn, workspace: Workspace, customer_id: str) -> bool:
    """Whether so many handles came with this id since yesterday that one more shows it to be shared."""
    return turn.identity.joined_since(workspace.name, customer_id, turn.now_ms - DAY_MS) >= HANDLES_A_DAY_MAX
