"""Keeps an agent's published availability and seat in step with their work and presence."""

from services.router.domain.forecast import AWAY_SECONDS
from services.router.domain.lifecycle import waiting
from services.router.domain.state.book import agent_key
from services.router.domain.state.capacity import availability
from services.router.domain.state.records import Agent, Assignment, Contact, Offer
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace, present_skills
from services.router.domain.states import PRESENCE, AssignmentState, Presence, illegal, move
from services.router.domain.turn import Turn
from shared.errors import Invalid, Reason
from shared.times import MILLISECONDS_PER_SECOND

AWAY_MS = round(AWAY_SECONDS * MILLISECONDS_PER_SECOND)


def refresh(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """Publish a change of presence, availability or free units, and show the matcher what the agent can take."""
    left = workspace.capacities.room(agent)
    units, agent.load = agent.capacity.units, left.load
    agent.ceiling = units if left.load <= units else max(units, min(agent.ceiling, left.load))
    shown = (agent.presence, availability(agent, left), left.free)
    if shown != agent.shown:
        agent.shown = shown
        turn.tell_agent(agent, reason)
    before, here = workspace.present.skills_of(agent.agent_id), present_skills(agent)
    if before != here:
        turn.watch_all(workspace)
        _came_or_went(agent, before is not None, here is not None, turn.now_ms)
    if workspace.seat(agent, left):
        free(turn, workspace, agent)
    if workspace.staff.shrank:
        turn.unstaffed[workspace.name] = workspace
    if agent.agent_id in workspace.kept:
        waiting.give_up_on(turn, workspace, agent.agent_id)
    turn.agents[agent.workspace, agent.agent_id] = agent


def _came_or_went(agent: Agent, was_here: bool, is_here: bool, now_ms: int) -> None:
    """The first contact of whoever comes after a longer time shows that they came, not how quick they are."""
    if was_here and not is_here:
        agent.away_ms = now_ms
    elif is_here and not was_here and now_ms - agent.away_ms >= AWAY_MS:
        agent.proven = False


def keep(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """Work that is the agent's already may be more than their units: it is what nothing may exceed from now on."""
    agent.ceiling = workspace.capacities.room(agent).load
    refresh(turn, workspace, agent, reason)


def free(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """The agent can take more than before, or other contacts."""
    turn.freed[agent.workspace, agent.agent_id] = agent
    if workspace.rules.protects:
        turn.loosened[workspace.name] = workspace


def ask(workspace: Workspace, agent: Agent, offer: Offer) -> None:
    """The agent holds the units of an offer from now on."""
    workspace.asked.setdefault(agent.agent_id, set()).add(offer.offer_id)
    agent.asked += 1
    agent.held[offer.channel] = agent.held.get(offer.channel, 0) + 1


def unask(workspace: Workspace, agent: Agent, offer: Offer) -> None:
    """The offer is over."""
    _drop(workspace.asked, agent.agent_id, offer.offer_id)
    agent.asked -= 1
    _release(agent, offer.channel)


def engage(workspace: Workspace, agent: Agent, assignment: Assignment) -> None:
    """The agent works on a contact from now on."""
    workspace.working.setdefault(agent.agent_id, set()).add(assignment.assignment_id)
    agent.active += 1
    agent.held[assignment.channel] = agent.held.get(assignment.channel, 0) + 1


def disengage(workspace: Workspace, agent: Agent, assignment: Assignment, now_ms: int) -> None:
    """The assignment is over; an agent without any other work is idle since now."""
    _drop(workspace.working, agent.agent_id, assignment.assignment_id)
    agent.proven = True
    if assignment.state is AssignmentState.IDLE:
        return
    if assignment.state is AssignmentState.WRAPPING:
        agent.wrapping -= 1
    else:
        agent.active -= 1
    _release(agent, assignment.channel)
    if not agent.held:
        agent.idle_since = now_ms


def rest(agent: Agent, channel: str, now_ms: int) -> None:
    """An active assignment holds no units any more."""
    agent.active -= 1
    _release(agent, channel)
    if not agent.held:
        agent.idle_since = now_ms


def resume(agent: Agent, channel: str) -> None:
    """An idle assignment holds its units again, whatever else the agent has."""
    agent.active += 1
    agent.held[channel] = agent.held.get(channel, 0) + 1


def host(workspace: Workspace, agent: Agent, contact: Contact) -> None:
    """Warm transfer: the agent stays with the customer, and holds the units, until somebody takes over."""
    workspace.hosting.setdefault(agent.agent_id, set()).add(contact.contact_id)
    contact.host = agent.agent_id
    resume(agent, contact.channel)


def unhost(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """The host is free of the contact; nothing happens without one."""
    if not contact.host:
        return
    agent = workspace.agents[contact.host]
    _drop(workspace.hosting, agent.agent_id, contact.contact_id)
    contact.host = ""
    agent.active -= 1
    _release(agent, contact.channel)
    if not agent.held:
        agent.idle_since = turn.now_ms
    turn.contacts[contact.contact_id] = contact
    refresh(turn, workspace, agent, "transfer_over")
    forget_if_gone(turn, workspace, agent)


def _drop(ids: dict[str, set[str]], agent_id: str, item_id: str) -> None:
    held = ids[agent_id]
    held.remove(item_id)
    if not held:
        del ids[agent_id]


def _release(agent: Agent, channel: str) -> None:
    left = agent.held[channel] - 1
    if left:
        agent.held[channel] = left
    else:
        del agent.held[channel]


def go_offline(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """The agent is gone, whatever work is still theirs."""
    agent.presence = move(PRESENCE, agent.presence, Presence.OFFLINE)
    agent.lease_ms = 0
    workspace.staff.remove(agent.agent_id)
    turn.book.timers.disarm(Timer.LEASE, agent_key(agent.workspace, agent.agent_id))


def forget_if_gone(turn: Turn, workspace: Workspace, agent: Agent) -> None:
    """Drop an offline agent who has no work any more, not even idle work."""
    if agent.presence is not Presence.OFFLINE or agent.held or agent.agent_id in workspace.working:
        return
    if agent.agent_id in workspace.agents:
        key = (agent.workspace, agent.agent_id)
        workspace.forget(agent)
        turn.agents.pop(key, None)
        turn.freed.pop(key, None)
        turn.agents_gone[key] = None


def expect_able(workspace: Workspace, contact: Contact, agent_id: str, queue: str | None, path: str) -> None:
    """Refuse to give the contact to an agent by name who is not signed on, lacks what it needs in that queue, or takes
    no work of its channel.
    """
    agent = workspace.agents.get(agent_id)
    if agent is None or agent.presence is Presence.OFFLINE:
        raise Invalid(Reason.UNKNOWN_REFERENCE, path, f"agent {agent_id or None} is not signed on")
    rules = workspace.rules
    found = rules.queue(queue)
    need = rules.need(found, contact.skills_in(found.name), contact.channel)
    if not need.served_by(agent.skills):
        wanted = ", ".join(f"{skill} >= {level}" for skill, level in need.requirement.must)
        raise illegal(path, f"agent {agent_id} lacks what the contact needs", (wanted,))
    if not workspace.capacities.ever(agent, contact.channel):
        raise illegal(path, f"agent {agent_id} takes no {contact.channel}", ("somebody who does",))
