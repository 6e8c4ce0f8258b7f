"""Brings free agents and waiting contacts together after every cause: nobody waits beside an idle agent."""

from services.router.domain.lifecycle import offers, queueing
from services.router.domain.state.records import Agent, Contact
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import ContactState
from services.router.domain.turn import Turn


def settle(turn: Turn) -> None:
    """Match whoever became free or began to wait. Offers are the router's own doing: they happen at router time."""
    for workspace in turn.unstaffed.values():
        queueing.staff_shrank(turn, workspace)
    turn.unstaffed.clear()
    if not turn.freed and not turn.hungry and not turn.loosened and not turn.declined:
        return
    turn.said_ms = turn.now_ms
    freed = [turn.freed[key] for key in sorted(turn.freed)] if turn.freed else []
    hungry = _in_order(turn) if turn.hungry else []
    turn.freed.clear()
    turn.hungry.clear()
    for agent in freed:
        _serve_agent(turn, turn.book.workspaces[agent.workspace], agent, alone=len(freed) == 1)
    for contact in hungry:
        _serve_contact(turn, turn.workspace(contact), contact)
    if turn.declined:
        _serve_declined(turn)
    for workspace in turn.loosened.values():
        _serve_let_go(turn, workspace)
    turn.loosened.clear()


def _in_order(turn: Turn) -> list[Contact]:
    """Who began to wait, in the order of service: where several want the one agent, the most urgent gets them."""
    hungry = [contact for contact in turn.hungry.values() if contact.state is ContactState.QUEUED]
    if len(hungry) > 1:
        now_ms = turn.now_ms
        hungry.sort(key=lambda each: turn.workspace(each).matcher.urgency(each.contact_id, now_ms))
    return hungry


def _serve_agent(turn: Turn, workspace: Workspace, agent: Agent, *, alone: bool) -> None:
    """Give the agent the most urgent contacts until they are full; of several free agents the fittest takes each."""
    while agent.agent_id in workspace.open:
        match = workspace.contact_for(agent, turn.now_ms)
        if match is None:
            return
        if not alone:
            match = workspace.agent_for(turn.book.contacts[match.contact_id], turn.now_ms) or match
        offers.issue(turn, workspace, match)
        _offer_widely(turn, workspace, turn.book.contacts[match.contact_id])


def _serve_contact(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    if contact.state is not ContactState.QUEUED:
        return
    match = workspace.agent_for(contact, turn.now_ms)
    if match is not None:
        offers.issue(turn, workspace, match)
        _offer_widely(turn, workspace, contact)


def _serve_declined(turn: Turn) -> None:
    """One of several agents declined: another is asked beside those who still think about it."""
    for contact in [turn.declined[key] for key in sorted(turn.declined)]:
        if contact.state is ContactState.OFFERED:
            _offer_widely(turn, turn.workspace(contact), contact)
    turn.declined.clear()


def _serve_let_go(turn: Turn, workspace: Workspace) -> None:
    """Agents who were held back for a protected queue take what they may take now."""
    for agent_id in workspace.matcher.let_go():
        _serve_agent(turn, workspace, workspace.agents[agent_id], alone=False)


def _offer_widely(turn: Turn, workspace: Workspace, contact: Contact) -> None:
    """Ask further agents at once where the policy says so; the first who accepts wins."""
    while len(contact.offers) < workspace.rules.parallel:
        asked = {turn.book.offers[offer_id].agent_id for offer_id in contact.offers}
        workspace.wait(contact, asked)
        match = workspace.agent_for(contact, turn.now_ms)
        if match is None:
            workspace.leave(contact)
            return
        offers.issue(turn, workspace, match)
