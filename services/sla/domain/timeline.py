"""What a contact went through so far, told with a breach, from what is remembered of it anyway."""

from collections.abc import Iterator

import msgspec

from services.sla.domain.clock import Kind
from services.sla.domain.contact import Contact
from shared.times import rfc3339

__all__ = ["MOMENTS_MAX", "Moment", "timeline"]

MOMENTS_MAX = 24  # of a contact, about 1.2 KB; of more, the arrival and the latest are told

_BEGAN = {"bot": "sent_to_bot", "self_service": "sent_to_self_service", "scheduled": "scheduled", "pending": "pending"}
_ENDED = {hold: f"{hold}_ended" for hold in _BEGAN}

Told = tuple[int, str, str]
"""When, what, and in which queue ("": in none)."""


class Moment(msgspec.Struct, omit_defaults=True, frozen=True, gc=False):
    """Something that happened to the contact; the body of a breach says what there is."""

    at: str
    what: str
    queue: str = ""


def timeline(contact: Contact, until_ms: int) -> tuple[Moment, ...]:
    """What is known to have happened to the contact up to then, in order of time."""
    told = sorted((each for each in _moments(contact) if each[0] <= until_ms), key=_when)
    if len(told) > MOMENTS_MAX:
        told = [told[0], *told[1 - MOMENTS_MAX :]]
    return tuple(Moment(rfc3339(at_ms), what, queue) for at_ms, what, queue in told)


def _when(told: Told) -> int:
    return told[0]


def _moments(contact: Contact) -> Iterator[Told]:
    """Of what happened at one time, first what comes first."""
    arrived_ms, human_ms, replied_ms = contact.received_ms, contact.human_ms, contact.replied_ms
    if arrived_ms is not None:
        yield arrived_ms, "received", ""
    for hold, since_ms, until_ms in contact.rests:
        yield since_ms, _BEGAN[hold], ""
        yield until_ms, _ENDED[hold], ""
    if human_ms is not None and arrived_ms is not None and human_ms != arrived_ms:
        yield human_ms, "handed_off", ""
    if contact.entered_ms:
        yield contact.entered_ms, "queued", contact.home
    owed = contact.owed or {}
    for what, at_ms in (
        ("assigned", owed.get(Kind.HANDLING)),
        ("customer_wrote", owed.get(Kind.NEXT_RESPONSE)),
        ("agent_replied", replied_ms),
    ):
        if at_ms is not None:
            yield at_ms, what, ""
    for hold, since_ms in sorted(contact.waits_for.items()):
        yield since_ms, _BEGAN[hold], ""
