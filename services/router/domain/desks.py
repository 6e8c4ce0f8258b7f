"""Keeps an agent's published availability and seat in step with their work and presence."""

from services.router.domain.book import Workspace, agent_key
from services.router.domain.capacity import availability
from services.router.domain.records import Agent
from services.router.domain.states import Presence
from services.router.domain.timers import Timer
from services.router.domain.turn import Turn

MILLISECONDS = 1000


def refresh(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """Publish a change of presence, availability or free units, and show the matcher what the agent can take."""
    left = workspace.rooms.of(agent)
    agent.load = left.load
    shown = (str(agent.presence), str(availability(agent, left)), left.free)
    if shown != agent.shown:
        agent.shown = shown
        turn.tell_agent(agent, reason)
    if workspace.seat(agent):
        turn.freed[agent.workspace, agent.agent_id] = agent
    turn.agents[agent.workspace, agent.agent_id] = agent


def rest(agent: Agent, now_ms: int) -> None:
    """Note that the agent became free of work, if they did."""
    if not agent.work and not agent.offers:
        agent.idle_since = now_ms


def renew(turn: Turn, agent: Agent) -> None:
    """Any sign of life of the agent moves the end of the lease, where there is one."""
    if agent.lease_seconds and agent.presence is not Presence.OFFLINE:
        agent.lease_ms = turn.now_ms + round(agent.lease_seconds * MILLISECONDS)
        turn.book.timers.arm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id), agent.lease_ms)
        turn.agents[agent.workspace, agent.agent_id] = agent


def leave(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """The agent is offline; one without work is forgotten."""
    agent.presence = Presence.OFFLINE
    agent.lease_ms = 0
    turn.book.timers.disarm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id))
    refresh(turn, workspace, agent, reason)
    forget_if_gone(turn, workspace, agent)


def forget_if_gone(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """Drop an offline agent who holds no work any more."""
    if agent.presence is Presence.OFFLINE and not agent.work and not agent.offers:
        key = (agent.workspace, agent.agent_id)
        workspace.agents.pop(agent.agent_id, None)
        turn.agents.pop(key, None)
        turn.freed.pop(key, None)
        turn.agents_gone[key] = None
