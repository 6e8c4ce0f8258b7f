"""The age of a contact is what it waited: since when, and how much before. Time with an agent is no part of it."""

from services.router.domain.state.records import Contact
from services.router.domain.turn import Turn

__all__ = ["begin", "forget", "pause"]


def begin(turn: Turn, contact: Contact) -> None:
    """The contact waits for a person from now on; nothing happens when it does already, in whatever queue.

    What it says of its own time counts, but no further back than the policy's ``age_max``: one old ``Date`` header must
    not go before everybody.
    """
    now_ms = max(_now_ms(turn, contact), turn.now_ms - turn.workspace(contact).rules.age_ms)
    contact.entered_ms = contact.entered_ms or now_ms
    contact.wait_started_ms = contact.wait_started_ms or now_ms


def pause(turn: Turn, contact: Contact) -> None:
    """The wait is over, at an answer or a rest. It counts as age from now on, unless an agent stayed for it (warm)."""
    if not contact.host:
        contact.waited_before_ms += max(0, _now_ms(turn, contact) - contact.waits_since_ms)
    contact.wait_started_ms = 0
    turn.workspace(contact).alarm(contact, False)


def forget(contact: Contact) -> None:
    """Nobody has to answer in person, as it turns out: there was nothing to wait for."""
    contact.entered_ms = contact.wait_started_ms = contact.waited_before_ms = 0


def _now_ms(turn: Turn, contact: Contact) -> int:
    """When the present cause happened to the contact, in event time."""
    return max(contact.last_ms, turn.said_ms)
