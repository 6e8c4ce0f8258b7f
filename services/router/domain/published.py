"""Every event type that the router publishes in one table: its fields, and what its hand-off copies add."""

from typing import NamedTuple

import msgspec

from services.router.domain import bodies, events
from services.router.domain.classification.record import Classification
from services.router.domain.insight.decisions import Decision
from services.router.domain.state.personal import Whole
from shared.contract.inputs import HandOffContext
from shared.contract.topics import AGENT_OFFERS, BOT, SELF_SERVICE

__all__ = ["PUBLISHED", "Published"]


class OfferedOut(bodies.Offered):
    """An agent is asked; the offer ends at ``expires_at``. ``decision`` is the whole record of why this agent."""

    decision: Decision


class OfferedPrivate(Whole, kw_only=True):
    """What the desk sees beside the offer; ``context`` is what a bot or self-service learnt."""

    context: HandOffContext


class Published(NamedTuple):
    """``body``: the fields beside those of every contact event, or all where ``headed`` is false. ``copies``: the
    hand-off topics that get the event as well. ``private``: what only these copies hold, if the contact has it.
    """

    body: type[msgspec.Struct]
    copies: tuple[str, ...] = ()
    private: type[msgspec.Struct] | None = None
    headed: bool = True


_DESK = (AGENT_OFFERS,)

PUBLISHED: dict[str, Published] = {
    events.RECEIVED: Published(bodies.Received),
    events.HASTENED: Published(bodies.Hastened),
    events.RISK_RAISED: Published(bodies.RiskChanged),
    events.RISK_CLEARED: Published(bodies.RiskChanged),
    events.MESSAGE_ADDED: Published(bodies.MessageAdded, (SELF_SERVICE, BOT, AGENT_OFFERS), Whole),
    events.CLASSIFIED: Published(Classification),
    events.SENT_TO_SELF_SERVICE: Published(bodies.SentToSelfService, (SELF_SERVICE,), Whole),
    events.SENT_TO_BOT: Published(bodies.SentToBot, (BOT,), Whole),
    events.ESCALATED: Published(bodies.Escalated),
    events.QUEUED: Published(bodies.Queued),
    events.REQUIREMENTS_RELAXED: Published(bodies.Relaxed),
    events.OVERFLOWED: Published(bodies.Overflowed),
    events.SCHEDULED: Published(bodies.Scheduled),
    events.REPRIORITISED: Published(bodies.Reprioritised),
    events.OFFERED: Published(OfferedOut, _DESK, OfferedPrivate),
    events.OFFER_DECLINED: Published(bodies.OfferEnded, _DESK),
    events.OFFER_EXPIRED: Published(bodies.OfferEnded, _DESK),
    events.OFFER_RESCINDED: Published(bodies.OfferEnded, _DESK),
    events.ASSIGNED: Published(bodies.Assigned, _DESK),
    events.IDLED: Published(bodies.Idled, _DESK),
    events.RESUMED: Published(bodies.Resumed, _DESK),
    events.REMINDED: Published(bodies.Reminded, _DESK),
    events.WRAPPING: Published(bodies.Wrapping, _DESK),
    events.TRANSFERRED: Published(bodies.Moved, _DESK),
    events.REQUEUED: Published(bodies.Moved, _DESK),
    events.CLOSED: Published(bodies.Ended, _DESK),
    events.CONTAINED: Published(bodies.Ended),
    events.ABANDONED: Published(bodies.Ended, _DESK),
    events.CANCELLED: Published(bodies.Ended, _DESK),
    events.EXPIRED: Published(bodies.Ended, _DESK),
    events.REPLY_SENT: Published(bodies.ReplySent),
    events.PENDING_CHANGED: Published(bodies.PendingChanged),
    events.AVAILABILITY_CHANGED: Published(events.AvailabilityChanged, headed=False),
    events.POLICY_ACTIVATED: Published(events.PolicyActivated, headed=False),
    events.CUSTOMER_MERGED: Published(events.CustomerMerged, headed=False),
    events.CUSTOMER_SPLIT: Published(events.CustomerSplit, headed=False),
}
"""By type. An ended contact is told to desks only if it was offered to one."""
