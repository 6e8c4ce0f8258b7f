"""A checker that knows the log alone: what is told of a contact around its end is what happened to it."""

from collections.abc import Iterable

from shared.lane.engine import Event

ENDS = {f"usher.contact.{end}.v1" for end in ("closed", "contained", "abandoned", "cancelled", "expired")}
OFFER_ENDS = {f"usher.contact.offer_{end}.v1" for end in ("declined", "expired", "rescinded")}
RESCINDED, WRAPPING = "usher.contact.offer_rescinded.v1", "usher.contact.wrapping.v1"
# A full queue refuses whom it has just been told of; everything else that one cause tells of a contact that it ends
# must be an offer taken back, or the wrap-up that takes no time.
REFUSAL = ("usher.contact.queued.v1", "usher.contact.requirements_relaxed.v1", "usher.contact.hastened.v1")


def false_history(events: Iterable[Event]) -> list[str]:
    """Faults: anything told of a contact between the end of its last offer and the end that the same cause brought."""
    faults: list[str] = []
    told: dict[tuple[str, str], list[str]] = {}
    for event in events:
        if not event.type.startswith("usher.contact."):
            continue
        before = told.setdefault((event.subject, event.cause_id), [])
        if event.type in ENDS:
            faults += _around(event, before)
        before.append(event.type)
    return faults


def _around(end: Event, before: list[str]) -> list[str]:
    last = max((place for place, kind in enumerate(before) if kind in OFFER_ENDS), default=None)
    if last is None:
        return []
    between = before[last + 1 :]
    return [f"{end.subject}: {between} between the end of its offer and {end.type}"] if between else []
