"""The life of an offer: issued, then accepted, declined, expired or rescinded."""

from typing import NamedTuple

from services.router.domain import events
from services.router.domain.insight.decisions import decide, sentence
from services.router.domain.lifecycle import desks, queueing
from services.router.domain.matcher.matching import Match
from services.router.domain.state.personal import unpack
from services.router.domain.state.records import Agent, Contact, Offer
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import OFFER, PRESENCE, ContactState, OfferState, Presence, move
from services.router.domain.turn import Turn
from shared.contract.envelope import merged
from shared.contract.ids import derive
from shared.contract.topics import AGENT_OFFERS
from shared.times import rfc3339

_KINDS = {
    OfferState.DECLINED: events.OFFER_DECLINED,
    OfferState.EXPIRED: events.OFFER_EXPIRED,
    OfferState.RESCINDED: events.OFFER_RESCINDED,
}


class Failure(NamedTuple):
    """How an offer came to nothing; ``stays``: the contact stays offered, because another agent is taking it."""

    state: OfferState
    reason: str
    stays: bool = False


def issue(turn: Turn, workspace: Workspace, match: Match) -> None:
    """Ask the agent; the contact leaves the waiting set while anybody is asked."""
    contact = turn.book.contacts[match.contact_id]
    agent = workspace.agents[match.agent_id]
    rules = workspace.rules
    turn.flow(workspace, contact.queue)
    workspace.leave(contact)
    queueing.stop_queue_timers(turn, contact)
    contact.attempts += 1
    offer = Offer(
        offer_id=derive("offer", contact.contact_id, str(contact.attempts)),
        contact_id=contact.contact_id,
        workspace=workspace.name,
        agent_id=agent.agent_id,
        channel=contact.channel,
        issued_ms=turn.now_ms,
        expires_ms=turn.allow(rules.offer_ms),
        parallel=rules.parallel > 1,
    )
    contact.offers = (*contact.offers, offer.offer_id)
    desks.ask(workspace, agent, offer)
    agent.last_offered = turn.now_ms
    turn.book.offers[offer.offer_id] = offer
    turn.book.timers.arm(Timer.OFFER, offer.offer_id, offer.expires_ms)
    decision = decide(workspace, contact, match, turn.now_ms)
    body = events.Offered(
        offer_id=offer.offer_id,
        agent_id=agent.agent_id,
        expires_at=rfc3339(offer.expires_ms),
        decision=decision,
        callback=contact.callback,
        linked=[other for other in contact.linked if other in turn.book.contacts],
        sentence=sentence(decision),
    )
    private = unpack(turn.book.personal.get(contact.contact_id))
    private = merged(private, b'{"context":' + (contact.context or "{}").encode() + b"}")
    turn.tell(contact, events.OFFERED, body, copy=AGENT_OFFERS, private=private)
    turn.count("usher_offers_total", "issued")
    desks.refresh(turn, workspace, agent, "offered")


def excuse(turn: Turn, since_ms: int) -> None:
    """Offers issued since then were not seen before this step: their agents get the whole time from now on."""
    for offer in turn.book.offers.values():
        expires_ms = turn.seen_ms + turn.book.workspaces[offer.workspace].rules.offer_ms
        if offer.issued_ms >= since_ms and offer.expires_ms < expires_ms:
            offer.expires_ms = expires_ms
            turn.book.timers.arm(Timer.OFFER, offer.offer_id, expires_ms)
            turn.contacts[offer.contact_id] = turn.book.contacts[offer.contact_id]


def expire(turn: Turn, offer: Offer) -> None:
    """A deadline: nobody answered. The agent may be set not ready, the contact goes to another agent."""
    contact = turn.book.contacts[offer.contact_id]
    workspace = turn.workspace(contact)
    agent = workspace.agents[offer.agent_id]
    if workspace.rules.not_ready_on_expiry and agent.presence is Presence.AVAILABLE:
        agent.presence = move(PRESENCE, agent.presence, Presence.NOT_READY)
    fail(turn, workspace, contact, offer, Failure(OfferState.EXPIRED, "not answered in time"))
    if agent.presence is Presence.NOT_READY:
        rescind_all(turn, workspace, agent, "the agent is not ready")


def rescind_all(turn: Turn, workspace: Workspace, agent: Agent, reason: str) -> None:
    """Take back every open offer of an agent who takes none now."""
    for offer_id in sorted(workspace.asked.get(agent.agent_id, ())):
        rescind(turn, turn.book.offers[offer_id], reason)


def rescind(turn: Turn, offer: Offer, reason: str) -> None:
    """Take an offer back; its contact stays offered while parallel offers remain, else waits again."""
    contact = turn.book.contacts[offer.contact_id]
    fail(turn, turn.workspace(contact), contact, offer, Failure(OfferState.RESCINDED, reason))


def fail(turn: Turn, workspace: Workspace, contact: Contact, offer: Offer, how: Failure) -> None:
    """The offer came to nothing: its contact waits again, unless other offers remain or it is being taken."""
    agent = workspace.agents[offer.agent_id]
    end(turn, agent, contact, offer, how.state)
    to = ContactState.OFFERED if contact.offers or how.stays else ContactState.QUEUED
    body = events.OfferEnded(offer.offer_id, offer.agent_id, how.reason)
    turn.tell_desk(contact, _KINDS[how.state], body, to=to)
    if how.state is not OfferState.RESCINDED:
        queueing.keep_no_longer(turn, contact, offer.agent_id)
        queueing.bar(turn, contact, offer.agent_id, turn.now_ms + workspace.rules.decline_ms)
    if to is ContactState.QUEUED:
        queueing.rejoin(turn, workspace, contact)
    desks.refresh(turn, workspace, agent, f"offer_{how.state}")


def end(turn: Turn, agent: Agent, contact: Contact, offer: Offer, state: OfferState) -> None:
    """An issued offer ends; the caller tells its contact's event and refreshes the agent."""
    offer.state = move(OFFER, offer.state, state)
    del turn.book.offers[offer.offer_id]
    turn.book.timers.disarm(Timer.OFFER, offer.offer_id)
    turn.offer_ended(offer)
    contact.offers = tuple(other for other in contact.offers if other != offer.offer_id)
    desks.unask(turn.workspace(contact), agent, offer)
    turn.count("usher_offers_total", state)
