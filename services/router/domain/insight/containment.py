"""How much self-service and bots settle: each contact of theirs is counted once for each time that it left them."""

from services.router.domain.state.records import Contact
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn

__all__ = ["begin", "count"]

METRIC = "usher_automation_total"
NONE = "none"
USUAL = ("contained", "escalated", "timed_out", "abandoned")  # how nearly every stay ends


def begin(turn: Turn, contact: Contact) -> None:
    """A stay begins: whatever it comes to is counted from zero on."""
    for outcome in USUAL:
        turn.add(0.0, METRIC, contact.state, outcome, contact.intent or NONE, contact.article or NONE)


def count(turn: Turn, contact: Contact, outcome: str) -> None:
    """Count the end of a stay with self-service or a bot, by intent and the article that was offered first."""
    if contact.state in (ContactState.SELF_SERVICE, ContactState.BOT):
        turn.count(METRIC, contact.state, outcome, contact.intent or NONE, contact.article or NONE)
