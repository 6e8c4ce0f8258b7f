"""How long an agent counts as present without a sign of life, while ingest could have brought one (standstill.py)."""

from services.router.domain.state.book import agent_key
from services.router.domain.state.records import Agent
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import Presence
from services.router.domain.turn import Turn
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["adopt", "begin_anew", "renew"]


def renew(turn: Turn, agent: Agent) -> None:
    """Any sign of life of the agent moves the end of the lease; without a lease there is none any more."""
    if agent.presence is Presence.OFFLINE:
        return
    lease_ms = _lease_ms(turn.book.workspaces[agent.workspace], agent)
    if lease_ms or agent.lease_ms:
        _until(turn, agent, turn.now_ms + lease_ms if lease_ms else 0)


def adopt(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """Another policy is in force: its lease holds from now on for whoever did not state one."""
    if agent.presence is not Presence.OFFLINE and not agent.lease_seconds:
        lease_ms = _lease_ms(workspace, agent)
        _until(turn, agent, turn.now_ms + lease_ms if lease_ms else 0)


def begin_anew(turn: Turn) -> None:
    """Every agent with a lease is as if they had been heard now."""
    for subject in turn.book.timers.subjects(Timer.LEASE):
        name, _, agent_id = subject.partition("/")
        renew(turn, turn.book.workspaces[name].agents[agent_id])


def _lease_ms(workspace: Workspace, agent: Agent) -> int:
    return round((agent.lease_seconds or workspace.rules.lease_seconds) * MILLISECONDS_PER_SECOND)


def _until(turn: Turn, agent: Agent, at_ms: int) -> None:
    agent.lease_ms = at_ms
    turn.agents[agent.workspace, agent.agent_id] = agent
    if at_ms:
        turn.book.timers.arm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id), at_ms)
    else:
        turn.book.timers.disarm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id))
