"""The kinds of promises in one table: what starts a clock, what ends it, what drops it and what may pause it.

The sla service's handlers, the refusals of the policy and the table of docs/sla.md all follow from it.
"""

from enum import StrEnum
from typing import Literal, NamedTuple

__all__ = ["HOLDS", "SPANS", "Hold", "Moment", "Span", "TargetKind"]

TargetKind = Literal[
    "time_to_answer",
    "first_response",
    "next_response",
    "resolution",
    "self_service_response",
    "bot_response",
    "handling",
]
Hold = Literal["pending", "scheduled", "self_service", "bot"]
HOLDS: tuple[Hold, ...] = ("pending", "scheduled", "self_service", "bot")
"""What a contact may be waiting for: the customer, another time, an article, a bot."""


class Moment(StrEnum):
    """What can happen to a contact, as far as a promise cares, in the words of the documentation."""

    FOR_SELF_SERVICE = "classified for self-service"
    SENT_TO_SELF_SERVICE = "sent to self-service"
    SENT_TO_BOT = "sent to a bot"
    BOT_ANSWERED = "the bot's first public reply"
    BOT_REPORTED = "the bot's outcome"
    TIMED_OUT = "the bot's silence until its time is up"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    ASSIGNED = "assigned"
    CALL_ANSWERED = "assigned, on voice"
    AGENT_ANSWERED = "an agent's public reply"
    CUSTOMER_WROTE = "a customer's message after the first answer"
    GIVEN_BACK = "requeued or transferred"
    CLOSED = "closed"
    CONTAINED = "contained"


class Span(NamedTuple):
    """One kind. ``drops``: it no longer matters from then on; every end of a contact drops what is open. ``pauses``:
    what stops it unless the policy's ``pause_on`` says otherwise; ``may_pause``: what the policy may name.
    """

    starts: tuple[Moment, ...]
    ends: tuple[Moment, ...]
    drops: tuple[Moment, ...] = ()
    pauses: tuple[Hold, ...] = ()
    may_pause: tuple[Hold, ...] = ()


_M = Moment
SPANS: dict[TargetKind, Span] = {
    "time_to_answer": Span((_M.QUEUED,), (_M.ASSIGNED,), (_M.SCHEDULED,), (), ("pending",)),
    "first_response": Span(
        (_M.QUEUED,), (_M.AGENT_ANSWERED, _M.CALL_ANSWERED, _M.CONTAINED), (), (), ("pending", "scheduled")
    ),
    "next_response": Span((_M.CUSTOMER_WROTE,), (_M.AGENT_ANSWERED,), (), (), ("pending", "scheduled")),
    "resolution": Span(
        (_M.SENT_TO_SELF_SERVICE, _M.SENT_TO_BOT, _M.QUEUED), (_M.CLOSED, _M.CONTAINED), (), ("pending",), HOLDS
    ),
    "self_service_response": Span(
        (_M.FOR_SELF_SERVICE,), (_M.SENT_TO_SELF_SERVICE,), (_M.SENT_TO_BOT, _M.QUEUED), (), ()
    ),
    "bot_response": Span(
        (_M.SENT_TO_BOT,),
        (_M.BOT_ANSWERED, _M.BOT_REPORTED, _M.SENT_TO_SELF_SERVICE, _M.CONTAINED),
        (_M.TIMED_OUT, _M.QUEUED),
        (),
        ("pending",),
    ),
    "handling": Span((_M.ASSIGNED,), (_M.CLOSED,), (_M.GIVEN_BACK,), ("pending",), ("pending",)),
}
"""Kind -> its span. ``first_response`` counts from the contact's arrival, or from the hand-off where a bot or
self-service had it first; ``resolution`` and ``self_service_response`` from the arrival, the latter from its start
where a bot had to ask first; the others from their start. Whoever a bot asked and who goes to self-service then gave an
answer, so the bot did what it owed: ask.
"""
