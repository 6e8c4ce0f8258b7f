"""How long an agent counts as present without a sign of life, and what is no absence: a pipeline that stood still.

The router cannot see whether agents are silent or ingest is. Who was silent for half a lease while others were heard is
gone when the lease ends. Where nobody was heard, the lease goes on for ``GRACE_MS``; where a silence that might have
swallowed a sign of life ends, it begins anew. Both are bounded by ``EXCUSED_MS_MAX``.
"""

from services.router.domain.state.book import agent_key
from services.router.domain.state.records import Agent
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import Presence
from services.router.domain.turn import Turn
from shared.times import MILLISECONDS_PER_SECOND

GRACE_MS = 15_000  # beyond the lease while nothing at all is heard: ingest starts again within that time
EXCUSED_MS_MAX = 60_000  # beyond the lease, whatever else: who is silent for so long is gone
SILENCE_MS_MIN = 1_000  # of a partition; shorter ones swallow no lease


def renew(turn: Turn, agent: Agent) -> None:
    """Any sign of life of the agent moves the end of the lease; without a lease there is none any more."""
    if agent.presence is Presence.OFFLINE:
        return
    lease_ms = _lease_ms(turn.book.workspaces[agent.workspace], agent)
    if lease_ms or agent.lease_ms:
        agent.alive_ms = turn.now_ms
        agent.excused_ms = 0
        _until(turn, agent, turn.now_ms + lease_ms if lease_ms else 0)


def adopt(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """Another policy is in force: its lease holds from now on for whoever did not state one."""
    if agent.presence is not Presence.OFFLINE and not agent.lease_seconds:
        lease_ms = _lease_ms(workspace, agent)
        agent.excused_ms = turn.now_ms if lease_ms else 0
        agent.alive_ms = agent.alive_ms or turn.now_ms
        _until(turn, agent, turn.now_ms + lease_ms if lease_ms else 0)


def is_over(turn: Turn, workspace: Workspace, agent: Agent) -> bool:
    """At the deadline: whether the agent is gone; else it is another one."""
    lease_ms = _lease_ms(workspace, agent)
    since_ms = max(agent.alive_ms, agent.excused_ms)
    end_ms = min(since_ms + lease_ms + GRACE_MS, agent.alive_ms + lease_ms + EXCUSED_MS_MAX)
    if turn.book.heard_ms - since_ms >= lease_ms / 2 or turn.now_ms >= end_ms:
        return True
    _until(turn, agent, end_ms)
    return False


def heard(turn: Turn, at_ms: int) -> None:
    """A record came through ingest. If nothing did for half a lease, signs of life may have been held up with it."""
    book = turn.book
    silence_ms = at_ms - book.heard_ms if book.heard_ms else 0
    book.heard_ms = max(book.heard_ms, at_ms)
    if silence_ms < SILENCE_MS_MIN:
        return
    for subject in sorted(book.timers.subjects(Timer.LEASE)):
        name, _, agent_id = subject.partition("/")
        workspace = book.workspaces[name]
        agent = workspace.agents[agent_id]
        lease_ms = _lease_ms(workspace, agent)
        if silence_ms >= lease_ms / 2:
            agent.excused_ms = at_ms
            _until(turn, agent, min(at_ms + lease_ms, agent.alive_ms + lease_ms + EXCUSED_MS_MAX))


def _lease_ms(workspace: Workspace, agent: Agent) -> int:
    return round((agent.lease_seconds or workspace.rules.lease_seconds) * MILLISECONDS_PER_SECOND)


def _until(turn: Turn, agent: Agent, at_ms: int) -> None:
    agent.lease_ms = at_ms
    turn.agents[agent.workspace, agent.agent_id] = agent
    if at_ms:
        turn.book.timers.arm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id), at_ms)
    else:
        turn.book.timers.disarm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id))
