"""Idle contacts: one in which nobody writes holds none of its agent's units, and takes them back when somebody does.

Capacity is about giving work: no offer goes beyond it. A contact that comes back stays with its agent even if they are
full by then, so their work may exceed the capacity by what came back, and by nothing else: their open offers go to
others, and they get no new one until they are within it again.
"""

from services.router.domain import bodies, events
from services.router.domain.lifecycle import desks, failures, waiting
from services.router.domain.state.records import Assignment, Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ASSIGNMENT, AssignmentState, ContactState, move
from services.router.domain.turn import Turn

PEOPLE = frozenset(("customer", "agent"))  # senders who end a silence; a bot's or a system's notice does not


def watch(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """From now on an assigned contact is silent; a changed ``idle_after`` holds from here."""
    idle_ms = workspace.rules.idle_ms.get(contact.channel)
    if idle_ms is None:
        waiting.stop_state_timer(turn, contact)
    else:
        waiting.start_state_timer(turn, contact, turn.now_ms + idle_ms)


def spoke(turn: Turn, workspace: Workspace, contact: Contact, who: str) -> None:
    """Customer or agent wrote, and the event of it is told: an idle contact comes back, and silence begins anew."""
    if contact.state is not ContactState.ASSIGNED:
        return
    assignment = turn.book.assignments[contact.assignment_id]
    if assignment.state is AssignmentState.IDLE:
        resume(turn, workspace, contact, assignment, who)
    watch(turn, workspace, contact)


def rest(turn: Turn, contact: Contact) -> None:
    """A deadline: nobody wrote for as long as the policy allows. The agent keeps the contact and may get other work."""
    workspace = turn.workspace(contact)
    assignment = turn.book.assignments[contact.assignment_id]
    agent = workspace.agents[assignment.agent_id]
    assignment.state = move(ASSIGNMENT, assignment.state, AssignmentState.IDLE)
    desks.rest(agent, assignment.channel, turn.now_ms)
    turn.tell_desk(contact, events.IDLED, bodies.Idled(assignment.assignment_id, agent.agent_id))
    desks.refresh(turn, workspace, agent, "contact_idled")


def resume(turn: Turn, workspace: Workspace, contact: Contact, assignment: Assignment, reason: str) -> None:
    """The contact holds its units again. What was only offered to an agent who is now over capacity goes to others."""
    agent = workspace.agents[assignment.agent_id]
    assignment.state = move(ASSIGNMENT, assignment.state, AssignmentState.ACTIVE)
    desks.resume(agent, assignment.channel)
    turn.tell_desk(contact, events.RESUMED, bodies.Resumed(assignment.assignment_id, agent.agent_id, reason))
    failures.rescind_unfit(turn, workspace, agent, "an idle contact came back")
    desks.keep(turn, workspace, agent, "contact_resumed")
