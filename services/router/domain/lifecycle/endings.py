"""How contacts end: the one terminal event, after which nothing follows."""

from services.router.domain import bodies, events
from services.router.domain.insight import containment
from services.router.domain.lifecycle import desks, offers, protection, waiting, work
from services.router.domain.state.records import Contact
from services.router.domain.states import AssignmentState, ContactState
from services.router.domain.turn import Turn
from shared.contract.topics import AGENT_OFFERS


def end(turn: Turn, contact: Contact, kind: str, by: str, reason: str) -> None:
    """End the contact: open offers are rescinded, the assignment closed, the place in the queue given up."""
    containment.count(turn, contact, kind.removeprefix("usher.contact.").removesuffix(".v1"))
    offers.withdraw_all(turn, contact, reason)
    workspace = turn.workspace(contact)
    if kind == events.ABANDONED and contact.state is ContactState.QUEUED:
        for seen in turn.watch(workspace, contact):
            seen.abandoned += 1
    if workspace.rules.protects:
        protection.ended(turn, workspace, contact, kind, by)
    waiting.leave(turn, workspace, contact)
    assignment_id = contact.assignment_id or None
    agent = work.release(turn, contact, AssignmentState.CLOSED)
    body = bodies.Ended(by, reason, assignment_id, agent.agent_id if agent else None)
    turn.tell(contact, kind, body, copy=AGENT_OFFERS if contact.attempts else "")
    desks.unhost(turn, workspace, contact)
    turn.contact_ended(contact)
    turn.count("usher_contacts_ended_total", contact.state, contact.channel)
    if agent is not None:
        desks.refresh(turn, workspace, agent, str(contact.state))
        desks.forget_if_gone(turn, workspace, agent)


def life_over(turn: Turn, contact: Contact) -> None:
    """A deadline: the contact has lived for as long as its queue allows. A conversation under way is never ended."""
    if contact.assignment_id:
        contact.life_from_ms = turn.now_ms
        waiting.limit_life(turn, turn.workspace(contact), contact)
        return
    end(turn, contact, events.EXPIRED, "system", "life_max")
