"""Which events of the log are read, and what each is: a decoder and a method of the book."""

from collections.abc import Callable
from typing import Any

import msgspec

from services.sla.domain.book import Book
from services.sla.domain.clock import TIME_TO_ANSWER
from services.sla.domain.contact_event import (
    Changed,
    Classified,
    Escalated,
    GivenBack,
    MessageAdded,
    PendingChanged,
    PolicyActivated,
    Queued,
    Received,
    ReplySent,
    Reprioritised,
    RiskChanged,
)

__all__ = ["POLICY_ACTIVATED", "Handler", "decode_policy_event", "handlers_of"]

POLICY_ACTIVATED = "usher.policy.activated.v1"

Handler = tuple[Callable[[bytes], Any], Callable[[Any, int], None]]

decode_policy_event = msgspec.json.Decoder(PolicyActivated).decode
_changed = msgspec.json.Decoder(Changed).decode
_received = msgspec.json.Decoder(Received).decode
_message_added = msgspec.json.Decoder(MessageAdded).decode
_classified = msgspec.json.Decoder(Classified).decode
_escalated = msgspec.json.Decoder(Escalated).decode
_given_back = msgspec.json.Decoder(GivenBack).decode
_queued = msgspec.json.Decoder(Queued).decode
_reprioritised = msgspec.json.Decoder(Reprioritised).decode
_reply_sent = msgspec.json.Decoder(ReplySent).decode
_risk_changed = msgspec.json.Decoder(RiskChanged).decode
_pending_changed = msgspec.json.Decoder(PendingChanged).decode


def handlers_of(book: Book, activate: Callable[[PolicyActivated, int], None]) -> dict[str, Handler]:
    """Event type -> handler. Types that do not stand here, or matter to no promise, are skipped unread."""
    found: dict[str, Handler] = {
        "usher.contact.received.v1": (_received, book.received),
        "usher.contact.sent_to_self_service.v1": (_changed, book.sent_to_self_service),
        "usher.contact.sent_to_bot.v1": (_changed, book.sent_to_bot),
        "usher.contact.queued.v1": (_queued, book.queued),
        "usher.contact.reprioritised.v1": (_reprioritised, book.reprioritised),
        "usher.contact.scheduled.v1": (_changed, book.scheduled),
        "usher.contact.assigned.v1": (_changed, book.assigned),
        "usher.contact.pending_changed.v1": (_pending_changed, book.pending),
        "usher.contact.closed.v1": (_changed, book.closed),
        "usher.contact.contained.v1": (_changed, book.contained),
        "usher.contact.abandoned.v1": (_changed, book.abandoned),
        "usher.contact.cancelled.v1": (_changed, book.given_up),
        "usher.contact.expired.v1": (_changed, book.given_up),
        # Promised or not, they tell what is owed to whom no more; a later policy may promise that to who is there.
        "usher.contact.classified.v1": (_classified, book.classified),
        "usher.contact.escalated.v1": (_escalated, book.escalated),
        "usher.contact.transferred.v1": (_given_back, book.given_back),
        "usher.contact.requeued.v1": (_given_back, book.given_back),
        "usher.contact.reply_sent.v1": (_reply_sent, book.replied),
        "usher.contact.message_added.v1": (_message_added, book.wrote),
        POLICY_ACTIVATED: (decode_policy_event, activate),
    }
    if TIME_TO_ANSWER in book.terms.kinds:  # a risk is one of a promised answer, and says nothing later
        found["usher.contact.risk_raised.v1"] = (_risk_changed, book.risk_raised)
        found["usher.contact.risk_cleared.v1"] = (_risk_changed, book.risk_cleared)
    return found
