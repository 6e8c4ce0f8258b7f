"""Usher's own events: CloudEvents binary or structured, or bare JSON with a type."""

from services.ingest.domain.adapters import canonical
from services.ingest.domain.channels.adapter import JSON, Adapter, Payload, Reading
from services.ingest.domain.cloudevents import STRUCTURED

__all__ = ["ADAPTER"]


def read(payload: Payload) -> Reading:
    """The one event of a payload."""
    return Reading(canonical(payload.body, payload.attributes, payload.default_type))


ADAPTER = Adapter(
    name="canonical",
    read=read,
    channel=None,
    schemes=("credentials",),
    secrets=frozenset({"bearer"}),
    media_types=JSON | {STRUCTURED},
    own_ids=True,
)
