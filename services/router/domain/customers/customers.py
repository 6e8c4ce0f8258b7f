"""A customer over all channels: what classification hears of them, what is open of theirs, and the agent they know."""

from services.router.domain.classification.record import Journey, PastContact
from services.router.domain.customers import repeats
from services.router.domain.customers.journey import Earlier, earlier, was_failed_by_automation
from services.router.domain.customers.shared import Why, why_shared
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState, Presence
from services.router.domain.turn import Turn


def journey(turn: Turn, workspace: Workspace, contact: Contact, shared: Why | None) -> Journey | None:
    """What the customer did lately; None for somebody new, and for whom ``shared`` says that they are no one person.
    Notes on the contact who served them and what is open.
    """
    if not contact.customer_id:
        return None
    if shared and contact.state is ContactState.NEW:
        turn.count("usher_contacts_of_shared_customers_total", shared)
    found = _acquaint(turn, workspace, contact, shared)
    if not found:
        return None
    if contact.state is ContactState.NEW:
        repeats.count(turn, found)
    return Journey(
        tuple(PastContact(past.born_ms, past.channel, past.intent or None) for past in found),
        any(was_failed_by_automation(past, turn.now_ms) for past in found),
        next((past.spoken for past in reversed(found) if past.spoken), None),
    )


def acquaint(turn: Turn, workspace: Workspace, contact: Contact) -> list[Earlier]:
    """Note on a live contact what else is open of its customer and who served them last; returns the journey.

    Of an id that many people share nothing is known.
    """
    return _acquaint(turn, workspace, contact, why_shared(turn, workspace, contact.customer_id))


def _acquaint(turn: Turn, workspace: Workspace, contact: Contact, shared: Why | None) -> list[Earlier]:
    if shared:
        contact.linked, contact.last_agent = (), ""
        return []
    found, live = earlier(turn, workspace, contact)
    contact.linked = tuple(other.contact_id for other in live)
    if not found:
        contact.last_agent = ""
        return found
    within_ms = workspace.rules.sticky_ms
    if within_ms is not None:
        served = [past for past in found if past.served_by and past.served_ms >= turn.now_ms - within_ms]
        last = max(served, key=lambda past: (past.served_ms, past.contact_id), default=None)
        contact.last_agent = last.served_by if last else ""
    return found


def served(turn: Turn, contact: Contact, agent_id: str) -> None:
    """Note who serves the customer."""
    contact.served_by, contact.served_ms = agent_id, turn.now_ms


def known_agent(turn: Turn, workspace: Workspace, contact: Contact) -> str:
    """The agent who should take this contact if they can: who has another one of the customer, else who served last."""
    if workspace.rules.sticky_ms is None or why_shared(turn, workspace, contact.customer_id):
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
    slack_ms = place.due_ms - place.boost_ms - contact.waited_before_ms - turn.now_ms
    if contact.channel in workspace.open.get(agent_id, ()):
        return workspace.rules.offer_ms + 1  # they are free: the offer itself sets the limit
    return max(0, min(workspace.rules.sticky_wait_ms, slack_ms // 2))
