"""What the service reads of usher.contact-events.v1: of each type only the fields that a clock needs."""

from datetime import datetime
from typing import Annotated, Any, ClassVar

import msgspec

from services.sla.domain.account_event import Happened

__all__ = [
    "Changed",
    "Classified",
    "Escalated",
    "GivenBack",
    "MessageAdded",
    "PendingChanged",
    "PolicyActivated",
    "Queued",
    "Received",
    "ReplySent",
    "Reprioritised",
    "RiskChanged",
]

Time = Annotated[datetime, msgspec.Meta(tz=True)]


class Changed(Happened, kw_only=True, gc=False):
    """Any event of a contact. ``queue`` is absent while it has none; ``version`` is dense per contact.

    It is what the account reads too, so that an event is decoded once for both.
    """

    version: int


class GivenBack(Changed, gc=False):
    """usher.contact.transferred.v1 and usher.contact.requeued.v1; ``to`` is what the account asks of every move."""

    to: dict[str, Any] = {}


class Received(Changed, gc=False):
    """usher.contact.received.v1. ``attributes``: those of the message on which a target of the policy depends."""

    attributes: dict[str, str] = {}


class MessageAdded(Changed, gc=False):
    """usher.contact.message_added.v1. Whoever wrote it counts as what they were then. What
    comes while an agent wraps up opens the next episode: it is answered there."""

    sender: str = "customer"
    state: str = ""


class Classified(Changed, gc=False):
    """usher.contact.classified.v1."""

    tier: str = ""


class Escalated(Changed, gc=False):
    """usher.contact.escalated.v1."""

    reason: str = ""


class Queued(Changed, gc=False):
    """usher.contact.queued.v1. ``target_seconds`` and ``due_at`` are absent in a queue without that promise;
    ``wait_started_at`` in the events of older routers, whose waits began at ``entered_at``.
    """

    target_seconds: float | None = None
    due_at: Time | None = None
    entered_at: Time | None = None
    wait_started_at: Time | None = None
    priority_seconds: float = 0.0


class Reprioritised(Changed, gc=False):
    """usher.contact.reprioritised.v1. ``priority_seconds`` is the new total, ``own_priority_seconds`` what of it did
    not come by waiting; absent in the events of older routers."""

    priority_seconds: float = 0.0
    own_priority_seconds: float | None = None


class RiskChanged(Changed, gc=False):
    """usher.contact.risk_raised.v1 and risk_cleared.v1: the probability that the queue's promise is broken."""

    breach_risk: float = 0.0


class ReplySent(Changed, gc=False):
    """usher.contact.reply_sent.v1; what is not public is a note among colleagues."""

    by: str = "agent"
    public: bool = True


class PendingChanged(Changed, gc=False):
    """usher.contact.pending_changed.v1."""

    pending: bool = False


class PolicyActivated(msgspec.Struct, gc=False):
    """usher.policy.activated.v1 as the router announces it: from here on this version holds. It is of no contact."""

    contact_id: ClassVar[str] = ""

    workspace: str
    policy_version: int
    occurred_at: str
