"""Facts about a live contact that change no state: replies, and waiting for the customer."""

from services.router.domain import bodies, events
from services.router.domain.lifecycle import idling, leases, silence, tiers
from services.router.domain.state.workspace import Workspace
from services.router.domain.turn import Turn
from shared.contract.inputs import PendingChanged, ReplySent


def reply_sent(turn: Turn, workspace: Workspace, said: ReplySent) -> None:
    """An agent or a bot answered the customer."""
    contact = tiers.find(turn, workspace.name, said.contact_id, events.REPLY_SENT)
    agent = workspace.agents.get(said.agent_id or "")
    if agent is not None:
        leases.renew(turn, agent)
    turn.tell(contact, events.REPLY_SENT, bodies.ReplySent(said.by, said.agent_id, said.public))
    if said.by == "agent":
        idling.spoke(turn, workspace, contact, "agent")
        if said.public:
            silence.spoke(turn, workspace, contact, "agent")


def pending_changed(turn: Turn, workspace: Workspace, said: PendingChanged) -> None:
    """The contact waits for the customer, or does not any more."""
    contact = tiers.find(turn, workspace.name, said.contact_id, events.PENDING_CHANGED)
    contact.pending = said.pending
    turn.tell(contact, events.PENDING_CHANGED, bodies.PendingChanged(said.pending))
    silence.pending_changed(turn, workspace, contact)
