"""What agents answer to their offers."""

from services.router.domain.lifecycle import assignments, failures, leases, offers, waiting
from services.router.domain.lifecycle.offers import Failure
from services.router.domain.state.records import Contact, Offer
from services.router.domain.state.timers import Timer
from services.router.domain.state.workspace import Workspace
from services.router.domain.states import OfferState, Repeat, illegal
from services.router.domain.turn import Turn
from shared.contract.inputs import OfferAnswered
from shared.errors import Invalid, Reason


def answer(turn: Turn, workspace: Workspace, said: OfferAnswered) -> None:
    """An agent accepts or declines. Repeat for what they said before, Invalid for what is not theirs to say."""
    offer = turn.book.offers.get(said.offer_id)
    if offer is None or offer.workspace != said.workspace:
        raise _refusal(turn, said)
    if offer.agent_id != said.agent_id:
        raise illegal("agent_id", f"the offer is to {offer.agent_id}, not to {said.agent_id}", (offer.agent_id,))
    contact = turn.book.contacts[offer.contact_id]
    leases.renew(turn, workspace.agents[offer.agent_id])
    if said.answer == "accepted":
        _accept(turn, workspace, contact, offer)
    else:
        failures.fail(turn, offer, Failure(OfferState.DECLINED, said.reason or "declined"))


def _refusal(turn: Turn, said: OfferAnswered) -> Exception:
    ended = turn.ended.get(said.offer_id) or turn.known.past.get(said.offer_id)
    if ended is None:
        return Invalid(Reason.UNKNOWN_REFERENCE, "offer_id", f"there is no offer {said.offer_id}")
    state, agent_id = ended
    if (state, agent_id) == (said.answer, said.agent_id):
        return Repeat()
    return illegal("offer_id", f"the offer is {state}", (OfferState.ISSUED,))


def _accept(turn: Turn, workspace: Workspace, contact: Contact, offer: Offer) -> None:
    agent = workspace.agents[offer.agent_id]
    offers.end(turn, agent, contact, offer, OfferState.ACCEPTED)
    offers.withdraw_all(turn, contact, "taken", stays=True)
    contact.barred = ()
    waiting.keep_no_longer(turn, contact)
    turn.book.timers.disarm(Timer.BAR, contact.contact_id)
    assignments.begin(turn, workspace, contact, agent, offer)
