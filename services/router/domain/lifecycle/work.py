"""The end of an agent's work on a contact, whatever ended it."""

from services.router.domain.lifecycle import desks, silence, waiting
from services.router.domain.state.records import Agent, Contact
from services.router.domain.states import ASSIGNMENT, AssignmentState, move
from services.router.domain.turn import Turn
from shared.times import MILLISECONDS_PER_SECOND


def release(turn: Turn, contact: Contact, state: AssignmentState) -> Agent | None:
    """End the contact's assignment, if it has one; the caller refreshes the agent after the contact's event."""
    if not contact.assignment_id:
        return None
    assignment = turn.book.assignments.pop(contact.assignment_id)
    workspace = turn.workspace(contact)
    agent = workspace.agents[assignment.agent_id]
    desks.disengage(workspace, agent, assignment, turn.now_ms)
    turn.demand(workspace).finished(assignment.channel, (turn.now_ms - assignment.began_ms) / MILLISECONDS_PER_SECOND)
    assignment.state = move(ASSIGNMENT, assignment.state, state)
    turn.assignment_ended(assignment)
    contact.assignment_id = ""
    contact.wrap_began_ms = 0
    contact.life_from_ms = turn.now_ms  # what an agent gives back lives anew
    waiting.stop_state_timer(turn, contact)
    silence.stop(turn, contact)
    return agent
