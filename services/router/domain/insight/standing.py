"""How each queue stands: who waits, who waits too long, and who could serve them."""

from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from services.router.domain.insight.at_risk import AtRisk
from services.router.domain.matcher.waiting import Waiter
from services.router.domain.state.records import Agent, Levels
from services.router.domain.state.workspace import ALSO, Workspace
from services.router.domain.states import Presence
from shared.times import MILLISECONDS_PER_SECOND

__all__ = ["ABLE", "QueueStanding", "queue_standings", "shown_as"]

ABLE = ("free", "full", "not_ready", "draining")
"""What keeps an agent who has the skills: nothing, their work, or their presence."""


class QueueStanding(NamedTuple):
    """One queue now. ``waiting``: whose own queue this is, so that each contact is in one figure; ``overdue``: of them,
    those past what they were promised; ``agents``: who has what the queue asks, by what keeps them; ``open``: within
    its hours."""

    waiting: int
    overdue: int
    oldest_seconds: float
    at_risk: int
    agents: dict[str, int]
    open: bool

    def and_(self, other: "QueueStanding") -> "QueueStanding":
        """Both together."""
        return QueueStanding(
            self.waiting + other.waiting,
            self.overdue + other.overdue,
            max(self.oldest_seconds, other.oldest_seconds),
            self.at_risk + other.at_risk,
            {state: self.agents[state] + other.agents[state] for state in ABLE},
            self.open or other.open,
        )


def queue_standings(workspace: Workspace, at_risk: AtRisk, now_ms: int) -> Iterator[tuple[str, QueueStanding]]:
    """Every queue of the policy, by name. Looking changes nothing."""
    crews = _crews(workspace)
    for name in sorted(workspace.rules.queues):
        waiters = _residents(workspace, name)
        oldest = min((waiter.began for waiter in waiters), default=now_ms)
        yield (
            name,
            QueueStanding(
                len(waiters),
                sum(waiter.due < now_ms and waiter.waiting.promised for waiter in waiters),
                max(0.0, (now_ms - oldest) / MILLISECONDS_PER_SECOND),
                at_risk.count(workspace.name, name),
                _able(workspace, name, crews),
                workspace.rules.is_open(workspace.rules.queue(name), now_ms),
            ),
        )


def shown_as(agent: Agent) -> str:
    """Availability of available and draining agents; the presence of the others."""
    presence, availability, _ = agent.shown
    return str(presence if presence in (Presence.NOT_READY, Presence.OFFLINE) else availability)


def _residents(workspace: Workspace, queue: str) -> list[Waiter]:
    """A contact that waits in further queues as well stands in its own alone: there it was promised something."""
    lines = workspace.matcher.line_up(queue)
    return [entry[3] for _, *both in lines for entries in both for entry in entries if ALSO not in entry[2]]


def _crews(workspace: Workspace) -> dict[Levels, Counter[str]]:
    """Agents by skills, which thousands share, and by what keeps them."""
    crews: dict[Levels, Counter[str]] = {}
    for agent in workspace.agents.values():
        if agent.presence is not Presence.OFFLINE:
            available = "free" if agent.agent_id in workspace.open else "full"
            state = available if agent.presence is Presence.AVAILABLE else str(agent.presence)
            crews.setdefault(agent.skills, Counter())[state] += 1
    return crews


def _able(workspace: Workspace, queue: str, crews: dict[Levels, Counter[str]]) -> dict[str, int]:
    need = workspace.rules.need(workspace.rules.queue(queue), {}, "")
    found = Counter(dict.fromkeys(ABLE, 0))
    for skills, states in crews.items():
        if need.served_by(skills):
            found.update(states)
    return dict(found)
