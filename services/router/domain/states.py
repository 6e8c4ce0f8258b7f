"""The state machines of contact, offer, assignment and presence: these tables are the code and the documentation."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from shared.errors import Invalid, Reason


class ContactState(StrEnum):
    """Where a contact is on its way."""

    NEW = "new"
    RECEIVED = "received"
    CLASSIFIED = "classified"
    SELF_SERVICE = "self_service"
    BOT = "bot"
    QUEUED = "queued"
    SCHEDULED = "scheduled"
    OFFERED = "offered"
    ASSIGNED = "assigned"
    WRAPPING = "wrapping"
    CLOSED = "closed"
    CONTAINED = "contained"
    ABANDONED = "abandoned"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


class OfferState(StrEnum):
    """What became of an offer."""

    NEW = "new"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    RESCINDED = "rescinded"


class AssignmentState(StrEnum):
    """What became of an accepted offer."""

    NEW = "new"
    ACTIVE = "active"
    IDLE = "idle"
    WRAPPING = "wrapping"
    CLOSED = "closed"
    TRANSFERRED = "transferred"
    REQUEUED = "requeued"


class Presence(StrEnum):
    """What the agent says of themselves; ``offline`` agents hold no seat."""

    OFFLINE = "offline"
    AVAILABLE = "available"
    NOT_READY = "not_ready"
    DRAINING = "draining"


class Availability(StrEnum):
    """What follows from an agent's work; derived, never set."""

    IDLE = "idle"
    OFFERED = "offered"
    BUSY = "busy"
    FULL = "full"
    WRAPPING = "wrapping"


C = ContactState
S = TypeVar("S", OfferState, AssignmentState, Presence)
LIVE = (C.RECEIVED, C.CLASSIFIED, C.SELF_SERVICE, C.BOT, C.QUEUED, C.SCHEDULED, C.OFFERED, C.ASSIGNED, C.WRAPPING)
TERMINAL = frozenset((C.CLOSED, C.CONTAINED, C.ABANDONED, C.CANCELLED, C.EXPIRED))
_SETTLED = LIVE[2:]  # states in which a contact can rest between two inputs


def _same(*states: ContactState) -> dict[ContactState, tuple[ContactState, ...]]:
    return {state: (state,) for state in states}


def _to(target: ContactState, *states: ContactState) -> dict[ContactState, tuple[ContactState, ...]]:
    return dict.fromkeys(states, (target,))


CONTACT: dict[str, dict[ContactState, tuple[ContactState, ...]]] = {
    "usher.contact.received.v1": {C.NEW: (C.RECEIVED,)},
    "usher.contact.message_added.v1": _same(*_SETTLED),
    "usher.contact.classified.v1": _to(C.CLASSIFIED, C.RECEIVED, C.CLASSIFIED, C.BOT),
    "usher.contact.sent_to_self_service.v1": {C.CLASSIFIED: (C.SELF_SERVICE,)},
    "usher.contact.sent_to_bot.v1": {C.CLASSIFIED: (C.BOT,)},
    "usher.contact.escalated.v1": _to(C.CLASSIFIED, C.SELF_SERVICE, C.BOT),
    "usher.contact.queued.v1": _to(C.QUEUED, C.CLASSIFIED, C.QUEUED, C.SCHEDULED),
    "usher.contact.requirements_relaxed.v1": {C.QUEUED: (C.QUEUED,)},
    "usher.contact.risk_raised.v1": {C.QUEUED: (C.QUEUED,)},
    "usher.contact.risk_cleared.v1": {C.QUEUED: (C.QUEUED,)},
    "usher.contact.hastened.v1": {C.QUEUED: (C.QUEUED,)},
    "usher.contact.overflowed.v1": {C.QUEUED: (C.QUEUED,)},
    "usher.contact.reprioritised.v1": _same(C.QUEUED, C.SCHEDULED, C.OFFERED),
    "usher.contact.scheduled.v1": _to(C.SCHEDULED, C.CLASSIFIED, C.QUEUED, C.SCHEDULED),
    "usher.contact.offered.v1": {C.QUEUED: (C.OFFERED,), C.OFFERED: (C.OFFERED,)},
    "usher.contact.offer_declined.v1": {C.OFFERED: (C.QUEUED, C.OFFERED)},
    "usher.contact.offer_expired.v1": {C.OFFERED: (C.QUEUED, C.OFFERED)},
    "usher.contact.offer_rescinded.v1": {C.OFFERED: (C.QUEUED, C.OFFERED)},
    "usher.contact.assigned.v1": {C.OFFERED: (C.ASSIGNED,)},
    "usher.contact.idled.v1": _same(C.ASSIGNED),
    "usher.contact.resumed.v1": _same(C.ASSIGNED),
    "usher.contact.reminded.v1": _same(C.ASSIGNED),
    "usher.contact.wrapping.v1": {C.ASSIGNED: (C.WRAPPING,)},
    "usher.contact.transferred.v1": {C.ASSIGNED: (C.QUEUED,)},
    "usher.contact.requeued.v1": _to(C.QUEUED, C.ASSIGNED, C.QUEUED, C.SCHEDULED),
    "usher.contact.closed.v1": _to(C.CLOSED, C.ASSIGNED, C.WRAPPING),
    "usher.contact.contained.v1": _to(C.CONTAINED, C.SELF_SERVICE, C.BOT),
    "usher.contact.abandoned.v1": _to(C.ABANDONED, C.SELF_SERVICE, C.BOT, C.QUEUED, C.SCHEDULED),
    "usher.contact.cancelled.v1": _to(C.CANCELLED, *_SETTLED),
    "usher.contact.expired.v1": _to(C.EXPIRED, *_SETTLED),
    "usher.contact.reply_sent.v1": _same(*_SETTLED),
    "usher.contact.pending_changed.v1": _same(*_SETTLED),
}
"""Event type -> state before -> states after; the first is the usual one (an offer that fails leaves the contact
``offered`` only while parallel offers remain). An offer is rescinded before its contact ends or moves."""

OFFER: dict[OfferState, tuple[OfferState, ...]] = {
    OfferState.NEW: (OfferState.ISSUED,),
    OfferState.ISSUED: (OfferState.ACCEPTED, OfferState.DECLINED, OfferState.EXPIRED, OfferState.RESCINDED),
}
ASSIGNMENT: dict[AssignmentState, tuple[AssignmentState, ...]] = {
    AssignmentState.NEW: (AssignmentState.ACTIVE,),
    AssignmentState.ACTIVE: (
        AssignmentState.IDLE,
        AssignmentState.WRAPPING,
        AssignmentState.CLOSED,
        AssignmentState.TRANSFERRED,
        AssignmentState.REQUEUED,
    ),
    AssignmentState.IDLE: (
        AssignmentState.ACTIVE,
        AssignmentState.CLOSED,
        AssignmentState.TRANSFERRED,
        AssignmentState.REQUEUED,
    ),
    AssignmentState.WRAPPING: (AssignmentState.CLOSED,),
}
PRESENCE: dict[Presence, tuple[Presence, ...]] = {
    Presence.OFFLINE: (Presence.AVAILABLE, Presence.NOT_READY, Presence.DRAINING),
    Presence.AVAILABLE: (Presence.NOT_READY, Presence.DRAINING, Presence.OFFLINE),
    Presence.NOT_READY: (Presence.AVAILABLE, Presence.DRAINING, Presence.OFFLINE),
    Presence.DRAINING: (Presence.AVAILABLE, Presence.NOT_READY, Presence.OFFLINE),
}


class IllegalTransition(Exception):
    """The engine tried a transition that the tables do not have: a programming error, never an input's fault."""


class Repeat(Exception):
    """An input says again what was already done: it is counted as a duplicate and changes nothing."""


def after(state: ContactState, event_type: str, to: ContactState | None = None) -> ContactState:
    """The contact's state after an event; IllegalTransition when the table has no such row."""
    allowed = CONTACT[event_type].get(state)
    if allowed is None or (to is not None and to not in allowed):
        raise IllegalTransition(f"{event_type} from {state} to {to or 'its only state'}")
    return to or allowed[0]


def move(table: Mapping[S, tuple[S, ...]], before: S, to: S) -> S:
    """The state of an offer, an assignment or a presence after a change; IllegalTransition if no row allows it."""
    if to not in table.get(before, ()):
        raise IllegalTransition(f"from {before} to {to}")
    return to


def expect(state: ContactState, event_type: str, path: str) -> None:
    """Refuse an input whose event the contact's state does not allow, saying what was expected."""
    allowed = CONTACT[event_type]
    if state not in allowed:
        raise illegal(path, f"the contact is {state}", tuple(allowed))


def illegal(path: str, found: str, expected: tuple[str, ...]) -> Invalid:
    """The refusal of an input that the present state does not allow."""
    return Invalid(Reason.ILLEGAL, path, f"{found}; expected {' or '.join(expected)}")


def document() -> str:
    """The tables as docs/states.md shows them."""
    lines = [
        "# State machines of the router",
        "",
        "Drawn from `services/router/domain/states.py`; a test keeps both equal. What is not in a table is refused:",
        "an input becomes a dead letter `illegal` whose detail says what was expected.",
        "",
        "## Contact",
        "",
        "| event | state before | state after |",
        "|---|---|---|",
    ]
    for kind, rows in CONTACT.items():
        for before, states in rows.items():
            lines.append(f"| `{kind}` | {before} | {' or '.join(states)} |")
    lines += ["", f"Terminal: {', '.join(sorted(TERMINAL))}. Nothing follows a terminal event.", ""]
    tables = (("Offer", OFFER), ("Assignment", ASSIGNMENT), ("Presence of an agent", PRESENCE))
    for title, table in tables:
        lines += [f"## {title}", "", "| from | to |", "|---|---|"]
        lines += [f"| {before} | {', '.join(states)} |" for before, states in table.items()]
        lines.append("")
    return "\n".join(lines)
