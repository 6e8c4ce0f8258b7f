"""A customer's way over all channels: their recent contacts, who served them last, and what else is open now."""

from typing import NamedTuple

import msgspec

from services.router.domain.classification import Journey, PastContact
from services.router.domain.records import Contact
from services.router.domain.states import ContactState, Presence
from services.router.domain.turn import Turn
from services.router.domain.workspace import Workspace

RECENT_MAX = 10  # contacts remembered of a customer; nobody's pattern needs more
RECENT_MS = 7 * 86_400_000  # a repeat within a week is the same trouble; older contacts say nothing

Key = tuple[str, str]


class Recent(NamedTuple):
    """One contact of a customer, as remembered."""

    contact_id: str
    at_ms: int
    channel: str
    intent: str
    language: str = ""


_decode = msgspec.json.Decoder(list[Recent]).decode
_encode = msgspec.json.Encoder().encode


def journey(turn: Turn, workspace: Workspace, contact: Contact, at_ms: int) -> Journey | None:
    """What the customer did lately; None for somebody new. Notes on the contact who served them and what is open."""
    recent = _recent(turn, contact, at_ms)
    if not recent:
        return None
    contact.linked = [past.contact_id for past in recent if past.contact_id in turn.book.contacts]
    if workspace.rules.sticky_ms is not None:
        key = (contact.workspace, contact.customer_id)
        agent_id, served_ms = turn.served.get(key) or turn.known.served.get(key) or ("", 0)
        contact.last_agent = agent_id if turn.now_ms - served_ms <= workspace.rules.sticky_ms else ""
    language = next((past.language for past in reversed(recent) if past.language), None)
    contacts = tuple(PastContact(past.at_ms, past.channel, past.intent or None) for past in recent)
    return Journey(contacts, language=language)


def remember(turn: Turn, contact: Contact, at_ms: int, language: str | None) -> None:
    """Add the contact, now that it is known what it is about; ``language`` as the customer wrote or said it."""
    if contact.customer_id:
        this = Recent(contact.contact_id, at_ms, contact.channel, contact.intent, language or "")
        recent = [*_recent(turn, contact, at_ms), this]
        turn.recents[contact.workspace, contact.customer_id] = _encode(recent[-RECENT_MAX:]).decode()


def served(turn: Turn, workspace: Workspace, contact: Contact, agent_id: str) -> None:
    """Note who served the customer, where the policy wants to send them back."""
    if workspace.rules.sticky_ms is not None and contact.customer_id:
        turn.served[contact.workspace, contact.customer_id] = (agent_id, turn.now_ms)


def known_agent(turn: Turn, workspace: Workspace, contact: Contact) -> str:
    """The agent who should take this contact if they can: who has another one of the customer, else who served last."""
    if workspace.rules.sticky_ms is None:
        return ""
    for other_id in contact.linked:
        other = turn.book.contacts.get(other_id)
        if other is not None and other.state is ContactState.ASSIGNED:
            return turn.book.assignments[other.assignment_id].agent_id
    return contact.last_agent


def wait_for_ms(turn: Turn, workspace: Workspace, contact: Contact, agent_id: str) -> int:
    """How long the contact may wait for that agent: the policy's time, at most half of what is left until it is due.

    0 when the agent is not there, or lacks what the contact asks.
    """
    agent = workspace.agents.get(agent_id)
    place = workspace.standing(contact)
    if agent is None or agent.presence is not Presence.AVAILABLE or not place.need.served_by(agent.skills):
        return 0
    slack_ms = place.due_ms - place.boost_ms - turn.now_ms
    if contact.channel in workspace.open.get(agent_id, ()):
        return workspace.rules.offer_ms + 1  # they are free: the offer itself sets the limit
    return max(0, min(workspace.rules.sticky_wait_ms, slack_ms // 2))


def _recent(turn: Turn, contact: Contact, at_ms: int) -> list[Recent]:
    if not contact.customer_id:
        return []
    key = (contact.workspace, contact.customer_id)
    text = turn.recents.get(key) or turn.known.recents.get(key)
    return [past for past in _decode(text) if past.at_ms >= at_ms - RECENT_MS] if text else []
