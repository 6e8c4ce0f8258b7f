"""The life of an offer: issued, then accepted, declined, expired or rescinded."""

from typing import NamedTuple

from services.router.domain import bodies, events
from services.router.domain.insight.decisions import decide, sentence
from services.router.domain.lifecycle import desks, waiting
from services.router.domain.matcher.matching import Match
from services.router.domain.state.personal import shown
from services.router.domain.state.records import Agent, Contact, Offer
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import OFFER, ContactState, OfferState, move
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
    turn.watch(workspace, contact)
    workspace.leave(contact)
    waiting.stop_queue_timers(turn, contact)
    contact.attempts += 1
    offer = Offer(
        offer_id=derive("offer", contact.contact_id, str(contact.attempts)),
        contact_id=contact.contact_id,
        workspace=workspace.name,
        agent_id=agent.agent_id,
        channel=contact.channel,
        issued_ms=turn.now_ms,
        expires_ms=turn.allow(rules.offer_ms),
    )
    contact.offers = (*contact.offers, offer.offer_id)
    decision = decide(workspace, contact, match, turn.now_ms)
    desks.ask(workspace, agent, offer)
    agent.last_offered = turn.now_ms
    turn.book.offers[offer.offer_id] = offer
    turn.book.timers.arm(Timer.OFFER, offer.offer_id, offer.expires_ms)
    body = bodies.Offered(
        offer_id=offer.offer_id,
        agent_id=agent.agent_id,
        expires_at=rfc3339(offer.expires_ms),
        decision=decision,
        callback=contact.callback,
        linked=[other for other in contact.linked if other in turn.book.contacts],
        sentence=sentence(decision),
    )
    private = shown(turn.book.personal.get(contact.contact_id))
    private = merged(private, b'{"context":' + (contact.context or "{}").encode() + b"}")
    turn.tell(contact, events.OFFERED, body, copy=AGENT_OFFERS, private=private)
    turn.count("usher_offers_total", "issued")
    desks.refresh(turn, workspace, agent, "offered")


def excuse(turn: Turn, since_ms: int) -> None:
    """Offers issued since then were not seen before this step: their agents get the whole time from now on."""
    for offer in turn.book.offers.values():
        expires_ms = turn.seen_ms + turn.book.workspaces[offer.workspace].rules.offer_ms
        if offer.issued_ms >= since_ms and offer.expires_ms < expires_ms:
            prolong(turn, offer, expires_ms)


def prolong(turn: Turn, offer: Offer, expires_ms: int) -> None:
    """The agent gets time until then."""
    offer.expires_ms = expires_ms
    turn.book.timers.arm(Timer.OFFER, offer.offer_id, expires_ms)
    turn.contacts[offer.contact_id] = turn.book.contacts[offer.contact_id]


def withdraw(turn: Turn, offer: Offer, how: Failure) -> None:
    """The offer is over, and it is told; its contact waits nowhere yet. The caller refreshes the agent."""
    contact = turn.book.contacts[offer.contact_id]
    agent = turn.workspace(contact).agents[offer.agent_id]
    end(turn, agent, contact, offer, how.state)
    to = ContactState.OFFERED if contact.offers or how.stays else ContactState.QUEUED
    turn.tell_desk(contact, _KINDS[how.state], bodies.OfferEnded(offer.offer_id, offer.agent_id, how.reason), to=to)


def withdraw_all(turn: Turn, contact: Contact, reason: str, *, stays: bool = False) -> None:
    """Rescind every open offer of a contact that ends, moves or is being taken: it does not wait again."""
    workspace = turn.workspace(contact)
    for offer_id in contact.offers:
        offer = turn.book.offers[offer_id]
        withdraw(turn, offer, Failure(OfferState.RESCINDED, reason, stays))
        desks.refresh(turn, workspace, workspace.agents[offer.agent_id], f"offer_{OfferState.RESCINDED}")


def end(turn: Turn, agent: Agent, contact: Contact, offer: Offer, state: OfferState) -> None:
    """An issued offer ends; the caller tells its contact's event and refreshes the agent."""
    offer.state = move(OFFER, offer.state, state)
    del turn.book.offers[offer.offer_id]
    turn.book.timers.disarm(Timer.OFFER, offer.offer_id)
    turn.offer_ended(offer)
    contact.offers = tuple(other for other in contact.offers if other != offer.offer_id)
    desks.unask(turn.workspace(contact), agent, offer)
    turn.count("usher_offers_total", state)
