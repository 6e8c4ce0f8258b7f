"""The events that the router publishes: their names, what every contact event holds, those of nobody's contact, and how
a body becomes JSON. What each type adds to a contact's event stands in bodies.py.
"""

import msgspec

RECEIVED = "usher.contact.received.v1"
MESSAGE_ADDED = "usher.contact.message_added.v1"
CLASSIFIED = "usher.contact.classified.v1"
SENT_TO_SELF_SERVICE = "usher.contact.sent_to_self_service.v1"
SENT_TO_BOT = "usher.contact.sent_to_bot.v1"
ESCALATED = "usher.contact.escalated.v1"
QUEUED = "usher.contact.queued.v1"
REQUIREMENTS_RELAXED = "usher.contact.requirements_relaxed.v1"
RISK_RAISED = "usher.contact.risk_raised.v1"
RISK_CLEARED = "usher.contact.risk_cleared.v1"
HASTENED = "usher.contact.hastened.v1"
OVERFLOWED = "usher.contact.overflowed.v1"
SCHEDULED = "usher.contact.scheduled.v1"
REPRIORITISED = "usher.contact.reprioritised.v1"
OFFERED = "usher.contact.offered.v1"
OFFER_DECLINED = "usher.contact.offer_declined.v1"
OFFER_EXPIRED = "usher.contact.offer_expired.v1"
OFFER_RESCINDED = "usher.contact.offer_rescinded.v1"
ASSIGNED = "usher.contact.assigned.v1"
IDLED = "usher.contact.idled.v1"
REMINDED = "usher.contact.reminded.v1"
RESUMED = "usher.contact.resumed.v1"
WRAPPING = "usher.contact.wrapping.v1"
TRANSFERRED = "usher.contact.transferred.v1"
REQUEUED = "usher.contact.requeued.v1"
CLOSED = "usher.contact.closed.v1"
CONTAINED = "usher.contact.contained.v1"
ABANDONED = "usher.contact.abandoned.v1"
CANCELLED = "usher.contact.cancelled.v1"
EXPIRED = "usher.contact.expired.v1"
REPLY_SENT = "usher.contact.reply_sent.v1"
PENDING_CHANGED = "usher.contact.pending_changed.v1"
AVAILABILITY_CHANGED = "usher.agent.availability_changed.v1"
POLICY_ACTIVATED = "usher.policy.activated.v1"
CUSTOMER_MERGED = "usher.customer.merged.v1"
CUSTOMER_SPLIT = "usher.customer.split.v1"


class Body(msgspec.Struct, omit_defaults=True, gc=False):
    """Base of everything below: absent means the default."""


class Head(Body):
    """What every contact event holds. ``state`` is the state after; times are RFC 3339."""

    workspace: str
    contact_id: str
    version: int
    state: str
    source: str
    channel: str
    conversation_id: str
    customer_id: str
    occurred_at: str
    cause_id: str
    queue: str | None = None


class AvailabilityChanged(Body, omit_defaults=False):
    """An agent's presence, availability or free units changed; ``units`` is all that they have."""

    workspace: str
    agent_id: str
    presence: str
    availability: str
    free_units: int
    units: int
    reason: str
    occurred_at: str
    cause_id: str


class PolicyActivated(Body, omit_defaults=False):
    """A policy version decides from here on."""

    workspace: str
    policy_version: int
    hash: str
    model: str | None
    model_version: str | None
    occurred_at: str
    cause_id: str


class CustomerMerged(Body, omit_defaults=False):
    """``merged_id`` turned out to be ``customer_id``, whose events bear that id from here on; ``contacts`` are open."""

    workspace: str
    customer_id: str
    merged_id: str
    actor: str
    reason: str
    contacts: list[str]
    occurred_at: str
    cause_id: str


class CustomerSplit(Body, omit_defaults=False):
    """``split_id`` is not ``customer_id`` after all: it is a customer of its own again, with these open contacts."""

    workspace: str
    customer_id: str
    split_id: str
    actor: str
    reason: str
    contacts: list[str]
    occurred_at: str
    cause_id: str


_encoder = msgspec.json.Encoder()
_encode, _encode_into = _encoder.encode, _encoder.encode_into
_buffer = bytearray()  # of join: every event passes here, and one buffer in the cache is cheaper than four new ones
_COMMA = ord(",")
_NOTHING = len("{}")


def join(head: Body, extra: Body | bytes | None) -> bytes:
    """One JSON object of the fields of two bodies; the second, which may be encoded already, may also be empty."""
    _encode_into(head, _buffer)
    if extra is not None:
        end = len(_buffer) - 1
        if isinstance(extra, bytes):
            _buffer[end:] = extra
        else:
            _encode_into(extra, _buffer, end)
        if len(_buffer) > end + _NOTHING:
            _buffer[end] = _COMMA
        else:
            _buffer[end:] = b"}"
    return bytes(_buffer)


def encode(body: Body) -> bytes:
    """The JSON of a body that stands alone."""
    return _encode(body)
