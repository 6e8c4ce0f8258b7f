"""Agents who took a contact and say nothing: they are reminded, or the contact goes to somebody else.

An agent owes an answer from the assignment, or from the customer's message after their last answer. A public reply
ends that, and so does waiting for the customer. What counts is the open time of the calendar of ``handling``. A call
is talk itself: on voice nobody is silent.
"""

from services.router.domain.state.records import Contact
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn

__all__ = ["begin", "pending_changed", "spoke", "stop"]


def begin(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """From now on the agent owes an answer, unless they did already or nobody minds."""
    silence = workspace.rules.silences.get(contact.queue or "")
    may_be_silent = contact.state is ContactState.ASSIGNED and contact.channel != "voice" and not contact.pending
    if silence is not None and may_be_silent and not contact.silent_ms:
        contact.silent_ms = workspace.rules.silent_ms(silence, turn.now_ms)
        turn.contacts[contact.contact_id] = contact
        turn.book.timers.arm(Timer.SILENCE, contact.contact_id, contact.silent_ms)


def stop(turn: Turn, contact: Contact) -> None:
    """The agent owes nothing."""
    if contact.silent_ms:
        contact.silent_ms = 0
        turn.contacts[contact.contact_id] = contact
        turn.book.timers.disarm(Timer.SILENCE, contact.contact_id)


def spoke(turn: Turn, workspace: Workspace, contact: Contact, who: str) -> None:
    """Somebody wrote where the customer can read it, or the customer did: nobody waits for them any more."""
    if who == "agent":
        stop(turn, contact)
    elif who == "customer":
        contact.pending = False
        begin(turn, workspace, contact)


def pending_changed(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """It is the customer's turn, or the agent's again."""
    if contact.pending:
        stop(turn, contact)
    else:
        begin(turn, workspace, contact)
