"""What a supervisor may do with a contact: cancel, prioritise, requeue, assign; each event names who did it and why."""

from typing import Any

from services.router.domain import bodies, events
from services.router.domain.lifecycle import desks, endings, offers, queueing, tiers, waiting, work
from services.router.domain.state.records import Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import AssignmentState, ContactState, illegal
from services.router.domain.turn import Turn
from shared.contract.inputs import ContactCommanded
from shared.contract.topics import AGENT_OFFERS
from shared.errors import Invalid, Reason

_MOVABLE = (
    ContactState.SELF_SERVICE,
    ContactState.BOT,
    ContactState.QUEUED,
    ContactState.SCHEDULED,
    ContactState.OFFERED,
    ContactState.ASSIGNED,
)


def obey(turn: Turn, workspace: Workspace, said: ContactCommanded) -> None:
    """Carry out one command; Invalid when the contact's state does not allow it or a name is unknown."""
    if said.command == "cancel":
        contact = tiers.find(turn, workspace.name, said.contact_id, events.CANCELLED)
        endings.end(turn, contact, events.CANCELLED, said.actor, said.reason)
    elif said.command == "prioritise":
        contact = tiers.find(turn, workspace.name, said.contact_id, events.REPRIORITISED)
        _prioritise(turn, workspace, contact, said)
    else:
        contact = tiers.find(turn, workspace.name, said.contact_id, events.CANCELLED)
        _move(turn, workspace, contact, said)


def _prioritise(turn: Turn, workspace: Workspace, contact: Contact, said: ContactCommanded) -> None:
    if said.seconds is None:
        raise Invalid(Reason.INVALID, "seconds", "prioritise needs seconds: treated as if it came so much earlier")
    contact.boost_ms += round(said.seconds * 1000)
    waiting.reprioritise(turn, workspace, contact, said.actor, said.reason)


def _move(turn: Turn, workspace: Workspace, contact: Contact, said: ContactCommanded) -> None:
    """Requeue, or assign to a named agent: from wherever the contact is, it enters a queue with its age."""
    if contact.state not in _MOVABLE:
        raise illegal("contact_id", f"the contact is {contact.state}", _MOVABLE)
    if said.queue is not None and said.queue not in workspace.rules.queues:
        raise Invalid(Reason.UNKNOWN_REFERENCE, "queue", f"the policy has no queue {said.queue}")
    queue = said.queue or contact.queue or contact.home_queue or None
    if said.command == "assign":
        desks.expect_able(workspace, contact, said.agent_id or "", queue, "agent_id")
    _detach(turn, workspace, contact, said)
    named = said.agent_id if said.command == "assign" else None
    queueing.enter(turn, workspace, contact, queue, said.command, named or "")


def _detach(turn: Turn, workspace: Workspace, contact: Contact, said: ContactCommanded) -> None:
    """Out of wherever it is, with the event that says so; the contact is then ready to enter a queue."""
    to: dict[str, Any] = {"queue": said.queue or contact.queue or contact.home_queue or None}
    if said.agent_id:
        to["agent_id"] = said.agent_id
    if contact.state in (ContactState.SELF_SERVICE, ContactState.BOT):
        tiers.hand_over(turn, contact, said.reason, None, said.actor)
        return
    offers.withdraw_all(turn, contact, said.reason)
    waiting.leave(turn, workspace, contact)
    assignment_id = contact.assignment_id or None
    agent = work.release(turn, contact, AssignmentState.REQUEUED)
    body = bodies.Moved(to, said.reason, assignment_id, agent.agent_id if agent else None, said.actor)
    turn.tell(contact, events.REQUEUED, body, copy=AGENT_OFFERS if contact.attempts else "")
    if agent is not None:
        waiting.bar(turn, contact, agent.agent_id, turn.now_ms + workspace.rules.decline_ms)
        desks.refresh(turn, workspace, agent, "requeued")
        desks.forget_if_gone(turn, workspace, agent)
