"""Agents come, change and go: sign-on, presence, heartbeat, sign-off, and the lease that a silent agent loses."""

from services.router.domain.lifecycle import assignments, desks, failures, leases, waiting
from services.router.domain.state.records import Agent
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import PRESENCE, AssignmentState, ContactState, Presence, illegal, move
from services.router.domain.turn import Turn
from shared.contract.inputs import AgentHeartbeat, AgentSignedOff, AgentSignedOn, PresenceChanged, Transfer
from shared.errors import Invalid, Reason


def sign_on(turn: Turn, workspace: Workspace, said: AgentSignedOn) -> None:
    """A new agent, or a second sign-on that replaces name, skills and capacity and keeps the work."""
    agent = workspace.agents.get(said.agent_id)
    if agent is None:
        agent = Agent(
            workspace=workspace.name, agent_id=said.agent_id, skills=(), capacity=said.capacity, idle_since=turn.now_ms
        )
        turn.agents_gone.pop((agent.workspace, agent.agent_id), None)
    agent.name = said.name or ""
    agent.skills = tuple(sorted(said.skills.items()))
    agent.capacity = said.capacity
    agent.lease_seconds = said.lease_seconds or 0.0
    agent.missed = None
    if agent.presence is not Presence.AVAILABLE:
        agent.idle_since = turn.now_ms
    presence = Presence(said.presence)
    agent.presence = presence if presence is agent.presence else move(PRESENCE, agent.presence, presence)
    workspace.know(agent)
    leases.renew(turn, agent)
    if agent.presence is not Presence.AVAILABLE:
        failures.rescind_all(turn, workspace, agent, "the agent signed on anew")
    failures.rescind_unfit(turn, workspace, agent, "the agent signed on anew")
    desks.keep(turn, workspace, agent, "signed_on")
    if agent.agent_id in workspace.open:
        desks.free(turn, workspace, agent)


def change_presence(turn: Turn, workspace: Workspace, said: PresenceChanged) -> None:
    """Available, not ready, or draining; without ``available`` open offers are rescinded and the work is kept."""
    agent = _signed_on(workspace, said.agent_id)
    presence = Presence(said.presence)
    agent.missed = None
    leases.renew(turn, agent)
    if agent.presence is not presence:
        if presence is Presence.AVAILABLE:
            agent.idle_since = turn.now_ms
        agent.presence = move(PRESENCE, agent.presence, presence)
    if presence is not Presence.AVAILABLE:
        failures.rescind_all(turn, workspace, agent, str(presence))
    desks.refresh(turn, workspace, agent, said.reason or str(presence))


def heartbeat(turn: Turn, workspace: Workspace, said: AgentHeartbeat) -> None:
    """A sign of life."""
    leases.renew(turn, _signed_on(workspace, said.agent_id))


def sign_off(turn: Turn, workspace: Workspace, said: AgentSignedOff) -> None:
    """The agent goes: open offers are rescinded, assignments go where the policy says."""
    _lose(turn, workspace, _signed_on(workspace, said.agent_id), "signed_off")


def lease_over(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """A deadline: no sign of life for the length of the lease."""
    _lose(turn, workspace, agent, "lease_expired")


def excuse(turn: Turn, workspace: Workspace, since_ms: int) -> None:
    """Nothing was heard of anybody since then: who let an offer expire meanwhile may have answered it. They are ready
    again, and may be asked about that contact again, if it still waits."""
    for agent in sorted(workspace.agents.values(), key=lambda agent: agent.agent_id):
        if agent.presence is not Presence.NOT_READY or agent.missed is None or agent.missed[0] <= since_ms:
            continue
        contact = turn.book.contacts.get(agent.missed[1])
        agent.presence, agent.missed = move(PRESENCE, agent.presence, Presence.AVAILABLE), None
        agent.idle_since = turn.now_ms
        desks.refresh(turn, workspace, agent, "outage")
        if contact is not None and contact.state is ContactState.QUEUED:
            waiting.pardon(turn, contact, agent.agent_id)
            waiting.rejoin(turn, workspace, contact)


def _lose(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    desks.go_offline(turn, workspace, agent)
    failures.rescind_all(turn, workspace, agent, reason)
    working = sorted(workspace.working.get(agent.agent_id, ()))
    for assignment_id in working if workspace.rules.requeue_lost else ():
        assignment = turn.book.assignments[assignment_id]
        if assignment.state is AssignmentState.WRAPPING:
            assignments.close(turn, assignment, "system", reason)
        else:
            assignments.give_back(turn, assignment, AssignmentState.REQUEUED, reason, Transfer())
    for contact_id in sorted(workspace.hosting.get(agent.agent_id, ())):
        desks.unhost(turn, workspace, turn.book.contacts[contact_id])
    if agent.agent_id in workspace.agents:
        desks.refresh(turn, workspace, agent, reason)
        desks.forget_if_gone(turn, workspace, agent)


def _signed_on(workspace: Workspace, agent_id: str) -> Agent:
    agent = workspace.agents.get(agent_id)
    if agent is None:
        detail = f"agent {agent_id} is not signed on; send usher.agent.signed_on.v1 first"
        raise Invalid(Reason.UNKNOWN_REFERENCE, "agent_id", detail)
    if agent.presence is Presence.OFFLINE:
        raise illegal("agent_id", "the agent is offline", ("usher.agent.signed_on.v1",))
    return agent
