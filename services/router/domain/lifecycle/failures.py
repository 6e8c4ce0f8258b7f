"""Offers that come to nothing: declined, expired or rescinded, after which their contact waits again."""

from services.router.domain.lifecycle import desks, offers, queueing, waiting
from services.router.domain.lifecycle.offers import Failure
from services.router.domain.state.records import Agent, Offer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import PRESENCE, ContactState, OfferState, Presence, move
from services.router.domain.turn import Turn


def expire(turn: Turn, offer: Offer) -> None:
    """A deadline: nobody answered. The agent may be set not ready, the contact goes to another agent."""
    contact = turn.book.contacts[offer.contact_id]
    workspace = turn.workspace(contact)
    agent = workspace.agents[offer.agent_id]
    if workspace.rules.not_ready_on_expiry and agent.presence is Presence.AVAILABLE:
        agent.presence = move(PRESENCE, agent.presence, Presence.NOT_READY)
        agent.missed = turn.now_ms, offer.contact_id
    fail(turn, offer, Failure(OfferState.EXPIRED, "not answered in time"))
    if agent.presence is Presence.NOT_READY:
        rescind_all(turn, workspace, agent, "the agent is not ready")


def rescind_all(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """Take back every open offer of an agent who takes none now."""
    for offer_id in sorted(workspace.asked.get(agent.agent_id, ())):
        rescind(turn, turn.book.offers[offer_id], reason)


def rescind(turn: Turn, offer: Offer, reason: str) -> None:
    """Take an offer back; its contact stays offered while parallel offers remain, else waits again."""
    fail(turn, offer, Failure(OfferState.RESCINDED, reason))


def fail(turn: Turn, offer: Offer, how: Failure) -> None:
    """The offer came to nothing: its contact waits again, unless other offers remain."""
    contact = turn.book.contacts[offer.contact_id]
    workspace = turn.workspace(contact)
    offers.withdraw(turn, offer, how)
    if how.state is not OfferState.RESCINDED:
        waiting.keep_no_longer(turn, contact)
        waiting.bar(turn, contact, offer.agent_id, turn.now_ms + workspace.rules.decline_ms)
    if contact.state is ContactState.QUEUED:
        queueing.rejoin(turn, workspace, contact)
    elif workspace.rules.parallel > 1:
        turn.declined[contact.contact_id] = contact
    desks.refresh(turn, workspace, workspace.agents[offer.agent_id], f"offer_{how.state}")


def rescind_unfit(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """Take back what the agent lacks the skills for, then the newest offers until the rest is within their capacity.

    For whoever has another capacity or other skills, or more work, than when the offers were made.
    """
    asked = [turn.book.offers[offer_id] for offer_id in workspace.asked.get(agent.agent_id, ())]
    newest_first = sorted(asked, key=lambda offer: (-offer.issued_ms, offer.offer_id))
    for offer in newest_first:
        if not workspace.is_fit(agent, turn.book.contacts[offer.contact_id]):
            rescind(turn, offer, reason)
    for offer in newest_first:
        if workspace.capacities.allow(agent):
            return
        if offer.offer_id in turn.book.offers:
            rescind(turn, offer, reason)
