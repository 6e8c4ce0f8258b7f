"""Why a contact still waits, and what would change that: in numbers and in words."""

from collections import Counter
from typing import Any

import msgspec

from services.router.domain.book import Book
from services.router.domain.records import Agent, Contact
from services.router.domain.states import AssignmentState, ContactState, Presence
from services.router.domain.workspace import Workspace
from shared.clock import rfc3339

_WAITS = {
    ContactState.SELF_SERVICE: "for an outcome of self-service; without one it goes to an agent",
    ContactState.BOT: "for an outcome of the bot; without one it goes to an agent",
    ContactState.SCHEDULED: "for the time it was scheduled to",
    ContactState.OFFERED: "for the answer to its offer",
    ContactState.ASSIGNED: "for its agent",
    ContactState.WRAPPING: "for the end of wrap-up",
}
_IDLE = "for a word of its customer or its agent; it is idle and holds none of the agent's units"
_TIMERS = {
    ContactState.SELF_SERVICE: "it goes to an agent",
    ContactState.BOT: "it goes to an agent",
    ContactState.SCHEDULED: "it enters its queue",
    ContactState.ASSIGNED: "it is idle and gives its agent's units back",
    ContactState.WRAPPING: "it is closed",
}


def whereabouts(book: Book, contact: Contact) -> dict[str, Any]:
    """What a live contact waits for. ``agents`` counts the signed-on agents by why they do not have it.

    The book needs to hold the contact, its workspace's policy, flows and agents, and who else waits in its queue.
    ``protected`` agents are free and kept for a queue that owes too many breaches.
    """
    workspace = book.workspaces[contact.workspace]
    found: dict[str, Any] = {"state": str(contact.state), "queue": contact.queue}
    if contact.state is ContactState.QUEUED:
        place = workspace.standing(contact)
        groups = Counter(_why_not(workspace, contact, agent) for agent in workspace.agents.values())
        found["requirements"] = msgspec.json.decode(place.need.json)
        found["also_queues"] = [name for name, _ in workspace.further_needs(contact)]
        found["due_at"] = rfc3339(place.due_ms)
        outlook = workspace.outlook(contact, book.clock_ms)
        found["position"] = outlook.position
        found["expected_wait_seconds"] = outlook.wait_seconds
        found["breach_risk"] = outlook.risk
        found["agents"] = dict(sorted(groups.items()))
        found["waits"] = _for_whom(contact, groups)
    else:
        found["waits"] = _IDLE if _is_idle(book, contact) else _WAITS[contact.state]
    found["changes"] = _changes(workspace, contact, book.clock_ms)
    return found


def _is_idle(book: Book, contact: Contact) -> bool:
    assignment = book.assignments.get(contact.assignment_id)
    return assignment is not None and assignment.state is AssignmentState.IDLE


def _why_not(workspace: Workspace, contact: Contact, agent: Agent) -> str:
    needs = [workspace.standing(contact).need, *(need for _, need in workspace.further_needs(contact))]
    if not any(need.served_by(agent.skills) for need in needs):
        return "unskilled"
    if agent.agent_id in contact.barred:
        return "declined"
    if contact.only_agent and agent.agent_id != contact.only_agent:
        return "kept for another"
    if agent.presence is not Presence.AVAILABLE:
        return str(agent.presence)
    if contact.channel not in workspace.open.get(agent.agent_id, ()):
        return "full"
    kept = all(workspace.matcher.holds_back(agent.agent_id, need.requirement) for need in needs)
    return "protected" if kept and not contact.only_agent else "free"


def _for_whom(contact: Contact, groups: Counter[str]) -> str:
    able = sum(groups.values()) - groups["unskilled"]
    if contact.only_agent:
        return f"for agent {contact.only_agent}"
    if not able:
        return "nobody signed on has what it takes"
    shown = ", ".join(f"{number} {why}" for why, number in sorted(groups.items()) if why != "unskilled")
    return f"for one of {able} agents who have what it takes: {shown}"


def _changes(workspace: Workspace, contact: Contact, now_ms: int) -> list[str]:
    """What time alone will bring, in order."""
    coming: list[tuple[int, str]] = [(contact.life_ms, "it expires (maximum life)")]
    if contact.state is ContactState.QUEUED:
        coming += _changes_in_queue(workspace, contact, now_ms)
    if contact.only_until_ms:
        coming.append((contact.only_until_ms, "it opens to all agents"))
    if contact.timer_ms:
        coming.append((contact.timer_ms, _TIMERS[contact.state]))
    coming += [(until, f"{agent} may be asked again") for agent, until in contact.barred.items()]
    return [f"{rfc3339(at_ms)}: {what}" for at_ms, what in sorted(coming)]


def _changes_in_queue(workspace: Workspace, contact: Contact, now_ms: int) -> list[tuple[int, str]]:
    step_ms = workspace.next_step_ms(contact)
    look_ms = workspace.next_look_ms(contact, now_ms)
    found = [] if step_ms is None else [(step_ms, f"it asks for less (relaxation step {contact.relaxed + 1})")]
    if look_ms is not None:
        found.append((look_ms, "the overflow rules are looked at"))
    for name, flow in workspace.flows.items():
        fading = [debt.fades_ms for debt in flow.debts.values() if debt.fades_ms is not None]
        found += [(at_ms, f"fewer agents are kept for {name}, unless it is asked for") for at_ms in fading]
    return found
