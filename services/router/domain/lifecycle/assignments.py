"""The life of an assignment: active, perhaps wrapping, then closed, transferred or requeued."""

from typing import Any

from services.router.domain import bodies, events
from services.router.domain.classification.classifying import Classify
from services.router.domain.customers import customers
from services.router.domain.insight import drift
from services.router.domain.lifecycle import (
    age,
    desks,
    endings,
    idling,
    leases,
    protection,
    queueing,
    silence,
    tiers,
    waiting,
    work,
)
from services.router.domain.state.records import Agent, Assignment, Contact, Offer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ASSIGNMENT, AssignmentState, ContactState, Repeat, illegal, move
from services.router.domain.turn import Turn
from shared.contract.ids import derive
from shared.contract.inputs import AssignmentEnded, AssignmentWrappedUp, Transfer
from shared.errors import Invalid, Reason
from shared.times import rfc3339

_WORKING = (AssignmentState.ACTIVE, AssignmentState.IDLE)


def begin(turn: Turn, workspace: Workspace, contact: Contact, agent: Agent, offer: Offer) -> None:
    """The agent has accepted: from here on the contact is theirs."""
    assignment = Assignment(
        assignment_id=derive("assignment", offer.offer_id),
        offer_id=offer.offer_id,
        contact_id=contact.contact_id,
        workspace=workspace.name,
        agent_id=agent.agent_id,
        channel=contact.channel,
        began_ms=turn.now_ms,
    )
    contact.assignment_id = assignment.assignment_id
    contact.callback = False  # the customer is on the line again: whoever hangs up from now on is gone
    desks.engage(workspace, agent, assignment)
    turn.book.assignments[assignment.assignment_id] = assignment
    waited_ms = max(0, max(contact.last_ms, turn.said_ms) - contact.waits_since_ms)
    body = bodies.Assigned(offer.offer_id, assignment.assignment_id, agent.agent_id, waited_ms / 1000)
    turn.tell_desk(contact, events.ASSIGNED, body)
    if workspace.rules.idle_ms:
        idling.watch(turn, workspace, contact)
    silence.begin(turn, workspace, contact)
    if offer.issued_ms > contact.queued_ms:
        for seen in turn.watch(workspace, contact):
            seen.serve(proven=agent.proven)
    if workspace.rules.protects:
        protection.answered(turn, workspace, contact)
    age.pause(turn, contact)
    desks.unhost(turn, workspace, contact)
    customers.served(turn, contact, agent.agent_id)
    desks.refresh(turn, workspace, agent, "assigned")


def report_end(turn: Turn, workspace: Workspace, said: AssignmentEnded, classify: Classify) -> None:
    """The agent closes the contact, passes it on, or gives it back."""
    assignment = _find(turn, said, said.outcome)
    contact = turn.book.contacts[assignment.contact_id]
    if said.outcome == "closed":
        _report_closed(turn, workspace, contact, assignment, said)
        if said.disposition:
            drift.retagged(turn, workspace, contact, said.disposition, classify)
        return
    if assignment.state is AssignmentState.WRAPPING:
        raise illegal("assignment_id", f"the assignment is {assignment.state}", _WORKING)
    transfer = said.transfer or Transfer()
    if transfer.queue is not None and transfer.queue not in workspace.rules.queues:
        raise Invalid(Reason.UNKNOWN_REFERENCE, "transfer.queue", f"the policy has no queue {transfer.queue}")
    if transfer.agent_id is not None:
        desks.expect_able(workspace, contact, transfer.agent_id, transfer.queue or contact.queue, "transfer.agent_id")
    leases.renew(turn, workspace.agents[assignment.agent_id])
    state = AssignmentState.TRANSFERRED if said.outcome == "transferred" else AssignmentState.REQUEUED
    give_back(turn, assignment, state, said.disposition or said.outcome, transfer)


def _report_closed(
    turn: Turn, workspace: Workspace, contact: Contact, assignment: Assignment, said: AssignmentEnded
) -> None:
    rules = workspace.rules
    leases.renew(turn, workspace.agents[assignment.agent_id])
    wrap_ms = rules.wrap_ms if said.wrap_up_seconds is None else round(said.wrap_up_seconds * 1000)
    wrapping = assignment.state is AssignmentState.WRAPPING
    if wrapping and said.wrap_up_seconds is None:
        raise Repeat  # the customer was already gone; wrap-up goes on as it is
    began_ms = contact.wrap_began_ms if wrapping else turn.now_ms
    until_ms = min(turn.now_ms + wrap_ms, began_ms + rules.wrap_end_ms)
    if until_ms <= turn.now_ms:
        close(turn, assignment, "agent", said.disposition or "closed")
    elif wrapping:
        waiting.start_state_timer(turn, contact, until_ms)
        turn.contacts[contact.contact_id] = contact
    else:
        wrap(turn, assignment, said.disposition or "closed", until_ms)


def report_wrapped_up(turn: Turn, workspace: Workspace, said: AssignmentWrappedUp) -> None:
    """The agent has finished wrap-up."""
    assignment = _find(turn, said, AssignmentState.CLOSED)
    if assignment.state is not AssignmentState.WRAPPING:
        raise illegal("assignment_id", f"the assignment is {assignment.state}", (AssignmentState.WRAPPING,))
    leases.renew(turn, workspace.agents[assignment.agent_id])
    close(turn, assignment, "agent", "wrapped_up")


def _find(turn: Turn, said: AssignmentEnded | AssignmentWrappedUp, outcome: str) -> Assignment:
    assignment = turn.book.assignments.get(said.assignment_id)
    if assignment is None or assignment.workspace != said.workspace:
        ended = turn.ended.get(said.assignment_id) or turn.known.past.get(said.assignment_id)
        if ended is None:
            raise Invalid(Reason.UNKNOWN_REFERENCE, "assignment_id", f"there is no assignment {said.assignment_id}")
        if ended == (outcome, said.agent_id):
            raise Repeat
        expected = _WORKING if isinstance(said, AssignmentEnded) else (AssignmentState.WRAPPING,)
        raise illegal("assignment_id", f"the assignment is {ended[0]}", expected)
    if assignment.agent_id != said.agent_id:
        raise illegal("agent_id", f"the assignment is {assignment.agent_id}'s", (assignment.agent_id,))
    return assignment


def wrap(turn: Turn, assignment: Assignment, reason: str, until_ms: int) -> None:
    """The customer is gone; the agent's units stay taken until wrap-up is over."""
    contact = turn.book.contacts[assignment.contact_id]
    workspace = turn.workspace(contact)
    agent = workspace.agents[assignment.agent_id]
    if assignment.state is AssignmentState.IDLE:
        idling.resume(turn, workspace, contact, assignment, "wrapping")
    assignment.state = move(ASSIGNMENT, assignment.state, AssignmentState.WRAPPING)
    agent.active -= 1
    agent.wrapping += 1
    contact.wrap_began_ms = turn.now_ms
    waiting.start_state_timer(turn, contact, until_ms)
    body = bodies.Wrapping(assignment.assignment_id, agent.agent_id, reason, rfc3339(until_ms))
    turn.tell_desk(contact, events.WRAPPING, body)
    desks.refresh(turn, workspace, agent, "wrapping")


def customer_left(turn: Turn, workspace: Workspace, contact: Contact, reason: str) -> None:
    """A hang-up during the assignment: the agent wraps up. An idle contact comes back only where that takes time."""
    rules = workspace.rules
    assignment = turn.book.assignments[contact.assignment_id]
    if rules.wrap_ms or assignment.state is AssignmentState.ACTIVE:
        wrap(turn, assignment, reason, turn.now_ms + rules.wrap_ms)
    if not rules.wrap_ms:
        close(turn, assignment, "customer", reason)


def close(turn: Turn, assignment: Assignment, by: str, reason: str) -> None:
    """The contact is done."""
    contact = turn.book.contacts[assignment.contact_id]
    endings.end(turn, contact, events.CLOSED, by, reason)


def give_back(turn: Turn, assignment: Assignment, state: AssignmentState, reason: str, transfer: Transfer) -> None:
    """Transferred or requeued: the contact waits again with its age, and not for the agent who gave it back."""
    contact = turn.book.contacts[assignment.contact_id]
    workspace = turn.workspace(contact)
    agent = workspace.agents[assignment.agent_id]
    queue = transfer.queue or contact.queue
    if transfer.warm and assignment.state is AssignmentState.IDLE:
        idling.resume(turn, workspace, contact, assignment, "warm_transfer")
    work.release(turn, contact, state)
    tiers.ask_more(contact, transfer.skills)
    body = bodies.Moved(_destination(queue, transfer), reason, assignment.assignment_id, assignment.agent_id)
    kind = events.TRANSFERRED if state is AssignmentState.TRANSFERRED else events.REQUEUED
    turn.tell_desk(contact, kind, body)
    waiting.bar(turn, contact, agent.agent_id, turn.now_ms + workspace.rules.decline_ms)
    if transfer.warm:
        desks.host(workspace, agent, contact)
    queueing.enter(turn, workspace, contact, queue, str(state), transfer.agent_id or "")
    desks.refresh(turn, workspace, agent, str(state))
    desks.forget_if_gone(turn, workspace, agent)


def silent(turn: Turn, contact: Contact) -> None:
    """A deadline: the agent owed the customer an answer for as long as the policy allows, as it says by now."""
    contact.silent_ms = 0
    turn.contacts[contact.contact_id] = contact
    silence_rule = turn.workspace(contact).rules.silences.get(contact.queue or "")
    if contact.state is not ContactState.ASSIGNED or silence_rule is None:
        return
    assignment = turn.book.assignments[contact.assignment_id]
    if silence_rule.requeues:
        give_back(turn, assignment, AssignmentState.REQUEUED, "silent", Transfer())
    else:
        body = bodies.Reminded(assignment.assignment_id, assignment.agent_id, "silent")
        turn.tell_desk(contact, events.REMINDED, body)


def _destination(queue: str | None, transfer: Transfer) -> dict[str, Any]:
    to: dict[str, Any] = {"queue": queue}
    if transfer.agent_id:
        to["agent_id"] = transfer.agent_id
    if transfer.skills:
        to["skills"] = transfer.skills
    if transfer.warm:
        to["warm"] = True
    return to
