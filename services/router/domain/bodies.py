"""What each type adds to the event of a contact: the fields beside those that every contact event holds."""

from collections.abc import Sequence
from typing import Any

import msgspec

from services.router.domain.classification.record import Likely
from services.router.domain.events import Body


class Received(Body):
    """The first message of an episode (from 1) of a conversation; ``linked``: open contacts of the same customer.

    ``attributes``: those of the message on which a target of the policy depends, and no others. ``customer_shared``:
    why the customer's id is taken for one that many share, so that nothing else is told of them; "" for one person's.
    ``region_missing``: they came as a national telephone number, and the workspace has no region to read it by, so that
    another spelling of it is another customer.
    """

    message_id: str
    episode: int
    linked: Sequence[str] = ()
    customer_shared: str = ""
    attributes: dict[str, str] = {}
    region_missing: bool = False


class MessageAdded(Body):
    """A further message of a live contact."""

    message_id: str
    sender: str


class SentToSelfService(Body, omit_defaults=False):
    """Articles that may answer the customer, best first."""

    articles: list[str]


class SentToBot(Body):
    """The bot that takes over, and until when it may keep the contact without an outcome. ``purpose`` clarify: it shall
    ask what the customer means, which may be one of ``top3`` (intent, probability).
    """

    bot: str
    expires_at: str
    purpose: str = ""
    top3: list[Likely] = []


class Escalated(Body):
    """The contact goes on to a person; ``context`` is what was learnt so far, ``actor`` the supervisor who moved it."""

    from_tier: str
    reason: str
    context: msgspec.Raw
    actor: str | None = None


class Queued(Body, omit_defaults=False):
    """One entry into a queue. ``position`` counts from 1 by the order of service, over those who compete for the same
    agents; ``breach_risk`` is a probability; where there is no forecast ``forecast_unknown`` says why.

    ``entered_at`` is the first entry of all. The present wait began at ``wait_started_at``, the answer is due a target
    after it; ``waited_before_seconds`` before it count as age in the order of service. ``promised_by``: the rule of the
    policy's targets that promises this answer, where the queue itself does not.
    """

    requirements: msgspec.Raw
    priority_seconds: float
    target_seconds: float
    due_at: str
    entered_at: str
    wait_started_at: str
    waited_before_seconds: float
    position: int
    expected_wait_seconds: float | None
    breach_risk: float | None
    forecast_unknown: str | None
    reason: str
    kept_for: str | None
    promised_by: str | None


class Relaxed(Body, omit_defaults=False):
    """The contact asks for less since this step (from 1): what it asks now, and the queues it waits in as well.

    ``changed`` says in words what the step did.
    """

    step: int
    requirements: msgspec.Raw
    also_queues: list[str]
    priority_seconds: float
    reason: str
    changed: str


class RiskChanged(Body, omit_defaults=False):
    """The contact will probably not be answered before ``due_at``, or (cleared) will be after all; ``breach_risk`` is
    the probability of no answer by then.
    """

    breach_risk: float
    due_at: str


class Hastened(Body, omit_defaults=False):
    """The queue acts on its promise, which is ``warned`` or ``breached``: from now on the contact counts as older, or
    waits in more queues. ``priority_seconds`` is the new total, ``also_queues`` are all beside its own; ``changed``
    says it in words.
    """

    reason: str
    due_at: str
    also_queues: list[str]
    priority_seconds: float
    changed: str


class Overflowed(Body):
    """A rule of the queue moved the contact, or promised to call back; ``reason`` is the rule's condition."""

    to: dict[str, Any]
    reason: str


class Scheduled(Body):
    """The contact rests until then."""

    until: str
    reason: str


class Reprioritised(Body):
    """A supervisor's change of priority. ``priority_seconds`` is the new total, ``own_priority_seconds`` what of it did
    not come by waiting: targets that depend on priority mean this."""

    priority_seconds: float
    actor: str
    reason: str
    own_priority_seconds: float


class Offered(Body):
    """An agent is asked; the offer ends at ``expires_at``."""

    offer_id: str
    agent_id: str
    expires_at: str
    decision: Body
    sentence: str
    callback: bool = False
    linked: Sequence[str] = ()


class OfferEnded(Body):
    """An offer that did not become an assignment."""

    offer_id: str
    agent_id: str
    reason: str


class Assigned(Body, omit_defaults=False):
    """The agent took the contact; ``waited_seconds`` since its present wait began."""

    offer_id: str
    assignment_id: str
    agent_id: str
    waited_seconds: float


class Idled(Body):
    """Nobody wrote for as long as the policy allows: the contact stays the agent's and holds none of their units."""

    assignment_id: str
    agent_id: str


class Resumed(Body):
    """An idle contact holds its units again; ``reason``: who spoke, or what else needs the agent."""

    assignment_id: str
    agent_id: str
    reason: str


class Reminded(Body):
    """The agent has owed the customer an answer for too long; said once for each message that waits."""

    assignment_id: str
    agent_id: str
    reason: str


class Wrapping(Body):
    """The customer is gone, the agent finishes; over at ``expires_at`` at the latest."""

    assignment_id: str
    agent_id: str
    reason: str
    expires_at: str


class Moved(Body, omit_defaults=False):
    """An assignment (none when a waiting contact is moved) gave its contact back; ``to`` says where it goes."""

    to: dict[str, Any]
    reason: str
    assignment_id: str | None = None
    agent_id: str | None = None
    actor: str | None = None


class Ended(Body):
    """The one terminal event of a contact."""

    by: str
    reason: str
    assignment_id: str | None = None
    agent_id: str | None = None


class ReplySent(Body, omit_defaults=False):
    """A reply to the customer, as reported."""

    by: str
    agent_id: str | None
    public: bool


class PendingChanged(Body, omit_defaults=False):
    """Whether the contact waits for the customer, as reported."""

    pending: bool
